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

const interrupted = new AbortController();
listenToSignals(interrupted, (failure) => {
  stderr.write(formatEntry(errorEntry(failure), requestedFormat(argv), new Date()));
});
// Until main has its answer: Node would call it a success if nothing were left to wait for.
process.exitCode = ExitCode.unexpected;
process.exitCode = await main(argv, { stdout, stderr, interrupted: interrupted.signal });
// After a signal, the clock or --max-memory all is cleaned up, but a file may still be being read: the process does not wait for that.
if (process.exitCode >= ExitCode.tryAgain || process.exitCode === ExitCode.noMemory) endAtOnce(process.exitCode);
