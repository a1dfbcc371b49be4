import { readFileSync } from 'node:fs';
import { ExitCode, explainShortage, Failure, messageOf } from './failure.js';
import type { Io } from './io.js';
import type { Options } from './pipeline/options.js';
import { type Entry, formatEntry, requestedFormat } from './report/log.js';

/**
 * The program, from its arguments to its exit code; only here are errors reported. Each command loads what it needs when it
 * is chosen, so that a misspelled option is refused without waiting for the rest.
 */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const tell = (entry: Entry) => void io.stderr.write(formatEntry(entry, requestedFormat(argv), new Date()));
  const print = (text: string) => void io.stdout.write(text);
  try {
    if (argv[0] === 'help') return await help(argv[1], print);
    if (argv[0] === 'evaluate') {
      const { parseEvaluateOptions } = await import('./cli/evaluate-options.js');
      const options = parseEvaluateOptions(argv.slice(1), print);
      if (!options) return ExitCode.ok;
      const { evaluate } = await import('./commands/evaluate.js');
      return await evaluate(options, io);
    }
    const options = await optionsOf(argv, tell, print);
    if (!options) return ExitCode.ok;
    const { recommend } = await import('./commands/recommend.js');
    return await recommend(options, io);
  } catch (thrown) {
    const error = explainShortage(thrown);
    tell(errorEntry(error));
    return error instanceof Failure ? error.exitCode : ExitCode.unexpected;
  }
}

/**
 * The options of a run; undefined where help or the version was printed instead.
 * @throws Failure 2 where they make no sense; the metrics file, where one was asked for, records that.
 */
async function optionsOf(
  argv: readonly string[],
  tell: (entry: Entry) => void,
  print: (text: string) => void,
): Promise<Options | undefined> {
  const { parseOptions } = await import('./cli/recommend-options.js');
  try {
    return parseOptions(argv, version(), print);
  } catch (error) {
    const { writeRefusalMetrics } = await import('./report/metrics-file.js');
    await writeRefusalMetrics(argv, version(), error instanceof Failure ? error.exitCode : ExitCode.unexpected).catch(
      (why) => tell({ type: 'warning', message: `no metrics: ${messageOf(why)}`, facts: {} }),
    );
    throw error;
  }
}

/** The last thing a failed program says. */
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

/** `recommend help [algorithms|evaluate]`. */
async function help(topic: string | undefined, print: (text: string) => void): Promise<number> {
  if (topic === 'algorithms') {
    const { algorithmsHelp } = await import('./cli/algorithms-help.js');
    print(algorithmsHelp());
  } else if (topic === 'evaluate') {
    const { parseEvaluateOptions } = await import('./cli/evaluate-options.js');
    parseEvaluateOptions(['--help'], print);
  } else if (topic === undefined) {
    const { parseOptions } = await import('./cli/recommend-options.js');
    parseOptions(['--help'], version(), print);
  } else {
    throw new Failure(
      ExitCode.usage,
      `there is no help on ${JSON.stringify(topic)}; try recommend help, recommend help algorithms or recommend help evaluate`,
    );
  }
  return ExitCode.ok;
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { version }: { version?: unknown } = JSON.parse(text);
  return String(version);
}
