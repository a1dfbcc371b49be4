import type { DayOrder } from '../events/day-month.js';
import type { EventWeights } from '../events/event-types.js';
import type { IdIndex } from '../events/ids.js';
import type { Reading } from '../events/read-events.js';
import type { DescribedFiles } from '../understanding/inputs.js';
import type { Aggregation } from './aggregate.js';

/** The files of a run and how to read them. */
export interface Inputs extends DescribedFiles, Aggregation, Reading {
  /** What dates like 03/04/2011 have first; undefined: told from the column. */
  dayOrder?: DayOrder | undefined;
  /** What rows of a type of event weigh, beside the types known anyway. */
  eventWeights: EventWeights;
  /** Keeps the columns of the catalogue and the profiles as they are, which takes memory. */
  keepColumns?: boolean;
  /** Is told how many rows are about to be aggregated, which takes memory; it may throw. */
  beforeAggregating?: (rows: number) => void;
}

/** The users and items met so far; every file adds to them. */
export interface Ids {
  users: IdIndex;
  items: IdIndex;
}
