import { rowOf, type SparseRows } from '../matrix/sparse.js';
import { type Lists, listOf } from './lists.js';
import { measureList, USER_METRICS } from './user-metrics.js';

/** Numbers by row (a user) and column: row r, column c is `values[r · columns + c]`. */
export interface MetricTable {
  rows: number;
  columns: number;
  values: Float64Array;
}

/**
 * Measures the lists of several algorithms: one row per user; the columns are those of `measureList`, algorithm by algorithm.
 * @param relevant one row per user, none empty.
 * @param users by row of `relevant`, the position of the user's list in each ranking; by default row r is about list r.
 */
export function measureLists(
  rankings: readonly Lists[],
  relevant: SparseRows,
  cuts: readonly number[],
  users?: Uint32Array,
): MetricTable {
  const perAlgorithm = USER_METRICS.length * cuts.length;
  const columns = perAlgorithm * rankings.length;
  const values = new Float64Array(relevant.rows * columns);
  for (let row = 0; row < relevant.rows; row++) {
    rankings.forEach((lists, a) => {
      const list = listOf(lists, users ? users[row]! : row);
      measureList(list, rowOf(relevant, row), cuts, values, row * columns + a * perAlgorithm);
    });
  }
  return { rows: relevant.rows, columns, values };
}

/** A table of some of the rows. @param rows rising. */
export function tableRows(table: MetricTable, rows: Uint32Array): MetricTable {
  if (rows.length === table.rows) return table;
  const { columns, values } = table;
  const picked = new Float64Array(rows.length * columns);
  rows.forEach((row, at) => {
    picked.set(values.subarray(row * columns, (row + 1) * columns), at * columns);
  });
  return { rows: rows.length, columns, values: picked };
}

/** The mean of every column; NaN without rows. */
export function columnMeans({ rows, columns, values }: MetricTable): Float64Array {
  const sums = new Float64Array(columns);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let c = 0; c < columns; c++, at++) sums[c]! += values[at]!;
  }
  return sums.map((sum) => sum / rows);
}

/** One column minus another, row by row. */
export function columnDifferences({ rows, columns, values }: MetricTable, first: number, second: number): Float64Array {
  return Float64Array.from(
    { length: rows },
    (_, row) => values[row * columns + first]! - values[row * columns + second]!,
  );
}
