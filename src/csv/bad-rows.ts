import { badData, type Failure } from '../failure.js';
import { TOO_LONG } from './row-cutter.js';

/** A row that cannot be read, with the reason; the reader of the file adds path and line. */
export class BadRow extends Error {}

/** What happens to a row that cannot be read: reading stops with a failure, or the row is counted and passed to a function. */
export type BadRows = 'stop' | ((reject: Reject) => void);

export interface Reject {
  path: string;
  line: number;
  reason: string;
  /** Empty if the row cannot be cut into cells because of its quotes. */
  cells: readonly string[];
}

/** For files that must be read completely: a skipped row of a rules file would be a rule that is not applied. @throws Failure 65. */
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
    /** How many refused records never became rows of the table. */
    unread: 0,
    /** The line of the file for a line of the table; they differ for converted formats. */
    lineOf: (line: number): number => line,

    /** @param line of the table, from 1. @throws Failure 65 if bad rows stop the reading. */
    refuse: (line: number, reason: string, cells: readonly string[]): void =>
      keep(refusals.lineOf(line), reason, cells),

    /** Refuses a record that cannot become a row. @param line of the file. */
    refuseUnread(line: number, reason: string): void {
      refusals.unread++;
      keep(line, reason, []);
    },

    /** @param rows of the table, including refused ones. */
    report: (delimiter: string, rows: number): TableReport => ({
      path,
      delimiter,
      rows: rows + refusals.unread,
      rejected: count,
      firstRejects: first,
    }),

    /** The failure when the rest of the file cannot be read, however bad rows are handled. */
    fatal: (line: number, reason = TOO_LONG): Failure => badData(`${path}:${line}: ${reason}`),
  };
  return refusals;
}
