import { badData, type Failure } from '../failure.js';
import { TOO_LONG } from './row-cutter.js';

/** A row that cannot be read, and why; whoever reads the rows of a file adds the place. */
export class BadRow extends Error {}

/** What happens to a row that cannot be read: thrown on, or counted and (perhaps) kept aside with its reason. */
export type BadRows = 'stop' | ((reject: Reject) => void);

export interface Reject {
  path: string;
  line: number;
  reason: string;
  /** Empty where its quotes leave open what its cells are. */
  cells: readonly string[];
}

/** For files that lose no row: one that is lost would be a rule that does not hold. @throws Failure 65. */
export const refuseBadRows: BadRows = ({ path, line, reason }) => {
  throw badData(`${path}:${line}: ${reason}`);
};

export interface TableReport {
  path: string;
  delimiter: string;
  /** Rows below the header, refused ones included. */
  rows: number;
  rejected: number;
  firstRejects: Reject[];
}

const REJECTS_SHOWN = 3;

export type Refusals = ReturnType<typeof refusalsOf>;

/** The refused rows of one file. */
export function refusalsOf(path: string, badRows: BadRows) {
  let count = 0;
  const first: Reject[] = [];

  const keep = (line: number, reason: string, cells: readonly string[]): void => {
    if (badRows === 'stop') {
      throw badData(
        `${path}:${line}: ${reason}\n  to go on without such rows: --bad-rows skip, or --bad-rows FILE to keep them aside`,
      );
    }
    const reject = { path, line, reason, cells };
    count++;
    if (first.length < REJECTS_SHOWN) first.push(reject);
    badRows(reject);
  };

  const refusals = {
    /** How many of them never became rows of the table. */
    unread: 0,
    /** The file's line, where the table's lines are others. */
    lineOf: (line: number): number => line,

    /** @param line the table's, from 1. @throws Failure 65 where bad rows stop the reading. */
    refuse: (line: number, reason: string, cells: readonly string[]): void =>
      keep(refusals.lineOf(line), reason, cells),

    /** The same of what cannot become a row. @param line the file's. */
    refuseUnread(line: number, reason: string): void {
      refusals.unread++;
      keep(line, reason, []);
    },

    /** @param rows of the table, refused ones included. */
    report: (delimiter: string, rows: number): TableReport => ({
      path,
      delimiter,
      rows: rows + refusals.unread,
      rejected: count,
      firstRejects: first,
    }),

    /** The failure of a file that cannot be read on, whatever is done with bad rows. */
    fatal: (line: number, reason = TOO_LONG): Failure => badData(`${path}:${line}: ${reason}`),
  };
  return refusals;
}
