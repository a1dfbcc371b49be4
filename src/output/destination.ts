import { randomBytes } from 'node:crypto';
import { createWriteStream, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { ExitCode, Failure, systemCode } from '../failure.js';

/** Where the answer goes, bit by bit; it counts only once `commit` has run. */
export interface Destination {
  /** Waits until there is room for more. False: the reader has left (`| head`), and wants no more. */
  write(bytes: Uint8Array | string): Promise<boolean>;
  /** Makes what was written the answer. */
  commit(): Promise<void>;
  /** Leaves everything as it was. Harmless after `commit`. */
  abandon(): void;
}

/** Opens a file, or standard output for `-`. @throws Failure 73 where it cannot be made. */
export function openDestination(path: string): Destination {
  return path === '-' ? new StandardOutput() : new AtomicFile(path);
}

/** Standard output. A reader that closes it early has seen enough. */
class StandardOutput implements Destination {
  #closed = false;
  #error: Error | undefined;

  constructor() {
    process.stdout.on('error', (error) => {
      this.#closed = true;
      if (systemCode(error) !== 'EPIPE') this.#error = error;
    });
  }

  async write(bytes: Uint8Array | string): Promise<boolean> {
    if (!this.#closed && !process.stdout.write(bytes)) await drained(process.stdout);
    if (this.#error) throw cannotWrite('standard output', this.#error);
    return !this.#closed;
  }

  async commit(): Promise<void> {
    // What is still on its way is awaited, so that a failure to write it is not lost.
    if (!this.#closed) await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
    if (this.#error) throw cannotWrite('standard output', this.#error);
  }

  abandon(): void {}
}

/**
 * A file that appears whole or not at all: written beside its place under a name of its own, made safe on disk, then
 * moved there in one step. `.gz` is compressed.
 */
class AtomicFile implements Destination {
  readonly #path: string;
  readonly #temporary: string;
  readonly #file: Writable;
  readonly #descriptor: number;
  readonly #head: Writable;
  #error: Error | undefined;
  #done = false;

  constructor(path: string) {
    this.#path = path;
    refuseFolder(path);
    this.#temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
    try {
      this.#descriptor = openSync(this.#temporary, 'wx', 0o666);
    } catch (error) {
      throw cannotCreate(path, error);
    }
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
      renameSync(this.#temporary, this.#path);
      this.#done = true;
    } catch (error) {
      throw cannotWrite(this.#path, error);
    }
  }

  abandon(): void {
    if (this.#done) return;
    this.#head.destroy();
    this.#file.destroy();
    rmSync(this.#temporary, { force: true });
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

function refuseFolder(path: string): void {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory()) throw new Failure(ExitCode.cannotCreate, `${path} is a folder; name a file in it`);
}

function cannotCreate(path: string, cause: unknown): Failure {
  const code = systemCode(cause);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new Failure(ExitCode.cannotCreate, `${path}: the folder ${dirname(path)} does not exist`, { cause });
  }
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') {
    return new Failure(ExitCode.cannotCreate, `${path}: no permission to write in ${dirname(path)}`, { cause });
  }
  return new Failure(ExitCode.cannotCreate, `${path} cannot be created: ${messageOf(cause)}`, { cause });
}

function cannotWrite(path: string, cause: unknown): Failure {
  return new Failure(ExitCode.io, `${path} cannot be written: ${messageOf(cause)}`, { cause });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
