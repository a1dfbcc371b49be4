import { everyChunk } from '../../matrix/chunks.js';

/** Fewer swapped ids than this may be coincidence. */
const FEWEST_IDS = 5;
/** This many swapped ids are no coincidence even if all are of one kind: the users of two exports may differ. */
const MANY_IDS = 25;
/** If more than one in this many users, or items, has been both, users and items share their ids. */
const RARELY_BOTH = 10;

/** What an id has been so far. Where users and items share ids, most are soon both. */
const USER = 1;
const ITEM = 2;
const BOTH = 3;

/**
 * The first row from which the user and item columns seem to be swapped, as in exports that were concatenated with their columns in
 * different orders: from there on, former users stand in the item column or former items in the user column, and none where it used to.
 *
 * @param user,item by row, numbered independently. @param itemOf by user: the item with the same id, or -1.
 * @param itemCount how many items there are. @returns -1: no row.
 */
export function firstSwappedRow(
  { user, item }: Readonly<Record<'user' | 'item', Uint32Array>>,
  itemOf: Int32Array,
  itemCount: number,
): number {
  if (itemOf.reduce((shared, of) => shared + Number(of >= 0), 0) < FEWEST_IDS) return -1;
  // Users that are no items come after all items.
  const seen = new Uint8Array(itemCount + itemOf.length);
  const [turnedUsers, turnedItems] = [new Set<number>(), new Set<number>()];
  let first = -1;
  /** Of the rows from `first` on: how many show a swap, minus those that show nothing. */
  let weight = 0;
  const noSwap = everyChunk(user.length, (from, to) => {
    // Checked at powers of two only, so that it costs little.
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
      // While the columns may be swapped, a row that shows nothing does not say what its ids are.
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
  return noSwap || areShared(seen) ? -1 : first;
}

/** True where many ids have been both users and items. */
function areShared(seen: Uint8Array): boolean {
  const counts = [0, 0, 0, 0];
  for (const kind of seen) counts[kind] = (counts[kind] ?? 0) + 1;
  const [, users = 0, items = 0, both = 0] = counts;
  return both * RARELY_BOTH > Math.min(users, items);
}
