import type { BadRows } from '../csv/bad-rows.js';
import type { DayOrder } from '../events/day-month.js';
import type { EventWeights } from '../events/event-types.js';
import type { IdIndex } from '../events/ids.js';
import type { Reading } from '../events/read-events.js';
import type { Aggregation } from './aggregate.js';
import type { NamedColumns } from './roles.js';

/** The files of a run. */
export interface InputFiles {
  /** One at least; several are read as one. */
  users: readonly string[];
  items: string | undefined;
  /** Likewise; none: the events are in the users files, or nowhere. */
  interactions: readonly string[];
  /** The file that says who placed the orders whose lines are the events. */
  orders: string | undefined;
}

/** The files of a run and how to read them. */
export interface Inputs extends InputFiles, Aggregation, Reading {
  delimiter: string | undefined;
  encoding?: string | undefined;
  /** Whether cells may be quoted; undefined: told from the first rows. */
  quotes?: boolean | undefined;
  /** The columns of files of users or events that have no header; empty: they have none, and nobody said what they are. */
  columns: readonly string[] | undefined;
  /** The columns of an items file without a header. */
  itemColumns: readonly string[] | undefined;
  named: NamedColumns;
  /** What dates like 03/04/2011 have first; undefined: told from the column. */
  dayOrder?: DayOrder | undefined;
  /** Header names of the only columns that count as attributes; undefined: decided column by column. */
  attributeColumns: readonly string[] | undefined;
  /** What rows of a type of event weigh, beside the types known anyway. */
  eventWeights: EventWeights;
  badRows: BadRows;
  /** Whether titles are wanted, from the events where no catalogue has them. */
  titles?: boolean;
  /** Is told how many rows are about to be aggregated, which takes memory; it may throw. */
  beforeAggregating?: (rows: number) => void;
}

/** The users and items met so far; every file adds to them. */
export interface Ids {
  users: IdIndex;
  items: IdIndex;
}

/** The paths of all inputs, in the order in which they are named. */
export function inputPaths({ users, items, interactions, orders }: InputFiles): string[] {
  return [...users, items, ...interactions, orders].filter((path) => path !== undefined);
}
