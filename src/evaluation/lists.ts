import type { SparseRows } from '../matrix/sparse.js';
import { measureList, USER_METRICS } from './metrics.js';
import type { Table } from './tables.js';

/** Lists of users: list i is `items[start[i] .. start[i+1])`, item indices, best first. */
export interface Lists {
  start: Uint32Array;
  items: Uint32Array;
}

/** Measures the lists of users: one row a user, the columns of `measureList`. @param relevant one row a list, none empty. */
export function measureLists(lists: Lists, relevant: SparseRows, cuts: readonly number[]): Table {
  const columns = USER_METRICS.length * cuts.length;
  const values = new Float64Array(relevant.rows * columns);
  for (let row = 0; row < relevant.rows; row++) {
    const wanted = relevant.index.subarray(relevant.start[row]!, relevant.start[row + 1]!);
    measureList(listOf(lists, row), wanted, cuts, values, row * columns);
  }
  return { rows: relevant.rows, columns, values };
}

export function listOf(lists: Lists, row: number): Uint32Array {
  return lists.items.subarray(lists.start[row]!, lists.start[row + 1]!);
}

/** Some of the lists, in the order given. */
export function listsAt(lists: Lists, rows: Uint32Array): Lists {
  const start = new Uint32Array(rows.length + 1);
  rows.forEach((row, at) => {
    start[at + 1] = start[at]! + listOf(lists, row).length;
  });
  const items = new Uint32Array(start[rows.length]!);
  rows.forEach((row, at) => {
    items.set(listOf(lists, row), start[at]);
  });
  return { start, items };
}

/**
 * Checks lists before they are believed: a metric of lists that break the rules of a real run would flatter.
 *
 * @param barred one row a list: the items its user is never given.
 * @throws Error, a defect of whoever made the lists, for one that is too long, or has an item twice, an item that is not
 *   offered, or one that is barred.
 */
export function checkLists(lists: Lists, barred: SparseRows, offered: Uint8Array, count: number): void {
  if (lists.start.length !== barred.rows + 1 || lists.start[barred.rows] !== lists.items.length) {
    throw new Error(`${barred.rows} lists were wanted, ${lists.start.length - 1} came`);
  }
  /** By item: the last row that it was barred in, or stood in the list of, + 1. */
  const barredIn = new Uint32Array(offered.length);
  const listedIn = new Uint32Array(offered.length);
  for (let row = 0; row < barred.rows; row++) {
    const list = listOf(lists, row);
    if (list.length > count) throw new Error(`list ${row} has ${list.length} items, where ${count} were wanted`);
    for (const item of barred.index.subarray(barred.start[row]!, barred.start[row + 1]!)) barredIn[item] = row + 1;
    for (const item of list) {
      if (offered[item] !== 1) throw new Error(`list ${row} has item ${item}, which is not offered`);
      if (barredIn[item] === row + 1) throw new Error(`list ${row} has item ${item}, which its user has or excludes`);
      if (listedIn[item] === row + 1) throw new Error(`list ${row} has item ${item} twice`);
      listedIn[item] = row + 1;
    }
  }
}
