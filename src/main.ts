import { COMMANDS_WITH_OPTIONS } from './cli/commands.js';
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
    const { recommend, ...others } = COMMANDS_WITH_OPTIONS;
    const command = Object.hasOwn(others, argv[0] ?? '') ? others[argv[0] ?? ''] : undefined;
    const words = command ? argv.slice(1) : argv;
    const onRefusal = (why: unknown) => recordRefusal(words, why, log);
    return await (command ?? recommend).run(words, version(), io, onRefusal);
  } catch (thrown) {
    const error = explainShortage(thrown);
    log(errorEntry(error));
    return exitCodeOf(error);
  }
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
