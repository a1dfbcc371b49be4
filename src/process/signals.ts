import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { ExitCode, Failure } from '../failure.js';
import { isPipeOrDevice } from '../files/stats.js';
import { cleanUpAtExit } from './at-exit.js';

const SIGNALS = {
  SIGHUP: ExitCode.hungUp,
  SIGINT: ExitCode.interrupted,
  SIGTERM: ExitCode.terminated,
} as const;
type Signal = keyof typeof SIGNALS;

/**
 * The first signal stops the run, which then cleans up. A second SIGINT or SIGTERM ends the process at once.
 * @param report prints the last message before that.
 */
export function listenToSignals(interrupted: AbortController, report: (failure: Failure) => void): void {
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      // A server has its own listener, which reloads the model.
      if (signal === 'SIGHUP' && process.listenerCount(signal) > 1) return;
      const exitCode = SIGNALS[signal];
      if (!interrupted.signal.aborted) {
        interrupted.abort(new Failure(exitCode, `stopped by ${signal}; no output file was written`));
      } else if (signal !== 'SIGHUP') {
        report(new Failure(exitCode, `stopped at once by a second signal, ${signal}; no output file was written`));
        exitNow(exitCode);
      }
    });
  }
  // During a run, this signal prints a heartbeat. Before a run, it must not start Node's debugger.
  process.on('SIGUSR1', () => {});
}

/**
 * Ends the process at once, even during reads and writes.
 *
 * Before it exits, Node waits for system calls, and one may never return: opening a named pipe that has no other end. A signal to itself
 * ends the process without waiting, and gives a shell the same exit code.
 */
export function exitNow(exitCode: number): void {
  const signal = (Object.keys(SIGNALS) as Signal[]).find((signal) => SIGNALS[signal] === exitCode);
  const hasFileRequest = process.getActiveResourcesInfo().some((resource) => resource.startsWith('FSReq'));
  if (signal && hasFileRequest && process.argv.slice(2).some(namesPipe)) {
    cleanUpAtExit();
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  }
  process.exit(exitCode);
}

/** True for an argument that names a pipe or a device, with or without a preceding `--option=`. */
function namesPipe(argument: string): boolean {
  return isPipeOrDevice(argument.replace(/^--[\w-]+=/, ''));
}

/**
 * Lets the process end normally after its terminal has gone. Node restores terminals when it exits, and aborts if they no longer exist;
 * it ignores closed descriptors.
 */
export function surviveHangup(): void {
  const terminals = [0, 1, 2].filter((descriptor) => isatty(descriptor));
  process.on('exit', () => {
    for (const descriptor of terminals) if (!isatty(descriptor)) closeSync(descriptor);
  });
}
