import type { TableReport } from '../csv/bad-rows.js';
import type { CellColumn } from '../csv/cells.js';
import type { DayOrder } from '../events/day-month.js';
import type { SkippedKind } from '../events/event-columns.js';
import type { EventType } from '../events/event-types.js';
import type { TimeUnit } from '../events/times.js';
import { release } from '../matrix/memory.js';
import type { SparseRows } from '../matrix/sparse.js';
import type { DecidedColumn } from './attributes/attribute-table.js';
import type { EvidenceRules } from './evidence-rules.js';
import type { Interactions } from './interactions.js';
import type { StrengthColumn } from './strengths/strength-column.js';
import type { Duplicates, StrengthRule } from './strengths/strength-rule.js';

/**
 * What was read, as numbers: everything behind this knows users and items by index only.
 *
 * Users 0 to `served` are those of the users file, in the order they first appear; users behind them were met only in
 * the interactions beside profiles, and are learned from, not served.
 */
export interface Dataset extends Interactions {
  /** What of the interactions counts. Undefined: all of it. */
  evidence?: EvidenceRules | undefined;
  userIds: readonly string[];
  served: number;
  itemIds: readonly string[];
  /** By item index; '' without one. */
  titles: readonly string[];
  /** By item index: 1 where the item may be recommended (it is in the catalogue). */
  offered: Uint8Array;
  /** By item: 1 where the catalogue's columns say that it can be sold now; undefined: they do not say. */
  available?: Uint8Array | undefined;
  /** users × items that are not offered, beside what they had. */
  excluded: SparseRows;
  /** items × attribute values. */
  attributes: SparseRows;
  attributeNames: readonly string[];
  /** users × attribute values. */
  preferences: SparseRows;
  /** users × groups: the attributes that users share. */
  groups: SparseRows;
  groupNames: readonly string[];
  /** The columns of the catalogue and of the profiles, where rules or the output want them (`Inputs.keepColumns`); else none. */
  itemColumns: readonly CellColumn[];
  /** Which of them says when somebody had an item last: it goes with the interactions. */
  timeColumn?: string | undefined;
  userColumns: readonly CellColumn[];
}

/** Lets the large arrays of interactions go, once they lie in files: they are 0 from then on, and as long as they were. */
export function releaseDataset({ interactions, times, rated }: Dataset): void {
  for (const array of [interactions.index, interactions.value, times, rated?.rating, rated?.weight])
    if (array) release(array);
}

/** What was understood of one file, for the report on stderr. */
export interface FileReport {
  kind: 'events' | 'profiles' | 'items' | 'orders';
  table: TableReport;
  /** Role → header name, in the order of the roles. */
  roles: [role: string, column: string][];
  skipped: Skipped[];
  columns: DecidedColumn[];
  unused: string[];
  events?: EventsReport;
  /** In the report of the last of the files that are read as one. */
  interactions?: InteractionsReport;
  repeatedRows: number;
  notes: string[];
  /** What is most likely wrong with it, though it could be read. */
  warnings: string[];
}

export interface Skipped {
  what: string;
  kind: SkippedKind;
  /** They name no user or no item: of many of them something is wrong. */
  isWithoutId: boolean;
}

/** What the rows of a file of events, or of orders, say. */
export interface EventsReport {
  /** Most rows first; empty where the file has no column of them. */
  types: EventType[];
  /** Statuses of the orders that the rows belong to, in the same order. */
  statuses: EventType[];
  time:
    | {
        unit: TimeUnit;
        dayOrder: DayOrder | undefined;
        from: number;
        to: number;
        missing: number;
        /** Rows before 1973, where there were no such events. */
        early: number;
      }
    | undefined;
}

/** How the rows of one user and item become a strength: what later files are read by. */
export interface LearnedStrengths {
  /** The header of their column; null if the file has no such column. */
  column: string | null;
  rule: StrengthRule;
  unrated: StrengthColumn['unrated'];
  hasStrength: boolean;
  duplicates: Duplicates;
  /** Of all ratings; 0 where there are none. */
  meanRating: number;
}

/** How rows became interactions. */
export interface InteractionsReport extends LearnedStrengths {
  /** Rows that were merged into another of the same user and item. */
  repeated: number;
  withoutStrength: number;
}
