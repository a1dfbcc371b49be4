import { BadRow } from '../csv/bad-row.js';
import { isBlank, numberCell } from '../csv/cells.js';
import { MAX_RECORD_BYTES } from '../csv/csv-records.js';
import type { PlainReader } from '../csv/lanes.js';
import { hashOf, IdIndex, isId } from '../dataset/ids.js';
import { countSkipped, type EventLayout, type Events } from './event-columns.js';
import type { EventType } from './event-types.js';

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;

/** What a byte is to the scanner; 0 for part of a cell. */
const DELIMITER = 1;
const LINE_END = 2;
const OTHER = 3;

/** What `PlainEvents` fills: the events of a file, and the ids they name. */
export interface EventSink {
  events: Events;
  users: IdIndex;
  items: IdIndex;
}

/** True where the fast lane can read a file at all. */
export function isPlain({ delimiter, roles }: EventLayout): boolean {
  const separates = delimiter.length === 1 && delimiter < '\u0080' && !'"\r\n'.includes(delimiter);
  return separates && roles.user !== undefined && roles.item !== undefined;
}

/**
 * The rows of an events file from their bytes: what `eventReader` makes of the cells that csv-parse finds, without a
 * string for any of them. Only the cells that are used are looked into; ids go by their bytes, plain numbers are read digit
 * by digit. Any other cell is made a string and given to the same functions as there.
 *
 * A row is read whole or, where it would be refused or is not sure, not at all: `read` stops before it.
 */
export class PlainEvents implements PlainReader {
  line = 0;
  rows = 0;
  readonly width: number;
  readonly #sink: EventSink;
  readonly #ratingName: string;
  readonly #kinds = new Uint8Array(256);
  readonly #userAt: number;
  readonly #itemAt: number;
  readonly #ratingAt: number;
  readonly #timeAt: number;
  readonly #eventAt: number;
  /** Columns whose text is needed as it is. */
  readonly #used: Uint8Array;
  /** Where each cell of the row at hand begins and ends. */
  readonly #from: Int32Array;
  readonly #to: Int32Array;
  readonly #types = new IdIndex();
  readonly #typeOf: EventType[] = [];

