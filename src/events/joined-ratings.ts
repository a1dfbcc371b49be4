import { entryOf, type SparseRows } from '../matrix/sparse.js';
import type { Rated } from '../model/strength.js';

/** Interactions of one file. */
interface Part {
  matrix: SparseRows;
  rated: Rated | undefined;
}

/**
 * The ratings behind `joined` matrices, of the first file that has any. A cell that was put together from several keeps the
 * strength it has: what made it is no rating any more.
 */
export function joinedRatings(joined: SparseRows, parts: readonly Part[]): Rated | undefined {
  const part = parts.find(({ rated }) => rated !== undefined);
  if (!part?.rated || part.matrix === joined) return part?.rated;
  const { rating, weight, span } = part.rated;
  const placed: Rated = {
    rating: new Float32Array(joined.index.length).fill(Number.NaN),
    weight: weight && new Float32Array(joined.index.length),
    span,
  };
  const { rows, start, index, value } = part.matrix;
  for (let user = 0; user < rows; user++) {
    for (let e = start[user]!; e < start[user + 1]!; e++) {
      const entry = entryOf(joined, user, index[e]!);
      if (joined.value[entry] !== value[e]) continue;
      placed.rating[entry] = rating[e]!;
      if (weight && placed.weight) placed.weight[entry] = weight[e]!;
    }
  }
  return placed;
}
