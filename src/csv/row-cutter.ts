const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;
const NUL = 0;

/** Kinds of bytes; 0 is part of a cell. */
const DELIMITER = 1;
const LINE_END = 2;
const CARRIAGE_RETURN = 3;
const ODD_QUOTE = 4;

/** More than any sane row. Without a limit, an unclosed quote would pull the rest of the file into memory. */
export const MAX_ROW_BYTES = 64 * 1024 * 1024;

/** The reason for stopping at a longer row, however bad rows are handled. */
export const TOO_LONG = `a row of more than ${MAX_ROW_BYTES >> 20} MB: most likely a quote that is never closed`;

/** What is wrong with a row. */
export type Trouble = 'none' | 'stray quote' | 'text after quote' | 'open quote' | 'width';

/**
 * Cuts the rows of a CSV file out of its bytes, as csv-parse would: cells in quotes may hold delimiters, doubled quotes
 * and line ends; a line ends with LF or CR LF; a CR alone is part of its cell. Cells are not copied: cell c of the last
 * row is `bytes[from[c] .. to[c])`.
 *
 * Every row is cut, even a bad one: `trouble` then says why it is bad, and the next row begins after it. A misplaced quote
 * costs only its own row.
 */
export class RowCutter {
  /** The bytes that `from` and `to` refer to: those that were cut, or a copy of the row if it has doubled quotes. */
  bytes: Uint8Array = new Uint8Array(0);
  /** The bounds of the first `width` cells. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** The number of cells; 0 for a blank line. */
  cells = 0;
  /** The number of line ends inside quotes. */
  innerLines = 0;
  trouble: Trouble = 'none';
  /** The number of line ends in the row before the misplaced quote. */
  troubleLines = 0;
  readonly #width: number;
  readonly #anyWidth: boolean;
  readonly #used: Uint8Array;
  readonly #kinds = new Uint8Array(256);
  /** The bytes of the delimiter after the first one. */
  readonly #delimiterRest: Uint8Array;
  /** 1 for cells that `#undouble` has to rewrite. */
  readonly #escaped: Uint8Array;
  #scratch = new Uint8Array(1024);

