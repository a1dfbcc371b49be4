import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joined, sideBySide, stacked } from '../../src/matrix/combined.js';
import { RowWriter } from '../../src/matrix/row-writer.js';
import {
  emptyRows,
  firstRows,
  mapped,
  pickedRows,
  rowLengths,
  sparseFromEntries,
  transposed,
} from '../../src/matrix/sparse.js';
import { denseOf, rowsOf, table } from '../model/worlds.js';

const CELLS = [-1, 0, 0, 0.5, 2];
const entries = fc.array(fc.tuple(fc.nat(4), fc.nat(5), fc.constantFrom(-1, 0.5, 1, 2)), { maxLength: 40 });

function fromEntries(given: [number, number, number][], fold?: (values: readonly number[]) => number) {
  const column = (at: 0 | 1 | 2) => given.map((entry) => entry[at]);
  return sparseFromEntries(5, 6, column(0), column(1), column(2), given.length, fold);
}

test('entries of one cell are folded in their original order', () => {
  fc.assert(
    fc.property(entries, (given) => {
      const cells = new Map<string, number[]>();
      for (const [row, column, value] of given) {
        const key = `${row},${column}`;
        cells.set(key, [...(cells.get(key) ?? []), value]);
      }
      const last = fromEntries(given, (values) => values.at(-1)!);
      const total = fromEntries(given);
      expect(last.index.length).toBe(cells.size);
      for (const [key, values] of cells) {
        const [row, column] = key.split(',').map(Number);
        expect(denseOf(last)[row!]![column!]).toBe(values.at(-1));
        expect(denseOf(total)[row!]![column!]).toBe(values.reduce((a, b) => a + b, 0));
      }
      for (let r = 0; r < 5; r++) {
        const columns = Array.from(last.index.subarray(last.start[r]!, last.start[r + 1]!));
        expect(columns).toEqual([...new Set(columns)].sort((a, b) => a - b));
      }
    }),
  );
});

test('cutting, transposing, mapping and joining matrices matches the same operations on dense tables', () => {
  fc.assert(
    fc.property(
      table(3, 4, CELLS),
      table(2, 4, CELLS),
      table(3, 2, CELLS),
      table(3, 4, CELLS),
      (a, under, beside, over) => {
        const matrix = rowsOf(a, 4);
        expect(denseOf(transposed(matrix))).toEqual([0, 1, 2, 3].map((c) => a.map((row) => row[c]!)));
        expect(transposed(transposed(matrix))).toEqual(matrix);
        expect(stacked(matrix, rowsOf(under, 4))).toEqual(rowsOf([...a, ...under], 4));
        expect(sideBySide(matrix, rowsOf(beside, 2))).toEqual(
          rowsOf(
            a.map((row, r) => [...row, ...beside[r]!]),
            6,
          ),
        );
        expect(joined([matrix, rowsOf(over, 4)], 3, 4)).toEqual(
          rowsOf(
            a.map((row, r) => row.map((x, c) => over[r]![c]! || x)),
            4,
          ),
        );
        expect(mapped(matrix, (value) => (value > 0 ? value * 2 : undefined))).toEqual(
          rowsOf(
            a.map((row) => row.map((x) => Math.max(0, 2 * x))),
            4,
          ),
        );
        expect(firstRows(matrix, 2)).toEqual(rowsOf(a.slice(0, 2), 4));
      },
    ),
  );
});

test('picked rows are in the order of the given numbers, including repeated ones', () => {
  fc.assert(
    fc.property(table(4, 3, CELLS), fc.array(fc.nat(3), { maxLength: 6 }), (dense, rows) => {
      const picked = rows.map((row) => dense[row]!);
      expect(pickedRows(rowsOf(dense, 3), rows)).toEqual(rowsOf(picked, 3));
      expect(Array.from(rowLengths(pickedRows(rowsOf(dense, 3), Uint32Array.from(rows))))).toEqual(
        picked.map((row) => row.filter((x) => x !== 0).length),
      );
    }),
  );
});

test('empty rows have no cells', () => {
  expect(emptyRows(2, 3)).toEqual(
    rowsOf(
      [
        [0, 0, 0],
        [0, 0, 0],
      ],
      3,
    ),
  );
  expect(Array.from(rowLengths(emptyRows(2, 3)))).toEqual([0, 0]);
});

test('a row writer grows beyond its initial size', () => {
  const out = new RowWriter(2, 5000);
  for (const row of [0, 1]) {
    for (let column = 0; column < 5000; column++) out.add(column, column + row);
    out.endRow();
  }
  const { start, index, value } = out.finish();
  expect(Array.from(start)).toEqual([0, 5000, 10000]);
  expect([index[4999], value[4999], index[9999], value[9999]]).toEqual([4999, 4999, 4999, 5000]);
  expect([index[4095], value[4095], index[4096], value[4096]]).toEqual([4095, 4095, 4096, 4096]);
});
