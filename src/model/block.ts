import { type Block, PANEL, TILE } from '../kernels/blocks.js';
import { forEachChunk } from '../matrix/chunks.js';
import { hashOf } from '../matrix/sampling.js';

/** Lets other work in this process proceed. */
export type Pause = () => Promise<unknown>;

const SEED = 1;

/** Sets a panel of 16 columns to random signs, by the keys of its rows. @param p the panel. */
export function setRandomSigns({ panels }: Block, p: number, keys: Uint32Array): void {
  const panel = panels[p]!;
  forEachChunk(keys.length, (from, to) => {
    for (let row = from, at = from * PANEL; row < to; row++) {
      const bits = hashOf(SEED, keys[row]!, p);
      // Arithmetic, because no processor predicts the branches of random bits.
      for (let k = 0; k < PANEL; k++, at++) panel[at] = 2 * ((bits >>> k) & 1) - 1;
    }
  });
}

/**
 * The Cholesky factor of a block's square: U with  Uᵀ U = blockᵀ · block + λI,  rank × rank, one column after another.
 * @param lambdaOf λ, from the mean of the square's diagonal. Divided by U, with λ = 0, a block is orthonormal.
 */
export async function choleskyOf(
  block: Block,
  lambdaOf: (mean: number) => number,
  pause: Pause,
): Promise<Float64Array> {
  const { rows, rank, square } = block;
  for (let from = 0; from < rows; from += TILE) {
    block.addSquare(from, Math.min(rows, from + TILE));
    await pause();
  }
  let trace = 0;
  for (let i = 0; i < rank; i++) trace += square[i * rank + i]!;
  const lambda = lambdaOf(trace / rank);
  const u = new Float64Array(rank * rank);
  for (let i = 0; i < rank; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = square[j * rank + i]! + (i === j ? lambda : 0);
      for (let k = 0; k < j; k++) sum -= u[i * rank + k]! * u[j * rank + k]!;
      u[i * rank + j] = i === j ? Math.sqrt(sum) : sum / u[j * rank + j]!;
    }
  }
  return u;
}

/** Divides a block by a Cholesky factor. @param out its rows, one after another. */
export async function divide(block: Block, u: Float64Array, out: Float32Array, pause: Pause): Promise<void> {
  const { rows, rank } = block;
  for (let from = 0; from < rows; from += TILE) {
    out.set(block.divided(from, Math.min(rows, from + TILE), u), from * rank);
    await pause();
  }
}
