import type { Command } from 'commander';
import { ExitCode } from '../failure.js';
import type { Io } from '../io.js';
import type { CliCommand } from './values.js';

/** A command that takes options. */
interface Entry {
  command: () => Promise<Command>;
  /**
   * @param argv the words after its name. @param onRefusal gets the error of options that make no sense, if the command writes metrics.
   * @returns the exit code. @throws Failure 2 where the options make no sense, and what the command throws.
   */
  run: (
    argv: readonly string[],
    version: string,
    io: Io,
    onRefusal: (why: unknown) => Promise<void>,
  ) => Promise<number>;
}

/** A command that is loaded when it is first used. */
function entry<Options>(load: () => Promise<CliCommand<Options>>): Entry {
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
      return options === undefined ? ExitCode.ok : own.run(options, io, argv);
    },
  };
}

/** The commands that take options, by name. */
export const COMMANDS_WITH_OPTIONS: Readonly<Record<string, Entry> & { recommend: Entry }> = {
  recommend: entry(async () => (await import('./recommend-options.js')).recommend),
  fit: entry(async () => (await import('./model-options.js')).fit),
  score: entry(async () => (await import('./model-options.js')).score),
  serve: entry(async () => (await import('./serve-options.js')).serve),
  read: entry(async () => (await import('./array-options.js')).read),
  plan: entry(async () => (await import('./array-options.js')).plan),
  merge: entry(async () => (await import('./array-options.js')).merge),
  status: entry(async () => (await import('./array-options.js')).status),
  export: entry(async () => (await import('./question-options.js')).exportWeights),
  describe: entry(async () => (await import('./describe-options.js')).describe),
  evaluate: entry(async () => (await import('./evaluate-options.js')).evaluate),
  explain: entry(async () => (await import('./question-options.js')).explain),
  similar: entry(async () => (await import('./question-options.js')).similar),
  audience: entry(async () => (await import('./question-options.js')).audience),
  diff: entry(async () => (await import('./diff-options.js')).diff),
};

/** The functions that declare the options of each command, by its name. */
export const OPTIONS_OF: Readonly<Record<string, Entry['command']>> = Object.fromEntries(
  Object.entries(COMMANDS_WITH_OPTIONS).map(([name, { command }]) => [name, command]),
);
