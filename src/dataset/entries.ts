import { IndexColumn, NumberColumn } from '../events/columns.js';
import { type SparseRows, sparseFromEntries } from '../matrix/sparse.js';

/** Collects the entries of a sparse matrix, in any order. */
export class Entries {
  readonly row = new IndexColumn();
  readonly column = new IndexColumn();
  readonly value = new NumberColumn();

  add(row: number, column: number, value: number): void {
    this.row.push(row);
    this.column.push(column);
    this.value.push(value);
  }

  /** @param combine makes one value of several in the same cell, which it gets in the order they were added. */
  matrix(rows: number, columns: number, combine: (values: readonly number[]) => number): SparseRows {
    const { row, column, value } = this;
    return sparseFromEntries(rows, columns, row.values, column.values, value.values, row.length, combine);
  }
}
