import { letGo, uint32s } from '../memory.js';

/**
 * The rows of an events file by user and item: the entries of a sparse matrix, and the rows that each is made of.
 *
 *     start  0   2 …          user u has the entries start[u] .. start[u+1]
 *     index  3   7   …        their items, rising
 *     rows   0   1   3 …      entry e is made of the rows order[rows[e]] .. order[rows[e+1]], as they follow in the file
 *     order  5   0   9   …
 */
export interface Pairs {
  start: Uint32Array;
  index: Uint32Array;
  rows: Uint32Array;
  order: Uint32Array;
}

/**
 * Two counting sorts, by item and then by user, which look at each row a few times however many there are. What the second
 * needs and what comes out is laid down by the first in the order in which it is read: rows are looked up nowhere.
 *
 * @param user,item one entry a row of the file; below `users` and `items`.
 * @param areDone whether they may be let go in between: both are 0 then.
 */
export function pairsOf(user: Uint32Array, item: Uint32Array, users: number, items: number, areDone = false): Pairs {
  const count = user.length;
  const itemEnd = startsOf(item, items);
  const byItem = uint32s(count + 1);
  const userByItem = uint32s(count);
  for (let row = 0; row < count; row++) {
    const at = itemEnd[item[row]!]!++;
    byItem[at] = row;
    userByItem[at] = user[row]!;
  }
  const userEnd = startsOf(user, users);
  if (areDone) {
    letGo(user);
    letGo(item);
  }
  const order = uint32s(count);
  const index = uint32s(count);
  for (let i = 0, at = 0; i < items; i++) {
    for (const end = itemEnd[i]!; at < end; at++) {
      const to = userEnd[userByItem[at]!]!++;
      order[to] = byItem[at]!;
      index[to] = i;
    }
  }
  letGo(userByItem);
  return folded(users, userEnd, index, order, byItem);
}

/** Where the rows of each key begin, once they are in the order of their keys. */
function startsOf(key: Uint32Array, keys: number): Uint32Array {
  const bounds = new Uint32Array(keys + 1);
  for (let row = 0; row < key.length; row++) bounds[key[row]! + 1]!++;
  for (let k = 0; k < keys; k++) bounds[k + 1]! += bounds[k]!;
  return bounds;
}

/**
 * Rows in the order of their users and items, those of one pair as one entry.
 * @param userEnd where the rows of each user end. @param index their items, @param rows room for one more than there are; both
 *   are part of the answer.
 */
function folded(users: number, userEnd: Uint32Array, index: Uint32Array, order: Uint32Array, rows: Uint32Array): Pairs {
  const start = new Uint32Array(users + 1);
  let entries = 0;
  for (let u = 0, at = 0; u < users; u++) {
    let before = -1;
    for (const end = userEnd[u]!; at < end; at++) {
      const i = index[at]!;
      if (i === before) continue;
      before = i;
      rows[entries] = at;
      index[entries++] = i;
    }
    start[u + 1] = entries;
  }
  rows[entries] = order.length;
  if (entries === order.length) return { start, index, rows, order };
  const pairs = { start, index: index.slice(0, entries), rows: rows.slice(0, entries + 1), order };
  letGo(index);
  letGo(rows);
  return pairs;
}
