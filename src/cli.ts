import { readFileSync } from 'node:fs';
import { ExitCode, Failure, systemCode } from './failure.js';

/**
 * The command line, from argv to the exit code; nothing else prints errors. Each way loads what it needs, when it is
 * taken: to be told the version, or of a misspelled option, nobody waits for the rest.
 */
async function main(argv: readonly string[]): Promise<number> {
  const interrupted = new AbortController();
  onSignal('SIGINT', ExitCode.interrupted, interrupted);
  onSignal('SIGTERM', ExitCode.terminated, interrupted);
  try {
    if (argv.length === 1 && argv[0] === '--version') {
      process.stdout.write(`${version()}\n`);
      return ExitCode.ok;
    }
    if (argv[0] === 'help') return await help(argv[1]);
    if (argv[0] === 'evaluate') {
      const { parseEvaluateOptions } = await import('./commands/evaluate-options.js');
      const options = parseEvaluateOptions(argv.slice(1));
      if (!options) return ExitCode.ok;
      const { evaluateInPool } = await import('./commands/evaluation.js');
      return await evaluateInPool(options, interrupted.signal);
    }
    const { parseOptions } = await import('./commands/options.js');
    const options = parseOptions(argv, version());
    if (!options) return ExitCode.ok;
    const { recommend } = await import('./commands/recommend.js');
    return await recommend(options, interrupted.signal);
  } catch (error) {
    if (!(error instanceof Failure)) {
      process.stderr.write(
        `recommend: unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      );
      return ExitCode.unexpected;
    }
    if (error.message !== '') process.stderr.write(`recommend: ${error.message}\n`);
    return error.exitCode;
  }
}

/** `recommend help [algorithms|evaluate]`. */
async function help(topic: string | undefined): Promise<number> {
  if (topic === 'algorithms') {
    const { algorithmsHelp } = await import('./commands/method.js');
    process.stdout.write(algorithmsHelp());
  } else if (topic === 'evaluate') {
    const { parseEvaluateOptions } = await import('./commands/evaluate-options.js');
    parseEvaluateOptions(['--help']);
  } else if (topic === undefined) {
    const { parseOptions } = await import('./commands/options.js');
    parseOptions(['--help'], version());
  } else {
    throw new Failure(ExitCode.usage, `there is no help on ${JSON.stringify(topic)}: algorithms, evaluate, or nothing`);
  }
  return ExitCode.ok;
}

function onSignal(signal: 'SIGINT' | 'SIGTERM', exitCode: number, interrupted: AbortController): void {
  process.once(signal, () =>
    interrupted.abort(new Failure(exitCode, `stopped by ${signal}; no output file was written`)),
  );
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
process.exitCode = await main(process.argv.slice(2));
// Stopped by a signal or the clock, all is cleaned up, but a file may still be being read: that is not waited for.
if (process.exitCode >= ExitCode.tryAgain) process.exit();
