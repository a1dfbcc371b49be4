import { ExitCode, systemCode } from './failure.js';
import { errorEntry, main } from './main.js';
import { endAtOnce, listenToSignals, outliveTerminals } from './process/signals.js';
import { formatEntry, requestedFormat } from './report/log.js';

/* The process around `main`: its streams, its signals, its exit code. */

const argv = process.argv.slice(2);
const { stdout, stderr } = process;

// `--help | head`: a reader who left is no failure. Whoever writes data listens as well, and reports any other error.
stdout.on('error', (error) => {
  if (systemCode(error) !== 'EPIPE' && stdout.listenerCount('error') === 1) throw error;
});
// A terminal that was closed, a pipe whose reader has gone, a full disk: the run is worth more than what it says.
stderr.on('error', () => {});
outliveTerminals();
// Node writes to pipes as it does to files: a reader who has stopped reading would hold up signals and the end.
const pipe = stderr.isTTY
  ? undefined
  : (stderr as { _handle?: { setBlocking?: (isBlocking: boolean) => void } })._handle;
pipe?.setBlocking?.(false);
/** Milliseconds that the last words wait for such a reader. */
const LAST_WORDS = 2000;

const interrupted = new AbortController();
listenToSignals(interrupted, (failure) => {
  stderr.write(formatEntry(errorEntry(failure), requestedFormat(argv), new Date()));
});
// Until main has its answer: Node would call it a success if nothing were left to wait for.
process.exitCode = ExitCode.unexpected;
const exitCode = await main(argv, { stdout, stderr, interrupted: interrupted.signal });
process.exitCode = exitCode;
setTimeout(() => {
  if (stderr.writableLength > 0) endAtOnce(exitCode);
}, LAST_WORDS).unref();
// After a signal, the clock or --max-memory all is cleaned up, but a file may still be being read: the process does not wait for that.
const isStopped = exitCode >= ExitCode.tryAgain || exitCode === ExitCode.noMemory;
if (isStopped) stderr.write('', () => endAtOnce(exitCode));