  constructor({ delimiter, width, roles, ratingName }: EventLayout, sink: EventSink) {
    this.#sink = sink;
    this.width = width;
    this.#ratingName = ratingName;
    this.#userAt = roles.user ?? -1;
    this.#itemAt = roles.item ?? -1;
    this.#ratingAt = roles.rating ?? -1;
    this.#timeAt = roles.time ?? -1;
    this.#eventAt = roles.event ?? -1;
    this.#used = new Uint8Array(width);
    for (const at of [this.#userAt, this.#itemAt, this.#ratingAt, this.#timeAt, this.#eventAt]) {
      if (at >= 0) this.#used[at] = 1;
    }
    this.#from = new Int32Array(width);
    this.#to = new Int32Array(width);
    this.#kinds[delimiter.charCodeAt(0)] = DELIMITER;
    this.#kinds[LF] = LINE_END;
    this.#kinds[CR] = OTHER;
    this.#kinds[QUOTE] = OTHER;
  }

  read(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    while (at < to) {
      const line = this.line;
      const end = this.#cut(bytes, at, to);
      if (end < 0) return at;
      // Nothing but a line's end: csv-parse passes over it.
      const blank = bytes[at] === LF || (bytes[at] === CR && end === at + 2);
      if (!blank && !this.#take(bytes)) {
        this.line = line;
        return at;
      }
      at = end;
    }
    return at;
  }

  /** Finds the cells of the row at `at`, and where the next one begins; -1 where it is odd. Counts its lines. */
  #cut(bytes: Uint8Array, begin: number, to: number): number {
    const kinds = this.#kinds;
    const width = this.width;
    let lines = 1;
    let at = begin;
    if (bytes[at] === LF) {
      this.line++;
      return at + 1;
    }
    for (let column = 0; ; column++) {
      let from = at;
      let cellTo = at;
      if (bytes[at] === QUOTE) {
        from = ++at;
        let doubled = false;
        for (; ; at++) {
          if (at >= to) return -1;
          const byte = bytes[at];
          if (byte === LF) lines++;
          else if (byte === CR) return -1;
          else if (byte === QUOTE) {
            if (bytes[at + 1] !== QUOTE) break;
            doubled = true;
            at++;
          }
        }
        cellTo = at++;
        if (doubled && this.#used[column] === 1) return -1;
      } else {
        // The line's end at `to` stops this.
        while (kinds[bytes[at] ?? LF] === 0) at++;
        cellTo = at;
      }
      if (column < width) {
        this.#from[column] = from;
        this.#to[column] = cellTo;
      } else if (cellTo > from) {
        return -1;
      }
      if (bytes[at] === CR && bytes[at + 1] === LF) {
        // A line of nothing but CR LF has no cells.
        if (at === begin) {
          this.line++;
          return at + 2;
        }
        at++;
      }
      const kind = kinds[bytes[at] ?? LF];
      at++;
      if (kind === DELIMITER) continue;
      if (kind !== LINE_END || column + 1 < width || at - begin > MAX_RECORD_BYTES) return -1;
      this.line += lines;
      return at;
    }
  }

  /** Takes the row that was cut, as `eventReader` does; false where it is not for this lane, and nothing was taken. */
  #take(bytes: Uint8Array): boolean {
    const { events, users, items } = this.#sink;
    const userFrom = this.#from[this.#userAt] ?? 0;
    const userTo = this.#to[this.#userAt] ?? 0;
    const itemFrom = this.#from[this.#itemAt] ?? 0;
    const itemTo = this.#to[this.#itemAt] ?? 0;
    const noUser = blankBytes(bytes, userFrom, userTo);
    const noItem = blankBytes(bytes, itemFrom, itemTo);
    const userHash = noUser ? 0 : hashOf(bytes, userFrom, userTo);
    const itemHash = noItem ? 0 : hashOf(bytes, itemFrom, itemTo);
    let user = noUser ? -1 : users.find(bytes, userFrom, userTo, userHash);
    let item = noItem ? -1 : items.find(bytes, itemFrom, itemTo, itemHash);
    const newUser = !noUser && user < 0;
    const newItem = !noItem && item < 0;
    if (newUser && !isId(bytes, userFrom, userTo)) return false;
    if (newItem && !isId(bytes, itemFrom, itemTo)) return false;

    const type = noUser || noItem || this.#eventAt < 0 ? undefined : this.#typeAt(bytes);
    const counts = !noUser && !noItem && type?.weight !== 0;
    let strength = Number.NaN;
    let time = Number.NaN;
    if (counts && this.#ratingAt >= 0) {
      strength = this.#numberAt(bytes);
      if (strength === Number.POSITIVE_INFINITY) return false;
    }
    if (counts && this.#timeAt >= 0) {
      time = this.#timeOf(bytes);
      if (time === Number.POSITIVE_INFINITY) return false;
    }
    if (newUser) user = users.addBytes(bytes, userFrom, userTo, userHash);
    if (newItem) item = items.addBytes(bytes, itemFrom, itemTo, itemHash);
    this.rows++;
    if (type) type.rows++;
    if (!counts) {
      const { withoutUser, withoutItem, withoutWeight } = events.skipped;
      countSkipped(noUser ? withoutUser : noItem ? withoutItem : withoutWeight, this.line);
      return true;
    }
    events.user.push(user);
    events.item.push(item);
    events.strength?.push(strength);
    events.time?.push(time);
    if (type) events.weight?.push(type.weight);
    events.line.push(this.line);
    return true;
  }

