import { float32s } from '../matrix/memory.js';
import type { SparseRows } from '../matrix/sparse.js';
import type { Weighting } from './settings.js';

/** k₁ and b of Okapi BM25, as item-based recommenders use them. */
const BM25_SATURATION = 1.2;
const BM25_LENGTH = 0.75;

/**
 * What each item of each basket counts: `plain` its strength, `binary` 1, and where an item is a document, a user a term in it:
 *
 * - `tfidf`: √x · ln(items / (1 + d_u)) (Salton and Buckley, "Term-weighting approaches in automatic text retrieval", 1988);
 * - `bm25`: x (k₁ + 1) / (k₁ ((1 − b) + b d_i / mean d) + x) times the same logarithm (Robertson and Zaragoza, "The
 *   probabilistic relevance framework", 2009).
 *
 * A user who has (nearly) everything says nothing: the logarithm ends at 0, and the items leave the basket.
 *
 * @param liked users × items, x > 0. @param popularity d_i by item.
 */
export function weighted(liked: SparseRows, weighting: Weighting, popularity: Float64Array): SparseRows {
  if (weighting === 'plain') return liked;
  if (weighting === 'binary') return { ...liked, value: float32s(liked.value.length).fill(1) };
  const items = liked.columns;
  let known = 0;
  for (const degree of popularity) if (degree > 0) known++;
  const meanDegree = known > 0 ? liked.index.length / known : 0;
  const start = new Uint32Array(liked.rows + 1);
  const index = new Uint32Array(liked.index.length);
  const value = new Float32Array(liked.index.length);
  let filled = 0;
  for (let user = 0; user < liked.rows; user++) {
    const from = liked.start[user]!;
    const to = liked.start[user + 1]!;
    const rarity = Math.log(items / (1 + to - from));
    for (let e = from; e < to && rarity > 0; e++) {
      const x = liked.value[e]!;
      const length = 1 - BM25_LENGTH + (BM25_LENGTH * popularity[liked.index[e]!]!) / meanDegree;
      const frequency =
        weighting === 'tfidf' ? Math.sqrt(x) : (x * (BM25_SATURATION + 1)) / (BM25_SATURATION * length + x);
      index[filled] = liked.index[e]!;
      value[filled++] = frequency * rarity;
    }
    start[user + 1] = filled;
  }
  return { rows: liked.rows, columns: items, start, index: index.slice(0, filled), value: value.slice(0, filled) };
}
