import { everyChunk, forEachChunk } from './chunks.js';
import { float32s, uint32s } from './memory.js';

/**
 * A sparse matrix by rows (CSR). Row r holds `index[start[r] .. start[r+1])` and the values beside them.
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

/** What becomes of several values in one cell. `values` are in the order they were given. */
export type Fold = (values: readonly number[]) => number;

/**
 * Builds rows from entries in any order. Entries of one cell are folded; without a fold they add up.
 *
 * @param row,column,value one entry each; equally long. @param count how many of them count.
 */
export function sparseFromEntries(
  rows: number,
  columns: number,
  row: ArrayLike<number>,
  column: ArrayLike<number>,
  value: ArrayLike<number>,
  count: number,
  fold: Fold = sum,
): SparseRows {
  const bounds = new Uint32Array(rows + 1);
  for (let e = 0; e < count; e++) bounds[row[e]! + 1]!++;
  for (let r = 0; r < rows; r++) bounds[r + 1]! += bounds[r]!;
  const place = bounds.slice(0, rows);
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
        end === at + 1 ? value[entries[at]!]! : fold(Array.from(entries.subarray(at, end), (e) => value[e]!));
      at = end;
    }
    start[r + 1] = filled;
  }
  return { rows, columns, start, index: index.slice(0, filled), value: values.slice(0, filled) };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The same matrix by columns: row c of the answer holds what stood in column c, in the order of the rows. Values may be shared. */
export function transposed(matrix: SparseRows): SparseRows {
  const { rows, columns, index, value } = matrix;
  const start = new Uint32Array(columns + 1);
  forEachChunk(index.length, (from, to) => {
    for (let e = from; e < to; e++) start[index[e]! + 1]!++;
  });
  for (let c = 0; c < columns; c++) start[c + 1]! += start[c]!;
  const place = start.slice(0, columns);
  const rowOf = uint32s(index.length);
  // Where all values are one, they are so in any order.
  const values = areOne(value) ? value : float32s(index.length);
  const areMoved = values !== value;
  const move = (row: number, from: number, to: number) => {
    for (let e = from; e < to; e++) {
      const at = place[index[e]!]!++;
      rowOf[at] = row;
      if (areMoved) values[at] = value[e]!;
    }
  };
  for (let r = 0; r < rows; r++) move(r, matrix.start[r]!, matrix.start[r + 1]!);
  return { rows: columns, columns: rows, start, index: rowOf, value: values };
}

function areOne(values: Float32Array): boolean {
  return everyChunk(values.length, (from, to) => {
    for (let e = from; e < to; e++) if (values[e] !== values[0]) return false;
    return true;
  });
}

/** The matrix with the cells that `keep` accepts, their values as `keep` gives them; undefined drops a cell. */
export function mapped(
  matrix: SparseRows,
  keep: (value: number, row: number, column: number) => number | undefined,
): SparseRows {
  const start = new Uint32Array(matrix.rows + 1);
  const index = uint32s(matrix.index.length);
  const value = float32s(matrix.index.length);
  let filled = 0;
  for (let r = 0; r < matrix.rows; r++) {
    for (let e = matrix.start[r]!; e < matrix.start[r + 1]!; e++) {
      const kept = keep(matrix.value[e]!, r, matrix.index[e]!);
      if (kept === undefined) continue;
      index[filled] = matrix.index[e]!;
      value[filled++] = kept;
    }
    start[r + 1] = filled;
  }
  const { rows, columns } = matrix;
  return { rows, columns, start, index: index.slice(0, filled), value: value.slice(0, filled) };
}

