import { readFileSync, statSync } from 'node:fs';
import { ExitCode, Failure, systemCode } from './failure.js';
import { type Entry, formatAskedFor, written } from './output/log-lines.js';
import { actAtExit } from './storage/at-exit.js';

/**
 * The command line, from argv to the exit code; nothing else tells of errors. Each way loads what it needs, when it is
 * taken: to be told the version, or of a misspelled option, nobody waits for the rest.
 */
async function main(argv: readonly string[]): Promise<number> {
  const interrupted = new AbortController();
  const tell = (entry: Entry) => process.stderr.write(written(entry, formatAskedFor(argv), new Date()));
  listenToSignals(interrupted, (failure) => tell(errorEntry(failure)));
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
    tell(errorEntry(error));
    return error instanceof Failure ? error.exitCode : ExitCode.unexpected;
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

const SIGNALS = {
  SIGHUP: ExitCode.hungUp,
  SIGINT: ExitCode.interrupted,
  SIGTERM: ExitCode.terminated,
} as const;

/** The first signal stops what is done, and all is cleaned up; a second SIGINT or SIGTERM waits for nothing. */
function listenToSignals(interrupted: AbortController, tell: (failure: Failure) => void): void {
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      const exitCode = SIGNALS[signal];
      if (!interrupted.signal.aborted) {
        interrupted.abort(new Failure(exitCode, `stopped by ${signal}; no output file was written`));
      } else if (signal !== 'SIGHUP') {
        tell(new Failure(exitCode, `stopped at once by a second signal, ${signal}; no output file was written`));
        end(exitCode);
      }
    });
  }
  // A run answers it; before one begins, it must not start Node's debugger.
  process.on('SIGUSR1', () => {});
}

/** Ends the process with the exit code of a signal, whatever is still being read or written. */
function end(exitCode: number): void {
  const signal = (['SIGHUP', 'SIGINT', 'SIGTERM'] as const).find((signal) => SIGNALS[signal] === exitCode);
  // Node waits for system calls before it exits, and one may never return: the opening of a named pipe whose other end nobody
  // opens. The signal itself does not wait, and to a shell it is the same exit code.
  const isInFile = process.getActiveResourcesInfo().some((resource) => resource.startsWith('FSReq'));
  if (signal && isInFile && process.argv.slice(2).some(namesPipe)) {
    actAtExit();
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  }
  process.exit(exitCode);
}

/** True for an argument that names a pipe or a device, with `--option=` before it or not. */
function namesPipe(argument: string): boolean {
  try {
    const stats = statSync(argument.replace(/^--[\w-]+=/, ''));
    return !stats.isFile() && !stats.isDirectory();
  } catch {
    return false;
  }
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
process.exitCode = await main(process.argv.slice(2));
// Stopped by a signal, all is cleaned up, but a file may still be being read: that is not waited for.
if (process.exitCode >= ExitCode.hungUp) end(process.exitCode);
