import { ExitCode, systemCode } from './failure.js';
import { errorEntry, main } from './main.js';
import { exitNow, listenToSignals, surviveHangup } from './process/signals.js';
import { formatEntry, requestedFormat } from './report/log.js';

/* The process around `main`: its streams, its signals, its exit code. */

const argv = process.argv.slice(2);
const { stdout, stderr } = process;

// `--help | head`: a reader that has gone is no failure. Code that writes data has its own listener, which reports all other errors.
stdout.on('error', (error) => {
  if (systemCode(error) !== 'EPIPE' && stdout.listenerCount('error') === 1) throw error;
});
// A closed terminal, a pipe without a reader, a full disk: a lost log line must not end the run.
stderr.on('error', () => {});
surviveHangup();
// Node writes to pipes synchronously by default: a reader that has stopped reading would block signals and the exit.
const pipe = stderr.isTTY
  ? undefined
  : (stderr as { _handle?: { setBlocking?: (isBlocking: boolean) => void } })._handle;
pipe?.setBlocking?.(false);
/** Milliseconds that the exit waits for such a reader to take the rest of stderr. */
const FLUSH_TIMEOUT = 2000;

const interrupted = new AbortController();
listenToSignals(interrupted, (failure) => {
  stderr.write(formatEntry(errorEntry(failure), requestedFormat(argv), new Date()));
});
// Until `main` returns: Node would exit with 0 if nothing were left to wait for.
process.exitCode = ExitCode.unexpected;
const exitCode = await main(argv, { stdout, stderr, interrupted: interrupted.signal });
process.exitCode = exitCode;
setTimeout(() => {
  if (stderr.writableLength > 0) exitNow(exitCode);
}, FLUSH_TIMEOUT).unref();
// After a signal, a time limit or --max-memory everything is cleaned up, but a read may still be pending: the process does not wait for it.
const isStopped = exitCode >= ExitCode.tryAgain || exitCode === ExitCode.noMemory;
if (isStopped) stderr.write('', () => exitNow(exitCode));
