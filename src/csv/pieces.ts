import { MAX_ROW_BYTES } from './row-cutter.js';

const LF = 0x0a;

/** The current piece. */
export type Piece = Pick<Pieces, 'bytes' | 'from' | 'to' | 'isLast' | 'position'>;

/**
 * The bytes of a table, cut from chunks of any size into pieces that begin with a row, for `RowCutter`.
 *
 *     do pieces.from = read(pieces.bytes, pieces.from, pieces.to, pieces.isLast)
 *     while (await pieces.more())
 */
export class Pieces {
  /** Begins with a row. */
  bytes: Uint8Array = new Uint8Array(0);
  /** Where the first unread row begins; the reader moves it forward. */
  from = 0;
  /** After the last line end; in the last piece, the end of the file, where a line end is added. */
  to = 0;
  isLast = false;
  readonly #chunks: AsyncIterator<Uint8Array>;
  /** How many bytes there are, including those after the last line end. */
  #filled = 0;
  /** Bytes that follow the piece and have been read already. */
  #next: Uint8Array | undefined;
  /** The position of the piece in its file. */
  #before: number;

  /** @param position of the first byte in its file. */
  constructor(chunks: AsyncIterator<Uint8Array>, position = 0) {
    this.#chunks = chunks;
    this.#before = position;
  }

  /** The position in its file of the row at `from`. */
  get position(): number {
    return this.#before + this.from;
  }

  /** True if the row at `from` exceeds the limit; there are no more pieces then. */
  get isTooLong(): boolean {
    return this.#filled - this.from > MAX_ROW_BYTES;
  }

  /** Moves on to the next piece: the unread bytes and some more. @returns false if there are no more. */
  async more(): Promise<boolean> {
    if (this.isLast || this.isTooLong) return false;
    const left = this.bytes.subarray(this.from, this.#filled);
    // An incomplete row is cut again only when it has grown to twice its size, so that long rows take linear time.
    const isStuck = this.from === 0 && left.length > 0;
    const enough = isStuck ? Math.min(2 * left.length, MAX_ROW_BYTES + 1) : 0;
    const parts = left.length > 0 ? [left] : [];
    let hasLine = isStuck && left.includes(LF);
    this.#before += this.from;
    for (let size = left.length; ; ) {
      const chunk = await this.#chunk();
      if (!chunk) {
        this.isLast = true;
        return this.#begin(joined([...parts, Uint8Array.of(LF)]), size) && size > 0;
      }
      // Usually the first line of the chunk completes the unread row, so the rest of the chunk need not be copied.
      const end = size > 0 && enough === 0 ? chunk.indexOf(LF) + 1 : 0;
      const part = end > 0 ? chunk.subarray(0, end) : chunk;
      if (part.length < chunk.length) this.#next = chunk.subarray(end);
      parts.push(part);
      size += part.length;
      hasLine ||= part.includes(LF);
      if (size >= enough && (hasLine || size > MAX_ROW_BYTES)) return this.#begin(joined(parts));
    }
  }

  /** Closes the file. */
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
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  return parts.length === 1 && first ? first : Buffer.concat(parts);
}
