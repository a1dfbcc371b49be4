import { constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { messageOf, systemCode } from '../failure.js';
import { cannotWrite, type Destination, drained, type OnWait } from './writing.js';

/** Milliseconds without a reader before the user gets a message, and between attempts to open the pipe. */
const LATE_AFTER = 3000;
const RETRY_AFTER = 20;

/**
 * Writes to a named pipe. Its reader may come late, be slow or stop: output waits in memory, up to the usual amount, but neither signals
 * nor the end of the process wait for the reader. So the pipe is opened and written without blocking; file streams would block.
 */
export function openNamedPipe(path: string, onWait: OnWait = () => {}): Destination {
  const head = new PassThrough();
  let settle = () => {};
  const done = new Promise<void>((resolve) => {
    settle = resolve;
  });
  let retry: NodeJS.Timeout | undefined;
  let socket: Socket | undefined;
  let isClosed = false;
  let failed: Error | undefined;
  const reportLate = () => onWait(`nobody reads ${path} yet: its output waits for a reader`);
  const late = setTimeout(reportLate, LATE_AFTER).unref();

  const close = () => {
    isClosed = true;
    clearTimeout(late);
    clearTimeout(retry);
    socket?.destroy();
    head.destroy();
    settle();
  };
  const fail = (error: unknown) => {
    // A reader that closes it early has seen enough.
    if (systemCode(error) !== 'EPIPE') failed ??= error instanceof Error ? error : new Error(messageOf(error));
    close();
  };
  const open = () => {
    let descriptor: number;
    try {
      descriptor = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      // ENXIO: the pipe has no reader.
      if (systemCode(error) === 'ENXIO') retry = setTimeout(open, RETRY_AFTER);
      else fail(error);
      return;
    }
    clearTimeout(late);
    const pipe = new Socket({ fd: descriptor, readable: false, writable: true });
    socket = pipe;
    pipe.on('error', fail);
    // Only real sockets can be ended; this one is closed once everything has been written.
    head.on('end', () => pipe.write('', close));
    head.pipe(pipe, { end: false });
  };
  open();
  return {
    async write(bytes) {
      if (!isClosed && !head.write(bytes)) await drained(head);
      if (failed) throw cannotWrite(path, failed);
      return !isClosed;
    },

    async commit() {
      head.end();
      await done;
      if (failed) throw cannotWrite(path, failed);
    },

    abandon: close,
  };
}
