import type { BadRows } from '../csv/bad-rows.js';
import { openTable, type Table } from '../csv/table.js';
import type { DayOrder } from '../events/day-month.js';
import type { EventWeights } from '../events/event-types.js';
import type { IdIndex } from '../events/ids.js';
import type { Reading } from '../events/read-events.js';
import type { Aggregation } from './aggregate.js';
import type { NamedColumns } from './roles.js';

/** The files of a run and how to read them. */
export interface Inputs extends Aggregation, Reading {
  users: string;
  items: string | undefined;
  interactions: string | undefined;
  delimiter: string | undefined;
  encoding?: string | undefined;
  named: NamedColumns;
  /** What dates like 03/04/2011 have first; undefined: told from the column. */
  dayOrder?: DayOrder | undefined;
  /** Header names of the only columns that count as attributes; undefined: decided column by column. */
  attributeColumns: readonly string[] | undefined;
  /** What rows of a type of event weigh, beside the types known anyway. */
  eventWeights: EventWeights;
  badRows: BadRows;
  /** Is told how many rows are about to be aggregated, which takes memory; it may throw. */
  beforeAggregating?: (rows: number) => void;
}

/** The users and items met so far; every file adds to them. */
export interface Ids {
  users: IdIndex;
  items: IdIndex;
}

/** Opens one of the files. */
export function openInput(inputs: Inputs, path: string): Promise<Table> {
  const { delimiter, encoding, badRows, onBytes, sizes } = inputs;
  return openTable({ path, delimiter, encoding }, badRows, onBytes, sizes?.chunk);
}
