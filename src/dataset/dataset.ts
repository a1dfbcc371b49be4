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
 * The input as numbers: every later step knows users and items by index only.
 *
 * Users 0 to `served` are those of the users file, in the order they first appear; users after them occur only in the
 * interactions beside profiles, and are learned from, not served.
 */
export interface Dataset extends Interactions {
  /** Which interactions count. Undefined: all of them. */
  evidence?: EvidenceRules | undefined;
  userIds: readonly string[];
  served: number;
  itemIds: readonly string[];
  /** By item index; '' without one. */
  titles: readonly string[];
  /** By item index: 1 where the item may be recommended (it is in the catalogue). */
  offered: Uint8Array;
  /** By item: 1 where the columns of the catalogue say that it can be sold now; undefined: no column says so. */
  available?: Uint8Array | undefined;
  /** users × items that must not be offered to them, besides those they had. */
  excluded: SparseRows;
  /** items × attribute values. */
  attributes: SparseRows;
  attributeNames: readonly string[];
  /** users × attribute values. */
  preferences: SparseRows;
  /** users × groups: the attributes that users share. */
  groups: SparseRows;
  groupNames: readonly string[];
  /** The columns of the catalogue; empty unless rules or the output need them (`Inputs.keepColumns`). */
  itemColumns: readonly CellColumn[];
  /** The name of the one among them with the time of each item's latest interaction; it changes with the interactions. */
  timeColumn?: string | undefined;
  /** The columns of the profiles, in the same form. */
  userColumns: readonly CellColumn[];
}

/** Releases the large arrays of interactions once they lie in files. They keep their length and read as 0. */
export function releaseDataset({ interactions, times, rated }: Dataset): void {
  for (const array of [interactions.index, interactions.value, times, rated?.rating, rated?.weight])
    if (array) release(array);
}

/** How one file was understood, for the report on stderr. */
export interface FileReport {
  kind: 'events' | 'profiles' | 'items' | 'orders';
  table: TableReport;
  /** Role → header name, in the order of the roles. */
  roles: [role: string, column: string][];
  skipped: Skipped[];
  columns: DecidedColumn[];
  unused: string[];
  events?: EventsReport;
  /** Only in the report of the last of the files that are read as one. */
  interactions?: InteractionsReport;
  repeatedRows: number;
  notes: string[];
  /** Likely mistakes in a file that could be read. */
  warnings: string[];
}

export interface Skipped {
  what: string;
  kind: SkippedKind;
  /** The rows name no user or no item; many of them mean that something is wrong. */
  isWithoutId: boolean;
}

/** The types, statuses and times in a file of events or orders. */
export interface EventsReport {
  /** Most rows first; empty where the file has no such column. */
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
        /** Rows before 1973, which are hardly events. */
        early: number;
        /** Rows that are dated after the time of reading. */
        future: number;
      }
    | undefined;
}

/** How the rows of one user and item become a strength. Files that the model scores later are read in the same way. */
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
