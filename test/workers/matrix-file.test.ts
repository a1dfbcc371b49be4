import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readArrays, writeArrays } from '../../src/files/array-file.js';
import type { SparseRows } from '../../src/matrix/sparse.js';
import { matrixArrays, matrixFrom, rowFiles } from '../../src/workers/matrix-file.js';
import { temporaryFolders } from '../files/temporary.js';
import { rowsOf, table } from '../model/worlds.js';

const folder = temporaryFolders();

const MATRIX = rowsOf(
  [
    [1, 0, 2],
    [0, 0, 0],
    [0, -0.5, 0],
  ],
  3,
);

test('a matrix is read back unchanged, also one without rows or cells', () => {
  const at = folder();
  let run = 0;
  fc.assert(
    fc.property(
      fc.nat(4).chain((rows) => table(rows, 3, [0, 0, 0, -1, 0.5])),
      (dense) => {
        const path = join(at, `matrix.${run++}`);
        writeArrays(path, matrixArrays('m', rowsOf(dense, 3)));
        expect(matrixFrom(readArrays(path), 'm')).toEqual(rowsOf(dense, 3));
      },
    ),
  );
});

test.each<[string, Partial<SparseRows>]>([
  ['more rows than bounds', { rows: 4 }],
  ['fewer rows than bounds', { rows: 2 }],
  ['a first bound that is not 0', { start: Uint32Array.of(1, 2, 2, 3) }],
  ['bounds that fall', { start: Uint32Array.of(0, 3, 2, 3) }],
  ['a last bound before its cells’ end', { start: Uint32Array.of(0, 2, 2, 2) }],
  ['a last bound after its cells’ end', { start: Uint32Array.of(0, 2, 2, 4) }],
  ['one value too few', { value: Float32Array.of(1, 2) }],
  ['a column beyond its width', { columns: 2 }],
  ['a width that is not a number', { columns: Number.NaN }],
  ['a width that is not an integer', { columns: 3.5 }],
  ['a width beyond 32-bit indices', { columns: 2 ** 33 }],
  ['a value that is not a number', { value: Float32Array.of(1, Number.NaN, 2) }],
  ['an infinite value', { value: Float32Array.of(1, 2, Number.NEGATIVE_INFINITY) }],
])('a matrix with %s is refused', (_, changes) => {
  const arrays = matrixArrays('m', { ...MATRIX, ...changes });
  expect(() => matrixFrom(arrays, 'm')).toThrow(new RangeError('the parts of the matrix "m" do not fit together'));
});

test('the error for a missing matrix names the array', () => {
  expect(() => matrixFrom(matrixArrays('m', MATRIX), 'n')).toThrow(
    new RangeError('an array file lacks "n.shape" as Float64Array'),
  );
});

test('rows are found in the right file in any order, and a row outside all files is an error', () => {
  const at = folder();
  const dense = [
    [1, 2],
    [0, 3],
    [0, 0],
    [4, 0],
    [5, 6],
  ];
  const files = [0, 2, 3].map((from, k, all) => {
    const path = join(at, `rows.${k}`);
    writeArrays(path, matrixArrays('m', rowsOf(dense.slice(from, all[k + 1]), 2)));
    return { path, from };
  });
  const rows = rowFiles(files, (path) => matrixFrom(readArrays(path), 'm'));
  for (const row of [0, 1, 4, 2, 3, 0]) {
    const { part, from, to } = rows.row(row);
    expect(Array.from(part.value.subarray(from, to))).toEqual(dense[row]!.filter((x) => x !== 0));
  }
  expect(() => rows.row(5)).toThrow(new RangeError('row 5 is in none of the files'));
  expect(() => rowFiles([], () => rowsOf([], 2)).row(0)).toThrow(RangeError);
});
