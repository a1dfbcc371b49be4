import {
  closeSync,
  constants,
  createReadStream,
  fchmodSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  promises,
  readSync,
  renameSync,
  rmSync,
  write,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { checkSum } from './check-sum.js';
import { AtomicFile, type FileToBe } from './destination.js';
import type { RunDirectory } from './run-directory.js';
import { cannotCreate, cannotWrite, type Destination } from './writing.js';

/** Its names in the run's directory: lines as they are, packed, and those that are to lie elsewhere in it. */
export const LISTS = 'lists';
const PACKED = 'packed';
const ASIDE = 'aside';

const writeTo = promisify(write);

/**
 * The output file of a run, which lies in the run's directory until it is whole, so that another run can go on with it. What `.gz` asks
 * for is packed beside the plain lines: nobody can go on in the middle of a packed file.
 */
export class ListsFile implements Destination {
  readonly path: string;
  readonly #target: FileToBe;
  readonly #packedPath: string;
  readonly #file: number;
  readonly #asidePath: string;
  #aside: number | undefined;
  #packed: AtomicFile | undefined;
  #length = 0;
  #isOpen = true;
  #writing: Promise<unknown> = Promise.resolve();

  /** What lies there stays, until the first `write` or `goOn`. @throws Failure 73 where it cannot be opened. */
  constructor(target: FileToBe, directory: RunDirectory) {
    this.#target = target;
    this.path = join(directory.path, LISTS);
    this.#packedPath = directory.file(PACKED);
    this.#asidePath = directory.file(ASIDE);
    try {
      // Neither cut nor appended to: opened to be read and written in place.
      this.#file = openSync(this.path, constants.O_RDWR | constants.O_CREAT, 0o666);
      if (target.mode !== undefined) fchmodSync(this.#file, target.mode);
    } catch (error) {
      throw cannotCreate(target.path, error);
    }
  }

  /** How many bytes of lines were written. */
  get length(): number {
    return this.#length;
  }

  /** The check sum of those of its bytes; undefined where it has not so many. */
  sumOf(at: number, end: number): number | undefined {
    if (end > fstatSync(this.#file).size) return undefined;
    return checkSum(bytesOf(this.#file, at, end));
  }

  /**
   * Goes on behind the first bytes that are there.
   * @param end the bytes from there up to this one are set aside. @throws Failure 74 where that cannot be written.
   */
  async goOn(length: number, end = length): Promise<void> {
    try {
      if (end > length) this.#aside = await copyOf(this.path, this.#asidePath);
      // Abandoned meanwhile: its number may be another file's by now.
      if (!this.#isOpen) throw new Error('the run has ended');
      ftruncateSync(this.#file, length);
    } catch (error) {
      throw cannotWrite(this.#target.path, error);
    }
    this.#length = length;
    if (!this.#target.path.endsWith('.gz')) return;
    this.#packed = new AtomicFile(this.#target, this.#packedPath);
    if (length === 0) return;
    for await (const chunk of createReadStream(this.path, { end: length - 1 })) await this.#packed.write(chunk);
  }

  /** Bytes that were set aside, by where they lay. */
  setAside(at: number, end: number): Uint8Array {
    return this.#aside === undefined ? new Uint8Array(0) : bytesOf(this.#aside, at, end);
  }

  async write(bytes: Uint8Array | string): Promise<boolean> {
    this.#writing = this.#write(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
    await this.#writing;
    return true;
  }

  async commit(): Promise<void> {
    if (this.#packed) return this.#packed.commit();
    try {
      fsyncSync(this.#file);
      renameSync(this.path, this.#target.path);
    } catch (error) {
      throw cannotWrite(this.#target.path, error);
    }
  }

  /** Lets it go; it lies in the run's directory, and goes or stays with that. */
  abandon(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#packed?.abandon();
    if (this.#aside !== undefined) closeSync(this.#aside);
    this.#aside = undefined;
    // Never while it is written: its number may be another file's the moment it is closed.
    this.#writing.catch(() => {}).then(() => closeSync(this.#file));
  }

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      for (let done = 0; done < bytes.length; ) {
        if (!this.#isOpen) throw new Error('the run has ended');
        const { bytesWritten } = await writeTo(this.#file, bytes, done, bytes.length - done, this.#length + done);
        done += bytesWritten;
      }
    } catch (error) {
      throw cannotWrite(this.#target.path, error);
    }
    this.#length += bytes.length;
    await this.#packed?.write(bytes);
  }
}

/** Opens a copy of a file, which takes no name and is gone when it is closed. */
async function copyOf(path: string, copy: string): Promise<number> {
  await promises.copyFile(path, copy, constants.COPYFILE_FICLONE);
  const file = openSync(copy, 'r');
  rmSync(copy);
  return file;
}

function bytesOf(file: number, at: number, end: number): Buffer {
  const bytes = Buffer.allocUnsafe(end - at);
  let done = 0;
  for (let count = 1; count > 0 && done < bytes.length; done += count) {
    count = readSync(file, bytes, done, bytes.length - done, at + done);
  }
  return bytes.subarray(0, done);
}
