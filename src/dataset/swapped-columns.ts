import { everyChunk } from '../matrix/chunks.js';

/** Fewer users that turn into items, and items that turn into users, may be chance. */
const FEWEST_IDS = 5;
/** So many are none, though they be of one kind: the users of two exports may differ. */
const MANY_IDS = 25;
/** Where more ids than one in so many users, or items, have been both, users and items share ids. */
const RARELY_BOTH = 10;

/** What an id has been so far; where users and items share ids, most soon are both. */
const USER = 1;
const ITEM = 2;
const BOTH = 3;

/** Rows of users and items, which have numbers of their own. */
export interface RowIds {
  user: Uint32Array;
  item: Uint32Array;
}

/**
 * The first row from which the columns of users and items seem to have swapped, as where exports were concatenated: row after row,
 * ids that were users until then stand where the items are, or the other way round, and not one stands where it used to.
 *
 * @param itemOf the item that has the same id as a user; -1 where none has. @param itemCount how many items there are. @returns -1: no row.
 */
export function swappedFrom({ user, item }: RowIds, itemOf: Int32Array, itemCount: number): number {
  if (itemOf.reduce((shared, of) => shared + Number(of >= 0), 0) < FEWEST_IDS) return -1;
  // Users that are no items come after all items.
  const seen = new Uint8Array(itemCount + itemOf.length);
  const [turnedUsers, turnedItems] = [new Set<number>(), new Set<number>()];
  let first = -1;
  /** Of the rows from the first on: how many tell of a swap, less those that tell nothing. */
  let weight = 0;
  const isInPlace = everyChunk(user.length, (from, to) => {
    // Looked at behind the first rows, twice as many, and so on.
    if (from > 0 && (from & (from - 1)) === 0 && areShared(seen)) return false;
    for (let row = from; row < to; row++) {
      const ofUser = user[row] ?? 0;
      const twin = itemOf[ofUser] ?? -1;
      const [u, i] = [twin < 0 ? itemCount + ofUser : twin, item[row] ?? 0];
      const [wasUser, wasItem] = [seen[u], seen[i]];
      const isAsBefore = wasUser === USER || wasItem === ITEM;
      if (!isAsBefore && (wasUser === ITEM || wasItem === USER)) {
        if (weight++ === 0) first = row;
        if (wasUser === ITEM) turnedItems.add(u);
        if (wasItem === USER) turnedUsers.add(i);
        const few = Math.min(turnedUsers.size, turnedItems.size);
        if (few >= FEWEST_IDS || turnedUsers.size + turnedItems.size - few >= MANY_IDS) return false;
        continue;
      }
      // What the ids of such a row are, nobody can tell while the columns may have swapped.
      if (!isAsBefore && weight > 0 && --weight > 0) continue;
      for (const turned of [turnedUsers, turnedItems]) {
        for (const id of turned) seen[id] = BOTH;
        turned.clear();
      }
      weight = 0;
      seen[u] = (seen[u] ?? 0) | USER;
      seen[i] = (seen[i] ?? 0) | ITEM;
    }
    return true;
  });
  return isInPlace || areShared(seen) ? -1 : first;
}

/** True where many ids have been users as well as items. */
function areShared(seen: Uint8Array): boolean {
  const counts = [0, 0, 0, 0];
  for (const what of seen) counts[what] = (counts[what] ?? 0) + 1;
  const [, users = 0, items = 0, both = 0] = counts;
  return both * RARELY_BOTH > Math.min(users, items);
}
