import { refuseBadRows } from '../csv/bad-rows.js';
import { isBlank, shown } from '../csv/cells.js';
import { openTable, type Table } from '../csv/table.js';
import { COMPILED } from '../events/compiled-events.js';
import { type EventRoles, type Events, eventLayout, newSink } from '../events/event-columns.js';
import type { Ids } from '../events/ids.js';
import { readEvents } from '../events/read-events.js';
import { startsOf } from '../matrix/sparse.js';
import { missingColumn, type NamedColumns, recogniseRoles } from '../understanding/roles.js';
import { SampledColumn } from '../understanding/sampled-column.js';
import { columnKeys } from '../understanding/vocabulary.js';

/**
 * Reads lists in any format that we write, as events whose rating is the rank. Lists are ordered by rank or, without a column of ranks,
 * as in the file. The rows of a user may be scattered.
 * @param named columns by role; the file has to have one of the names. @param ids the ids of the lists are added to these.
 * @returns the list of user u is `items[start[u] .. start[u+1])`, best first, for the users so far; titles by item, where there are any.
 * @throws Failure 65 for a row that cannot be part of a list, with its line; 66 and 74 as for any table.
 */
export async function readLists(path: string, named: NamedColumns, ids: Ids) {
  const table = await openTable({ path, delimiter: undefined }, refuseBadRows);
  try {
    const wide = table.header.flatMap((name, at) => (!named.item && /^item_\d+$/.test(name) ? [at] : []));
    const roles = rolesOf(table, named, wide[0]);
    const events = wide.length > 0 ? await readWide(table, roles, wide, ids) : await readLong(table, roles, ids);
    const refuse = (line: number, reason: string) => table.refusals.refuse(line, reason, []);
    const { withoutUser, withoutItem } = events.skipped;
    if (withoutUser.count > 0) refuse(withoutUser.firstLine, 'the user is missing');
    // A JSON object may have an empty list of items.
    if (withoutItem.count > 0 && !table.isConverted) refuse(withoutItem.firstLine, 'the item is missing');
    return { ...grouped(events, ids, refuse), titles: events.titles };
  } finally {
    await table.close();
  }
}

/** @param item the first item column of a wide file. @throws Failure 65 where it is not clear which columns have users and items. */
function rolesOf({ name, header }: Table, named: NamedColumns, item: number | undefined): EventRoles {
  const absent = (['user', 'item'] as const).find((role) => named[role]?.every((each) => !header.includes(each)));
  if (absent) throw missingColumn(name, header, absent, named);
  const columns = SampledColumn.ofNames(header);
  const wanted = item === undefined ? (['item', 'user', 'title'] as const) : (['user'] as const);
  const { roles } = recogniseRoles({ name, header, columns }, wanted, named, 'user', () => false);
  const { user, item: itemAt = item, title } = roles;
  const rating = header.findIndex((each) => columnKeys(each).includes('rank'));
  if (user === undefined) throw missingColumn(name, header, 'user', named);
  if (itemAt === undefined) throw missingColumn(name, header, 'item', named);
  return { user, item: itemAt, ...(title !== undefined && { title }), ...(rating >= 0 && { rating }) };
}

/** Reads a file with a row per item: CSV, JSON Lines, Parquet. */
async function readLong(table: Table, roles: EventRoles, ids: Ids): Promise<Events> {
  const layout = eventLayout(table.delimiter, table.header, roles, undefined);
  return (await readEvents(table, layout, new Map(), ids, { acceleration: COMPILED })).sink.events;
}

/** Reads a file with a row per user. @param wide the columns of the items, best first. */
async function readWide(table: Table, roles: EventRoles, wide: readonly number[], ids: Ids): Promise<Events> {
  const layout = eventLayout(table.delimiter, table.header, { user: roles.user, item: roles.item }, undefined);
  const { events } = newSink(layout, new Map(), ids);
  await table.eachRow(({ cells, firstLine }) => {
    const user = cells[roles.user] ?? '';
    if (isBlank(user)) table.refusals.refuse(firstLine, 'the user is missing', cells);
    for (const item of wide.flatMap((at) => (isBlank(cells[at] ?? '') ? [] : [cells[at] ?? '']))) {
      events.user.push(ids.users.add(user));
      events.item.push(ids.items.add(item));
      events.line.push(firstLine);
    }
  });
  return events;
}

/** Groups rows by user, in the order of their ranks. @param refuse throws. */
function grouped(
  { user, item, strength: rank, line }: Events,
  { users, items }: Ids,
  refuse: (line: number, reason: string) => void,
): { start: Uint32Array; items: Uint32Array } {
  const [userOf, itemOf] = [user.values, item.values];
  const start = startsOf(userOf, userOf.length, users.size);
  const place = start.slice();
  const order = new Uint32Array(userOf.length);
  for (let row = 0; row < order.length; row++) order[place[userOf[row]!]!++] = row;
  /** By item: the last user whose list has it, + 1. */
  const listSeparator = new Uint32Array(items.size);
  for (let u = 0; u < users.size; u++) {
    const rows = order.subarray(start[u], start[u + 1]);
    if (rank) rows.sort((a, b) => rank.at(a) - rank.at(b));
    rows.forEach((row, at) => {
      const item = itemOf[row]!;
      const wrong = (what: string) => refuse(line.at(row), `the list of ${shown(users.textOf(u))} has ${what}`);
      if (rank && Number.isNaN(rank.at(row))) wrong(`no rank for ${shown(items.textOf(item))}`);
      if (rank && at > 0 && rank.at(rows[at - 1]!) === rank.at(row)) wrong(`two items of rank ${rank.at(row)}`);
      if (listSeparator[item] === u + 1) wrong(`${shown(items.textOf(item))} twice`);
      listSeparator[item] = u + 1;
    });
  }
  return { start, items: order.map((row) => itemOf[row]!) };
}
