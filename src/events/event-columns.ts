import type { CellColumn } from '../csv/cells.js';
import { IndexColumn, LineColumn, type LineRuns, NumberColumn, type Values } from './columns.js';
import type { DayOrder } from './day-month.js';
import { type EventTypes, type EventWeights, eventTypes, statusWeight } from './event-types.js';
import type { Ids } from './ids.js';
import { TimeColumn, type TimesSeen } from './times.js';

/** Interactions as they were read, one entry per row that counts; all columns have the same length. */
export interface Events {
  user: IndexColumn;
  item: IndexColumn;
  /** The number in the cell; NaN if it is empty. Undefined: the file has no such column. */
  strength: NumberColumn | undefined;
  /** The weight of the row's event type: finite; 0 only for cancelled orders (`keepsCancelled`). Undefined: every row weighs 1. */
  weight: NumberColumn | undefined;
  types: EventTypes | undefined;
  /** The statuses of orders; undefined: the file has no such column. */
  statuses: EventTypes | undefined;
  /** By item, its first title. Undefined: titles are not wanted. */
  titles: string[] | undefined;
  /** The value from `TimeColumn.read`; NaN if the cell is empty. */
  time: NumberColumn | undefined;
  timeColumn: TimeColumn | undefined;
  /** The last line of each row. */
  line: LineColumn;
  skipped: SkippedRows;
}

/** Why rows are skipped. */
const SKIPPED = [
  'withoutUser',
  'withoutItem',
  /** The event type weighs 0. */
  'withoutWeight',
  /** The order was cancelled, refunded or the like. */
  'cancelled',
  /** A condition is false. */
  'unwanted',
  /** A condition is neither true nor false, because a cell is missing or cannot be read. */
  'undecided',
] as const;

/** How many rows were skipped for each reason, and the first line. */
type SkippedRows = Record<(typeof SKIPPED)[number], SkippedKind>;

/** A condition on the rows of a file, as data that can be sent to another process. */
export interface RowCondition {
  text: string;
  /** The name of the option in messages. */
  option: string;
  /** The time that counts as now, in seconds since 1970. */
  now: number;
  dayOrder: DayOrder | undefined;
  /** The file's columns with the cells of its first rows, which decide how all rows are read; no cells for columns that are not named. */
  sample: readonly CellColumn[];
}

/** Decides for each row, independently of the others, whether it is read. */
export interface RowFilter {
  /** The columns that it needs. */
  columns: readonly number[];
  /** Undefined: a cell that decides is missing or cannot be read. @param cellAt returns a cell of the row. */
  takes: (cellAt: (column: number) => string) => boolean | undefined;
}

export interface SkippedKind {
  count: number;
  firstLine: number;
}

/** What reading fills: the events of a file, and the ids in them. */
export interface EventSink extends Ids {
  events: Events;
  /** How many lines of the file have been read. */
  lines: number;
  /** How many rows have been read, including skipped and refused ones. */
  rows: number;
}

/** The positions of an events file's columns, from 0; users and items are required. */
export interface EventRoles {
  user: number;
  item: number;
  rating?: number;
  time?: number;
  event?: number;
  /** The status of the order. */
  status?: number;
  /** A column that is filled if the order was cancelled. */
  cancelled?: number;
  /** The order's id; set if only the first row of an order has the user, the time or the status. */
  order?: number;
  title?: number;
}

/** The positions of an events file's columns, and their names for messages. */
export interface EventLayout {
  /** One or more characters. */
  delimiter: string;
  /** How many columns there are. */
  width: number;
  roles: EventRoles;
  ratingName: string;
  timeName: string;
  /** The order of day and month in dates like 03/04/2011; undefined: found from the column. */
  dayOrder: DayOrder | undefined;
  /** Weights of statuses whose meaning differs between shops. */
  statusWeights?: [string, number][];
  /** Rows are read only if these hold. */
  conditions?: readonly RowCondition[];
  /** Keeps rows of cancelled orders, with weight 0. An orders file is read like this, so that lines of cancelled orders are recognised. */
  keepsCancelled?: boolean;
}

export function eventLayout(
  delimiter: string,
  header: readonly string[],
  roles: EventRoles,
  dayOrder: DayOrder | undefined,
): EventLayout {
  const nameOf = (column: number | undefined) => (column === undefined ? '' : (header[column] ?? ''));
  const names = { ratingName: nameOf(roles.rating), timeName: nameOf(roles.time) };
  return { delimiter, width: header.length, roles, ...names, dayOrder };
}

