import type { CellColumn } from '../csv/cells.js';
import { IndexColumn, LineColumn, type LineRuns, NumberColumn, type Values } from './columns.js';
import type { DayOrder } from './day-month.js';
import { type EventTypes, type EventWeights, eventTypes } from './event-types.js';
import type { Ids } from './ids.js';
import { statusWeight } from './order-status.js';
import { TimeColumn, type TimesSeen } from './times.js';

/** Interactions as they were read, one entry a row of the file; columns are equally long. */
export interface Events {
  user: IndexColumn;
  item: IndexColumn;
  /** As the cell says; NaN where it is empty. Undefined: the file has no such column. */
  strength: NumberColumn | undefined;
  /** What the row's type of event weighs; finite, not 0. Undefined: the file has no such column. */
  weight: NumberColumn | undefined;
  types: EventTypes | undefined;
  /** Of the orders that rows belong to; undefined: the file has no such column. */
  statuses: EventTypes | undefined;
  /** By item: the first that a row has of it. Undefined: nobody asked for titles. */
  titles: string[] | undefined;
  /** As `TimeColumn.read` gives it; NaN where it is empty. */
  time: NumberColumn | undefined;
  timeColumn: TimeColumn | undefined;
  /** The line each row ends on. */
  line: LineColumn;
  skipped: SkippedRows;
}

/** Why rows are left out. */
const SKIPPED = [
  'withoutUser',
  'withoutItem',
  /** Of a type of event that weighs 0. */
  'withoutWeight',
  /** Of orders that were cancelled, refunded or the like. */
  'cancelled',
  /** For which a condition does not hold, and for which nobody can tell. */
  'unwanted',
  'undecided',
] as const;

/** Rows that were counted and left out, and the first line of each kind. */
type SkippedRows = Record<(typeof SKIPPED)[number], SkippedKind>;

/** A condition on the rows of a file, as data that travels to whoever reads some of them. */
export interface RowCondition {
  text: string;
  /** As messages name it. */
  option: string;
  /** What counts as now, in seconds since 1970. */
  now: number;
  dayOrder: DayOrder | undefined;
  /** The file's columns with the cells of its first rows, which decide how all are read; none of a column that it does not name. */
  sample: readonly CellColumn[];
}

/** Says of each row, by itself, whether it is read. */
export interface RowFilter {
  /** Where the columns are that it looks at. */
  columns: readonly number[];
  /** Undefined: a cell that decides is missing or cannot be read. @param cellAt gives the cells of the row. */
  takes: (cellAt: (column: number) => string) => boolean | undefined;
}

export interface SkippedKind {
  count: number;
  firstLine: number;
}

/** What reading fills: the events of a file, and the ids that they name. */
export interface EventSink extends Ids {
  events: Events;
  /** How many lines of the file have been read. */
  lines: number;
  /** How many rows, skipped and refused ones included. */
  rows: number;
}

/** Where the columns of an events file are, from 0: it has users and items at least. */
export interface EventRoles {
  user: number;
  item: number;
  rating?: number;
  time?: number;
  event?: number;
  /** The status of the order, and a column that is filled where the order was cancelled. */
  status?: number;
  cancelled?: number;
  /** Later rows of an order lack what its first row says: who, when, what became of it. */
  order?: number;
  title?: number;
}

/** Where the columns of an events file are, and what they are called in messages. */
export interface EventLayout {
  /** One character or several. */
  delimiter: string;
  /** How many columns there are. */
  width: number;
  roles: EventRoles;
  ratingName: string;
  timeName: string;
  /** What dates like 03/04/2011 have first; undefined: told from the column. */
  dayOrder: DayOrder | undefined;
  /** What statuses weigh that mean one thing here and another there. */
  statusWeights?: [string, number][];
  /** What rows have to fulfil to be read. */
  conditions?: readonly RowCondition[];
  /** Rows of cancelled orders are kept, with the weight 0: whoever reads orders has to know them. */
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

/** Columns with nothing in them yet. */
function newEvents(layout: EventLayout, eventWeights: EventWeights): Events {
  const { roles, timeName, dayOrder, statusWeights = [], keepsCancelled } = layout;
  const hasStatus = roles.status !== undefined || roles.cancelled !== undefined;
  return {
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
}

/** A sink with no rows yet. @param ids of users and items, to which those of the rows are added. */
export function newSink(layout: EventLayout, eventWeights: EventWeights, { users, items }: Ids): EventSink {
  return { events: newEvents(layout, eventWeights), users, items, lines: 0, rows: 0 };
}

/** Events that were read apart, as plain data: ids numbered on their own, lines counted on their own. */
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
    // An item whose rows lack a title leaves a hole.
    titles: titles && Array.from(titles, (title) => title ?? ''),
    skipped,
  };
}

function rowsByType(types: EventTypes | undefined): { name: string; rows: number }[] {
  return types?.inOrder.map(({ name, rows }) => ({ name, rows })) ?? [];
}

/** Appends events that were read apart. @param users,items renumber the part's ids. */
export function appendEvents(
  sink: EventSink,
  { events: part, lines, rows }: { events: EventsPart; lines: number; rows: number },
  users: Uint32Array,
  items: Uint32Array,
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
    keepTitle(events.titles, items[item], title);
  });
  events.line.append(part.lines, part.user.length, line);
  for (const kind of SKIPPED) {
    const { count, firstLine } = part.skipped[kind];
    countSkipped(events.skipped[kind], line + firstLine, count);
  }
  sink.lines += lines;
  sink.rows += rows;
}

/** Makes room for so many rows in all. */
export function reserveEvents({ user, item, strength, weight, time }: Events, rows: number): void {
  for (const column of [user, item, strength, weight, time]) column?.reserve(rows);
}

/** Keeps the title of an item that has none yet. */
export function keepTitle(titles: string[] | undefined, item: number | undefined, title: string): void {
  if (titles && item !== undefined && !titles[item] && title !== '') titles[item] = title;
}

export function noSkippedRows(): SkippedRows {
  return Object.fromEntries(SKIPPED.map((kind) => [kind, noneSkipped()])) as unknown as SkippedRows;
}

export function noneSkipped(): SkippedKind {
  return { count: 0, firstLine: 0 };
}

/** @param line the one of the row that is left out, or of the first of several. */
export function countSkipped(kind: SkippedKind, line: number, rows = 1): void {
  if (kind.count === 0 && rows > 0) kind.firstLine = line;
  kind.count += rows;
}
