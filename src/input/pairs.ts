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

/** @param user,item one entry a row of the file; below `users` and `items`. */
export function pairsOf(user: Uint32Array, item: Uint32Array, users: number, items: number): Pairs {
  const byItem = sorted(item, items, undefined);
  const bounds = new Uint32Array(users + 1);
  const order = sorted(user, users, byItem, bounds);
  const start = new Uint32Array(users + 1);
  const index = byItem;
  const rows = uint32s(order.length + 1);
  let entries = 0;
  for (let u = 0; u < users; u++) {
    let before = -1;
    const end = bounds[u + 1]!;
    for (let at = bounds[u]!; at < end; at++) {
      const i = item[order[at]!]!;
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

/**
 * Row numbers by rising key, those of one key in the order of `before` (by default, their own): a counting sort, which
 * looks at each row twice however many there are.
 *
 * @param bounds takes where the rows of each key begin.
 */
function sorted(key: Uint32Array, keys: number, before: Uint32Array | undefined, bounds = new Uint32Array(keys + 1)) {
  for (let row = 0; row < key.length; row++) bounds[key[row]! + 1]!++;
  for (let k = 0; k < keys; k++) bounds[k + 1]! += bounds[k]!;
  const place = bounds.slice(0, keys);
  const order = uint32s(key.length);
  if (before) {
    for (let at = 0; at < order.length; at++) {
      const row = before[at]!;
      order[place[key[row]!]!++] = row;
    }
  } else {
    for (let row = 0; row < order.length; row++) order[place[key[row]!]!++] = row;
  }
  return order;
}
