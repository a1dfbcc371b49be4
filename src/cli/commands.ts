import type { CliCommand } from './values.js';

/** Loads a command when it is first used. */
export type LoadCommand = () => Promise<CliCommand<unknown>>;

export const MAIN: LoadCommand = async () => (await import('./recommend-options.js')).recommend;

const BY_NAME: Readonly<Record<string, LoadCommand>> = {
  recommend: MAIN,
  fit: async () => (await import('./model-options.js')).fit,
  score: async () => (await import('./model-options.js')).score,
  serve: async () => (await import('./serve-options.js')).serve,
  read: async () => (await import('./array-options.js')).read,
  plan: async () => (await import('./array-options.js')).plan,
  merge: async () => (await import('./array-options.js')).merge,
  status: async () => (await import('./array-options.js')).status,
  export: async () => (await import('./question-options.js')).exportWeights,
  describe: async () => (await import('./describe-options.js')).describe,
  evaluate: async () => (await import('./evaluate-options.js')).evaluate,
  explain: async () => (await import('./question-options.js')).explain,
  similar: async () => (await import('./question-options.js')).similar,
  audience: async () => (await import('./question-options.js')).audience,
  diff: async () => (await import('./diff-options.js')).diff,
};

/** The commands that take options, by name. */
export const COMMANDS_WITH_OPTIONS = new Map(Object.entries(BY_NAME));