  /**
   * @param delimiter one or more characters, none of them a quote, CR or LF.
   * @param width how many cells a row has; extra ones are allowed if they are empty. Undefined: any number.
   * @param used 1 for the cells that the caller reads; undefined: all of them.
   */
  constructor(delimiter: string, width: number | undefined, used?: Uint8Array) {
    const separator = Buffer.from(delimiter);
    this.#anyWidth = width === undefined;
    this.#width = width ?? 0;
    this.#used = used ?? new Uint8Array(this.#width).fill(1);
    this.from = new Int32Array(this.#width);
    this.to = new Int32Array(this.#width);
    this.#escaped = new Uint8Array(this.#width);
    this.#delimiterRest = separator.subarray(1);
    this.#kinds[QUOTE] = ODD_QUOTE;
    this.#kinds[separator[0] ?? 0] = DELIMITER;
    this.#kinds[LF] = LINE_END;
    this.#kinds[CR] = CARRIAGE_RETURN;
  }

  /**
   * Cuts the row that begins at `begin`.
   * @param bytes `bytes[end - 1]` is LF; if the file does not end with one, the caller puts it at `bytes[end]`.
   * @param isLast whether the file ends at `end`. @returns where the next row begins; -1 if the row continues beyond `end`.
   */
  cut(bytes: Uint8Array, begin: number, end: number, isLast: boolean): number {
    const kinds = this.#kinds;
    const width = this.#width;
    this.bytes = bytes;
    this.trouble = 'none';
    this.troubleLines = 0;
    let lines = 0;
    let hasEscapes = false;
    let hasMore = false;
    let at = begin;
    for (let column = 0; ; column++) {
      let from = at;
      let to = -1;
      if (bytes[at] === QUOTE) {
        from = ++at;
        let isDoubled = false;
        for (;;) {
          const byte = bytes[at];
          if (byte === QUOTE) {
            if (bytes[at + 1] !== QUOTE) break;
            isDoubled = true;
            at++;
          } else if (byte === LF) {
            if (at + 1 >= end) return isLast ? this.#neverClosed(end) : -1;
            lines++;
          }
          at++;
        }
        to = at++;
        if (!this.#endsCell(bytes, at, end)) {
          // Like csv-parse, accept a NUL after the closing quote.
          if (bytes[at] !== NUL) this.#refuse('text after quote', lines);
          isDoubled = true;
          to = -1;
        }
        if (isDoubled && this.#used[column] === 1) {
          this.#escaped[column] = 1;
          hasEscapes = true;
        }
      }
      // This stops at the line end at the latest.
      for (;;) {
        while (kinds[bytes[at]!] === 0) at++;
        if (this.#endsCell(bytes, at, end)) break;
        if (bytes[at] === QUOTE) this.#refuse('stray quote', lines);
        at++;
      }
      if (to < 0) to = at;
      if (column < width) {
        this.from[column] = from;
        this.to[column] = to;
      } else if (to > from) {
        hasMore = true;
      }
      if (kinds[bytes[at]!] === DELIMITER) {
        at += 1 + this.#delimiterRest.length;
        continue;
      }
      this.innerLines = lines;
      this.cells = column === 0 && at === begin ? 0 : column + 1;
      if (bytes[at] === CR) at++;
      const isWrong = this.cells > 0 && (this.cells < width || hasMore);
      if (isWrong && !this.#anyWidth) this.#refuse('width', 0);
      if (hasEscapes) this.#undouble(bytes);
      return Math.min(at + 1, end);
    }
  }

  /** The first `width` cells of the row as text. */
  texts(): string[] {
    return Array.from(this.from, (from, cell) => textOf(this.bytes, from, this.to[cell] ?? 0));
  }

  /** Why the row is bad. @param firstLine the line on which it begins. */
  reason(firstLine: number): string {
    switch (this.trouble) {
      case 'stray quote':
        return 'a quote (") inside an unquoted cell; quote the whole cell, and double the quotes in it';
      case 'text after quote':
        return `text after a closing quote ("); a quote inside a quoted cell has to be doubled (if it is \\", sed 's/\\\\"/""/g' does that)`;
      case 'open quote':
        return `a quote is opened in the row that begins on line ${firstLine} and never closed`;
      default:
        return `this row has ${this.cells} cells, the header has ${this.#width}`;
    }
  }

  /** True if a delimiter or line end is at `at`. */
  #endsCell(bytes: Uint8Array, at: number, end: number): boolean {
    const kind = this.#kinds[bytes[at]!];
    if (kind === LINE_END) return true;
    if (kind === DELIMITER) return this.#delimiterRest.length === 0 || this.#isWholeDelimiter(bytes, at);
    return kind === CARRIAGE_RETURN && at + 1 < end && bytes[at + 1] === LF;
  }

  #isWholeDelimiter(bytes: Uint8Array, at: number): boolean {
    return this.#delimiterRest.every((byte, k) => bytes[at + 1 + k] === byte);
  }

  /** Only the first problem of a row counts. */
  #refuse(trouble: Trouble, lines: number): void {
    if (this.trouble !== 'none') return;
    this.trouble = trouble;
    this.troubleLines = lines;
  }

  #neverClosed(end: number): number {
    this.#refuse('open quote', 0);
    this.#escaped.fill(0);
    this.cells = 1;
    this.innerLines = 0;
    return end;
  }

  /** Copies the row with doubled quotes made single. */
  #undouble(bytes: Uint8Array): void {
    const { from, to } = this;
    const cells = Math.min(this.cells, this.#width);
    const first = from[0]!;
    const most = to[cells - 1]! - first;
    if (most > this.#scratch.length) this.#scratch = new Uint8Array(2 * most);
    const scratch = this.#scratch;
    let filled = 0;
    for (let column = 0; column < cells; column++) {
      const begin = filled;
      let isInQuotes = this.#escaped[column] === 1;
      for (let at = from[column]!; at < to[column]!; at++) {
        if (isInQuotes && bytes[at] === QUOTE) {
          if (bytes[at + 1] === QUOTE) at++;
          else {
            isInQuotes = false;
            continue;
          }
        }
        scratch[filled++] = bytes[at]!;
      }
      from[column] = begin;
      to[column] = filled;
    }
    this.#escaped.fill(0);
    this.bytes = scratch;
  }
}

/** All cells of a row as text. @param cells how many it has. */
export function cellTexts(
  delimiter: string,
  cells: number,
  bytes: Uint8Array,
  begin: number,
  end: number,
  isLast: boolean,
): string[] {
  const cutter = new RowCutter(delimiter, cells);
  cutter.cut(bytes, begin, end, isLast);
  return cutter.texts();
}

export function textOf(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString();
}
