import type { SparseRows } from '../matrix/sparse.js';
import type { RowLookup, RowSlice } from '../matrix/stacked-rows.js';
import type { RowFile } from './protocol.js';

/** Rows of a matrix in files, file k from row `from[k]` on. Only the file of the row asked for last is in memory. */
export class RowFiles implements RowLookup {
  readonly #files: readonly RowFile[];
  readonly #readPart: (path: string) => SparseRows;
  #part: SparseRows | undefined;
  #from = 0;

  /** @param readPart reads the rows of a file. */
  constructor(files: readonly RowFile[], readPart: (path: string) => SparseRows) {
    this.#files = files;
    this.#readPart = readPart;
  }

  row(row: number): RowSlice {
    const part = this.#part !== undefined && this.#has(row, this.#part) ? this.#part : this.#read(row);
    const [from, to] = part.start.subarray(row - this.#from);
    if (from === undefined || to === undefined) throw missing(row);
    return { part, from, to };
  }

  #has(row: number, part: SparseRows): boolean {
    return row >= this.#from && row < this.#from + part.rows;
  }

  #read(row: number): SparseRows {
    const file = this.#files.findLast(({ from }) => from <= row);
    if (file) {
      this.#from = file.from;
      this.#part = this.#readPart(file.path);
      if (this.#has(row, this.#part)) return this.#part;
    }
    throw missing(row);
  }
}

function missing(row: number): RangeError {
  return new RangeError(`row ${row} is in none of the files`);
}
