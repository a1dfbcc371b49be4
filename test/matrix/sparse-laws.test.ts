import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type SparseRows, sparseFromEntries, transposed } from '../../src/matrix/sparse.js';

interface Entry {
  row: number;
  column: number;
  value: number;
}

const shape = fc.record({ rows: fc.integer({ min: 1, max: 8 }), columns: fc.integer({ min: 1, max: 8 }) });
const matrices = shape.chain(({ rows, columns }) =>
  fc.record({
    rows: fc.constant(rows),
    columns: fc.constant(columns),
    entries: fc.array(
      fc.record({
        row: fc.integer({ min: 0, max: rows - 1 }),
        column: fc.integer({ min: 0, max: columns - 1 }),
        value: fc.integer({ min: -9, max: 9 }),
      }),
      { maxLength: 60 },
    ),
  }),
);

function built(rows: number, columns: number, entries: readonly Entry[], fold?: (values: readonly number[]) => number) {
  return sparseFromEntries(
    rows,
    columns,
    entries.map((entry) => entry.row),
    entries.map((entry) => entry.column),
    entries.map((entry) => entry.value),
    entries.length,
    fold,
  );
}

/** The slow model: a map from each cell to the list of its values. */
function dense(entries: readonly Entry[]): Map<string, number[]> {
  const cells = new Map<string, number[]>();
  for (const { row, column, value } of entries) {
    const key = `${row},${column}`;
    cells.set(key, [...(cells.get(key) ?? []), value]);
  }
  return cells;
}

/** Cells in storage order: by row, then by column. */
function cellsOf(matrix: SparseRows): [string, number][] {
  const cells: [string, number][] = [];
  for (let r = 0; r < matrix.rows; r++) {
    for (let e = matrix.start[r]!; e < matrix.start[r + 1]!; e++)
      cells.push([`${r},${matrix.index[e]}`, matrix.value[e]!]);
  }
  return cells;
}

function inOrder(cells: Map<string, number[]>, fold: (values: number[]) => number): [string, number][] {
  return [...cells]
    .map(([key, values]) => [key, fold(values)] as [string, number])
    .sort((a, b) => (a[0] < b[0] ? -1 : 1));
}

const summed = (values: number[]) => values.reduce((a, b) => a + b, 0);

describe('sparseFromEntries', () => {
  it('holds the same cells as a slow model, by row and rising column', () => {
    fc.assert(
      fc.property(matrices, ({ rows, columns, entries }) => {
        const matrix = built(rows, columns, entries);
        expect(matrix.start).toHaveLength(rows + 1);
        expect(matrix.start[rows]).toBe(matrix.index.length);
        expect(cellsOf(matrix)).toEqual(inOrder(dense(entries), summed));
      }),
    );
  });

  it('passes the values of a cell to the fold in their original order', () => {
    const joinedDigits = (values: readonly number[]) => values.reduce((a, b) => a * 3 + b);
    fc.assert(
      fc.property(matrices, ({ rows, columns, entries }) => {
        const short = entries.slice(0, 12);
        expect(cellsOf(built(rows, columns, short, joinedDigits))).toEqual(inOrder(dense(short), joinedDigits));
      }),
    );
  });

  it('ignores entries after the given count', () => {
    expect(cellsOf(sparseFromEntries(2, 2, [0, 1, 1], [1, 0, 1], [5, 6, 7], 2))).toEqual([
      ['0,1', 5],
      ['1,0', 6],
    ]);
  });
});

describe('transposed', () => {
  it('swaps rows and columns, and applied twice is the identity', () => {
    fc.assert(
      fc.property(matrices, ({ rows, columns, entries }) => {
        const matrix = built(rows, columns, entries);
        const turned = entries.map(({ row, column, value }) => ({ row: column, column: row, value }));
        expect(transposed(matrix)).toEqual(built(columns, rows, turned));
        expect(transposed(transposed(matrix))).toEqual(matrix);
      }),
    );
  });
});
