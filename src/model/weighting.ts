import { float32s } from '../matrix/memory.js';
import { mapped, rowLengths, type SparseRows } from '../matrix/sparse.js';
import type { Weighting } from './settings.js';

/** k₁ and b of Okapi BM25, as item-based recommenders use them. */
const BM25_SATURATION = 1.2;
const BM25_LENGTH = 0.75;

/**
 * Weights the items of each basket: by their strength under `plain`, 1 under `binary`. The other two take items as documents
 * and users as the terms in them:
 *
 * - `tfidf`: √x · ln(items / (1 + d_u)) (Salton and Buckley, "Term-weighting approaches in automatic text retrieval", 1988);
 * - `bm25`: x (k₁ + 1) / (k₁ ((1 − b) + b d_i / mean d) + x) times the same logarithm (Robertson and Zaragoza, "The
 *   probabilistic relevance framework", 2009).
 *
 * A user who has (nearly) everything says nothing: the logarithm reaches 0, and the basket is empty.
 *
 * @param liked users × items, x > 0. @param popularity d_i by item.
 */
export function weighted(liked: SparseRows, weighting: Weighting, popularity: Float64Array): SparseRows {
  if (weighting === 'plain') return liked;
  if (weighting === 'binary') return { ...liked, value: float32s(liked.value.length).fill(1) };
  const known = popularity.reduce((count, degree) => count + (degree > 0 ? 1 : 0), 0);
  const meanDegree = liked.index.length / known;
  const rarity = rowLengths(liked).map((length) => Math.log(liked.columns / (1 + length)));
  return mapped(liked, (x, user, item) => {
    if (rarity[user]! <= 0) return undefined;
    const length = 1 - BM25_LENGTH + (BM25_LENGTH * popularity[item]!) / meanDegree;
    const frequency =
      weighting === 'tfidf' ? Math.sqrt(x) : (x * (BM25_SATURATION + 1)) / (BM25_SATURATION * length + x);
    return frequency * rarity[user]!;
  });
}
