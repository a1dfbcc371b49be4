import { type Arrays, arrayOf, readArrays } from '../files/array-file.js';
import type { TypedArray } from '../files/array-header.js';
import { everyChunk } from '../matrix/chunks.js';
import { areBelow, type SparseRows } from '../matrix/sparse.js';
import type { RowLookup, RowSlice } from '../matrix/stacked-rows.js';
import type { RowFile } from './protocol.js';

/** Column indices are uint32. */
const MAX_COLUMNS = 2 ** 32;

/** The arrays that a sparse matrix is stored as in a file. Their names start with the name of the matrix. */
export function matrixArrays(name: string, matrix: SparseRows): Arrays {
  return {
    [`${name}.shape`]: Float64Array.of(matrix.rows, matrix.columns),
    [`${name}.start`]: matrix.start,
    [`${name}.index`]: matrix.index,
    [`${name}.value`]: matrix.value,
  };
}

/** Arrays, numbers and matrices by name, as the arrays of a file. Undefined parts are left out. */
export function namedArrays(parts: object): Arrays {
  const arrays: Arrays = {};
  for (const [name, part] of Object.entries(parts as Record<string, TypedArray | SparseRows | number | undefined>)) {
    if (typeof part === 'number') arrays[name] = Float64Array.of(part);
    else if (ArrayBuffer.isView(part)) arrays[name] = part;
    else if (part) Object.assign(arrays, matrixArrays(name, part));
  }
  return arrays;
}

/** The matrix of that name, or undefined if the file has none. @throws RangeError like `matrixFrom`. */
export function matrixIn(arrays: Arrays, name: string): SparseRows | undefined {
  return `${name}.shape` in arrays ? matrixFrom(arrays, name) : undefined;
}

/**
 * The matrix of that name. The checks guarantee that reading it never leaves its arrays and that all values are finite. They do not cover
 * the order of the entries within a row: a wrong order gives wrong results, but no access outside the arrays.
 * @throws RangeError if it fails these checks.
 */
export function matrixFrom(arrays: Arrays, name: string): SparseRows {
  const [rows = -1, columns = -1] = arrayOf(arrays, `${name}.shape`, Float64Array);
  const start = arrayOf(arrays, `${name}.start`, Uint32Array);
  const index = arrayOf(arrays, `${name}.index`, Uint32Array);
  const value = arrayOf(arrays, `${name}.value`, Float32Array);
  const isSound =
    Number.isInteger(columns) &&
    columns >= 0 &&
    columns <= MAX_COLUMNS &&
    start.length === rows + 1 &&
    start[0] === 0 &&
    start[rows] === index.length &&
    value.length === index.length &&
    isRising(start) &&
    areBelow(index, columns) &&
    areFinite(value);
  if (!isSound) throw new RangeError(`the parts of the matrix "${name}" do not fit together`);
  return { rows, columns, start, index, value };
}

// These two loop by index: `every` and `for … of` took longer than reading the file.

/** True if no number is below the one before it. */
export function isRising(bounds: Uint32Array): boolean {
  for (let row = 1; row < bounds.length; row++) if ((bounds[row] ?? -1) < (bounds[row - 1] ?? 0)) return false;
  return true;
}

/** True if no value is NaN or infinite: 0 · x is 0 for finite numbers only. */
export function areFinite(value: Float32Array): boolean {
  return everyChunk(value.length, (from, to) => {
    let sum = 0;
    for (let e = from; e < to; e++) sum += 0 * (value[e] ?? Number.NaN);
    return sum === 0;
  });
}

/** Reads one matrix of a file. @throws RangeError like `matrixFrom`. */
export function readMatrix(path: string, name: string): SparseRows {
  return matrixFrom(readMatrixArrays(path, name), name);
}

/** Reads only the arrays of one matrix. */
export function readMatrixArrays(path: string, matrix: string): Arrays {
  return readArrays(path, (name) => name.startsWith(`${matrix}.`));
}

/** A number that `namedArrays` stored; -1 if its array is empty. @throws RangeError if there is no such array. */
export function numberOf(arrays: Arrays, name: string): number {
  return arrayOf(arrays, name, Float64Array)[0] ?? -1;
}

/** The numbers of that name. @throws RangeError if one is not finite, or if there are not `count` of them. */
export function finiteNumbers(arrays: Arrays, name: string, count?: number): Float64Array {
  const numbers = arrayOf(arrays, name, Float64Array);
  if (numbers.length !== (count ?? numbers.length))
    throw new RangeError(`"${name}" has ${numbers.length} numbers instead of ${count}`);
  for (let at = 0; at < numbers.length; at++) {
    if (!Number.isFinite(numbers[at])) throw new RangeError(`"${name}" has a value that is not a finite number`);
  }
  return numbers;
}

/**
 * Looks up rows of a matrix that is spread over files. Only the file of the latest lookup is in memory.
 * @param readPart reads the rows of a file.
 */
export function rowFiles(files: readonly RowFile[], readPart: (path: string) => SparseRows): RowLookup {
  let first = 0;
  let part: SparseRows | undefined;
  const has = (row: number) => part !== undefined && row >= first && row < first + part.rows;
  return {
    row(row: number): RowSlice {
      const file = has(row) ? undefined : files.findLast(({ from }) => from <= row);
      if (file) {
        first = file.from;
        part = readPart(file.path);
      }
      const [from, to] = part && has(row) ? part.start.subarray(row - first) : [];
      if (!part || from === undefined || to === undefined) throw new RangeError(`row ${row} is in none of the files`);
      return { part, from, to };
    },
  };
}
