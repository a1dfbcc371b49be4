import { COMMANDS_WITH_OPTIONS, type LoadCommand, MAIN } from './cli/commands.js';
import { version } from './cli/version.js';
import { ExitCode, exitCodeOf, explainShortage, Failure, messageOf } from './failure.js';
import type { Io } from './io.js';
import { type Entry, formatEntry, requestedFormat } from './report/log.js';

/** Runs the program with its arguments and returns its exit code. Errors are reported only here. */
export async function main(typed: readonly string[], io: Io): Promise<number> {
  let argv = typed;
  const log = (entry: Entry) => void io.stderr.write(formatEntry(entry, requestedFormat(argv), new Date()));
  try {
    if (argv[0] === 'help' || argv[0] === 'completion') {
      const { printText } = await import('./cli/texts.js');
      await printText(argv[0], argv[1], (text) => void io.stdout.write(text));
      return ExitCode.ok;
    }
    if (typed.some((word) => /^--config\b/.test(word))) {
      const { withConfig } = await import('./cli/config.js');
      const config = await withConfig(typed);
      argv = config.argv;
      if (config.failure !== undefined) {
        await recordRefusal(argv, config.failure, log);
        throw config.failure;
      }
    }
    const load = argv[0] === 'recommend' ? undefined : COMMANDS_WITH_OPTIONS.get(argv[0] ?? '');
    return await runCommand(load ?? MAIN, load ? argv.slice(1) : argv, io, log);
  } catch (thrown) {
    const error = explainShortage(thrown);
    log(errorEntry(error));
    return exitCodeOf(error);
  }
}

/** Loads a command, parses its arguments and runs it. @returns the exit code. @throws Failure 2 where the options make no sense. */
async function runCommand(load: LoadCommand, argv: readonly string[], io: Io, log: (entry: Entry) => void) {
  const [command, { parse }] = await Promise.all([load(), import('./cli/values.js')]);
  let options: unknown;
  try {
    options = parse(command, argv, version(), (text) => void io.stdout.write(text));
  } catch (error) {
    if (command.command('').options.some(({ long }) => long === '--metrics-file'))
      await recordRefusal(argv, error, log);
    throw error;
  }
  return options === undefined ? ExitCode.ok : command.run(options, io, argv);
}

/** Writes the metrics of a refused command line, if it names a file for them. */
async function recordRefusal(argv: readonly string[], error: unknown, log: (entry: Entry) => void): Promise<void> {
  const { writeRefusalMetrics } = await import('./report/metrics.js');
  const exitCode = exitCodeOf(error);
  await writeRefusalMetrics(argv, version(), exitCode).catch((why) =>
    log({ type: 'warning', message: `no metrics: ${messageOf(why)}`, facts: {} }),
  );
}

/** The last log entry of a failed program. */
export function errorEntry(error: unknown): Entry {
  const type = 'exit_error';
  if (error instanceof Failure) return { type, message: error.message, facts: { exit_code: error.exitCode } };
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    type,
    message: `unexpected: ${stack}\n  a defect of this program: please report it with these lines`,
    facts: { exit_code: ExitCode.unexpected },
  };
}
