import { type SparseRows, sparseFromEntries } from '../matrix/sparse.js';

/** The part of what is to be found that nobody has touched yet. */
export interface ColdPart {
  /** Rising positions of the users who have such an item to find. */
  positions: Uint32Array;
  /** One row a position × cold items, none empty. */
  relevant: SparseRows;
  /** How many items that are. */
  items: number;
}

/**
 * Leaves of what is to be found the cold items: those in the catalogue that have no interaction to learn from, of
 * anybody and of any kind. What is outside the catalogue is not cold, it is out of reach.
 *
 * @param relevant tested users × items. @param train users × items.
 */
export function coldOnly(relevant: SparseRows, train: SparseRows, offered: Uint8Array): ColdPart {
  const isCold = offered.slice();
  for (const item of train.index) isCold[item] = 0;
  const positions: number[] = [];
  const row: number[] = [];
  const column: number[] = [];
  for (let user = 0; user < relevant.rows; user++) {
    const items = relevant.index.subarray(relevant.start[user]!, relevant.start[user + 1]!);
    const cold = items.filter((item) => isCold[item] === 1);
    if (cold.length === 0) continue;
    for (const item of cold) {
      row.push(positions.length);
      column.push(item);
    }
    positions.push(user);
  }
  const ones = new Float32Array(row.length).fill(1);
  return {
    positions: Uint32Array.from(positions),
    relevant: sparseFromEntries(positions.length, relevant.columns, row, column, ones, row.length),
    items: new Set(column).size,
  };
}
