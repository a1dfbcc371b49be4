import type { Command } from 'commander';
import { ExitCode } from '../failure.js';
import type { Io } from '../io.js';
import type { CliCommand } from './values.js';

/** A command that takes options: they are declared, and it is done by what they come to. */
interface Entry {
  command: () => Promise<Command>;
  /**
   * @param argv what follows its name. @param onRefusal hears why they make no sense, where their outcome would be recorded.
   * @returns the exit code. @throws Failure 2 where they make no sense, and what the command throws.
   */
  run: (
    argv: readonly string[],
    version: string,
    io: Io,
    onRefusal: (why: unknown) => Promise<void>,
  ) => Promise<number>;
}

/** @param load its options. A command is loaded when it is asked for, so that a misspelled option is refused without waiting for the rest. */
function entry<Options>(
  load: () => Promise<CliCommand<Options>>,
  work: (options: Options, io: Io, argv: readonly string[]) => Promise<number>,
): Entry {
  return {
    command: async () => (await load()).command(''),
    async run(argv, version, io, onRefusal) {
      const [own, { parse }] = await Promise.all([load(), import('./values.js')]);
      let options: Options | undefined;
      try {
        options = parse(own, argv, version, (text) => void io.stdout.write(text));
      } catch (error) {
        if (own.command(version).options.some(({ long }) => long === '--metrics-file')) await onRefusal(error);
        throw error;
      }
      return options === undefined ? ExitCode.ok : work(options, io, argv);
    },
  };
}

/** The commands that take options, by name. */
export const COMMANDS_WITH_OPTIONS: Readonly<Record<string, Entry> & { recommend: Entry }> = {
  recommend: entry(
    async () => (await import('./recommend-options.js')).recommend,
    async (options, io, argv) => {
      if (!options.dryRun) return (await import('../commands/recommend.js')).recommend(options, io);
      const typed = argv.filter((word) => word !== '--dry-run');
      const { describe } = await import('../commands/describe.js');
      return describe({ ...options, format: 'text', output: '-', typed }, io);
    },
  ),
  fit: entry(
    async () => (await import('./model-options.js')).fit,
    async (options, io) =>
      'shard' in options
        ? (await import('../array-jobs/shard.js')).workShard(options, io)
        : (await import('../commands/fit.js')).fitModel(options, io),
  ),
  score: entry(
    async () => (await import('./model-options.js')).score,
    async (options, io) =>
      'shard' in options
        ? (await import('../array-jobs/shard.js')).workShard(options, io)
        : (await import('../commands/score.js')).score(options, io),
  ),
  serve: entry(
    async () => (await import('./serve-options.js')).serve,
    async (options, io) => (await import('../commands/serve.js')).serve(options, io),
  ),
  plan: entry(
    async () => (await import('./array-options.js')).plan,
    async (options, io) => (await import('../commands/plan.js')).planArray(options, io),
  ),
  merge: entry(
    async () => (await import('./array-options.js')).merge,
    async (options, io) => (await import('../commands/merge.js')).merge(options, io),
  ),
  status: entry(
    async () => (await import('./array-options.js')).status,
    async (options, io) => (await import('../commands/status.js')).status(options, io),
  ),
  export: entry(
    async () => (await import('./export-options.js')).exportWeights,
    async (options, io) => (await import('../commands/export.js')).exportModel(options, io),
  ),
  describe: entry(
    async () => (await import('./describe-options.js')).describe,
    async (options, io) => (await import('../commands/describe.js')).describe(options, io),
  ),
  evaluate: entry(
    async () => (await import('./evaluate-options.js')).evaluate,
    async (options, io) => (await import('../commands/evaluate.js')).evaluate(options, io),
  ),
  explain: entry(
    async () => (await import('./question-options.js')).explain,
    async (options, io) => (await import('../commands/explain.js')).explain(options, io),
  ),
  similar: entry(
    async () => (await import('./question-options.js')).similar,
    async (options, io) => (await import('../commands/similar.js')).similar(options, io),
  ),
  audience: entry(
    async () => (await import('./question-options.js')).audience,
    async (options, io) => (await import('../commands/audience.js')).audience(options, io),
  ),
  diff: entry(
    async () => (await import('./diff-options.js')).diff,
    async (options, io) => (await import('../commands/diff.js')).diff(options, io),
  ),
};

/** How each declares its options. */
export const OPTIONS_OF: Readonly<Record<string, Entry['command']>> = Object.fromEntries(
  Object.entries(COMMANDS_WITH_OPTIONS).map(([name, { command }]) => [name, command]),
);
