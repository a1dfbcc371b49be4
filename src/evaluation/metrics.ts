/** What is measured of one user's list, in the order of a table's columns. docs/evaluation.md has sources and edge cases. */
export const USER_METRICS = ['recall', 'precision', 'ndcg', 'map', 'mrr', 'hit_rate'] as const;
export type UserMetric = (typeof USER_METRICS)[number];

/**
 * Measures a list at several cuts, in one walk down it. With hits h_r ∈ {0, 1} at rank r from 1, R relevant items, cut k:
 *
 *     recall      Σ h_r / R
 *     precision   Σ h_r / k                                  over k, however short the list
 *     ndcg        Σ h_r / log₂(r + 1)  /  Σ_{r ≤ min(k, R)} 1 / log₂(r + 1)
 *     map         Σ h_r · (hits up to r) / r  /  min(k, R)
 *     mrr         1 / rank of the first hit, 0 without one
 *     hit_rate    1 with a hit, 0 without one
 *
 * All sums run over r ≤ min(k, length of the list). A list that ends before the cut has no hits behind its end.
 *
 * @param list item indices, best first, none twice.
 * @param relevant rising item indices, R ≥ 1 of them: without any there is nothing to measure.
 * @param cuts rising, from 1.
 * @param out takes, from a place on, the metrics of the first cut, then those of the next.
 */
export function measureList(
  list: ArrayLike<number>,
  relevant: Uint32Array,
  cuts: readonly number[],
  out: Float64Array,
  from = 0,
): void {
  let place = 0;
  let hits = 0;
  let gain = 0;
  let precisions = 0;
  let firstHit = 0;
  cuts.forEach((cut, c) => {
    for (const end = Math.min(cut, list.length); place < end; place++) {
      if (!contains(relevant, list[place]!)) continue;
      const rank = place + 1;
      hits++;
      gain += discount(rank);
      precisions += hits / rank;
      if (firstHit === 0) firstHit = rank;
    }
    const most = Math.min(cut, relevant.length);
    const at = from + c * USER_METRICS.length;
    out[at] = hits / relevant.length;
    out[at + 1] = hits / cut;
    out[at + 2] = gain / idealGain(most);
    out[at + 3] = precisions / most;
    out[at + 4] = firstHit === 0 ? 0 : 1 / firstHit;
    out[at + 5] = firstHit === 0 ? 0 : 1;
  });
}

/** What a hit at a rank is worth (Järvelin and Kekäläinen, 2002, with the usual logarithm of rank + 1). */
function discount(rank: number): number {
  return 1 / Math.log2(rank + 1);
}

const IDEAL_GAINS = [0];

/** The gain of a list with nothing but hits in its first `count` ranks. */
function idealGain(count: number): number {
  while (IDEAL_GAINS.length <= count)
    IDEAL_GAINS.push(IDEAL_GAINS[IDEAL_GAINS.length - 1]! + discount(IDEAL_GAINS.length));
  return IDEAL_GAINS[count]!;
}

/** Whether rising indices hold one, by binary search. */
export function contains(rising: Uint32Array, item: number): boolean {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rising[middle]! < item) low = middle + 1;
    else high = middle;
  }
  return rising[low] === item;
}
