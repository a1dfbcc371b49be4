import type { Command } from 'commander';

/** The commands that take options, by name, each as it declares them. A command is loaded when it is asked for. */
export const OPTIONS_OF: Readonly<Record<string, () => Promise<Command>>> = {
  recommend: async () => (await import('./recommend-options.js')).recommendCommand(''),
  fit: async () => (await import('./model-options.js')).fitCommand(),
  score: async () => (await import('./model-options.js')).scoreCommand(),
  serve: async () => (await import('./serve-options.js')).serveCommand(),
  plan: async () => (await import('./array-options.js')).planCommand(),
  merge: async () => (await import('./array-options.js')).mergeCommand(),
  status: async () => (await import('./array-options.js')).statusCommand(),
  export: async () => (await import('./export-options.js')).exportCommand(),
  describe: async () => (await import('./describe-options.js')).describeCommand(),
  evaluate: async () => (await import('./evaluate-options.js')).evaluateCommand(),
  explain: async () => (await import('./question-options.js')).explainCommand(),
  similar: async () => (await import('./question-options.js')).similarCommand(),
  audience: async () => (await import('./question-options.js')).audienceCommand(),
  diff: async () => (await import('./diff-options.js')).diffCommand(),
};
