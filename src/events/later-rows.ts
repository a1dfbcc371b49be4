import { countSkipped, type Events, noneSkipped, type SkippedKind } from './event-columns.js';
import { type IdIndex, type Ids, renumber } from './ids.js';
import { pickRows } from './order-join.js';

/**
 * Removes the rows of a file after a moment, and the ids that only they have, as if the file did not have them. (The time of rows that did
 * not count is unknown: ids that only they have are kept, after all others.)
 * @param now seconds since 1970. @param ids including those of the file. @param idsBefore how many ids there were before the file.
 * @returns how many rows were removed, and the first line.
 */
export function removeLaterRows(
  events: Events,
  now: number,
  ids: Ids,
  idsBefore: Record<keyof Ids, number>,
): SkippedKind {
  const later = noneSkipped();
  const { time, timeColumn, titles } = events;
  if (!time || !timeColumn) return later;
  const kept = new Uint32Array(time.length);
  const isLater = { users: new Uint8Array(ids.users.size), items: new Uint8Array(ids.items.size) };
  let count = 0;
  for (let row = 0; row < time.length; row++) {
    if (!(timeColumn.seconds(time.at(row)) > now)) {
      kept[count++] = row;
      continue;
    }
    countSkipped(later, events.line.at(row));
    isLater.users[events.user.values[row]!] = 1;
    isLater.items[events.item.values[row]!] = 1;
  }
  if (later.count === 0) return later;
  pickRows(events, kept.subarray(0, count));
  reindex(ids.users, idsBefore.users, events.user.values, isLater.users);
  const before = reindex(ids.items, idsBefore.items, events.item.values, isLater.items);
  if (titles) {
    events.titles = [];
    for (const [item, id] of before.entries()) {
      const at = titles[item] ? ids.items.get(id) : undefined;
      if (at !== undefined) events.titles[at] = titles[item]!;
    }
  }
  return later;
}

/** Renumbers ids in the order of the rows. @returns the ids in their previous order. */
function reindex(index: IdIndex, idsBefore: number, rows: Uint32Array, isLater: Uint8Array): readonly string[] {
  const { ids } = index;
  index.cut(idsBefore);
  renumber(rows, ids, index);
  for (let id = idsBefore; id < ids.length; id++) if (isLater[id] === 0) index.add(ids[id]!);
  return ids;
}
