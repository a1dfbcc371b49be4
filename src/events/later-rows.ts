import { countSkipped, type Events, noneSkipped, type SkippedKind } from './event-columns.js';
import type { IdIndex, Ids } from './ids.js';
import { pickRows } from './order-join.js';
import { renumber } from './renumbering.js';

/**
 * Leaves out the rows of a file after a moment, and the ids that they alone name: what is left is as if they were not there. (Of ids that
 * come from rows that did not count, nobody knows when that was: they come last.)
 * @param now seconds since 1970. @param ids with those of the file. @param known how many there were before it. @returns what is left out.
 */
export function withoutLater(events: Events, now: number, ids: Ids, known: Record<keyof Ids, number>): SkippedKind {
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
  reindex(ids.users, known.users, events.user.values, isLater.users);
  const before = reindex(ids.items, known.items, events.item.values, isLater.items);
  if (titles) {
    events.titles = [];
    for (const [item, id] of before.entries()) {
      const at = titles[item] ? ids.items.get(id) : undefined;
      if (at !== undefined) events.titles[at] = titles[item]!;
    }
  }
  return later;
}

/** Numbers ids anew in the order of the rows. @returns the ids as they were. */
function reindex(index: IdIndex, known: number, rows: Uint32Array, isLater: Uint8Array): readonly string[] {
  const { ids } = index;
  index.cut(known);
  renumber(rows, ids, index);
  for (let id = known; id < ids.length; id++) if (isLater[id] === 0) index.add(ids[id]!);
  return ids;
}
