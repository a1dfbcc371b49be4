import { forEachChunk } from '../matrix/chunks.js';
import { gather } from '../matrix/gathered.js';
import { float32s, float64s, release, uint32s } from '../matrix/memory.js';
import { lastAtMost } from '../matrix/search.js';

/** The arrays in which columns store their values, as narrow as the values allow, because files have millions of rows. */
export type Values = Uint32Array | Float32Array | Float64Array;

const FIRST_ROWS = 1024;
const MANY = 1 << 20;

/** A column that grows as it is read. */
class Column<T extends Values> {
  protected held: T;
  protected count = 0;

  constructor(room: T) {
    this.held = room;
  }

  get length(): number {
    return this.count;
  }

  /** The values so far, as a view that is valid until the next `push`. */
  get values(): T {
    return this.held.subarray(0, this.count) as T;
  }

  reserve(rows: number): void {
    if (rows > this.held.length) this.#resize(rows);
  }

  /** Keeps only the values of these rows, in this order. */
  pick(rows: Uint32Array): void {
    const values = this.held;
    this.held = gather(values, rows, sameKind(values, rows.length));
    release(values);
    this.count = rows.length;
  }

  clear(): void {
    release(this.held);
    this.held = sameKind(this.held, 0);
    this.count = 0;
  }

  /** A large column grows by a factor of 4, so that it is rarely copied: memory that is not used yet takes only address space. */
  protected grow(least: number): void {
    const { length } = this.held;
    if (least > length) this.#resize(Math.max(least, Math.ceil(length * (length < MANY ? 1.5 : 4))));
  }

  /** Copies only the values so far: touching the room behind them would fill it with real memory. */
  #resize(room: number): void {
    const { values, held } = this;
    this.held = sameKind(held, room);
    this.held.set(values);
    release(held);
  }
}

export class IndexColumn extends Column<Uint32Array> {
  constructor() {
    super(new Uint32Array(FIRST_ROWS));
  }

  push(value: number): void {
    if (this.count === this.held.length) this.grow(this.count + 1);
    this.held[this.count++] = value;
  }

  /** Appends `map[value]` for each of the values; without a map, the values. */
  append(values: Uint32Array, map?: Uint32Array): void {
    const from = this.count;
    this.grow(from + values.length);
    const own = this.held;
    if (!map) own.set(values, from);
    else for (let i = 0; i < values.length; i++) own[from + i] = map[values[i] ?? 0] ?? 0;
    this.count += values.length;
  }
}

/** The value that stands for NaN in a column of whole numbers. */
const MISSING = 0xffffffff;

/** The numbers of a column as they are stored: a row whose value is NaN or `none` has no number. */
export interface Numbers {
  values: Values;
  /** NaN if only NaN means "no number". */
  none: number;
}

/**
 * A column of numbers; NaN means "no number". It is stored in the first of these that holds every value exactly: 32-bit whole
 * numbers, 32-bit floats, 64-bit floats.
 */
export class NumberColumn extends Column<Values> {
  constructor() {
    super(new Uint32Array(FIRST_ROWS));
  }

  at(row: number): number {
    const value = this.held[row] ?? Number.NaN;
    return value === MISSING && this.held instanceof Uint32Array ? Number.NaN : value;
  }

  *[Symbol.iterator](): Generator<number> {
    for (let row = 0; row < this.count; row++) yield this.at(row);
  }

  /** The number of rows without a number. */
  get missing(): number {
    const { values, none } = this.numbers;
    let missing = 0;
    forEachChunk(values.length, (from, to) => {
      for (let row = from; row < to; row++) {
        const value = values[row] ?? Number.NaN;
        if (value === none || Number.isNaN(value)) missing++;
      }
    });
    return missing;
  }

  push(value: number): void {
    if (this.count === this.held.length) this.grow(this.count + 1);
    if (!holds(this.held, value)) this.#widen(value);
    this.held[this.count++] = stored(this.held, value);
  }

  /** Appends the `values` of another column. */
  append(values: Values): void {
    const isOther = this.held.constructor !== values.constructor;
    if (isOther && this.count === 0) {
      // An empty column takes the type of the first values.
      release(this.held);
      this.held = sameKind(values, this.held.length);
    } else if (isOther) {
      const whole = values instanceof Uint32Array;
      for (const value of values) this.push(whole && value === MISSING ? Number.NaN : value);
      return;
    }
    this.grow(this.count + values.length);
    this.held.set(values, this.count);
    this.count += values.length;
  }

  /** The stored numbers, for loops over all rows. A view that is valid until the next `push`. */
  get numbers(): Numbers {
    return { values: this.values, none: this.held instanceof Uint32Array ? MISSING : Number.NaN };
  }

  /** Removes a value: the rows that have it have no number afterwards. @returns how many rows had it. */
  erase(value: number): number {
    let rows = 0;
    const { values, none } = this.numbers;
    for (let row = 0; row < values.length; row++) {
      if (values[row] !== value) continue;
      values[row] = none;
      rows++;
    }
    return rows;
  }

  #widen(value: number): void {
    const narrow = this.values;
    const floats = Math.fround(value) === value && narrow.every((v) => v === MISSING || Math.fround(v) === v);
    const room = this.held.length;
    const wide = narrow instanceof Uint32Array && floats ? float32s(room) : float64s(room);
    for (let row = 0; row < narrow.length; row++) wide[row] = this.at(row);
    release(this.held);
    this.held = wide;
  }
}

/** True if the array can store the value exactly, -0 included. */
function holds(values: Values, value: number): boolean {
  if (Number.isNaN(value) || values instanceof Float64Array) return true;
  if (values instanceof Float32Array) return Math.fround(value) === value;
  return value >>> 0 === value && value !== MISSING && !Object.is(value, -0);
}

function stored(values: Values, value: number): number {
  return Number.isNaN(value) && values instanceof Uint32Array ? MISSING : value;
}

function sameKind<T extends Values>(values: T, length: number): T;
function sameKind(values: Values, length: number): Values {
  if (values instanceof Uint32Array) return uint32s(length);
  return values instanceof Float32Array ? float32s(length) : float64s(length);
}

/**
 * The line of each row. Most rows are on the line after that of the row before, so only the exceptions are stored: from row
 * `rows[k]` on, a row's line is `row + shifts[k]`.
 */
export class LineColumn {
  readonly #rows: number[] = [];
  readonly #shifts: number[] = [];
  #length = 0;

  push(line: number): void {
    this.#shift(this.#length, line - this.#length);
    this.#length++;
  }

  at(row: number): number {
    return row + (this.#shifts[lastAtMost(this.#rows, row)] ?? 0);
  }

  /** Appends the `runs` of another column with `length` rows, whose lines were counted from `line`. */
  append({ rows, shifts }: LineRuns, length: number, line: number): void {
    for (let run = 0; run < rows.length; run++) {
      this.#shift(this.#length + (rows[run] ?? 0), (shifts[run] ?? 0) + line - this.#length);
    }
    this.#length += length;
  }

  #shift(row: number, shift: number): void {
    if (this.#shifts[this.#shifts.length - 1] === shift) return;
    this.#rows.push(row);
    this.#shifts.push(shift);
  }

  /** A column with only the lines of these rows. */
  picked(rows: Uint32Array): LineColumn {
    const picked = new LineColumn();
    for (const row of rows) picked.push(this.at(row));
    return picked;
  }

  get runs(): LineRuns {
    return { rows: Uint32Array.from(this.#rows), shifts: Float64Array.from(this.#shifts) };
  }
}

export interface LineRuns {
  rows: Uint32Array;
  shifts: Float64Array;
}
