import { readArrays } from '../files/array-file.js';
import type { SparseRows } from '../matrix/sparse.js';
import type { RowLookup, RowSlice } from '../matrix/stacked-rows.js';
import { matrixFrom } from './matrix-file.js';

/** Rows of a matrix in files, file k from row `from[k]` on. The file of the row asked for last is kept, no other. */
export class RowFiles implements RowLookup {
  readonly #files: readonly { path: string; from: number }[];
  readonly #name: string;
  #part: SparseRows | undefined;
  #from = 0;

  /** @param name of the matrix in each file. */
  constructor(files: readonly { path: string; from: number }[], name: string) {
    this.#files = files;
    this.#name = name;
  }

  row(row: number): RowSlice {
    const part = this.#part !== undefined && this.#has(row, this.#part) ? this.#part : this.#read(row);
    const at = row - this.#from;
    return { part, from: part.start[at] ?? 0, to: part.start[at + 1] ?? 0 };
  }

  #has(row: number, part: SparseRows): boolean {
    return row >= this.#from && row < this.#from + part.rows;
  }

  #read(row: number): SparseRows {
    const file = this.#files.findLast(({ from }) => from <= row);
    if (file) {
      this.#from = file.from;
      this.#part = matrixFrom(readArrays(file.path), this.#name);
      if (this.#has(row, this.#part)) return this.#part;
    }
    throw new RangeError(`row ${row} of "${this.#name}" is missing`);
  }
}
