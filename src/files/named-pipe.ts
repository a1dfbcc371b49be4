import { constants, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { Writable } from 'node:stream';
import { systemCode } from '../failure.js';
import type { OnWait } from './writing.js';

/** Milliseconds without a reader before the user gets a message, and between attempts to open the pipe. */
const LATE_AFTER = 3000;
const RETRY_AFTER = 20;

/**
 * A stream into a named pipe. Its reader may come late, be slow or stop: output waits in memory, up to the usual amount, but neither signals
 * nor the end of the process wait for the reader. So the pipe is opened and written without blocking; file streams would block.
 */
export function namedPipe(path: string, onWait: OnWait = () => {}): Writable {
  const reportLate = () => onWait(`nobody reads ${path} yet: its output waits for a reader`);
  const late = setTimeout(reportLate, LATE_AFTER).unref();
  let socket: Socket | undefined;

  const open = (callback: (error?: Error) => void) => {
    // The stream is destroyed only once this has called back.
    if (stream.destroyed) return callback();
    try {
      const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
      socket = new Socket({ fd, readable: false, writable: true }).on('error', (error) => stream.destroy(error));
    } catch (error) {
      // ENXIO: the pipe has no reader.
      if (systemCode(error) !== 'ENXIO') return callback(error as Error);
      setTimeout(open, RETRY_AFTER, callback);
      return;
    }
    clearTimeout(late);
    callback();
  };
  const stream = new Writable({
    construct: open,
    write: (bytes, _encoding, callback) => void socket?.write(bytes, callback),
    // Only real sockets can be ended; this one is closed once everything has been written.
    final: (callback) => void socket?.write('', callback),
    destroy(error, callback) {
      clearTimeout(late);
      socket?.destroy();
      callback(error);
    },
  });
  return stream;
}
