/*
 * Dense blocks: some hundred numbers for each of many rows. They are worked sixteen columns at a time: a row of those is one line of a cache.
 */

/** Columns of a panel. */
export const PANEL = 16;

/** Who likes what. */
export interface Likes {
  /** Where the items of each user begin, and where those of the last end. */
  start: Uint32Array;
  items: Uint32Array;
}

/** What ties the rows of a block together: the users who like several of them. Each row has a weight. */
export interface Ties {
  likes: Likes;
  /** By row. */
  weight: Float32Array;
}

/** Numbers of rows, rows × rank. */
export interface Block {
  readonly rows: number;
  /** A multiple of 16. */
  readonly rank: number;
  /** 16 columns each, row by row. */
  readonly panels: readonly Float32Array[];
  /** rank × rank, row by row: the upper triangle of blockᵀ · block, as far as it was added up. */
  readonly square: Float64Array;
  /**
   * Adds   weight · Σ over the users who like a row   their mean of   weight · panel   to the image. Only users `from` to `to`, so
   * that all of them can be worked in steps.
   */
  smooth(panel: number, from: number, to: number): void;
  /** 16 columns, row by row: what smoothing comes to. */
  readonly image: Float32Array;
  /** Adds the products of all columns, over rows `from` to `to`, to the square. At most 256 rows. */
  addSquare(from: number, to: number): void;
  /** Divides rows `from` to `to` by U, of which `u` is one column after another, rank × rank. @returns them row by row; good until the next call. */
  divided(from: number, to: number, u: Float64Array): Float32Array;
}

/** Rows that are worked at a time. */
export const TILE = 256;

/** Makes a block of zeros. @param rank a multiple of 16. @param ties of the rows, where they will be smoothed. */
export type BlockOf = (rows: number, rank: number, ties?: Ties) => Block;

/** Of a block that is never smoothed. */
export const NO_TIES: Ties = {
  likes: { start: new Uint32Array(1), items: new Uint32Array(0) },
  weight: new Float32Array(0),
};

/** In JavaScript; kernel.ts says when it is used. Numbers have four bytes, and sums of their products eight. */
export function plainBlock(rows: number, rank: number, { likes, weight } = NO_TIES): Block {
  const panels = Array.from({ length: rank / PANEL }, () => new Float32Array(rows * PANEL));
  const square = new Float64Array(rank * rank);
  const image = new Float32Array(weight.length * PANEL);
  const divided = new Float32Array(TILE * rank);
  const cell = (row: number, column: number) => panels[Math.floor(column / PANEL)]![row * PANEL + (column % PANEL)]!;
  return {
    ...{ rows, rank, panels, square, image },

    smooth(p, from, to) {
      const panel = panels[p]!;
      // Sums of four bytes: each is rounded when it is stored.
      const sum = new Float32Array(PANEL);
      for (let user = from; user < to; user++) {
        const items = likes.items.subarray(likes.start[user], likes.start[user + 1]);
        sum.fill(0);
        for (const item of items)
          for (let k = 0; k < PANEL; k++) sum[k]! += Math.fround(weight[item]! * panel[item * PANEL + k]!);
        const share = Math.fround(1 / items.length);
        for (let k = 0; k < PANEL; k++) sum[k]! *= share;
        for (const item of items)
          for (let k = 0; k < PANEL; k++) image[item * PANEL + k]! += Math.fround(weight[item]! * sum[k]!);
      }
    },

    addSquare(from, to) {
      for (let i = 0; i < rank; i++) {
        for (let j = i; j < rank; j++) {
          let sum = square[i * rank + j]!;
          for (let row = from; row < to; row++) sum += cell(row, i) * cell(row, j);
          square[i * rank + j] = sum;
        }
      }
    },

    divided(from, to, u) {
      const own = new Float64Array(rank);
      for (let row = from; row < to; row++) {
        for (let i = 0; i < rank; i++) {
          let x = cell(row, i);
          for (let k = 0; k < i; k++) x -= u[i * rank + k]! * own[k]!;
          own[i] = x / u[i * rank + i]!;
        }
        divided.set(own, (row - from) * rank);
      }
      return divided.subarray(0, (to - from) * rank);
    },
  };
}
