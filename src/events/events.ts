import { isBlank, numberCell } from '../csv/cells.js';
import type { RowReader, RowReaders } from '../csv/table.js';
import { checkId, type IdIndex } from '../dataset/ids.js';
import type { Roles } from '../dataset/roles.js';
import { ExitCode, Failure } from '../failure.js';
import type { DayOrder } from './day-month.js';
import { countSkipped, type EventLayout, type Events, newEvents } from './event-columns.js';
import type { EventWeights } from './event-types.js';
import { isPlain, PlainEvents } from './plain-events.js';
import { RangedEvents } from './ranged-events.js';
import { ScannedEvents, type Scanning } from './scanned-events.js';

/**
 * The readers of an events file's rows, and the columns they fill.
 *
 * A user whose rows all lack an item is still a user: they get what is popular. Likewise for rows that weigh nothing,
 * whose items are items still.
 */
export function eventReader(
  path: string,
  header: readonly string[],
  roles: Roles,
  users: IdIndex,
  items: IdIndex,
  eventWeights: EventWeights,
  delimiter = ',',
  dayOrder: DayOrder | undefined = undefined,
  scanning: Scanning | undefined = undefined,
): { events: Events } & RowReaders {
  const userAt = required(roles.user, path, 'user');
  const itemAt = required(roles.item, path, 'item');
  const { rating: ratingAt, time: timeAt, event: eventAt } = roles;
  const layout = eventLayout(delimiter, header, roles, dayOrder);
  const { ratingName } = layout;
  const events = newEvents(layout, eventWeights);
  const { timeColumn } = events;

  const readRow: RowReader = (cells, { lines }) => {
    const user = cells[userAt] ?? '';
    const item = cells[itemAt] ?? '';
    if (isBlank(user)) {
      if (!isBlank(item)) items.add(item);
      countSkipped(events.skipped.withoutUser, lines);
      return;
    }
    if (isBlank(item)) {
      users.add(user);
      countSkipped(events.skipped.withoutItem, lines);
      return;
    }
    // A row is taken whole or not at all: what refuses it comes before anything is added.
    checkId(user);
    checkId(item);
    const type = eventAt === undefined ? undefined : events.types?.of(cells[eventAt] ?? '');
    if (type?.weight === 0) {
      users.add(user);
      items.add(item);
      type.rows++;
      countSkipped(events.skipped.withoutWeight, lines);
      return;
    }
    const strength = ratingAt === undefined ? Number.NaN : numberCell(cells[ratingAt] ?? '', ratingName);
    const time = timeAt === undefined ? Number.NaN : (timeColumn?.read(cells[timeAt] ?? '') ?? Number.NaN);
    events.user.push(users.add(user));
    events.item.push(items.add(item));
    events.strength?.push(strength);
    events.time?.push(time);
    if (type) {
      type.rows++;
      events.weight?.push(type.weight);
    }
    events.line.push(lines);
  };
  if (!isPlain(layout)) return { events, readRow, plain: undefined, ranged: undefined };
  const sink = { events, users, items };
  const plain = scanning ? new ScannedEvents(layout, sink, scanning) : new PlainEvents(layout, sink);
  return { events, readRow, plain, ranged: new RangedEvents(layout, eventWeights, sink, plain) };
}

function eventLayout(
  delimiter: string,
  header: readonly string[],
  roles: Roles,
  dayOrder: DayOrder | undefined,
): EventLayout {
  const nameOf = (column: number | undefined) => (column === undefined ? '' : (header[column] ?? ''));
  const names = { ratingName: nameOf(roles.rating), timeName: nameOf(roles.time) };
  return { delimiter, width: header.length, roles, ...names, dayOrder };
}

function required(column: number | undefined, path: string, role: string): number {
  if (column === undefined) throw new Failure(ExitCode.badData, `${path}:1: no ${role} column`);
  return column;
}
