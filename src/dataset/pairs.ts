import { everyChunk, forEachChunk } from '../matrix/chunks.js';
import { release, uint32s } from '../matrix/memory.js';
import { startsOf } from '../matrix/sparse.js';

/**
 * The rows of an events file, grouped by user and item: the entries of a sparse matrix, and the rows of each entry.
 *
 *     start  0   2 …          user u has the entries start[u] .. start[u+1]
 *     index  3   7   …        the items of the entries, rising for each user
 *     rows   0   1   3 …      entry e has the rows order[rows[e]] .. order[rows[e+1]], in the order of the file
 *     order  5   0   9   …
 */
export interface Pairs {
  start: Uint32Array;
  index: Uint32Array;
  rows: Uint32Array;
  order: Uint32Array;
  /** Whether `order` is that of all rows of the file. */
  inOrder: boolean;
}

/**
 * Counting sorts, whose time grows only linearly with the rows: by user, unless the file is sorted by user already, and then by item, a
 * few users at a time, unless it is sorted by both.
 *
 * @param user,item one index for each row of the file; below `users` and `items`.
 * @param mayRelease whether both arrays may be released on the way; they are 0 then.
 */
export function pairsOf(user: Uint32Array, item: Uint32Array, users: number, items: number, mayRelease = false): Pairs {
  const userStart = startsOf(user, user.length, users);
  if (areInOrder(user, item)) {
    const index = uint32s(item.length);
    index.set(item);
    const order = uint32s(item.length);
    forEachChunk(order.length, (from, to) => {
      for (let row = from; row < to; row++) order[row] = row;
    });
    return { ...merged(userStart, { order, index }), inOrder: true };
  }
  const byUser = isRising(user) ? { item, row: undefined } : rowsByUser(user, item, userStart);
  const isCopy = byUser.item !== item;
  if (mayRelease) for (const array of isCopy ? [user, item] : [user]) release(array);
  const sorted = sortedByItem(userStart, byUser, items);
  if (mayRelease || isCopy) release(byUser.item);
  if (byUser.row) release(byUser.row);
  return { ...merged(userStart, sorted), inOrder: false };
}

/** Removes, in place, the rows for which `isEarlier` is true. A pair that has only such rows keeps them. */
export function withoutEarlier({ start, index, rows, order }: Pairs, isEarlier: (row: number) => boolean): Pairs {
  let filled = 0;
  for (let entry = 0, from = 0; entry < index.length; entry++) {
    const to = rows[entry + 1]!;
    const begin = filled;
    for (let at = from; at < to; at++) if (!isEarlier(order[at]!)) order[filled++] = order[at]!;
    if (filled === begin) while (from < to) order[filled++] = order[from++]!;
    rows[entry] = begin;
    from = to;
  }
  rows[index.length] = filled;
  return { start, index, rows, order: order.subarray(0, filled), inOrder: false };
}

/** Rows sorted by user. */
interface RowsByUser {
  item: Uint32Array;
  /** Their row numbers in the file; undefined if the file is sorted by user already. */
  row: Uint32Array | undefined;
}

interface SortedRows {
  order: Uint32Array;
  /** The item of each row. */
  index: Uint32Array;
}

/** Whether the rows are sorted by user, and those of a user by item. */
function areInOrder(user: Uint32Array, item: Uint32Array): boolean {
  return everyChunk(user.length, (from, to) => {
    for (let row = Math.max(1, from); row < to; row++) {
      const before = user[row - 1]!;
      if (user[row]! < before || (user[row] === before && item[row]! < item[row - 1]!)) return false;
    }
    return true;
  });
}

function isRising(key: Uint32Array): boolean {
  return everyChunk(key.length, (from, to) => {
    for (let row = Math.max(1, from); row < to; row++) if (key[row]! < key[row - 1]!) return false;
    return true;
  });
}

function rowsByUser(user: Uint32Array, item: Uint32Array, userStart: Uint32Array): RowsByUser {
  const place = userStart.slice();
  const items = uint32s(user.length);
  const rows = uint32s(user.length);
  forEachChunk(user.length, (from, to) => {
    for (let row = from; row < to; row++) {
      const at = place[user[row]!]!++;
      rows[at] = row;
      items[at] = item[row]!;
    }
  });
  return { item: items, row: rows };
}

/** The number of rows sorted at a time, chosen so that their data stays in the cache of a core. */
const AT_A_TIME = 1 << 15;

/** Sorts the rows of each user by item. The sort is stable. */
function sortedByItem(userStart: Uint32Array, { item, row }: RowsByUser, items: number): SortedRows {
  const users = userStart.length - 1;
  const place = userStart.slice();
  const order = uint32s(item.length);
  const index = uint32s(item.length);
  // Each sort clears a counter for every item, so it has to be large enough to be worth that.
  const most = Math.max(AT_A_TIME, items >>> 2);
  const itemPlace = new Uint32Array(items + 1);
  let atByItem = new Uint32Array(most);
  let userByItem = new Uint32Array(most);
  const sort = (first: number, last: number) => {
    const begin = userStart[first]!;
    const end = userStart[last]!;
    if (end - begin > atByItem.length) {
      atByItem = new Uint32Array(end - begin);
      userByItem = new Uint32Array(end - begin);
    }
    itemPlace.fill(0);
    for (let at = begin; at < end; at++) itemPlace[item[at]! + 1]!++;
    for (let i = 0; i < items; i++) itemPlace[i + 1]! += itemPlace[i]!;
    for (let u = first, at = begin; u < last; u++) {
      for (const to = userStart[u + 1]!; at < to; at++) {
        const by = itemPlace[item[at]!]!++;
        atByItem[by] = at;
        userByItem[by] = u;
      }
    }
    for (let by = 0; by < end - begin; by++) {
      const at = atByItem[by]!;
      const to = place[userByItem[by]!]!++;
      order[to] = row ? row[at]! : at;
      index[to] = item[at]!;
    }
  };
  for (let first = 0, last = 0; first < users; first = last) {
    for (last = first + 1; last < users && userStart[last + 1]! - userStart[first]! <= most; ) last++;
    sort(first, last);
  }
  return { order, index };
}

/**
 * Merges rows that are sorted by user and item: the rows of a pair become one entry.
 * @param userStart users + 1 offsets: where the rows of each user begin.
 */
function merged(userStart: Uint32Array, { order, index }: SortedRows): Omit<Pairs, 'inOrder'> {
  const users = userStart.length - 1;
  const start = new Uint32Array(users + 1);
  const rows = uint32s(order.length + 1);
  let entries = 0;
  const merge = (from: number, to: number) => {
    let before = -1;
    let filled = entries;
    for (let at = from; at < to; at++) {
      const i = index[at]!;
      if (i === before) continue;
      before = i;
      rows[filled] = at;
      index[filled++] = i;
    }
    entries = filled;
  };
  for (let u = 0; u < users; u++) {
    merge(userStart[u]!, userStart[u + 1]!);
    start[u + 1] = entries;
  }
  rows[entries] = order.length;
  if (entries === order.length) return { start, index, rows, order };
  const pairs = { start, index: index.slice(0, entries), rows: rows.slice(0, entries + 1), order };
  release(index);
  release(rows);
  return pairs;
}
