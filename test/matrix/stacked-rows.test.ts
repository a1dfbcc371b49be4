import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StackedRows } from '../../src/matrix/stacked-rows.js';
import { columnsOf, rowsOf, table } from '../model/worlds.js';

test('a row is found in its part, however the rows are divided', () => {
  fc.assert(
    fc.property(table(6, 3, [0, 0, 1, 2]), fc.array(fc.nat(6), { maxLength: 4 }), (dense, cuts) => {
      const from = [0, ...cuts.sort((a, b) => a - b)];
      const parts = from.map((first, k) => rowsOf(dense.slice(first, from[k + 1] ?? 6), 3));
      const stack = new StackedRows(parts, from, 6);
      dense.forEach((_, row) => {
        const { part, from: first, to } = stack.row(row);
        expect(Array.from(part.index.subarray(first, to))).toEqual(columnsOf(rowsOf(dense, 3), row));
        expect(Array.from(part.value.subarray(first, to))).toEqual(dense[row]!.filter((x) => x !== 0));
      });
    }),
  );
});

test('a missing, misplaced or extra part is refused', () => {
  const [two, one] = [rowsOf([[1], [0]], 1), rowsOf([[1]], 1)];
  expect(() => new StackedRows([two, one], [0, 2], 3)).not.toThrow();
  expect(() => new StackedRows([], [], 0)).not.toThrow();
  expect(() => new StackedRows([one], [2], 3)).toThrow(new RangeError('the rows from 0 on are missing'));
  expect(() => new StackedRows([two, one], [0, 1], 3)).toThrow(new RangeError('the rows from 2 on are missing'));
  expect(() => new StackedRows([one, two], [2, 0], 3)).toThrow(new RangeError('the rows from 0 on are missing'));
  expect(() => new StackedRows([two], [0], 3)).toThrow(new RangeError('there are 2 rows where 3 are wanted'));
  expect(() => new StackedRows([two, one], [0, 2], 2)).toThrow(new RangeError('there are 3 rows where 2 are wanted'));
});
