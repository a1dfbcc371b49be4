import { type Arrays, arrayOf } from '../files/array-file.js';
import type { TypedArray } from '../files/array-header.js';
import { everyChunk } from '../matrix/chunks.js';
import { areBelow, type SparseRows } from '../matrix/sparse.js';

/** An index is a uint32. */
const MOST_COLUMNS = 2 ** 32;

/** A sparse matrix as arrays of a file, its name before each of theirs. */
export function matrixArrays(name: string, matrix: SparseRows): Arrays {
  return {
    [`${name}.shape`]: Float64Array.of(matrix.rows, matrix.columns),
    [`${name}.start`]: matrix.start,
    [`${name}.index`]: matrix.index,
    [`${name}.value`]: matrix.value,
  };
}

/** Arrays, numbers and matrices by name, as arrays of a file; what is undefined is left out. */
export function namedArrays(parts: object): Arrays {
  const arrays: Arrays = {};
  for (const [name, part] of Object.entries(parts as Record<string, TypedArray | SparseRows | number | undefined>)) {
    if (typeof part === 'number') arrays[name] = Float64Array.of(part);
    else if (ArrayBuffer.isView(part)) arrays[name] = part;
    else if (part) Object.assign(arrays, matrixArrays(name, part));
  }
  return arrays;
}

/** The matrix of that name; undefined where there is none. @throws RangeError as `matrixFrom` does. */
export function matrixIn(arrays: Arrays, name: string): SparseRows | undefined {
  return `${name}.shape` in arrays ? matrixFrom(arrays, name) : undefined;
}

/**
 * The matrix of that name, checked so far that reading it stays inside its arrays and comes to numbers. That rows follow the order
 * they should is not checked: what is made of them in another order is wrong, and stays inside all the same.
 * @throws RangeError where it does not hold together.
 */
export function matrixFrom(arrays: Arrays, name: string): SparseRows {
  const [rows = -1, columns = -1] = arrayOf(arrays, `${name}.shape`, Float64Array);
  const start = arrayOf(arrays, `${name}.start`, Uint32Array);
  const index = arrayOf(arrays, `${name}.index`, Uint32Array);
  const value = arrayOf(arrays, `${name}.value`, Float32Array);
  const sound =
    Number.isInteger(columns) &&
    columns >= 0 &&
    columns <= MOST_COLUMNS &&
    start.length === rows + 1 &&
    start[0] === 0 &&
    start[rows] === index.length &&
    value.length === index.length &&
    isRising(start) &&
    areBelow(index, columns) &&
    areNumbers(value);
  if (!sound) throw new RangeError(`the matrix "${name}" does not hold together`);
  return { rows, columns, start, index, value };
}

// By index: `every` and `for … of` took longer than reading the file.

function isRising(bounds: Uint32Array): boolean {
  for (let row = 1; row < bounds.length; row++) if ((bounds[row] ?? -1) < (bounds[row - 1] ?? 0)) return false;
  return true;
}

/** NaN and infinity are what does not become 0 when it is taken from itself. */
export function areNumbers(value: Float32Array): boolean {
  return everyChunk(value.length, (from, to) => {
    for (let e = from; e < to; e++) if ((value[e] ?? Number.NaN) - (value[e] ?? Number.NaN) !== 0) return false;
    return true;
  });
}