/** An empty sink. Reading adds ids to `users` and `items`. */
export function newSink(layout: EventLayout, eventWeights: EventWeights, { users, items }: Ids): EventSink {
  const { roles, timeName, dayOrder, statusWeights = [], keepsCancelled } = layout;
  const hasStatus = roles.status !== undefined || roles.cancelled !== undefined;
  const events: Events = {
    user: new IndexColumn(),
    item: new IndexColumn(),
    strength: roles.rating === undefined ? undefined : new NumberColumn(),
    weight: roles.event === undefined && !keepsCancelled ? undefined : new NumberColumn(),
    types: roles.event === undefined ? undefined : eventTypes(eventWeights),
    statuses: hasStatus ? eventTypes(new Map(statusWeights), statusWeight) : undefined,
    titles: roles.title === undefined ? undefined : [],
    time: roles.time === undefined ? undefined : new NumberColumn(),
    timeColumn: roles.time === undefined ? undefined : new TimeColumn(timeName, dayOrder),
    line: new LineColumn(),
    skipped: noSkippedRows(),
  };
  return { events, users, items, lines: 0, rows: 0 };
}

/** Events of a part of a file as plain data, with their own numbering of ids and lines. */
export interface EventsPart {
  user: Uint32Array;
  item: Uint32Array;
  strength: Values | undefined;
  weight: Values | undefined;
  time: Values | undefined;
  lines: LineRuns;
  times: TimesSeen | undefined;
  types: { name: string; rows: number }[];
  statuses: { name: string; rows: number }[];
  titles: string[] | undefined;
  skipped: SkippedRows;
}

export function partOf(events: Events): EventsPart {
  const { user, item, strength, weight, time, line, timeColumn, types, statuses, titles, skipped } = events;
  return {
    user: user.values,
    item: item.values,
    strength: strength?.values,
    weight: weight?.values,
    time: time?.values,
    lines: line.runs,
    times: timeColumn?.seen,
    types: rowsByType(types),
    statuses: rowsByType(statuses),
    // Items without a title are holes in the array.
    titles: titles && Array.from(titles, (title) => title ?? ''),
    skipped,
  };
}

function rowsByType(types: EventTypes | undefined): { name: string; rows: number }[] {
  return types?.inOrder.map(({ name, rows }) => ({ name, rows })) ?? [];
}

/** Appends the events of a part. @param users,items map the part's indices of ids to the sink's; undefined: they are the same. */
export function appendEvents(
  sink: EventSink,
  { events: part, lines, rows }: { events: EventsPart; lines: number; rows: number },
  users: Uint32Array | undefined,
  items: Uint32Array | undefined,
): void {
  const { events, lines: line } = sink;
  events.user.append(part.user, users);
  events.item.append(part.item, items);
  if (part.strength) events.strength?.append(part.strength);
  if (part.weight) events.weight?.append(part.weight);
  if (part.time) events.time?.append(part.time);
  for (const kind of ['types', 'statuses'] as const) {
    for (const { name, rows: more } of part[kind]) {
      const type = events[kind]?.of(name);
      if (type) type.rows += more;
    }
  }
  part.titles?.forEach((title, item) => {
    keepTitle(events.titles, items ? items[item] : item, title);
  });
  events.line.append(part.lines, part.user.length, line);
  for (const kind of SKIPPED) {
    const { count, firstLine } = part.skipped[kind];
    countSkipped(events.skipped[kind], line + firstLine, count);
  }
  sink.lines += lines;
  sink.rows += rows;
}

/** Makes room for this many rows in total. */
export function reserveEvents({ user, item, strength, weight, time }: Events, rows: number): void {
  for (const column of [user, item, strength, weight, time]) column?.reserve(rows);
}

/** Sets the title of an item unless it has one. */
export function keepTitle(titles: string[] | undefined, item: number | undefined, title: string): void {
  if (titles && item !== undefined && !titles[item] && title !== '') titles[item] = title;
}

export function noSkippedRows(): SkippedRows {
  return Object.fromEntries(SKIPPED.map((kind) => [kind, noneSkipped()])) as SkippedRows;
}

export function noneSkipped(): SkippedKind {
  return { count: 0, firstLine: 0 };
}

/** Counts skipped rows. @param line of the row, or of the first of several. */
export function countSkipped(kind: SkippedKind, line: number, rows = 1): void {
  if (kind.count === 0 && rows > 0) kind.firstLine = line;
  kind.count += rows;
}
