import { describe, expect, it } from 'vitest';
import { columnDifferences, columnMeans, measureLists, tableRows } from '../../src/evaluation/metric-table.js';
import { USER_METRICS } from '../../src/evaluation/user-metrics.js';
import { rowsOf } from '../model/worlds.js';
import { listsOf } from './lists.js';

const RECALL = USER_METRICS.indexOf('recall');

describe('measureLists', () => {
  const relevant = rowsOf(
    [
      [1, 0, 0],
      [0, 1, 0],
    ],
    3,
  );
  const rankings = [listsOf([2, 0], [1, 0]), listsOf([0, 1], [2, 0])];

  it('has a row per user, with the metrics by algorithm, then by cut', () => {
    const { rows, columns, values } = measureLists(rankings, relevant, [1, 2]);
    expect([rows, columns]).toEqual([2, 2 * 2 * USER_METRICS.length]);
    const recalls = [0, 1].map((row) =>
      [0, 1, 2, 3].map((block) => values[row * columns + block * USER_METRICS.length + RECALL]),
    );
    expect(recalls).toEqual([
      [0, 1, 1, 1],
      [1, 1, 0, 0],
    ]);
  });

  it('measures the lists of selected users against their own relevant items', () => {
    const { rows, values } = measureLists(rankings, rowsOf([[0, 1, 0]], 3), [2], Uint32Array.of(1));
    expect([rows, values[RECALL], values[USER_METRICS.length + RECALL]]).toEqual([1, 1, 0]);
  });
});

describe('operations on a metric table', () => {
  const table = { rows: 3, columns: 2, values: Float64Array.of(1, 2, 3, 6, 5, 1) };

  it('select rows, average columns, and subtract one column from another', () => {
    expect(tableRows(table, Uint32Array.of(0, 2)).values).toEqual(Float64Array.of(1, 2, 5, 1));
    expect(tableRows(table, Uint32Array.of(0, 1, 2))).toBe(table);
    expect(columnMeans(table)).toEqual(Float64Array.of(3, 3));
    expect(columnDifferences(table, 0, 1)).toEqual(Float64Array.of(-1, -3, 4));
  });
});
