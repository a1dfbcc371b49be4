import { emptyRows, type SparseRows } from './sparse.js';

/** The position of a row: the entries `from` to `to` (without it) of a part. */
export interface RowSlice {
  part: SparseRows;
  from: number;
  to: number;
}

/** Looks rows up one by one. */
export interface RowLookup {
  /** @returns a slice that is valid until the next call. */
  row(row: number): RowSlice;
}

/** Stacks the sparse matrices that shards have written, without copying them: part k begins with row `from[k]`. */
export class StackedRows implements RowLookup {
  readonly parts: readonly SparseRows[];
  readonly from: readonly number[];
  readonly rows: number;
  readonly #partOf: Uint16Array;
  /** The object that `row` returns, reused because learning looks up a row for every candidate. */
  readonly #slice: RowSlice = { part: emptyRows(0, 0), from: 0, to: 0 };

  /** @throws RangeError if a part is missing, superfluous or out of order. */
  constructor(parts: readonly SparseRows[], from: readonly number[], rows: number) {
    let next = 0;
    parts.forEach((part, k) => {
      if (from[k] !== next) throw new RangeError(`the rows from ${next} on are missing`);
      next += part.rows;
    });
    if (next !== rows) throw new RangeError(`there are ${next} rows where ${rows} are wanted`);
    this.parts = parts;
    this.from = from;
    this.rows = rows;
    this.#partOf = new Uint16Array(rows);
    parts.forEach((part, k) => {
      this.#partOf.fill(k, from[k]!, from[k]! + part.rows);
    });
  }

  row(row: number): RowSlice {
    const k = this.#partOf[row]!;
    const part = this.parts[k]!;
    const at = row - this.from[k]!;
    this.#slice.part = part;
    this.#slice.from = part.start[at]!;
    this.#slice.to = part.start[at + 1]!;
    return this.#slice;
  }
}
