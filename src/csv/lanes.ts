import { CsvRecords, MAX_RECORD_BYTES, type RecordTaker, TOO_LONG } from './csv-records.js';

/**
 * Reads rows from their bytes as far as it is sure to read them as csv-parse and the row reader would: the fast lane.
 * Rows that are refused or odd are left to csv-parse.
 */
export interface PlainReader {
  /** Lines before the next row. */
  line: number;
  /** How many cells a row has. */
  readonly width: number;
  /** Rows read so far. */
  rows: number;
  /**
   * @param bytes the bytes `from` to `to` begin with a row and end with a line's end.
   * @returns where the first row begins that was not read; `to` where none is left.
   */
  read(bytes: Uint8Array, from: number, to: number): number;
}

const LF = 0x0a;

/** Rows of one file by two lanes: plain rows by their bytes, stretches that begin with an odd one by csv-parse. */
export class TwoLanes {
  readonly #delimiter: string;
  readonly #plain: PlainReader;
  readonly #taker: RecordTaker;
  readonly #stretchBytes: number;
  /** How many bytes the next row was seen to have, and still to be inside quotes. */
  #open = 0;

  /** @param stretchBytes what csv-parse reads at least from an odd row on. */
  constructor(delimiter: string, plain: PlainReader, taker: RecordTaker, stretchBytes: number) {
    this.#delimiter = delimiter;
    this.#plain = plain;
    this.#taker = taker;
    this.#stretchBytes = stretchBytes;
  }

  /**
   * Reads rows from a file's chunks, the first of which begins with a row.
   *
   * @throws what the taker throws.
   */
  async readAll(chunks: AsyncIterable<Uint8Array>): Promise<void> {
    let pieces: Uint8Array[] = [];
    let size = 0;
    // A row without an end is looked at again when there is twice as much of it, so that a long one does not take forever.
    let enough = 0;
    for await (const chunk of chunks) {
      // Mostly what is left ends with the chunk's first line: the rest need not be put together with it.
      const end = size > 0 && enough === 0 ? chunk.indexOf(LF) + 1 : 0;
      for (const piece of [chunk.subarray(0, end), chunk.subarray(end)]) {
        if (piece.length === 0) continue;
        pieces.push(piece);
        size += piece.length;
        if (size < enough) continue;
        const bytes = whole(pieces);
        const to = bytes.lastIndexOf(LF) + 1;
        const read = to > 0 ? await this.read(bytes, 0, to, false) : 0;
        const left = bytes.subarray(read);
        this.refuseLong(left.length);
        enough = read < to || (read === 0 && left.length > 0) ? Math.min(2 * left.length, MAX_RECORD_BYTES + 1) : 0;
        pieces = left.length > 0 ? [left] : [];
        size = left.length;
      }
    }
    await this.read(whole(pieces), 0, size, true);
  }

  /**
   * Reads the rows in the bytes `from` to `to`, which end with a line's end unless they are the `last` of the file.
   *
   * @returns where the first row begins that was not read, for the end of a quoted cell lies behind `to`.
   */
  async read(bytes: Uint8Array, from: number, to: number, last: boolean): Promise<number> {
    // The last line may lack its end: csv-parse knows what to make of it.
    const plainTo = last ? bytes.lastIndexOf(LF, to - 1) + 1 : to;
    let at = from;
    while (at < to) {
      if (at < plainTo) at = this.#plain.read(bytes, at, plainTo);
      if (at === to) break;
      const end = await this.#readStretch(bytes, at, to, last);
      if (end === at) break;
      at = end;
    }
    return at;
  }

  /** @returns where the stretch ended; `at` itself where it would not without what lies behind `to`. */
  async #readStretch(bytes: Uint8Array, at: number, to: number, last: boolean): Promise<number> {
    for (let least = Math.max(this.#stretchBytes, this.#open); ; least *= 2) {
      const end = lineEnd(bytes, at + least, to);
      const stretch = bytes.subarray(at, end);
      const { rows, open } = await this.#records(stretch);
      if (open && end < to) continue;
      this.#open = open ? end - at : 0;
      if (open && !last) return at;
      for (const row of rows) row();
      this.#plain.line += linesIn(stretch);
      return end;
    }
  }

  /** @throws what the taker throws where so many bytes, from the next row on, are not a whole row yet. */
  refuseLong(bytes: number): void {
    if (bytes > MAX_RECORD_BYTES) this.#taker.tooLong(this.#plain.line + 1, TOO_LONG);
  }

  /** The rows of a stretch, each to be taken later, and whether the stretch ends inside quotes. */
  async #records(stretch: Uint8Array): Promise<{ rows: (() => void)[]; open: boolean }> {
    const rows: (() => void)[] = [];
    const taker = this.#taker;
    const records = new CsvRecords(
      { delimiter: this.#delimiter, linesBefore: this.#plain.line, width: this.#plain.width },
      {
        record: (cells, line) => rows.push(() => taker.record(cells, line)),
        refused: (line, reason) => rows.push(() => taker.refused(line, reason)),
        tooLong: (line, reason) => rows.push(() => taker.tooLong(line, reason)),
      },
    );
    records.write(stretch);
    await records.end();
    return { rows, open: records.open };
  }
}

function whole(pieces: readonly Uint8Array[]): Uint8Array {
  const [first] = pieces;
  return pieces.length === 1 && first ? first : Buffer.concat(pieces);
}

/** Where the line ends that goes on at `from`; `to` where that is behind it. */
export function lineEnd(bytes: Uint8Array, from: number, to: number): number {
  if (from >= to) return to;
  const end = bytes.indexOf(LF, from) + 1;
  return end === 0 || end > to ? to : end;
}

function linesIn(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(LF); at >= 0; at = bytes.indexOf(LF, at + 1)) lines++;
  return lines;
}
