import type { SparseRows } from './sparse.js';

/** Collects the rows of a sparse matrix when their lengths are not known in advance. */
export class RowWriter {
  readonly #columns: number;
  readonly #start: Uint32Array;
  #index = new Uint32Array(4096);
  #value = new Float32Array(4096);
  #rows = 0;
  #length = 0;

  constructor(rows: number, columns: number) {
    this.#columns = columns;
    this.#start = new Uint32Array(rows + 1);
  }

  /** Adds an entry to the row being written. The columns of a row must rise. */
  add(column: number, value: number): void {
    if (this.#length === this.#index.length) this.#grow();
    this.#index[this.#length] = column;
    this.#value[this.#length++] = value;
  }

  /** Ends the row being written. */
  endRow(): void {
    this.#start[++this.#rows] = this.#length;
  }

  /** Adds a whole row of `count` entries, sorted by column. */
  addRow({ count, index, value }: { count: number; index: Uint32Array; value: Float64Array }): void {
    while (this.#length + count > this.#index.length) this.#grow();
    this.#index.set(index.subarray(0, count), this.#length);
    this.#value.set(value.subarray(0, count), this.#length);
    this.#length += count;
    this.endRow();
  }

  /** The matrix of the rows written so far. */
  finish(): SparseRows {
    return {
      rows: this.#rows,
      columns: this.#columns,
      start: this.#start.subarray(0, this.#rows + 1),
      index: this.#index.subarray(0, this.#length),
      value: this.#value.subarray(0, this.#length),
    };
  }

  #grow(): void {
    const index = new Uint32Array(2 * this.#index.length);
    const value = new Float32Array(2 * this.#value.length);
    index.set(this.#index);
    value.set(this.#value);
    this.#index = index;
    this.#value = value;
  }
}
