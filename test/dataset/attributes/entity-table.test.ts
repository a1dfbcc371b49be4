import { describe, expect, it } from 'vitest';
import { entityTable } from '../../../src/dataset/attributes/entity-table.js';
import { IdIndex } from '../../../src/events/ids.js';

function tableOf(rows: string[][], columns: number[], voted?: number) {
  const ids = new IdIndex();
  const table = entityTable(columns, voted);
  rows.forEach((cells, index) => {
    table.take({ cells, firstLine: index + 2, line: index + 2 }, 0, ids);
  });
  return { table, ids };
}

describe('entityTable', () => {
  it('keeps the first nonempty cell of an entity', () => {
    const { table, ids } = tableOf(
      [
        ['a', ''],
        ['b', 'x'],
        ['a', 'first'],
        ['a', 'second'],
      ],
      [1],
    );
    expect(ids.ids).toEqual(['a', 'b']);
    expect(table.cellsOf(1, 2)).toEqual(['first', 'x']);
    expect(table.rows).toEqual({ used: 2, repeated: 2 });
  });

  it('keeps the most frequent cell in the voted column, the first one among equals', () => {
    const rows = [
      ['a', 'damaged'],
      ['a', 'LAMP'],
      ['a', 'LAMP'],
      ['b', 'one'],
      ['b', 'two'],
      ['c', 'only'],
    ];
    const { table } = tableOf(rows, [1], 1);
    expect(table.cellsOf(1, 3)).toEqual(['LAMP', 'one', 'only']);
  });

  it('has empty cells for entities that are not in the file', () => {
    const { table } = tableOf([['a', 'x']], [1]);
    expect(table.cellsOf(1, 3)).toEqual(['x', '', '']);
    expect([table.has(0), table.has(1)]).toEqual([true, false]);
  });

  it('measures the share of repeated rows that disagree with the first, ignoring empty cells', () => {
    const { table } = tableOf(
      [
        ['a', 'x', '1'],
        ['a', 'x', '2'],
        ['a', '', '3'],
        ['a', 'x', '1'],
      ],
      [1, 2],
    );
    expect(table.disagreement(1)).toBe(0);
    expect(table.disagreement(2)).toBeCloseTo(2 / 3);
  });

  it('measures no disagreement if no entity is repeated', () => {
    expect(
      tableOf(
        [
          ['a', 'x'],
          ['b', 'y'],
        ],
        [1],
      ).table.disagreement(1),
    ).toBe(0);
  });

  it('counts rows without an id and keeps the line of the first', () => {
    const { table, ids } = tableOf(
      [
        ['a', 'x'],
        ['', 'y'],
        [' ', 'z'],
      ],
      [1],
    );
    expect(table.withoutId).toEqual({ count: 2, firstLine: 3 });
    expect(ids.ids).toEqual(['a']);
  });
});
