import { ExitCode, Failure } from '../failure.js';
import { isBlank, numberCell } from './cells.js';
import { IndexColumn, LineColumn, NumberColumn } from './columns.js';
import type { RowReader, RowReaders } from './csv.js';
import { EventTypes, type EventWeights } from './event-types.js';
import type { IdIndex } from './ids.js';
import { isPlain, PlainEvents } from './plain-events.js';
import type { Roles } from './roles.js';
import { TimeColumn } from './times.js';

/** Interactions as they were read, one entry a row of the file; columns are equally long. */
export interface Events {
  user: IndexColumn;
  item: IndexColumn;
  /** As the cell says; NaN where it is empty. Undefined: the file has no such column. */
  strength: NumberColumn | undefined;
  /** What the row's type of event weighs; finite, not 0. Undefined: the file has no such column. */
  weight: NumberColumn | undefined;
  types: EventTypes | undefined;
  /** As `TimeColumn.read` gives it; NaN where it is empty. */
  time: NumberColumn | undefined;
  timeColumn: TimeColumn | undefined;
  /** The line each row ends on. */
  line: LineColumn;
  skipped: SkippedRows;
}

/** Rows that were counted and left out, and the first line of each kind. */
export interface SkippedRows {
  withoutUser: SkippedKind;
  withoutItem: SkippedKind;
  /** Of a type of event that weighs 0. */
  withoutWeight: SkippedKind;
}

export interface SkippedKind {
  count: number;
  firstLine: number;
}

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
): { events: Events } & RowReaders {
  const userAt = required(roles.user, path, 'user');
  const itemAt = required(roles.item, path, 'item');
  const { rating: ratingAt, time: timeAt, event: eventAt } = roles;
  const ratingName = ratingAt === undefined ? '' : (header[ratingAt] ?? '');
  const timeColumn = timeAt === undefined ? undefined : new TimeColumn(header[timeAt] ?? '');
  const events: Events = {
    user: new IndexColumn(),
    item: new IndexColumn(),
    strength: ratingAt === undefined ? undefined : new NumberColumn(),
    weight: eventAt === undefined ? undefined : new NumberColumn(),
    types: eventAt === undefined ? undefined : new EventTypes(eventWeights),
    time: timeAt === undefined ? undefined : new NumberColumn(),
    timeColumn,
    line: new LineColumn(),
    skipped: { withoutUser: noneSkipped(), withoutItem: noneSkipped(), withoutWeight: noneSkipped() },
  };

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
  const layout = { delimiter, width: header.length, roles, ratingName };
  const plain = isPlain(layout) ? new PlainEvents(layout, { events, users, items }) : undefined;
  return { events, readRow, plain };
}

function required(column: number | undefined, path: string, role: string): number {
  if (column === undefined) throw new Failure(ExitCode.badData, `${path}:1: no ${role} column`);
  return column;
}

function noneSkipped(): SkippedKind {
  return { count: 0, firstLine: 0 };
}

export function countSkipped(kind: SkippedKind, line: number): void {
  if (kind.count === 0) kind.firstLine = line;
  kind.count++;
}
