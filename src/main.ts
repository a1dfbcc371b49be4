import { readFileSync } from 'node:fs';
import { ExitCode, explainShortage, Failure, messageOf } from './failure.js';
import type { Io } from './io.js';
import type { DescribeOptions } from './pipeline/options.js';
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
    const command = Object.hasOwn(COMMANDS, argv[0] ?? '') ? COMMANDS[argv[0] ?? ''] : undefined;
    if (command) return await command(argv.slice(1), print, io, tell);
    const { parseOptions } = await import('./cli/recommend-options.js');
    const options = await recorded(argv, tell, () => parseOptions(argv, version(), print));
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

type Tell = (entry: Entry) => void;

/** The commands beside the main one, each given what follows its name. */
const COMMANDS: Readonly<
  Record<string, (argv: readonly string[], print: (text: string) => void, io: Io, tell: Tell) => Promise<number>>
> = {
  fit: async (argv, print, io, tell) => {
    const { parseFitOptions } = await import('./cli/model-options.js');
    const options = await recorded(argv, tell, () => parseFitOptions(argv, version(), print));
    if (options && 'shard' in options) return (await import('./array-jobs/shard.js')).workShard(options, io);
    return options ? (await import('./commands/fit.js')).fitModel(options, io) : ExitCode.ok;
  },
  score: async (argv, print, io, tell) => {
    const { parseScoreOptions } = await import('./cli/model-options.js');
    const options = await recorded(argv, tell, () => parseScoreOptions(argv, version(), print));
    if (options && 'shard' in options) return (await import('./array-jobs/shard.js')).workShard(options, io);
    return options ? (await import('./commands/score.js')).score(options, io) : ExitCode.ok;
  },
  plan: async (argv, print, io, tell) => {
    const { parsePlanOptions } = await import('./cli/array-options.js');
    const options = await recorded(argv, tell, () => parsePlanOptions(argv, version(), print));
    return options ? (await import('./commands/plan.js')).planArray(options, io) : ExitCode.ok;
  },
  merge: async (argv, print, io, tell) => {
    const { parseMergeOptions } = await import('./cli/array-options.js');
    const options = await recorded(argv, tell, () => parseMergeOptions(argv, version(), print));
    return options ? (await import('./commands/merge.js')).merge(options, io) : ExitCode.ok;
  },
  status: async (argv, print, io) => {
    const options = (await import('./cli/array-options.js')).parseStatusOptions(argv, version(), print);
    return options ? (await import('./commands/status.js')).status(options, io) : ExitCode.ok;
  },
  export: async (argv, print, io) => {
    const options = (await import('./cli/export-options.js')).parseExportOptions(argv, print);
    return options ? (await import('./commands/export.js')).exportModel(options, io) : ExitCode.ok;
  },
  serve: async (argv, print, io) => {
    const options = (await import('./cli/serve-options.js')).parseServeOptions(argv, version(), print);
    return options ? (await import('./commands/serve.js')).serve(options, io) : ExitCode.ok;
  },
  describe: async (argv, print, io) => {
    const options = (await import('./cli/describe-options.js')).parseDescribeOptions(argv, print);
    return options ? describe(options, io) : ExitCode.ok;
  },
  evaluate: async (argv, print, io) => {
    const options = (await import('./cli/evaluate-options.js')).parseEvaluateOptions(argv, print);
    return options ? (await import('./commands/evaluate.js')).evaluate(options, io) : ExitCode.ok;
  },
  diff: async (argv, print, io) => {
    const options = (await import('./cli/diff-options.js')).parseDiffOptions(argv, print);
    return options ? (await import('./commands/diff.js')).diff(options, io) : ExitCode.ok;
  },
  explain: async (argv, print, io) => {
    const options = (await import('./cli/question-options.js')).parseExplainOptions(argv, print);
    return options ? (await import('./commands/explain.js')).explain(options, io) : ExitCode.ok;
  },
  similar: async (argv, print, io) => {
    const options = (await import('./cli/question-options.js')).parseSimilarOptions(argv, print);
    return options ? (await import('./commands/similar.js')).similar(options, io) : ExitCode.ok;
  },
  audience: async (argv, print, io) => {
    const options = (await import('./cli/question-options.js')).parseAudienceOptions(argv, print);
    return options ? (await import('./commands/audience.js')).audience(options, io) : ExitCode.ok;
  },
};

async function describe(options: DescribeOptions, io: Io): Promise<number> {
  const { describe } = await import('./commands/describe.js');
  return describe(options, io);
}

/**
 * The options of a run; undefined where help or the version was printed instead.
 * @throws Failure 2 where they make no sense; the metrics file, where one was asked for, records that.
 */
async function recorded<T>(argv: readonly string[], tell: Tell, parse: () => T | undefined): Promise<T | undefined> {
  try {
    return parse();
  } catch (error) {
    await recordRefusal(argv, error, tell);
    throw error;
  }
}

/** Writes the metrics of a command line that was refused, where it names a file for them. */
async function recordRefusal(argv: readonly string[], error: unknown, tell: Tell): Promise<void> {
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
