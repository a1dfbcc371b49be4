import { readArrays } from '../files/array-file.js';
import type { RowPlace, Rows } from '../matrix/pieces.js';
import type { SparseRows } from '../matrix/sparse.js';
import { matrixFrom } from './matrix-file.js';

/** Rows of a matrix in files, file k from row `from[k]` on. The file of the row asked for last is kept, no other. */
export class RowFiles implements Rows {
  readonly #files: readonly { path: string; from: number }[];
  readonly #name: string;
  #piece: SparseRows | undefined;
  #from = 0;

  /** @param name of the matrix in each file. */
  constructor(files: readonly { path: string; from: number }[], name: string) {
    this.#files = files;
    this.#name = name;
  }

  row(row: number): RowPlace {
    const piece = this.#piece !== undefined && this.#has(row, this.#piece) ? this.#piece : this.#read(row);
    const at = row - this.#from;
    return { piece, from: piece.start[at] ?? 0, to: piece.start[at + 1] ?? 0 };
  }

  #has(row: number, piece: SparseRows): boolean {
    return row >= this.#from && row < this.#from + piece.rows;
  }

  #read(row: number): SparseRows {
    const file = this.#files.findLast(({ from }) => from <= row);
    if (file) {
      this.#from = file.from;
      this.#piece = matrixFrom(readArrays(file.path), this.#name);
      if (this.#has(row, this.#piece)) return this.#piece;
    }
    throw new RangeError(`row ${row} of "${this.#name}" is missing`);
  }
}
