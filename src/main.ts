import { readFileSync } from 'node:fs';
import { ExitCode, explainShortage, Failure, messageOf } from './failure.js';
import type { Io } from './io.js';
import type { DescribeOptions, Options } from './pipeline/options.js';
import { type Entry, formatEntry, requestedFormat } from './report/log.js';

/**
 * The program, from its arguments to its exit code; only here are errors reported. Each command loads what it needs when it
 * is chosen, so that a misspelled option is refused without waiting for the rest.
 */
export async function main(typed: readonly string[], io: Io): Promise<number> {
  let argv = typed;
  const tell = (entry: Entry) => void io.stderr.write(formatEntry(entry, requestedFormat(argv), new Date()));
  const print = (text: string) => void io.stdout.write(text);
  try {
    if (argv[0] === 'help' || argv[0] === 'completion') {
      const { printText } = await import('./cli/texts.js');
      await printText(argv[0], argv[1], print);
      return ExitCode.ok;
    }
    if (typed.some((word) => /^--config\b/.test(word))) {
      const { withConfig } = await import('./cli/config.js');
      const config = await withConfig(typed);
      argv = config.argv;
      if (config.failure !== undefined) {
        await recordRefusal(argv, config.failure, tell);
        throw config.failure;
      }
    }
    if (argv[0] === 'diff') {
      const { parseDiffOptions } = await import('./cli/diff-options.js');
      const options = parseDiffOptions(argv.slice(1), print);
      if (!options) return ExitCode.ok;
      const { diff } = await import('./commands/diff.js');
      return await diff(options, io);
    }
    if (argv[0] === 'evaluate') {
      const { parseEvaluateOptions } = await import('./cli/evaluate-options.js');
      const options = parseEvaluateOptions(argv.slice(1), print);
      if (!options) return ExitCode.ok;
      const { evaluate } = await import('./commands/evaluate.js');
      return await evaluate(options, io);
    }
    if (argv[0] === 'describe') {
      const { parseDescribeOptions } = await import('./cli/describe-options.js');
      const options = parseDescribeOptions(argv.slice(1), print);
      return options ? await describe(options, io) : ExitCode.ok;
    }
    if (argv[0] === 'fit') {
      const { parseFitOptions } = await import('./cli/model-options.js');
      const options = await optionsOf(argv, tell, () => parseFitOptions(argv.slice(1), version(), print));
      if (!options) return ExitCode.ok;
      const { fitModel } = await import('./commands/fit.js');
      return await fitModel(options, io);
    }
    if (argv[0] === 'score') {
      const { parseScoreOptions } = await import('./cli/model-options.js');
      const options = await optionsOf(argv, tell, () => parseScoreOptions(argv.slice(1), version(), print));
      if (!options) return ExitCode.ok;
      const { score } = await import('./commands/score.js');
      return await score(options, io);
    }
    if (argv[0] === 'serve') {
      const { parseServeOptions } = await import('./cli/serve-options.js');
      const options = parseServeOptions(argv.slice(1), version(), print);
      if (!options) return ExitCode.ok;
      const { serve } = await import('./commands/serve.js');
      return await serve(options, io);
    }
    const { parseOptions } = await import('./cli/recommend-options.js');
    const options = await optionsOf(argv, tell, () => parseOptions(argv, version(), print));
    if (!options) return ExitCode.ok;
    if (options.dryRun) {
      const frozen = argv.filter((word) => word !== '--dry-run');
      return await describe({ ...options, format: 'text', output: '-', typed: frozen }, io);
    }
    const { recommend } = await import('./commands/recommend.js');
    return await recommend(options, io);
  } catch (thrown) {
    const error = explainShortage(thrown);
    tell(errorEntry(error));
    return error instanceof Failure ? error.exitCode : ExitCode.unexpected;
  }
}

async function describe(options: DescribeOptions, io: Io): Promise<number> {
  const { describe } = await import('./commands/describe.js');
  return describe(options, io);
}

/**
 * The options of a run; undefined where help or the version was printed instead.
 * @throws Failure 2 where they make no sense; the metrics file, where one was asked for, records that.
 */
async function optionsOf(
  argv: readonly string[],
  tell: (entry: Entry) => void,
  parse: () => Options | undefined,
): Promise<Options | undefined> {
  try {
    return parse();
  } catch (error) {
    await recordRefusal(argv, error, tell);
    throw error;
  }
}

/** Writes the metrics of a command line that was refused, where it names a file for them. */
async function recordRefusal(argv: readonly string[], error: unknown, tell: (entry: Entry) => void): Promise<void> {
  const { writeRefusalMetrics } = await import('./report/metrics-file.js');
  const exitCode = error instanceof Failure ? error.exitCode : ExitCode.unexpected;
  await writeRefusalMetrics(argv, version(), exitCode).catch((why) =>
    tell({ type: 'warning', message: `no metrics: ${messageOf(why)}`, facts: {} }),
  );
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

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { version }: { version?: unknown } = JSON.parse(text);
  return String(version);
}
