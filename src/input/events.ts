import { ExitCode, Failure } from '../failure.js';
import { isBlank, numberCell } from './cells.js';
import type { RowReader } from './csv.js';
import { type IdIndex, NumberColumn } from './ids.js';
import type { Roles } from './roles.js';
import { TimeColumn } from './times.js';

/** Interactions as they were read, one entry a row of the file; columns are equally long. */
export interface Events {
  user: NumberColumn;
  item: NumberColumn;
  /** As the cell says; NaN where it is empty. Undefined: the file has no such column. */
  strength: NumberColumn | undefined;
  /** As `TimeColumn.read` gives it; NaN where it is empty. */
  time: NumberColumn | undefined;
  timeColumn: TimeColumn | undefined;
  /** The line each row ends on. */
  line: NumberColumn;
  skipped: SkippedRows;
}

/** Rows that were counted and left out, and the first line of each kind. */
export interface SkippedRows {
  withoutUser: SkippedKind;
  withoutItem: SkippedKind;
}

export interface SkippedKind {
  count: number;
  firstLine: number;
}

/**
 * The reader of an events file's rows, and the columns it fills.
 *
 * A user whose rows all lack an item is still a user: they get what is popular.
 */
export function eventReader(
  path: string,
  header: readonly string[],
  roles: Roles,
  users: IdIndex,
  items: IdIndex,
): { events: Events; readRow: RowReader } {
  const userAt = required(roles.user, path, 'user');
  const itemAt = required(roles.item, path, 'item');
  const { rating: ratingAt, time: timeAt } = roles;
  const ratingName = ratingAt === undefined ? '' : (header[ratingAt] ?? '');
  const timeColumn = timeAt === undefined ? undefined : new TimeColumn(header[timeAt] ?? '');
  const events: Events = {
    user: new NumberColumn(),
    item: new NumberColumn(),
    strength: ratingAt === undefined ? undefined : new NumberColumn(),
    time: timeAt === undefined ? undefined : new NumberColumn(),
    timeColumn,
    line: new NumberColumn(),
    skipped: { withoutUser: { count: 0, firstLine: 0 }, withoutItem: { count: 0, firstLine: 0 } },
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
    const strength = ratingAt === undefined ? Number.NaN : numberCell(cells[ratingAt] ?? '', ratingName);
    const time = timeAt === undefined ? Number.NaN : (timeColumn?.read(cells[timeAt] ?? '') ?? Number.NaN);
    events.user.push(users.add(user));
    events.item.push(items.add(item));
    events.strength?.push(strength);
    events.time?.push(time);
    events.line.push(lines);
  };
  return { events, readRow };
}

function required(column: number | undefined, path: string, role: string): number {
  if (column === undefined) throw new Failure(ExitCode.badData, `${path}:1: no ${role} column`);
  return column;
}

function countSkipped(kind: SkippedKind, line: number): void {
  if (kind.count === 0) kind.firstLine = line;
  kind.count++;
}
