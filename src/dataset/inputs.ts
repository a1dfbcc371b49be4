import type { DayOrder } from '../events/day-month.js';
import type { EventWeights } from '../events/event-types.js';
import type { IdIndex } from '../events/ids.js';
import type { Reading } from '../events/read-events.js';
import type { DescribedFiles } from '../understanding/inputs.js';
import type { Aggregation } from './aggregate.js';
import type { AttributeTable } from './attributes/attribute-table.js';
import type { Availability } from './attributes/availability.js';
import type { LearnedStrengths } from './dataset.js';

/** The files of a run and how to read them. */
export interface Inputs extends DescribedFiles, Omit<Aggregation, 'learned'>, Reading {
  /** Which of day and month comes first in dates like 03/04/2011; undefined: decided by the column. */
  dayOrder?: DayOrder | undefined;
  /** Weights of event types, besides the built-in ones. */
  eventWeights: EventWeights;
  /** Whether to keep the cells of the catalogue and the profiles, which takes memory. */
  keepColumns?: boolean;
  /** Conditions that rows of events have to meet, all of them. */
  eventsWhere?: readonly string[];
  /** What counts as now, in seconds since 1970; undefined: the clock's time. */
  now?: number | undefined;
  /** What is done with columns of the catalogue like `in_stock`; undefined: they are not looked at. */
  availability?: Availability;
  /** Facts from the model that will score these files; undefined: the files are learned from. */
  known?: Known | undefined;
  /** Called with the number of rows before they are aggregated, which takes memory; it may throw. */
  beforeAggregating?: (rows: number) => void;
}

/** Facts from a model, so that files that it scores are read in the same way as those it learned from. */
export interface Known {
  /** Items that only the files name come after these, and so do groups. */
  items: IdIndex;
  attributes: AttributeTable;
  groups: AttributeTable;
  /** For the interactions, then for the events of the users file; a single one is for both. */
  strengths: readonly LearnedStrengths[];
}
