import { offsetsOf, rowOf, type SparseRows } from '../matrix/sparse.js';

/** Lists of users: list i is `items[start[i] .. start[i+1])`, item indices, best first. */
export interface Lists {
  start: Uint32Array;
  items: Uint32Array;
}

/** @param parts the items of all lists, one list after another, cut anywhere into pieces. */
export function listsFrom(lengths: Uint32Array, parts: readonly Uint32Array[]): Lists {
  const start = offsetsOf(lengths);
  const items = new Uint32Array(start[lengths.length]!);
  let at = 0;
  for (const part of parts) {
    items.set(part, at);
    at += part.length;
  }
  return { start, items };
}

export function listOf(lists: Lists, row: number): Uint32Array {
  return lists.items.subarray(lists.start[row]!, lists.start[row + 1]!);
}

/**
 * Checks that lists follow the rules of a real run; lists that break them would get metrics that are too good.
 * @param excluded one row per list: the items that its user must not get. @param count the maximum length of a list.
 * @param isAllowed whether the rules about items and users allow an item in a list.
 * @throws Error, a defect of the code that made the lists, where a list is too long, has an item twice, or has one that is not offered,
 * excluded or not allowed.
 */
export function checkLists(
  lists: Lists,
  excluded: SparseRows,
  offered: Uint8Array,
  count: number,
  isAllowed: (row: number, item: number) => boolean = () => true,
): void {
  if (lists.start.length !== excluded.rows + 1 || lists.start[excluded.rows] !== lists.items.length) {
    throw new Error(`expected ${excluded.rows} lists, got ${lists.start.length - 1}`);
  }
  /** By item: the last row that excluded it, or listed it, + 1. */
  const excludedIn = new Uint32Array(offered.length);
  const listedIn = new Uint32Array(offered.length);
  for (let row = 0; row < excluded.rows; row++) {
    const list = listOf(lists, row);
    if (list.length > count) throw new Error(`list ${row} has ${list.length} items, more than ${count}`);
    for (const item of rowOf(excluded, row)) excludedIn[item] = row + 1;
    for (const item of list) {
      if (offered[item] !== 1) throw new Error(`list ${row} has item ${item}, which is not offered`);
      if (!isAllowed(row, item)) throw new Error(`list ${row} has item ${item}, which is not for its user`);
      if (excludedIn[item] === row + 1) throw new Error(`list ${row} has item ${item}, which its user has or excludes`);
      if (listedIn[item] === row + 1) throw new Error(`list ${row} has item ${item} twice`);
      listedIn[item] = row + 1;
    }
  }
}
