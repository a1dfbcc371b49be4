import { type Block, type BlockOf, PANEL } from '../kernels/blocks.js';
import { rowProduct } from '../kernels/products.js';
import { float32s } from '../matrix/memory.js';
import type { SampleKeys } from '../matrix/sampling.js';
import { pickedRows, type SparseRows, transposed } from '../matrix/sparse.js';
import { choleskyOf, divide, type Pause, setRandomSigns } from './block.js';
import { rankFor, sampledUsers } from './low-rank.js';
import type { Settings } from './settings.js';

/** α: an interaction of strength x counts 1 + α |x| times as much as a pair without one. */
export const CONFIDENCE = 40;
/** Factors of each user and item. */
const RANK = 64;
/** How many times users and items are solved in turn. */
const ITERATIONS = 10;
/** Steps of conjugate gradients for a row: a whitened system, the identity plus a term per interaction, needs few. */
const STEPS = 5;
/** This many rows take a few milliseconds. */
const AT_ONCE = 256;

/**
 * Learns by alternating least squares (Hu, Koren and Volinsky, "Collaborative filtering for implicit feedback datasets", ICDM 2008):
 *
 *     min  Σ over all users and items   c_ui (p_ui − ⟨x_u, y_i⟩)² + λ (Σ |x_u|² + Σ |y_i|²)      p = 1 where liked, c = 1 + α |strength|
 *
 * @param interactions users × items; above 0: liked. Large data is sampled by user. @param pause is awaited every few milliseconds.
 * @returns a, items × rank, row by row: y divided by the Cholesky factor of  Yᵀ Y + λI,  from which `foldIn` finds the vector of any user.
 */
export async function alsFactors(
  interactions: SparseRows,
  { users, items }: SampleKeys,
  { lambda }: Pick<Settings, 'lambda'>,
  blockOf: BlockOf,
  pause: Pause,
): Promise<Float32Array> {
  const byUser = pickedRows(interactions, sampledUsers(interactions, users));
  const byItem = transposed(byUser);
  const rank = rankFor(Math.max(byUser.rows, byItem.rows), RANK);
  let y = blockOf(byItem.rows, rank);
  for (let p = 0; p < y.panels.length; p++) setRandomSigns(y, p, items);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const x = await solved(byUser, await whitened(y, lambda, pause), blockOf, pause);
    y = await solved(byItem, await whitened(x, lambda, pause), blockOf, pause);
  }
  return (await whitened(y, lambda, pause)).factors;
}

interface Whitened {
  rank: number;
  /** U, with  Uᵀ U = Yᵀ Y + λI,  one column after another. */
  u: Float64Array;
  /** Y divided by it, row by row. */
  factors: Float32Array;
}

async function whitened(block: Block, lambda: number, pause: Pause): Promise<Whitened> {
  const { rows, rank } = block;
  const u = await choleskyOf(block, () => lambda, pause);
  const factors = float32s(rows * rank);
  await divide(block, u, factors, pause);
  return { rank, u, factors };
}

/** Solves for the vectors of the rows, given those of the columns. */
async function solved(
  matrix: SparseRows,
  { rank, u, factors }: Whitened,
  blockOf: BlockOf,
  pause: Pause,
): Promise<Block> {
  const { rows, start, index, value } = matrix;
  const block = blockOf(rows, rank);
  const fold = foldIn(factors, rank);
  for (let row = 0; row < rows; row++) {
    if (row % AT_ONCE === 0) await pause();
    const x = fold.of(index.subarray(start[row], start[row + 1]), value.subarray(start[row], start[row + 1]));
    // Back to the coordinates that the columns had before they were divided:  U x' = x.
    for (let i = rank - 1; i >= 0; i--) {
      x[i]! /= u[i * rank + i]!;
      for (let k = 0; k < i; k++) x[k]! -= u[i * rank + k]! * x[i]!;
      block.panels[Math.floor(i / PANEL)]![row * PANEL + (i % PANEL)] = x[i]!;
    }
  }
  return block;
}

/**
 * Finds the vector of a user from their history:
 *
 *     (I + Σ α |x_j| a_j a_jᵀ) u = Σ over x_j > 0   (1 + α x_j) a_j          score(item) = ⟨u, a_item⟩
 *
 * It is a sum over the history, Σ w_j a_j, where a_j counts less the more of it the others explain (section 5 of the paper).
 *
 * @param factors whitened, row by row.
 */
export function foldIn(factors: Float32Array, rank: number) {
  const found = new Float64Array(rank);
  const residual = new Float64Array(rank);
  const direction = new Float64Array(rank);
  const image = new Float64Array(rank);
  const add = (weight: number, item: number, to: Float64Array) => {
    for (let i = 0, at = item * rank; i < rank; i++, at++) to[i]! += weight * factors[at]!;
  };
  return {
    /** The vector of a user; valid until the next call. */
    of(items: ArrayLike<number>, strengths: ArrayLike<number>): Float64Array {
      found.fill(0);
      residual.fill(0);
      for (let k = 0; k < items.length; k++)
        if (strengths[k]! > 0) add(1 + CONFIDENCE * strengths[k]!, items[k]!, residual);
      direction.set(residual);
      let length = squareOf(residual);
      for (let step = 0; step < STEPS && length > 0; step++) {
        image.set(direction);
        for (let k = 0; k < items.length; k++) {
          const weight = CONFIDENCE * Math.abs(strengths[k]!);
          add(weight * rowProduct(factors, items[k]!, direction), items[k]!, image);
        }
        let curvature = 0;
        for (let i = 0; i < rank; i++) curvature += image[i]! * direction[i]!;
        const stride = length / curvature;
        for (let i = 0; i < rank; i++) {
          found[i]! += stride * direction[i]!;
          residual[i]! -= stride * image[i]!;
        }
        const next = squareOf(residual);
        for (let i = 0; i < rank; i++) direction[i] = residual[i]! + (next / length) * direction[i]!;
        length = next;
      }
      return found;
    },

    /** w of an item of the history. @param u the user's vector. */
    weightOf(item: number, strength: number, u: Float64Array): number {
      const more = CONFIDENCE * Math.abs(strength);
      return (strength > 0 ? 1 + more : 0) - more * rowProduct(factors, item, u);
    },
  };
}

function squareOf(vector: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += vector[i]! * vector[i]!;
  return sum;
}
