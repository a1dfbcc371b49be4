import { everyChunk, forEachChunk } from './chunks.js';
import { float32s, release, uint32s } from './memory.js';
import { lastAtMost } from './search.js';

/**
 * A sparse matrix by rows (CSR). Row r has the columns `index[start[r] .. start[r+1])` and the values at the same positions.
 *
 *     start  0     2  2        5          invariants: start has rows + 1 entries, never falls, ends at index.length;
 *     index  1  7     0  3  4             within a row the indices rise strictly; values are finite
 *     value  .5 1     1  1  -.5
 */
export interface SparseRows {
  rows: number;
  columns: number;
  start: Uint32Array;
  index: Uint32Array;
  value: Float32Array;
}

/** The non-zero values of a row, in any order. Valid until the next row is computed. */
export interface SparseVector {
  count: number;
  /** The column of each value. */
  index: Uint32Array;
  value: Float64Array;
}

/** A matrix without entries. */
export function emptyRows(rows: number, columns: number): SparseRows {
  const start = new Uint32Array(rows + 1);
  return { rows, columns, start, index: new Uint32Array(0), value: new Float32Array(0) };
}

/**
 * Builds a matrix from entries in any order. @param row,column,value one number for each entry. @param count how many entries to take.
 * @param combine turns several values of one cell, in their order, into one; by default their sum.
 */
