import { readFileSync } from 'node:fs';
import type { Options } from './cli/recommend-options.js';
import { ExitCode, Failure, messageOf, systemCode } from './failure.js';
import { endAtOnce, listenToSignals, outliveTerminals } from './process/signals.js';
import { type Entry, formatAskedFor, written } from './report/log-lines.js';

/**
 * The command line, from argv to the exit code; nothing else tells of errors. Each way loads what it needs, when it is
 * taken: to be told of a misspelled option nobody waits for the rest.
 */
async function main(argv: readonly string[]): Promise<number> {
  const interrupted = new AbortController();
  const tell = (entry: Entry) => process.stderr.write(written(entry, formatAskedFor(argv), new Date()));
  listenToSignals(interrupted, (failure) => tell(errorEntry(failure)));
  try {
    if (argv[0] === 'help') return await help(argv[1]);
    if (argv[0] === 'evaluate') {
      const { parseEvaluateOptions } = await import('./cli/evaluate-options.js');
      const options = parseEvaluateOptions(argv.slice(1));
      if (!options) return ExitCode.ok;
      const { evaluateInPool } = await import('./pipeline/evaluate-algorithms.js');
      return await evaluateInPool(options, interrupted.signal);
    }
    const options = await optionsOf(argv, tell);
    if (!options) return ExitCode.ok;
    const { recommend } = await import('./commands/recommend.js');
    return await recommend(options, interrupted.signal);
  } catch (error) {
    tell(errorEntry(error));
    return error instanceof Failure ? error.exitCode : ExitCode.unexpected;
  }
}

/** The options of a run. @throws Failure 2 where they make no sense, which is kept where metrics were asked for. */
async function optionsOf(argv: readonly string[], tell: (entry: Entry) => void): Promise<Options | undefined> {
  const { parseOptions } = await import('./cli/recommend-options.js');
  try {
    return parseOptions(argv, version());
  } catch (error) {
    const { keepRefusal } = await import('./report/metrics-file.js');
    await keepRefusal(argv, version(), error instanceof Failure ? error.exitCode : ExitCode.unexpected).catch((why) =>
      tell({ type: 'warning', message: `no metrics: ${messageOf(why)}`, facts: {} }),
    );
    throw error;
  }
}

/** The last words of a program that did not do what it was asked for. */
function errorEntry(error: unknown): Entry {
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
async function help(topic: string | undefined): Promise<number> {
  if (topic === 'algorithms') {
    const { algorithmsHelp } = await import('./cli/method.js');
    process.stdout.write(algorithmsHelp());
  } else if (topic === 'evaluate') {
    const { parseEvaluateOptions } = await import('./cli/evaluate-options.js');
    parseEvaluateOptions(['--help']);
  } else if (topic === undefined) {
    const { parseOptions } = await import('./cli/recommend-options.js');
    parseOptions(['--help'], version());
  } else {
    throw new Failure(ExitCode.usage, `there is no help on ${JSON.stringify(topic)}: algorithms, evaluate, or nothing`);
  }
  return ExitCode.ok;
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  const { version }: { version?: unknown } = JSON.parse(text);
  return String(version);
}

// `--help | head`: a reader who left is no failure. Who writes data listens as well, and tells of any other error.
process.stdout.on('error', (error) => {
  if (systemCode(error) !== 'EPIPE' && process.stdout.listenerCount('error') === 1) throw error;
});
// A terminal that was closed, a pipe whose reader has gone, a full disk: the run is worth more than what it says.
process.stderr.on('error', () => {});
outliveTerminals();
// Unless it comes to its end: Node would call it a success if nothing were left to wait for.
process.exitCode = ExitCode.unexpected;
process.exitCode = await main(process.argv.slice(2));
// Stopped by a signal, the clock or --max-memory, all is cleaned up, but a file may still be being read: that is not waited for.
if (process.exitCode >= ExitCode.tryAgain || process.exitCode === ExitCode.noMemory) endAtOnce(process.exitCode);
