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

/** The refused rows of one file. */
export class Refusals {
  count = 0;
  readonly first: Reject[] = [];
  /** How many of them never became rows of the table. */
  unread = 0;
  /** The file's line, where the table's lines are others. */
  lineOf = (line: number): number => line;
  readonly #path: string;
  readonly #badRows: BadRows;

  constructor(path: string, badRows: BadRows) {
    this.#path = path;
    this.#badRows = badRows;
  }

  /** @param line the table's, from 1. @throws Failure 65 where bad rows stop the reading. */
  refuse(line: number, reason: string, cells: readonly string[]): void {
    this.#refuse(this.lineOf(line), reason, cells);
  }

  /** The same of what cannot become a row. @param line the file's. */
  refuseUnread(line: number, reason: string): void {
    this.unread++;
    this.#refuse(line, reason, []);
  }

  /** @param rows of the table, refused ones included. */
  report(delimiter: string, rows: number): TableReport {
    return {
      path: this.#path,
      delimiter,
      rows: rows + this.unread,
      rejected: this.count,
      firstRejects: this.first,
    };
  }

  #refuse(line: number, reason: string, cells: readonly string[]): void {
    if (this.#badRows === 'stop') {
      throw badData(
        `${this.#path}:${line}: ${reason}\n  to go on without such rows: --bad-rows skip, or --bad-rows FILE to keep them aside`,
      );
    }
    const reject = { path: this.#path, line, reason, cells };
    this.count++;
    if (this.first.length < REJECTS_SHOWN) this.first.push(reject);
    this.#badRows(reject);
  }

  /** The failure of a file that cannot be read on, whatever is done with bad rows. */
  fatal(line: number, reason = TOO_LONG): Failure {
    return badData(`${this.#path}:${line}: ${reason}`);
  }
}
