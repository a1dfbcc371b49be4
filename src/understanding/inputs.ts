import type { BadRows } from '../csv/bad-rows.js';
import type { CsvSource } from '../csv/table.js';
import type { Reading } from '../events/read-events.js';
import type { NamedColumns } from './roles.js';

/** The files of a run. */
export interface InputFiles {
  /** One at least; several are read as one. */
  users: readonly string[];
  items: string | undefined;
  /** Likewise; none: the events are in the users files, or nowhere. */
  interactions: readonly string[];
  /** The file that says who placed the orders whose lines are the events. */
  orders: string | undefined;
}

/** The files of a run, and what was said of them; what is left open is told from names and values. */
export interface DescribedFiles
  extends InputFiles,
    Pick<Reading, 'onBytes' | 'sizes'>,
    Pick<CsvSource, 'delimiter' | 'encoding' | 'quotes'> {
  /** The columns of files of users or events that have no header; empty: they have none, and nobody said what they are. */
  columns: readonly string[] | undefined;
  /** The columns of an items file without a header. */
  itemColumns: readonly string[] | undefined;
  named: NamedColumns;
  /** Header names of the only columns that count as attributes; undefined: decided column by column. */
  attributeColumns: readonly string[] | undefined;
  badRows: BadRows;
  /** Columns of other files, which options may name too. */
  alsoColumns?: readonly string[];
  /** Whether titles are wanted, from the events where no catalogue has them. */
  titles?: boolean;
}

/** The paths of all inputs, in the order in which they are named. */
export function inputPaths({ users, items, interactions, orders }: InputFiles): string[] {
  return [...users, items, ...interactions, orders].filter((path) => path !== undefined);
}
