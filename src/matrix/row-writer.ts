import type { SparseRows } from './sparse.js';

/** Collects rows of a sparse matrix whose length nobody knows beforehand. */
export class RowWriter {
  readonly #columns: number;
  #start: Uint32Array;
  #index = new Uint32Array(4096);
  #value = new Float32Array(4096);
  #rows = 0;
  #length = 0;

  constructor(rows: number, columns: number) {
    this.#columns = columns;
    this.#start = new Uint32Array(rows + 1);
  }

  /** Adds a cell to the row being written; columns come in rising order. */
  add(column: number, value: number): void {
    if (this.#length === this.#index.length) this.#grow();
    this.#index[this.#length] = column;
    this.#value[this.#length++] = value;
  }

  /** Adds the first `count` cells of a list to the row being written; columns come in rising order. */
  addAll(columns: Uint32Array, values: Float64Array, count: number): void {
    while (this.#length + count > this.#index.length) this.#grow();
    this.#index.set(columns.subarray(0, count), this.#length);
    this.#value.set(values.subarray(0, count), this.#length);
    this.#length += count;
  }

  /** Ends the row being written. */
  endRow(): void {
    this.#start[++this.#rows] = this.#length;
  }

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
    const index = new Uint32Array(this.#length * 2);
    const value = new Float32Array(this.#length * 2);
    index.set(this.#index);
    value.set(this.#value);
    this.#index = index;
    this.#value = value;
  }
}
