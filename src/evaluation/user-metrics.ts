import { lastAtMost } from '../matrix/search.js';
import { rowOf, type SparseRows } from '../matrix/sparse.js';
import { type Lists, listOf } from './lists.js';

/** The metrics of one user's list, in the order of a table's columns; docs/evaluation.md has sources and edge cases. */
export const USER_METRICS = ['recall', 'precision', 'ndcg', 'map', 'mrr', 'hit_rate'] as const;
export type UserMetric = (typeof USER_METRICS)[number];

/**
 * Measures the lists of several algorithms.
 * @param relevant one row per user, none empty.
 * @param users by row of `relevant`, the position of the user's list in each ranking; by default row r is about list r.
 * @returns columns with a number for each user: those of `measureList`, algorithm by algorithm.
 */
export function measureLists(
  rankings: readonly Lists[],
  relevant: SparseRows,
  cuts: readonly number[],
  users?: Uint32Array,
): Float64Array[] {
  const measured = new Float64Array(USER_METRICS.length * cuts.length);
  return rankings.flatMap((lists) => {
    const columns = Array.from(measured, () => new Float64Array(relevant.rows));
    for (let row = 0; row < relevant.rows; row++) {
      measureList(listOf(lists, users ? users[row]! : row), rowOf(relevant, row), cuts, measured);
      for (let c = 0; c < columns.length; c++) columns[c]![row] = measured[c]!;
    }
    return columns;
  });
}

/**
 * Measures a list at several cuts, in one pass. With hits h_r ∈ {0, 1} at rank r from 1, R relevant items, cut k:
 *
 *     recall      Σ h_r / R
 *     precision   Σ h_r / k                                  over k, however short the list
 *     ndcg        Σ h_r / log₂(r + 1)  /  Σ_{r ≤ min(k, R)} 1 / log₂(r + 1)
 *     map         Σ h_r · (hits up to r) / r  /  min(k, R)
 *     mrr         1 / rank of the first hit, 0 without one
 *     hit_rate    1 with a hit, 0 without one
 *
 * All sums run over r ≤ min(k, length of the list). A list that ends before the cut has no hits after its end.
 * @param list item indices, best first, none twice. @param relevant rising item indices, R ≥ 1 of them. @param cuts rising, from 1.
 * @param out receives the metrics of the first cut, then those of the next.
 */
export function measureList(
  list: ArrayLike<number>,
  relevant: Uint32Array,
  cuts: readonly number[],
  out: Float64Array,
): void {
  let rank = 0;
  let hits = 0;
  let gain = 0;
  let precisions = 0;
  let firstHit = 0;
  cuts.forEach((cut, c) => {
    for (const end = Math.min(cut, list.length); rank < end; ) {
      const item = list[rank++]!;
      if (!contains(relevant, item)) continue;
      hits++;
      gain += discount(rank);
      precisions += hits / rank;
      if (firstHit === 0) firstHit = rank;
    }
    const most = Math.min(cut, relevant.length);
    const at = c * USER_METRICS.length;
    out[at] = hits / relevant.length;
    out[at + 1] = hits / cut;
    out[at + 2] = gain / idealGain(most);
    out[at + 3] = precisions / most;
    out[at + 4] = firstHit === 0 ? 0 : 1 / firstHit;
    out[at + 5] = firstHit === 0 ? 0 : 1;
  });
}

/** The gain of a hit at a rank (Järvelin and Kekäläinen, 2002, with the usual logarithm of rank + 1). */
function discount(rank: number): number {
  return 1 / Math.log2(rank + 1);
}

/** Filled as far as it is needed. */
const IDEAL_GAINS = [0];

/** The gain of a list whose first `count` items are all hits. */
function idealGain(count: number): number {
  for (let rank = IDEAL_GAINS.length; rank <= count; rank++) IDEAL_GAINS.push(IDEAL_GAINS[rank - 1]! + discount(rank));
  return IDEAL_GAINS[count]!;
}

/** Whether rising indices contain an item, by binary search. */
export function contains(rising: Uint32Array, item: number): boolean {
  return rising[lastAtMost(rising, item)] === item;
}
