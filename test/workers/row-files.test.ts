import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readArrays, writeArrays } from '../../src/files/array-file.js';
import { matrixArrays, matrixFrom, rowFiles } from '../../src/workers/matrix-file.js';
import { temporaryFolders } from '../files/temporary.js';
import { rowsOf } from '../model/worlds.js';

const folder = temporaryFolders();

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
