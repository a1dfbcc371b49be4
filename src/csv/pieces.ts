import { MAX_ROW_BYTES } from './row-cutter.js';

const LF = 0x0a;

/** One of them. */
export type Piece = Pick<Pieces, 'bytes' | 'from' | 'to' | 'isLast' | 'position'>;

/**
 * The bytes of a table in pieces that begin with a row, from the chunks in which they come: what `RowCutter` cuts.
 *
 *     do pieces.from = read(pieces.bytes, pieces.from, pieces.to, pieces.isLast)
 *     while (await pieces.more())
 */
export class Pieces {
  /** They begin with a row. */
  bytes: Uint8Array = new Uint8Array(0);
  /** Where the first row begins that has not been read: whoever reads rows moves it. */
  from = 0;
  /** Behind the last line end; in the last piece, where the file ends, with a line end behind it. */
  to = 0;
  isLast = false;
  readonly #chunks: AsyncIterator<Uint8Array>;
  /** How many bytes there are, the ones behind the last line end included. */
  #filled = 0;
  /** What follows the piece, where that is here already. */
  #next: Uint8Array | undefined;
  #before: number;

  /** @param position the first byte's, in its file. */
  constructor(chunks: AsyncIterator<Uint8Array>, position = 0) {
    this.#chunks = chunks;
    this.#before = position;
  }

  /** Where in its file the row at `from` begins. */
  get position(): number {
    return this.#before + this.from;
  }

  /** True where the row at `from` is longer than any may be; there are no more pieces then. */
  get isTooLong(): boolean {
    return this.#filled - this.from > MAX_ROW_BYTES;
  }

  /** Takes more bytes behind those that have not been read. @returns false where there are none. */
  async more(): Promise<boolean> {
    if (this.isLast || this.isTooLong) return false;
    const left = this.bytes.subarray(this.from, this.#filled);
    // A row without an end is looked at again when there is twice as much of it, so that a long one does not take forever.
    const isStuck = this.from === 0 && left.length > 0;
    const enough = isStuck ? Math.min(2 * left.length, MAX_ROW_BYTES + 1) : 0;
    const parts = left.length > 0 ? [left] : [];
    let hasLine = isStuck && left.includes(LF);
    this.#before += this.from;
    for (let size = left.length; ; ) {
      const chunk = await this.#chunk();
      if (!chunk) return this.#finish(parts, size);
      // Mostly what is left ends with the chunk's first line: the rest need not be put together with it.
      const end = size > 0 && enough === 0 ? chunk.indexOf(LF) + 1 : 0;
      const part = end > 0 ? chunk.subarray(0, end) : chunk;
      if (part.length < chunk.length) this.#next = chunk.subarray(end);
      parts.push(part);
      size += part.length;
      hasLine ||= part.includes(LF);
      if (size >= enough && (hasLine || size > MAX_ROW_BYTES)) return this.#begin(joined(parts));
    }
  }

  /** Lets the file go. */
  async close(): Promise<void> {
    await this.#chunks.return?.();
  }

  async #chunk(): Promise<Uint8Array | undefined> {
    const next = this.#next;
    this.#next = undefined;
    if (next) return next;
    const { value, done } = await this.#chunks.next();
    return done ? undefined : value;
  }

  #begin(bytes: Uint8Array, length = bytes.length): true {
    this.bytes = bytes;
    this.#filled = length;
    this.to = this.isLast ? length : bytes.lastIndexOf(LF) + 1;
    this.from = 0;
    return true;
  }

  #finish(parts: readonly Uint8Array[], size: number): boolean {
    this.isLast = true;
    return this.#begin(joined([...parts, Uint8Array.of(LF)]), size) && size > 0;
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  return parts.length === 1 && first ? first : Buffer.concat(parts);
}
