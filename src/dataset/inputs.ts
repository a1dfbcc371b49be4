import type { DayOrder } from '../events/day-month.js';
import type { EventWeights } from '../events/event-types.js';
import type { IdIndex } from '../events/ids.js';
import type { Reading } from '../events/read-events.js';
import type { Availability } from '../rules/availability.js';
import type { DescribedFiles } from '../understanding/inputs.js';
import type { Aggregation } from './aggregate.js';
import type { AttributeTable } from './attributes/attribute-table.js';
import type { LearnedStrengths } from './dataset.js';

/** The files of a run and how to read them. */
export interface Inputs extends DescribedFiles, Omit<Aggregation, 'learned'>, Reading {
  /** What dates like 03/04/2011 have first; undefined: told from the column. */
  dayOrder?: DayOrder | undefined;
  /** What rows of a type of event weigh, beside the types known anyway. */
  eventWeights: EventWeights;
  /** Keeps the columns of the catalogue and the profiles as they are, which takes memory. */
  keepColumns?: boolean;
  /** What rows of events have to fulfil to be read, all of them. */
  eventsWhere?: readonly string[];
  /** What counts as now, in seconds since 1970; undefined: the clock's time. */
  now?: number | undefined;
  /** What is done with columns of the catalogue like `in_stock`; undefined: nobody wants to know of them. */
  availability?: Availability;
  /** What the model knows that is to score; undefined: the files are learned from. */
  known?: Known | undefined;
  /** Is told how many rows are about to be aggregated, which takes memory; it may throw. */
  beforeAggregating?: (rows: number) => void;
}

/** What a model knows: files that it scores are read as those were that it learned from. */
export interface Known {
  /** What the files name beside these items comes after them, and so do other groups. */
  items: IdIndex;
  attributes: AttributeTable;
  groups: AttributeTable;
  /** Of the interactions, then of the events of users; one alone goes for both. */
  strengths: readonly LearnedStrengths[];
}
