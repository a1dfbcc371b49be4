import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  createWriteStream,
  fchmodSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
} from 'node:fs';
import { Socket } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { PassThrough, type Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { ExitCode, Failure, isOutOfRoom, messageOf, systemCode } from '../failure.js';
import { atExit } from '../storage/at-exit.js';
import { ownTag, removeLeftBehind } from '../storage/owner.js';

/** Where the answer goes, bit by bit; it counts only once `commit` has run. */
export interface Destination {
  /** Waits until there is room for more. False: the reader has left (`| head`), and wants no more. */
  write(bytes: Uint8Array | string): Promise<boolean>;
  /** Makes what was written the answer. */
  commit(): Promise<void>;
  /** Leaves everything as it was. Harmless after `commit`. */
  abandon(): void;
}

/** Is told, in a sentence, what is waited for. */
export type OnWait = (message: string) => void;

/**
 * Opens a file, or standard output for `-`.
 * @param onWait is told where a pipe has no reader for a while. @throws Failure 73 where it cannot be made.
 */
export function openDestination(path: string, onWait?: OnWait): Destination {
  const target = fileToBe(path);
  if (target) return new AtomicFile(target);
  if (path === '-') return new Stream(process.stdout, 'standard output');
  return statOf(path)?.isFIFO() ? new NamedPipe(path, onWait) : new Stream(createWriteStream(path), path);
}

/** Writes a file, or standard output for `-`, in one go. @throws Failure 73 where it cannot be made, 74 where it cannot be written. */
export async function writeWhole(path: string, text: string, onWait?: OnWait): Promise<void> {
  const file = openDestination(path, onWait);
  try {
    await file.write(text);
    await file.commit();
  } finally {
    file.abandon();
  }
}

/** A file that is or will be. */
export interface FileToBe {
  path: string;
  /** Its permissions, undefined where there is none yet. */
  mode: number | undefined;
}

/**
 * The file that a path names or will; undefined for standard output, a pipe or a device.
 * @throws Failure 73 where it cannot be one.
 */
export function fileToBe(path: string): FileToBe | undefined {
  if (path === '-') return undefined;
  if (path.endsWith('/')) throw new Failure(ExitCode.cannotCreate, `${path} is a folder; name a file in it`);
  const present = statOf(path);
  if (present?.isDirectory()) throw new Failure(ExitCode.cannotCreate, `${path} is a folder; name a file in it`);
  // A pipe or a device keeps its place: nothing can be moved over /dev/null.
  if (present && !present.isFile()) return undefined;
  return present ? { path: realpathSync(path), mode: present.mode & 0o777 } : { path, mode: undefined };
}

/** Standard output or a device that is written to as it comes. A reader that closes it early has seen enough. */
class Stream implements Destination {
  readonly #stream: Writable;
  readonly #name: string;
  #closed = false;
  #error: Error | undefined;

  constructor(stream: Writable, name: string) {
    this.#stream = stream;
    this.#name = name;
    stream.on('error', (error) => {
      this.#closed = true;
      if (systemCode(error) !== 'EPIPE') this.#error = error;
    });
  }

  async write(bytes: Uint8Array | string): Promise<boolean> {
    if (!this.#closed && !this.#stream.write(bytes)) await drained(this.#stream);
    if (this.#error) throw cannotWrite(this.#name, this.#error);
    return !this.#closed;
  }

  async commit(): Promise<void> {
    // What is still on its way is awaited, so that a failure to write it is not lost.
    const done = new Promise<void>((resolve) => {
      this.#stream.once('error', () => resolve());
      if (this.#stream === process.stdout) this.#stream.write('', () => resolve());
      else this.#stream.end(() => resolve());
    });
    if (!this.#closed) await done;
    if (this.#error) throw cannotWrite(this.#name, this.#error);
  }

  abandon(): void {}
}

/** Milliseconds for which nobody has to read a pipe before that is told, and after which it is tried to open it again. */
const READER_IS_LATE = 3000;
const OPENED_AGAIN = 20;

/**
 * A named pipe. Its reader may come late, be slow or stand still: what is written waits in memory, up to the usual amount, and neither
 * signals nor the end of the process wait for it. So it is opened and written without blocking, which streams of files are not.
 */
class NamedPipe implements Destination {
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
      // So it is without a reader.
      if (systemCode(error) === 'ENXIO') this.#again = setTimeout(() => this.#open(), OPENED_AGAIN);
      else this.#fail(error);
      return;
    }
    clearTimeout(this.#late);
    const socket = new Socket({ fd: descriptor, readable: false, writable: true });
    this.#socket = socket;
    socket.on('error', (error) => this.#fail(error));
    // Not ended, which is for sockets alone: when all has gone through, it is closed.
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

/**
 * A file that appears whole or not at all: written beside its place under a name of its own, made safe on disk, then
 * moved there in one step. `.gz` is compressed.
 */
export class AtomicFile implements Destination {
  readonly #path: string;
  readonly #temporary: string;
  readonly #file: Writable;
  readonly #descriptor: number;
  readonly #head: Writable;
  readonly #forget: () => void;
  #error: Error | undefined;
  #done = false;

  /** @param temporary where it is written; beside its place unless said. */
  constructor({ path, mode }: FileToBe, temporary?: string) {
    this.#path = path;
    const name = `.${basename(path)}.`;
    this.#temporary = temporary ?? join(dirname(path), `${name}${ownTag()}.${randomBytes(6).toString('hex')}.tmp`);
    try {
      removeLeftBehind(dirname(path), name, '\\.[0-9a-f]{12}\\.tmp');
      this.#descriptor = openSync(this.#temporary, 'wx', mode ?? 0o666);
      if (mode !== undefined) fchmodSync(this.#descriptor, mode);
    } catch (error) {
      throw cannotCreate(path, error);
    }
    this.#forget = atExit(() => rmSync(this.#temporary, { force: true }));
    this.#file = createWriteStream(this.#temporary, { fd: this.#descriptor, autoClose: false });
    this.#file.on('error', (error) => this.#fail(error));
    if (path.endsWith('.gz')) {
      const gzip = createGzip();
      gzip.on('error', (error) => this.#fail(error));
      gzip.pipe(this.#file);
      this.#head = gzip;
    } else {
      this.#head = this.#file;
    }
  }

  async write(bytes: Uint8Array | string): Promise<boolean> {
    if (!this.#error && !this.#head.write(bytes)) await drained(this.#head, this.#file);
    if (this.#error) throw cannotWrite(this.#path, this.#error);
    return true;
  }

  async commit(): Promise<void> {
    try {
      this.#head.end();
      await finished(this.#file, { readable: false });
      fsyncSync(this.#descriptor);
      closeSync(this.#descriptor);
      renameSync(this.#temporary, this.#path);
      this.#done = true;
      this.#forget();
    } catch (error) {
      throw cannotWrite(this.#path, error);
    }
  }

  abandon(): void {
    if (this.#done) return;
    this.#head.destroy();
    this.#file.destroy();
    rmSync(this.#temporary, { force: true });
    this.#forget();
  }

  #fail(error: Error): void {
    this.#error ??= error;
  }
}

/** Until the first of the streams drains; an error or a close of any of them counts, since no drain will follow it. */
function drained(...streams: Writable[]): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const stream of streams) for (const event of ['drain', 'error', 'close']) stream.off(event, done);
      resolve();
    };
    streams[0]?.once('drain', done);
    for (const stream of streams) for (const event of ['error', 'close']) stream.once(event, done);
  });
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    // A file where a folder is needed.
    throw cannotCreate(path, error);
  }
}

/** The failure of a file that cannot be made, in the user's terms. */
export function cannotCreate(path: string, cause: unknown): Failure {
  const code = systemCode(cause);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new Failure(ExitCode.cannotCreate, `${path}: the folder ${dirname(path)} does not exist; make it first`, {
      cause,
    });
  }
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') {
    return new Failure(
      ExitCode.cannotCreate,
      `${path}: no permission to write in ${dirname(path)}; who runs this needs write rights there`,
      { cause },
    );
  }
  return new Failure(ExitCode.cannotCreate, `${path} cannot be created: ${messageOf(cause)}`, { cause });
}

/** The failure of a file that cannot be written on. */
export function cannotWrite(path: string, cause: unknown): Failure {
  const wayOut = isOutOfRoom(cause) ? '; make room there and run it again' : '';
  return new Failure(ExitCode.io, `${path} cannot be written: ${messageOf(cause)}${wayOut}`, { cause });
}
