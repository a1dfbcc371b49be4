import { forEachChunk } from '../matrix/chunks.js';

/** The cells of a row that are not 0; good until the next row. */
export interface Cells {
  count: number;
  /** By cell: its column. */
  index: Uint32Array;
  value: Float64Array;
}

/** Segments of entries that are added up, each with its weight. The arrays are filled in by who wants a sum. */
export interface Segments {
  count: number;
  from: Uint32Array;
  to: Uint32Array;
  weight: Float64Array;
}

/** What is added up: entries of a sparse matrix, in parts behind one another; within a row each column comes once. */
export interface Entries {
  columns: number;
  parts: readonly { index: Uint32Array; value: Float32Array }[];
  /** By column: what it is to be called; its number where undefined. */
  names?: Uint32Array;
  /** True where all values and all weights are 1, so that sums are whole numbers. */
  areCounts?: boolean;
}

/** Adds up  Σ over segments   weight · row.  Each cell is a sum in the order of the segments, whoever adds it up. */
export interface Sums {
  readonly segments: Segments;
  /** Adds up what the segments say. @param without a column whose cell is left out; −1 for none. */
  addUp(without: number): Cells;
  /** Takes other values for the same entries. */
  revalue(parts: Entries['parts']): void;
}

/** @param most the largest number of segments. */
export type SumsOf = (entries: Entries, most: number) => Sums;

export function entryCount({ parts }: Entries): number {
  return parts.reduce((total, { index }) => total + index.length, 0);
}

/** Copies the entries, behind one another, columns by their names. */
export function copyEntries({ parts, names }: Entries, index: Uint32Array | Uint16Array, value?: Float32Array): void {
  let filled = 0;
  for (const part of parts) {
    const before = filled;
    if (names) {
      forEachChunk(part.index.length, (from, to) => {
        for (let e = from; e < to; e++) index[before + e] = names[part.index[e]!]!;
      });
    } else index.set(part.index, filled);
    filled += part.index.length;
  }
  if (value) copyValues(parts, value);
}

export function copyValues(parts: Entries['parts'], to: Float32Array): void {
  let filled = 0;
  for (const { value } of parts) {
    to.set(value, filled);
    filled += value.length;
  }
}

/** True where so few entries are better collected from where something was added than from all columns. */
export function areFew({ count, from, to }: Segments, columns: number): boolean {
  let entries = 0;
  for (let s = 0; s < count; s++) entries += to[s]! - from[s]!;
  return 2 * entries < columns;
}

/**
 * Sums in plain typed arrays. `CompiledSums` does the same faster; this one says what is meant, and works where the
 * compiled one has no room.
 */
export class PlainSums implements Sums {
  readonly segments: Segments;
  readonly #index: Uint32Array;
  readonly #value: Float32Array;
  /** By column; between rows all are 0. */
  readonly #sum: Float64Array;
  readonly #cells: Cells;

  constructor(entries: Entries, most: number) {
    const { columns } = entries;
    const length = entryCount(entries);
    this.#index = new Uint32Array(length);
    this.#value = new Float32Array(length);
    copyEntries(entries, this.#index, this.#value);
    this.segments = {
      count: 0,
      from: new Uint32Array(most),
      to: new Uint32Array(most),
      weight: new Float64Array(most),
    };
    this.#sum = new Float64Array(columns);
    // A cell more than there can be: the last one written may be one that is not kept.
    this.#cells = { count: 0, index: new Uint32Array(columns + 1), value: new Float64Array(columns + 1) };
  }

  addUp(without: number): Cells {
    const sum = this.#sum;
    const { count, from, to, weight } = this.segments;
    for (let s = 0; s < count; s++) {
      const own = weight[s]!;
      for (let e = from[s]!, end = to[s]!; e < end; e++) sum[this.#index[e]!]! += own * this.#value[e]!;
    }
    if (without >= 0) sum[without] = 0;
    this.#cells.count = areFew(this.segments, sum.length) ? this.#collectTouched() : this.#collectAll();
    return this.#cells;
  }

  revalue(parts: Entries['parts']): void {
    copyValues(parts, this.#value);
  }

  #collectAll(): number {
    let filled = 0;
    for (let column = 0; column < this.#sum.length; column++) filled = this.#collect(column, filled);
    return filled;
  }

  #collectTouched(): number {
    const { count, from, to } = this.segments;
    let filled = 0;
    for (let s = 0; s < count; s++) {
      for (let e = from[s]!, end = to[s]!; e < end; e++) filled = this.#collect(this.#index[e]!, filled);
    }
    return filled;
  }

  #collect(column: number, filled: number): number {
    const total = this.#sum[column]!;
    if (total === 0) return filled;
    this.#cells.index[filled] = column;
    this.#cells.value[filled] = total;
    this.#sum[column] = 0;
    return filled + 1;
  }
}