  #typeAt(bytes: Uint8Array): EventType | undefined {
    const from = this.#from[this.#eventAt] ?? 0;
    const to = this.#to[this.#eventAt] ?? 0;
    const hash = hashOf(bytes, from, to);
    const known = this.#types.find(bytes, from, to, hash);
    if (known >= 0) return this.#typeOf[known];
    const type = this.#sink.events.types?.of(textOf(bytes, from, to));
    const added = this.#types.addBytes(bytes, from, to, hash);
    if (type && added >= 0) this.#typeOf[added] = type;
    return type;
  }

  /** The strength; infinite where `numberCell` refuses the cell. */
  #numberAt(bytes: Uint8Array): number {
    const from = this.#from[this.#ratingAt] ?? 0;
    const to = this.#to[this.#ratingAt] ?? 0;
    if (from === to) return Number.NaN;
    const plain = plainNumber(bytes, from, to);
    if (!Number.isNaN(plain)) return plain;
    return orInfinite(() => numberCell(textOf(bytes, from, to), this.#ratingName));
  }

  /** The time as `TimeColumn` reads it; infinite where it refuses the cell. */
  #timeOf(bytes: Uint8Array): number {
    const from = this.#from[this.#timeAt] ?? 0;
    const to = this.#to[this.#timeAt] ?? 0;
    const column = this.#sink.events.timeColumn;
    if (!column || from === to) return Number.NaN;
    const plain = plainNumber(bytes, from, to);
    if (!Number.isNaN(plain)) return column.takeNumber(plain) ? plain : Number.POSITIVE_INFINITY;
    return orInfinite(() => column.read(textOf(bytes, from, to)));
  }
}

function orInfinite(read: () => number): number {
  try {
    return read();
  } catch (error) {
    if (error instanceof BadRow) return Number.POSITIVE_INFINITY;
    throw error;
  }
}

function textOf(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString();
}

/** First bytes of white space, in UTF-8: U+0000 to U+0020, U+00A0, U+1680, U+2000 and on, U+3000, U+FEFF. */
const MAY_BE_SPACE = new Uint8Array(256).fill(1, 0, 0x21);
for (const byte of [0xc2, 0xe1, 0xe2, 0xe3, 0xef]) MAY_BE_SPACE[byte] = 1;
/** First two bytes of what stands for nothing: NA, N/A, NULL, null, NaN, nan, None, \N. */
const MISSING = new Set(
  ['NA', 'N/', 'NU', 'nu', 'Na', 'na', 'No', '\\N'].map((text) => Buffer.from(text).readUInt16BE()),
);
/** Four letters behind one another, each with what may be white space. */
const LONGEST_MISSING = 16;

/** `isBlank` of a cell by its bytes. */
function blankBytes(bytes: Uint8Array, from: number, to: number): boolean {
  if (from === to) return true;
  const first = bytes[from] ?? 0;
  if (MAY_BE_SPACE[first] === 0) {
    // Nearly all ids begin with another letter.
    if (first !== 0x4e && first !== 0x6e && first !== 0x5c) return false;
    if (to - from > LONGEST_MISSING || !MISSING.has((first << 8) | (bytes[from + 1] ?? 0))) return false;
  }
  return isBlank(textOf(bytes, from, to));
}

const POWERS_OF_TEN = Float64Array.from({ length: 16 }, (_, power) => 10 ** power);
const MOST_DIGITS = 15;

/**
 * A number of at most 15 digits, with a sign or without, with a fraction or without, as `Number` reads it; NaN for any other
 * text. Both the digits and the power of ten are exact doubles, so that their quotient is the nearest one to the
 * decimal number (Clinger 1990), which is what `Number` gives.
 */
export function plainNumber(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  const sign = bytes[at];
  if (sign === 0x2d || sign === 0x2b) at++;
  const begin = at;
  let digits = 0;
  let point = -1;
  for (; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte >= 0x30 && byte <= 0x39) digits = digits * 10 + byte - 0x30;
    else if (byte === 0x2e && point < 0 && at > begin) point = at;
    else return Number.NaN;
  }
  const length = to - begin - (point < 0 ? 0 : 1);
  if (length === 0 || length > MOST_DIGITS || point === to - 1) return Number.NaN;
  const value = point < 0 ? digits : digits / (POWERS_OF_TEN[to - 1 - point] ?? 1);
  return sign === 0x2d ? -value : value;
}
