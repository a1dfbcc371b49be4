import { forEachChunk } from '../matrix/chunks.js';
import { float32s, float64s, release, uint32s } from '../matrix/memory.js';

/**
 * Columns that grow as they are read, as narrow as their values allow: files have millions of rows.
 */

const FIRST_ROWS = 1024;
const MANY = 1 << 20;

/** A column of indices. */
export class IndexColumn {
  #values = new Uint32Array(FIRST_ROWS);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  reserve(rows: number): void {
    if (rows > this.#values.length) this.#values = resized(this.#values, rows);
  }

  push(value: number): void {
    if (this.#length === this.#values.length) this.#values = larger(this.#values, this.#length + 1);
    this.#values[this.#length++] = value;
  }

  /** Keeps the values of these rows alone, in their order. */
  pick(rows: Uint32Array): void {
    const values = this.#values;
    this.#values = uint32s(rows.length);
    for (let at = 0; at < rows.length; at++) this.#values[at] = values[rows[at] ?? 0] ?? 0;
    release(values);
    this.#length = rows.length;
  }

  /** Appends `map[value]` for each of the values; without a map, the values. */
  append(values: Uint32Array, map?: Uint32Array): void {
    const end = this.#length + values.length;
    if (end > this.#values.length) this.#values = larger(this.#values, end);
    const own = this.#values;
    const from = this.#length;
    if (!map) own.set(values, from);
    else for (let i = 0; i < values.length; i++) own[from + i] = map[values[i] ?? 0] ?? 0;
    this.#length = end;
  }

  /** The values so far, as a view that the next `push` may leave behind. */
  get values(): Uint32Array {
    return this.#values.subarray(0, this.#length);
  }

  /** Lets the values go. */
  clear(): void {
    release(this.#values);
    this.#values = new Uint32Array(0);
    this.#length = 0;
  }
}

/** What a column of numbers keeps them in. */
export type Values = Uint32Array | Float32Array | Float64Array;

/** Stands for NaN among whole numbers. */
const MISSING = 0xffffffff;

/** Numbers as they are kept: there is none where a value is NaN or `none`. */
export interface Numbers {
  values: Values;
  /** NaN where nothing but NaN stands for none. */
  none: number;
}

/**
 * A column of numbers, NaN for none: whole numbers in 32 bits, else 32-bit floats, else 64-bit ones, the first of these
 * that holds every value exactly.
 */
export class NumberColumn {
  #values: Values = new Uint32Array(FIRST_ROWS);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  reserve(rows: number): void {
    if (rows > this.#values.length) this.#values = resized(this.#values, rows);
  }

  at(row: number): number {
    const value = this.#values[row] ?? Number.NaN;
    return value === MISSING && this.#values instanceof Uint32Array ? Number.NaN : value;
  }

  /** How many of the values are NaN. */
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
    if (this.#length === this.#values.length) this.#values = larger(this.#values, this.#length + 1);
    if (!holds(this.#values, value)) this.#widen(value);
    this.#values[this.#length++] = stored(this.#values, value);
  }

  /** Appends the values of another column, given as its `stored` array. */
  append(values: Values): void {
    if (this.#values.constructor !== values.constructor) {
      const whole = values instanceof Uint32Array;
      for (const value of values) this.push(whole && value === MISSING ? Number.NaN : value);
      return;
    }
    const end = this.#length + values.length;
    if (end > this.#values.length) this.#values = larger(this.#values, end);
    this.#values.set(values, this.#length);
    this.#length = end;
  }

  /** The array behind the column, for `append`: a view that the next `push` may leave behind. */
  get stored(): Values {
    return this.#values.subarray(0, this.#length);
  }

  /** The values for who looks at all of them: a view that the next `push` may leave behind. */
  get numbers(): Numbers {
    const values = this.stored;
    return { values, none: values instanceof Uint32Array ? MISSING : Number.NaN };
  }

  /** Keeps the values of these rows alone, in the order in which they are named. */
  pick(order: Uint32Array): void {
    const values = this.#values;
    const ordered = sameKind(values, order.length);
    forEachChunk(order.length, (from, to) => {
      for (let at = from; at < to; at++) ordered[at] = values[order[at] ?? 0] ?? 0;
    });
    release(values);
    this.#values = ordered;
    this.#length = order.length;
  }

  /** Makes a value one that is missing. @returns how many rows had it. */
  erase(value: number): number {
    let rows = 0;
    const values = this.stored;
    const none = values instanceof Uint32Array ? MISSING : Number.NaN;
    for (let row = 0; row < values.length; row++) {
      if (values[row] !== value) continue;
      values[row] = none;
      rows++;
    }
    return rows;
  }

  /** Lets the values go. */
  clear(): void {
    release(this.#values);
    this.#values = new Uint32Array(0);
    this.#length = 0;
  }

  #widen(value: number): void {
    const narrow = this.stored;
    const floats = Math.fround(value) === value && narrow.every((v) => v === MISSING || Math.fround(v) === v);
    const room = this.#values.length;
    const wide = narrow instanceof Uint32Array && floats ? float32s(room) : float64s(room);
    for (let row = 0; row < narrow.length; row++) wide[row] = this.at(row);
    release(this.#values);
    this.#values = wide;
  }
}

/** True where the array would give the value back exactly, -0 included. */
function holds(values: Values, value: number): boolean {
  if (Number.isNaN(value) || values instanceof Float64Array) return true;
  if (values instanceof Float32Array) return Math.fround(value) === value;
  return value >>> 0 === value && value !== MISSING && !Object.is(value, -0);
}

function stored(values: Values, value: number): number {
  return Number.isNaN(value) && values instanceof Uint32Array ? MISSING : value;
}

/** Room that is not used takes address space alone, so that what is many is not moved often. */
function larger<T extends Values>(values: T, least: number): T {
  return resized(values, Math.max(least, Math.ceil(values.length * (values.length < MANY ? 1.5 : 4))));
}

function sameKind<T extends Values>(values: T, length: number): T;
function sameKind(values: Values, length: number): Values {
  if (values instanceof Uint32Array) return uint32s(length);
  return values instanceof Float32Array ? float32s(length) : float64s(length);
}

function resized<T extends Values>(values: T, length: number): T {
  const copy = sameKind(values, length);
  copy.set(values);
  release(values);
  return copy;
}

/**
 * The line each row stands on. Lines mostly follow one another, so only the places are kept where one does not:
 * from row `rows[k]` on, a row's line is `row + shifts[k]`.
 */
export class LineColumn {
  readonly #rows: number[] = [];
  readonly #shifts: number[] = [];
  #length = 0;

  push(line: number): void {
    const shift = line - this.#length;
    if (this.#shifts[this.#shifts.length - 1] !== shift) {
      this.#rows.push(this.#length);
      this.#shifts.push(shift);
    }
    this.#length++;
  }

  at(row: number): number {
    let low = 0;
    let high = this.#rows.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((this.#rows[middle] ?? 0) <= row) low = middle;
      else high = middle - 1;
    }
    return row + (this.#shifts[low] ?? 0);
  }

  /** Appends the `runs` of another column, of so many rows, whose lines were counted from `line`. */
  append({ rows, shifts }: LineRuns, length: number, line: number): void {
    for (let run = 0; run < rows.length; run++) {
      const at = this.#length + (rows[run] ?? 0);
      const shift = (shifts[run] ?? 0) + line - this.#length;
      if (this.#shifts[this.#shifts.length - 1] === shift) continue;
      this.#rows.push(at);
      this.#shifts.push(shift);
    }
    this.#length += length;
  }

  /** The lines of these rows alone. */
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

/** A column of 64-bit floats. */
export class FloatColumn {
  #values = new Float64Array(FIRST_ROWS);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) this.#values = larger(this.#values, this.#length + 1);
    this.#values[this.#length++] = value;
  }

  /** The values so far, as a view that the next `push` may leave behind. */
  get values(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }
}
