import { emptyRows, type SparseRows } from '../matrix/sparse.js';
import { programArrays } from './program.js';

/*
 * Dense blocks: a few hundred numbers for each of many rows. They are processed sixteen columns at a time, because sixteen floats fill one
 * cache line.
 */

/** Columns of a panel. */
export const PANEL = 16;

/** The relations between the rows of a block: two rows are related if the same users like them. */
export interface Ties {
  /** users × rows. */
  likes: Pick<SparseRows, 'start' | 'index'>;
  /** The weight of each row. */
  weight: Float32Array;
}

/** A dense matrix, rows × rank, stored in panels of 16 columns. */
export interface Block {
  readonly rows: number;
  /** A multiple of 16. */
  readonly rank: number;
  /** Panel p holds the columns 16 p to 16 p + 15, row by row. */
  readonly panels: readonly Float32Array[];
  /** rank × rank, row by row: the upper triangle of blockᵀ · block over the rows added so far. */
  readonly square: Float64Array;
  /**
   * Adds   weight · Σ over the users who like a row   their mean of   weight · panel   to the image. Takes only users `from` to `to`
   * (without it), so that a caller can process all users in steps.
   */
  smooth(panel: number, from: number, to: number): void;
  /** 16 columns, row by row: the result of `smooth`. */
  readonly image: Float32Array;
  /** Adds the products of all columns, over rows `from` to `to`, to the square. At most 256 rows. */
  addSquare(from: number, to: number): void;
  /**
   * Divides rows `from` to `to` by the triangular matrix U. @param u U, rank × rank, column by column.
   * @returns the quotients, row by row, valid until the next call.
   */
  divided(from: number, to: number, u: Float64Array): Float32Array;
}

/** The most rows that `addSquare` and `divided` take in one call. */
export const TILE = 256;

/** Makes a block of zeros. @param rank a multiple of 16. @param ties the relations between the rows; needed only by `smooth`. */
export type BlockOf = (rows: number, rank: number, ties?: Ties) => Block;

/** The ties of a block that is never smoothed. */
const NO_TIES: Ties = { likes: emptyRows(0, 0), weight: new Float32Array(0) };

/** Blocks in plain JavaScript; kernel.ts says when they are used. Cells are 32-bit floats; their products are summed in 64 bits. */
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
      // A 32-bit array, so that each partial sum is rounded as in the compiled loop.
      const sum = new Float32Array(PANEL);
      for (let user = from; user < to; user++) {
        const items = likes.index.subarray(likes.start[user], likes.start[user + 1]);
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

/** The exports of assembly/blocks.ts, which names the parameters. */
type Program = Record<'smooth' | 'addSquare' | 'divide', (...parameters: number[]) => void>;

/**
 * Blocks in WebAssembly, four floats or two doubles at a time, with the same bits as `plainBlock`. Blocks that are too large for the memory
 * of a program are made by `plainBlock`.
 */
export function compiledBlocks(module: WebAssembly.Module): BlockOf {
  return (rows, rank, ties = NO_TIES) => {
    const { likes, weight } = ties;
    const placed = programArrays({
      panels: [Float32Array, rows * rank],
      image: [Float32Array, PANEL * weight.length],
      start: [Uint32Array, likes.start.length],
      items: [Uint32Array, likes.index.length],
      weight: [Float32Array, weight.length],
      square: [Float64Array, rank * rank],
      u: [Float64Array, rank * rank],
      tile: [Float64Array, TILE * rank],
      divided: [Float32Array, TILE * rank],
    });
    if (!placed) return plainBlock(rows, rank, ties);
    const { at, arrays } = placed;
    const { panels, square, image } = arrays;
    const program = placed.start<Program>(module);
    arrays.start.set(likes.start);
    arrays.items.set(likes.index);
    arrays.weight.set(weight);
    const size = rows * PANEL;
    return {
      rows,
      rank,
      panels: Array.from({ length: rank / PANEL }, (_, p) => panels.subarray(p * size, (p + 1) * size)),
      square,
      image,

      smooth: (p, from, to) =>
        program.smooth(at.start, at.items, at.weight, at.panels + 4 * size * p, at.image, from, to),

      addSquare: (from, to) => program.addSquare(at.panels, at.square, at.tile, rows, rank, from, to),

      divided(from, to, u) {
        arrays.u.set(u);
        program.divide(at.panels, at.u, at.tile, at.divided, rows, rank, from, to);
        return arrays.divided.subarray(0, (to - from) * rank);
      },
    };
  };
}
