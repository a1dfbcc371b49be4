import { closeSync, statSync } from 'node:fs';
import { isatty } from 'node:tty';
import { ExitCode, Failure } from '../failure.js';
import { actAtExit } from './at-exit.js';

const SIGNALS = {
  SIGHUP: ExitCode.hungUp,
  SIGINT: ExitCode.interrupted,
  SIGTERM: ExitCode.terminated,
} as const;
type Signal = keyof typeof SIGNALS;

/**
 * The first signal stops what is done, and all is cleaned up; a second SIGINT or SIGTERM waits for nothing.
 * @param tell is given what to say before that.
 */
export function listenToSignals(interrupted: AbortController, tell: (failure: Failure) => void): void {
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      const exitCode = SIGNALS[signal];
      if (!interrupted.signal.aborted) {
        interrupted.abort(new Failure(exitCode, `stopped by ${signal}; no output file was written`));
      } else if (signal !== 'SIGHUP') {
        tell(new Failure(exitCode, `stopped at once by a second signal, ${signal}; no output file was written`));
        endAtOnce(exitCode);
      }
    });
  }
  // A run answers it; before one begins, it must not start Node's debugger.
  process.on('SIGUSR1', () => {});
}

/**
 * Ends the process with an exit code, that of a signal or another, whatever is still being read or written.
 *
 * Node waits for system calls before it exits, and one may never return: the opening of a named pipe whose other end nobody
 * opens. The signal itself does not wait, and to a shell it is the same exit code.
 */
export function endAtOnce(exitCode: number): void {
  const signal = (Object.keys(SIGNALS) as Signal[]).find((signal) => SIGNALS[signal] === exitCode);
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

/**
 * Has the process end as it should though the terminal it was started on has gone: Node sets terminals back as they were when
 * it exits, and aborts where there is none any more. What is closed it leaves alone.
 */
export function outliveTerminals(): void {
  const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor));
  process.on('exit', () => {
    for (const descriptor of terminals) if (!isatty(descriptor)) closeSync(descriptor);
  });
}
