import type { SparseRows } from './sparse.js';

/** Where a row lies: the entries `from` to `to` (without it) of a piece. */
export interface RowPlace {
  piece: SparseRows;
  from: number;
  to: number;
}

/** Rows that are looked up one by one. */
export interface Rows {
  /** The place of a row; good until the next call. */
  row(row: number): RowPlace;
}

/** A sparse matrix in pieces, as shards left them; piece k begins with row `from[k]`. */
export class PiecedRows implements Rows {
  readonly pieces: readonly SparseRows[];
  readonly from: readonly number[];
  readonly rows: number;
  readonly #pieceOf: Uint16Array;
  /** One answer, reused: rows are looked up once a candidate. */
  readonly #place: RowPlace;

  /** @throws RangeError where a piece is missing, too much or out of order. */
  constructor(pieces: readonly SparseRows[], from: readonly number[], rows: number) {
    let next = 0;
    pieces.forEach((piece, k) => {
      if (from[k] !== next) throw new RangeError(`the rows from ${next} on are missing`);
      next += piece.rows;
    });
    if (next !== rows) throw new RangeError(`there are ${next} rows where ${rows} are wanted`);
    this.pieces = pieces;
    this.from = from;
    this.rows = rows;
    this.#pieceOf = new Uint16Array(rows);
    pieces.forEach((piece, k) => {
      this.#pieceOf.fill(k, from[k]!, from[k]! + piece.rows);
    });
    const nowhere = {
      rows: 0,
      columns: 0,
      start: new Uint32Array(1),
      index: new Uint32Array(0),
      value: new Float32Array(0),
    };
    this.#place = { piece: nowhere, from: 0, to: 0 };
  }

  /** The place of a row; good until the next call. */
  row(row: number): RowPlace {
    const k = this.#pieceOf[row]!;
    const piece = this.pieces[k]!;
    const at = row - this.from[k]!;
    this.#place.piece = piece;
    this.#place.from = piece.start[at]!;
    this.#place.to = piece.start[at + 1]!;
    return this.#place;
  }
}
