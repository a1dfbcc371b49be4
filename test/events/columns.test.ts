import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IndexColumn, LineColumn, NumberColumn } from '../../src/events/columns.js';

const numbers = fc.array(
  fc.oneof(
    fc.nat(9),
    fc.constantFrom(Number.NaN, -0, 0.5, 0xffffffff, 0xfffffffe, 1e15),
    fc.float({ noDefaultInfinity: true }),
    fc.double(),
  ),
);

function columnOf(values: readonly number[]): NumberColumn {
  const column = new NumberColumn();
  for (const value of values) column.push(value);
  return column;
}

const valuesOf = (column: NumberColumn) => Array.from({ length: column.length }, (_, row) => column.at(row));

describe('NumberColumn', () => {
  it('returns its values unchanged to the bit, whatever array type it stores them in', () => {
    fc.assert(
      fc.property(numbers, numbers, (first, second) => {
        const column = columnOf(first);
        column.append(columnOf(second).values);
        expect(valuesOf(column)).toEqual([...first, ...second]);
        expect(column.missing).toBe([...first, ...second].filter(Number.isNaN).length);
      }),
    );
  });

  it('can be reordered and cleared', () => {
    fc.assert(
      fc.property(numbers, fc.array(fc.nat()), (values, keys) => {
        const order = Uint32Array.from(values.keys()).sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0));
        const column = columnOf(values);
        column.pick(order);
        expect(valuesOf(column)).toEqual(Array.from(order, (row) => values[row]));
        column.clear();
        expect(column.length).toBe(0);
      }),
    );
  });

  it.each([
    ['whole numbers', [1112486027, Number.NaN, 0], Uint32Array],
    ['halves', [4, 3.5, Number.NaN], Float32Array],
    ['tenths', [4, 3.5, 0.1], Float64Array],
  ])('stores %s in the narrowest array type', (_, values, type) => {
    expect(columnOf(values).values).toBeInstanceOf(type);
  });
});

describe('LineColumn', () => {
  it('knows the line of each of its own and appended rows', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 3 })),
        fc.array(fc.integer({ min: 1, max: 3 })),
        fc.nat(9),
        (a, b, gap) => {
          const lines = (steps: number[]) => steps.map((_, k) => steps.slice(0, k + 1).reduce((x, y) => x + y));
          const [column, more] = [new LineColumn(), new LineColumn()];
          for (const line of lines(a)) column.push(line);
          for (const line of lines(b)) more.push(line);
          const before = (lines(a).at(-1) ?? 0) + gap;
          column.append(more.runs, b.length, before);
          const all = [...lines(a), ...lines(b).map((line) => line + before)];
          expect(all.map((_, row) => column.at(row))).toEqual(all);
        },
      ),
    );
  });
});

describe('IndexColumn', () => {
  it('renumbers appended indices', () => {
    const column = new IndexColumn();
    column.push(7);
    column.append(Uint32Array.of(0, 2, 1), Uint32Array.of(5, 6, 9));
    expect([...column.values]).toEqual([7, 5, 9, 6]);
  });
});
