import { rowOf, type SparseRows } from '../matrix/sparse.js';

/** Lists of users: list i is `items[start[i] .. start[i+1])`, item indices, best first. */
export interface Lists {
  start: Uint32Array;
  items: Uint32Array;
}

/** @param parts the items of all lists, one list after another, in any number of pieces. */
export function listsFrom(lengths: Uint32Array, parts: readonly Uint32Array[]): Lists {
  const start = new Uint32Array(lengths.length + 1);
  lengths.forEach((length, row) => {
    start[row + 1] = start[row]! + length;
  });
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
 * Checks that lists follow the rules of a real run; metrics of lists that break them would flatter.
 * @param excluded one row a list: the items its user is never given. @param count the most items of a list.
 * @param isMeant whether a list may have an item, for all that rules say of its user. @throws Error, a defect of whatever made the lists, where a list is too
 * long, or has an item twice, an item that is not offered, an excluded one, or one that is not meant.
 */
export function checkLists(
  lists: Lists,
  excluded: SparseRows,
  offered: Uint8Array,
  count: number,
  isMeant: (row: number, item: number) => boolean = () => true,
): void {
  if (lists.start.length !== excluded.rows + 1 || lists.start[excluded.rows] !== lists.items.length) {
    throw new Error(`${excluded.rows} lists were wanted, ${lists.start.length - 1} came`);
  }
  /** By item: the last row that excluded it, or listed it, + 1. */
  const excludedIn = new Uint32Array(offered.length);
  const listedIn = new Uint32Array(offered.length);
  for (let row = 0; row < excluded.rows; row++) {
    const list = listOf(lists, row);
    if (list.length > count) throw new Error(`list ${row} has ${list.length} items, where ${count} were wanted`);
    for (const item of rowOf(excluded, row)) excludedIn[item] = row + 1;
    for (const item of list) {
      if (offered[item] !== 1) throw new Error(`list ${row} has item ${item}, which is not offered`);
      if (!isMeant(row, item)) throw new Error(`list ${row} has item ${item}, which is not for its user`);
      if (excludedIn[item] === row + 1) throw new Error(`list ${row} has item ${item}, which its user has or excludes`);
      if (listedIn[item] === row + 1) throw new Error(`list ${row} has item ${item} twice`);
      listedIn[item] = row + 1;
    }
  }
}