export function sparseFromEntries(
  rows: number,
  columns: number,
  row: ArrayLike<number>,
  column: ArrayLike<number>,
  value: ArrayLike<number>,
  count: number,
  combine: (values: readonly number[]) => number = sum,
): SparseRows {
  const bounds = startsOf(row, count, rows);
  const place = bounds.slice();
  const order = new Uint32Array(count);
  for (let e = 0; e < count; e++) order[place[row[e]!]!++] = e;

  const start = new Uint32Array(rows + 1);
  const index = new Uint32Array(count);
  const values = new Float32Array(count);
  let filled = 0;
  for (let r = 0; r < rows; r++) {
    const entries = order.subarray(bounds[r]!, bounds[r + 1]!);
    entries.sort((a, b) => column[a]! - column[b]! || a - b);
    for (let at = 0; at < entries.length; ) {
      const target = column[entries[at]!]!;
      let end = at + 1;
      while (end < entries.length && column[entries[end]!] === target) end++;
      index[filled] = target;
      values[filled++] =
        end === at + 1 ? value[entries[at]!]! : combine(Array.from(entries.subarray(at, end), (e) => value[e]!));
      at = end;
    }
    start[r + 1] = filled;
  }
  return { rows, columns, start, index: index.slice(0, filled), value: values.slice(0, filled) };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/**
 * The offsets at which the entries of each key begin once they are sorted by key: the first pass of a counting sort.
 * @param key numbers below `keys`. @param count how many of them to take. @returns keys + 1 offsets.
 */
export function startsOf(key: ArrayLike<number>, count: number, keys: number): Uint32Array {
  const start = new Uint32Array(keys + 1);
  forEachChunk(count, (from, to) => {
    for (let e = from; e < to; e++) start[key[e]! + 1]!++;
  });
  for (let k = 0; k < keys; k++) start[k + 1]! += start[k]!;
  return start;
}

/** The offsets at which lists of these lengths begin that are stored one after another, and the end of the last one. */
export function offsetsOf(lengths: ArrayLike<number>): Uint32Array {
  const start = new Uint32Array(lengths.length + 1);
  for (let at = 0; at < lengths.length; at++) start[at + 1] = start[at]! + lengths[at]!;
  return start;
}

/** How often each number occurs. @param below all numbers are lower than this. */
export function countsOf(numbers: Uint32Array, below: number): Uint32Array {
  const counts = new Uint32Array(below);
  forEachChunk(numbers.length, (from, to) => {
    for (let at = from; at < to; at++) counts[numbers[at]!]!++;
  });
  return counts;
}

/** The columns of a row's entries. */
export function rowOf({ start, index }: SparseRows, row: number): Uint32Array {
  return index.subarray(start[row]!, start[row + 1]!);
}

/** The number of entries of a row. */
export function rowLength({ start }: Pick<SparseRows, 'start'>, row: number): number {
  return start[row + 1]! - start[row]!;
}

/** The number of entries of each row. */
export function rowLengths(matrix: Pick<SparseRows, 'rows' | 'start'>): Float64Array {
  return Float64Array.from({ length: matrix.rows }, (_, row) => rowLength(matrix, row));
}

/** The length of the longest row. */
export function longestRow(matrix: SparseRows): number {
  return rowLengths(matrix).reduce((most, length) => Math.max(most, length), 0);
}

/** The position of (row, column) among the entries, by binary search. The matrix must have this entry. */
export function entryOf({ start, index }: SparseRows, row: number, column: number): number {
  return lastAtMost(index, column, start[row]!, start[row + 1]! - 1);
}

/** Whether all indices are below a bound. */
export function areBelow(index: Uint32Array, columns: number): boolean {
  // A plain loop: with `every`, this check took longer than reading the indices from a file.
  return everyChunk(index.length, (from, to) => {
    for (let e = from; e < to; e++) if (index[e]! >= columns) return false;
    return true;
  });
}

/** The transpose: row c of the result is column c, sorted by row. It may share the array of values with the matrix. */
export function transposed({ rows, columns, start: rowStart, index, value }: SparseRows): SparseRows {
  const start = startsOf(index, index.length, columns);
  const place = start.slice(0, columns);
  const rowOfEntry = uint32s(index.length);
  // If all values are equal, their order does not matter, and the array can be shared.
  const values = areEqual(value) ? value : float32s(index.length);
  const areMoved = values !== value;
  const move = (row: number, from: number, to: number) => {
    for (let e = from; e < to; e++) {
      const at = place[index[e]!]!++;
      rowOfEntry[at] = row;
      if (areMoved) values[at] = value[e]!;
    }
  };
  for (let r = 0; r < rows; r++) move(r, rowStart[r]!, rowStart[r + 1]!);
  return { rows: columns, columns: rows, start, index: rowOfEntry, value: values };
}

function areEqual(values: Float32Array): boolean {
  return everyChunk(values.length, (from, to) => {
    for (let e = from; e < to; e++) if (values[e] !== values[0]) return false;
    return true;
  });
}

/** The entries above 0. If all are, the result is the same matrix and not a copy, because it may be large. */
export function positive(matrix: SparseRows): SparseRows {
  const { rows, columns, start: rowStart, index, value } = matrix;
  const arePositive = everyChunk(value.length, (from, to) => {
    for (let e = from; e < to; e++) if (!(value[e]! > 0)) return false;
    return true;
  });
  if (arePositive) return matrix;
  const start = new Uint32Array(rows + 1);
  const kept = { index: uint32s(index.length), value: float32s(index.length) };
  // Not through `mapped`: a call for each entry takes four times as long.
  const copy = (from: number, to: number, at: number): number => {
    let filled = at;
    for (let e = from; e < to; e++) {
      if (!(value[e]! > 0)) continue;
      kept.index[filled] = index[e]!;
      kept.value[filled++] = value[e]!;
    }
    return filled;
  };
  for (let r = 0; r < rows; r++) start[r + 1] = copy(rowStart[r]!, rowStart[r + 1]!, start[r]!);
  return { rows, columns, start, ...shortened(kept, start[rows]!) };
}

/** Replaces the value of each entry by what `keep` returns, and drops the entries for which it returns undefined. */
export function mapped(
  matrix: SparseRows,
  keep: (value: number, row: number, column: number, entry: number) => number | undefined,
): SparseRows {
  const { rows, columns } = matrix;
  const start = new Uint32Array(rows + 1);
  const index = uint32s(matrix.index.length);
  const value = float32s(matrix.index.length);
  let filled = 0;
  for (let r = 0; r < rows; r++) {
    for (let e = matrix.start[r]!; e < matrix.start[r + 1]!; e++) {
      const kept = keep(matrix.value[e]!, r, matrix.index[e]!, e);
      if (kept === undefined) continue;
      index[filled] = matrix.index[e]!;
      value[filled++] = kept;
    }
    start[r + 1] = filled;
  }
  return { rows, columns, start, ...shortened({ index, value }, filled) };
}

/** Cuts arrays down to their first `length` entries. */
function shortened({ index, value }: Pick<SparseRows, 'index' | 'value'>, length: number) {
  // A view keeps all of the memory, which is cheaper than a copy if nearly all of it is used.
  if (8 * length > 7 * index.length) return { index: index.subarray(0, length), value: value.subarray(0, length) };
  const shorter = { index: index.slice(0, length), value: value.slice(0, length) };
  release(index);
  release(value);
  return shorter;
}

/** The first rows of a matrix, sharing its arrays. */
export function firstRows(matrix: SparseRows, rows: number): SparseRows {
  return rowsBetween(matrix, 0, rows);
}

/** The rows `from` to `to` (without it) of a matrix, sharing its entries. */
export function rowsBetween({ columns, start, index, value }: SparseRows, from: number, to: number): SparseRows {
  const [begin, end] = [start[from]!, start[to]!];
  const own = start.subarray(from, to + 1);
  return {
    rows: to - from,
    columns,
    start: begin === 0 ? own : own.map((at) => at - begin),
    index: index.subarray(begin, end),
    value: value.subarray(begin, end),
  };
}

/** Puts `count` empty rows before those of a matrix, sharing its entries. */
export function withLeadingEmptyRows({ start, rows, ...rest }: SparseRows, count: number): SparseRows {
  const starts = uint32s(count + rows + 1);
  starts.set(start, count);
  return { ...rest, rows: count + rows, start: starts };
}

/** A copy of some rows of a matrix, in the order of `rows`. */
export function pickedRows(matrix: SparseRows, rows: ArrayLike<number>): SparseRows {
  const start = new Uint32Array(rows.length + 1);
  for (let r = 0; r < rows.length; r++) start[r + 1] = start[r]! + rowLength(matrix, rows[r]!);
  const index = new Uint32Array(start[rows.length]!);
  const value = new Float32Array(start[rows.length]!);
  for (let r = 0; r < rows.length; r++) {
    const from = matrix.start[rows[r]!]!;
    const to = matrix.start[rows[r]! + 1]!;
    index.set(matrix.index.subarray(from, to), start[r]!);
    value.set(matrix.value.subarray(from, to), start[r]!);
  }
  return { rows: rows.length, columns: matrix.columns, start, index, value };
}