/** Matrices under one another; they have the same columns. Where all but one are without rows, that one itself. */
export function stacked(...parts: SparseRows[]): SparseRows {
  const [only, ...others] = parts.filter((part) => part.rows > 0);
  if (only && others.length === 0) return only;
  const rows = parts.reduce((total, part) => total + part.rows, 0);
  const entries = parts.reduce((total, part) => total + part.index.length, 0);
  const start = new Uint32Array(rows + 1);
  const index = new Uint32Array(entries);
  const value = new Float32Array(entries);
  let row = 0;
  let entry = 0;
  for (const part of parts) {
    for (let r = 0; r < part.rows; r++) start[++row] = entry + part.start[r + 1]!;
    index.set(part.index, entry);
    value.set(part.value, entry);
    entry += part.index.length;
  }
  return { rows, columns: parts[0]?.columns ?? 0, start, index, value };
}

/** Matrices beside one another; they have the same rows. */
export function besides(...parts: SparseRows[]): SparseRows {
  const rows = parts[0]?.rows ?? 0;
  const columns = parts.reduce((total, part) => total + part.columns, 0);
  const first = parts[0];
  if (first && parts.every((part) => part === first || part.index.length === 0)) return { ...first, columns };
  const entries = parts.reduce((total, part) => total + part.index.length, 0);
  const start = new Uint32Array(rows + 1);
  const index = new Uint32Array(entries);
  const value = new Float32Array(entries);
  let entry = 0;
  for (let r = 0; r < rows; r++) {
    let shift = 0;
    for (const part of parts) {
      for (let e = part.start[r]!; e < part.start[r + 1]!; e++) {
        index[entry] = part.index[e]! + shift;
        value[entry++] = part.value[e]!;
      }
      shift += part.columns;
    }
    start[r + 1] = entry;
  }
  return { rows, columns, start, index, value };
}

/** One matrix of several of the same shape; where two have a cell, the later one's stands. */
export function joined(parts: readonly SparseRows[], rows: number, columns: number): SparseRows {
  const filled = parts.filter((part) => part.index.length > 0);
  if (filled.length <= 1) return filled[0] ?? emptyRows(rows, columns);
  const count = filled.reduce((total, part) => total + part.index.length, 0);
  const row = new Uint32Array(count);
  const column = new Uint32Array(count);
  const value = new Float32Array(count);
  let at = 0;
  for (const part of filled) {
    column.set(part.index, at);
    value.set(part.value, at);
    for (let r = 0; r < part.rows; r++) row.fill(r, at + part.start[r]!, at + part.start[r + 1]!);
    at += part.index.length;
  }
  return sparseFromEntries(rows, columns, row, column, value, count, (values) => values[values.length - 1]!);
}

/** The first rows of a matrix, sharing its arrays. */
export function firstRows(matrix: SparseRows, rows: number): SparseRows {
  const end = matrix.start[rows]!;
  return {
    rows,
    columns: matrix.columns,
    start: matrix.start.subarray(0, rows + 1),
    index: matrix.index.subarray(0, end),
    value: matrix.value.subarray(0, end),
  };
}

/** Whether all indices are below a bound. By index: `every` took longer than to read them from a file. */
export function areBelow(index: Uint32Array, columns: number): boolean {
  return everyChunk(index.length, (from, to) => {
    for (let e = from; e < to; e++) if ((index[e] ?? 0) >= columns) return false;
    return true;
  });
}

/** How many cells each row has. */
export function rowLengths(matrix: SparseRows): Float64Array {
  return Float64Array.from({ length: matrix.rows }, (_, row) => matrix.start[row + 1]! - matrix.start[row]!);
}

/** Some rows of a matrix, in the order they are named. */
export function pickedRows(matrix: SparseRows, rows: ArrayLike<number>): SparseRows {
  const start = new Uint32Array(rows.length + 1);
  for (let r = 0; r < rows.length; r++) {
    start[r + 1] = start[r]! + matrix.start[rows[r]! + 1]! - matrix.start[rows[r]!]!;
  }
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

export function emptyRows(rows: number, columns: number): SparseRows {
  return {
    rows,
    columns,
    start: new Uint32Array(rows + 1),
    index: new Uint32Array(0),
    value: new Float32Array(0),
  };
}
