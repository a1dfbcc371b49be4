import type { BadRows } from '../csv/bad-rows.js';
import type { CsvSource } from '../csv/table.js';
import type { Reading } from '../events/read-events.js';
import type { NamedColumns } from './roles.js';

/** The files of a run. */
export interface InputFiles {
  /** At least one; several are read as one. */
  users: readonly string[];
  items: string | undefined;
  /** Several are read as one; none: the events are in the users files, if there are any. */
  interactions: readonly string[];
  /** The file with the user of each order, if the events are lines of orders. */
  orders: string | undefined;
}

/** The files of a run, and what options say about them; everything else is recognised from names and values. */
export interface DescribedFiles
  extends InputFiles,
    Pick<Reading, 'onBytes' | 'sizes'>,
    Pick<CsvSource, 'delimiter' | 'encoding' | 'quotes'> {
  /** The columns of users and events files without a header; empty: there is no header, but the columns are not named. */
  columns: readonly string[] | undefined;
  /** The columns of an items file without a header. */
  itemColumns: readonly string[] | undefined;
  named: NamedColumns;
  /** Header names of the only columns that count as attributes; undefined: decided column by column. */
  attributeColumns: readonly string[] | undefined;
  badRows: BadRows;
  /** Columns of other files that options may name too. */
  extraColumns?: readonly string[];
  /** Whether titles are wanted; they come from the events if no catalogue has them. */
  titles?: boolean;
}

/** The paths of all inputs, in the order in which they are named. */
export function inputPaths({ users, items, interactions, orders }: InputFiles): string[] {
  return [...users, items, ...interactions, orders].filter((path) => path !== undefined);
}
