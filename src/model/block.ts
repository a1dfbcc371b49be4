import { forEachChunk } from '../matrix/chunks.js';
import { float64s } from '../matrix/memory.js';
import { hashOf } from '../matrix/sampling.js';

/*
 * Dense blocks: some tens of numbers for each of many rows. They are worked eight columns at a time: a row of those is one line of a cache, all
 * rows of them stay in the second or third cache, and sums stay in registers.
 */

/** Columns of a panel. */
export const PANEL = 8;
/** So many rows of a block stay in the second cache. */
const TILE = 1024;
const SEED = 1;

/** Lets other work of this process go on. */
export type Pause = () => Promise<unknown>;

/** Numbers of rows, rows × rank, as panels of 8 columns, each row by row. */
export interface Block {
  rows: number;
  /** A multiple of 8. */
  rank: number;
  panels: Float64Array[];
}

export function zeros(rows: number, rank: number): Block {
  const all = float64s(rows * rank);
  const panels = Array.from({ length: rank / PANEL }, (_, p) => all.subarray(p * rows * PANEL, (p + 1) * rows * PANEL));
  return { rows, rank, panels };
}

/** Sets a panel to random signs, by the keys of its rows. @param column of the block: the first of the panel. */
export function setRandomSigns(panel: Float64Array, column: number, keys: Uint32Array): void {
  forEachChunk(keys.length, (from, to) => {
    for (let item = from, at = from * PANEL; item < to; item++)
      for (let k = column; k < column + PANEL; k++, at++) panel[at] = hashOf(SEED, keys[item]!, k) & 1 ? 1 : -1;
  });
}

/**
 * The Cholesky factor of a block's square: U with  Uᵀ U = blockᵀ · block + λI,  rank × rank, row by row.
 * @param lambdaOf λ, from the mean of the square's diagonal. Divided by U, with λ = 0, a block is orthonormal.
 */
export function choleskyOf({ panels, rows, rank }: Block, lambdaOf: (mean: number) => number): Float64Array {
  const u = new Float64Array(rank * rank);
  for (let from = 0; from < rows; from += TILE) {
    const to = Math.min(rows, from + TILE);
    for (let i = 0; i < rank; i++)
      for (let p = Math.floor(i / PANEL); p < panels.length; p++)
        addProducts(panels[Math.floor(i / PANEL)]!, i % PANEL, panels[p]!, from, to, u, i * rank + p * PANEL);
  }
  let trace = 0;
  for (let i = 0; i < rank; i++) trace += u[i * rank + i]!;
  for (let i = 0; i < rank; i++) u[i * rank + i]! += lambdaOf(trace / rank);
  for (let i = 0; i < rank; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = u[j * rank + i]!;
      for (let k = 0; k < j; k++) sum -= u[k * rank + i]! * u[k * rank + j]!;
      u[j * rank + i] = i === j ? Math.sqrt(sum) : sum / u[j * rank + j]!;
    }
  }
  return u;
}

/** Adds up, over some rows, the products of a column of a panel with each column of another, from sums[at] on. */
function addProducts(
  left: Float64Array,
  column: number,
  right: Float64Array,
  from: number,
  to: number,
  sums: Float64Array,
  at: number,
): void {
  let a = sums[at]!;
  let b = sums[at + 1]!;
  let c = sums[at + 2]!;
  let d = sums[at + 3]!;
  let e = sums[at + 4]!;
  let f = sums[at + 5]!;
  let g = sums[at + 6]!;
  let h = sums[at + 7]!;
  for (let row = from * PANEL; row < to * PANEL; row += PANEL) {
    const x = left[row + column]!;
    a += x * right[row]!;
    b += x * right[row + 1]!;
    c += x * right[row + 2]!;
    d += x * right[row + 3]!;
    e += x * right[row + 4]!;
    f += x * right[row + 5]!;
    g += x * right[row + 6]!;
    h += x * right[row + 7]!;
  }
  sums[at] = a;
  sums[at + 1] = b;
  sums[at + 2] = c;
  sums[at + 3] = d;
  sums[at + 4] = e;
  sums[at + 5] = f;
  sums[at + 6] = g;
  sums[at + 7] = h;
}

/** Divides the rows from `from` up to `to` by U, and writes them row by row, each times its scale. */
export function writeDivided(
  { panels, rank }: Block,
  from: number,
  to: number,
  u: Float64Array,
  scale: Float64Array,
  out: Float32Array,
): void {
  // Four rows at a time: no sum waits for the one before it.
  const rows = new Float64Array(4 * rank);
  for (let row = from; row < to; row += 4) {
    const lanes = Math.min(4, to - row);
    for (let k = 0; k < rank; k++)
      for (let lane = 0; lane < lanes; lane++)
        rows[4 * k + lane] = panels[Math.floor(k / PANEL)]![(row + lane) * PANEL + (k % PANEL)]!;
    for (let i = 0; i < rank; i++) {
      let a = rows[4 * i]!;
      let b = rows[4 * i + 1]!;
      let c = rows[4 * i + 2]!;
      let d = rows[4 * i + 3]!;
      for (let k = 0; k < i; k++) {
        const x = u[k * rank + i]!;
        a -= x * rows[4 * k]!;
        b -= x * rows[4 * k + 1]!;
        c -= x * rows[4 * k + 2]!;
        d -= x * rows[4 * k + 3]!;
      }
      const x = u[i * rank + i]!;
      rows[4 * i] = a / x;
      rows[4 * i + 1] = b / x;
      rows[4 * i + 2] = c / x;
      rows[4 * i + 3] = d / x;
    }
    for (let lane = 0; lane < lanes; lane++)
      for (let k = 0; k < rank; k++) out[(row + lane) * rank + k] = rows[4 * k + lane]! * scale[row + lane]!;
  }
}
