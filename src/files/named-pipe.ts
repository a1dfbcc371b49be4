import { constants, openSync, statSync } from 'node:fs';
import { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { messageOf, systemCode } from '../failure.js';
import { cannotWrite, type Destination, drained, type OnWait } from './writing.js';

export function isNamedPipe(path: string): boolean {
  try {
    return statSync(path).isFIFO();
  } catch {
    // Opening it will say what is wrong.
    return false;
  }
}

/** Milliseconds without a reader before the user is told, and between attempts to open the pipe. */
const READER_IS_LATE = 3000;
const OPENED_AGAIN = 20;

/**
 * A named pipe. Its reader may come late, be slow or stop: output waits in memory, up to the usual amount, but neither signals nor the
 * end of the process wait for the reader. So the pipe is opened and written without blocking; file streams would block.
 */
export class NamedPipe implements Destination {
  readonly #path: string;
  readonly #head = new PassThrough();
  readonly #done: Promise<void>;
  readonly #late: NodeJS.Timeout;
  #settle = () => {};
  #again: NodeJS.Timeout | undefined;
  #socket: Socket | undefined;
  #closed = false;
  #error: Error | undefined;

  constructor(path: string, onWait: OnWait = () => {}) {
    this.#path = path;
    this.#done = new Promise((resolve) => {
      this.#settle = resolve;
    });
    const late = () => onWait(`nobody reads ${path} yet: what is to go there waits for that`);
    this.#late = setTimeout(late, READER_IS_LATE).unref();
    this.#open();
  }

  async write(bytes: Uint8Array | string): Promise<boolean> {
    if (!this.#closed && !this.#head.write(bytes)) await drained(this.#head);
    if (this.#error) throw cannotWrite(this.#path, this.#error);
    return !this.#closed;
  }

  async commit(): Promise<void> {
    this.#head.end();
    await this.#done;
    if (this.#error) throw cannotWrite(this.#path, this.#error);
  }

  abandon(): void {
    this.#close();
  }

  #open(): void {
    let descriptor: number;
    try {
      descriptor = openSync(this.#path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      // The error of a pipe without a reader.
      if (systemCode(error) === 'ENXIO') this.#again = setTimeout(() => this.#open(), OPENED_AGAIN);
      else this.#fail(error);
      return;
    }
    clearTimeout(this.#late);
    const socket = new Socket({ fd: descriptor, readable: false, writable: true });
    this.#socket = socket;
    socket.on('error', (error) => this.#fail(error));
    // Only real sockets can be ended; this one is closed when everything has gone through.
    this.#head.on('end', () => socket.write('', () => this.#close()));
    this.#head.pipe(socket, { end: false });
  }

  #fail(error: unknown): void {
    // A reader that closes it early has seen enough.
    if (systemCode(error) !== 'EPIPE') this.#error ??= error instanceof Error ? error : new Error(messageOf(error));
    this.#close();
  }

  #close(): void {
    this.#closed = true;
    clearTimeout(this.#late);
    clearTimeout(this.#again);
    this.#socket?.destroy();
    this.#head.destroy();
    this.#settle();
  }
}
