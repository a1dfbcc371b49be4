import { lastAtMost } from '../matrix/search.js';
import type { RowLookup } from '../matrix/stacked-rows.js';
import type { ListRule } from './list-rule.js';
import { share } from './numbers.js';

/** It chooses among this many times the length of the list of the best candidates. */
const POOL_FACTOR = 5;

/**
 * Maximal marginal relevance (Carbonell & Goldstein, "The use of MMR, diversity-based reranking for reordering documents and producing
 * summaries", SIGIR 1998): next comes the candidate with the largest
 *
 *     (1 − d) · relevance − d · max over the items in the list   similarity
 *
 * Relevance is the score, from 0 for the last of the pool to 1 for its first. Similarity is the model's own, from 0 to 1 and the same
 * in both directions:  (w_ij / max_k w_ik + w_ji / max_k w_jk) / 2,  where w_ij ≥ 0 is the weight of i for j; a weight below 0 counts as
 * 0. So it is 1 where each has its largest weight for the other.
 *
 * While the list grows, the similarity of a candidate can only rise, so its earlier utility bounds its later one: it is compared with the
 * items added since only as long as it may still be the best.
 */
export const diversity: ListRule<number> = {
  flags: '--diversity <share>',
  description: 'less of the same in a list: 0 (off) to 1',
  parse: share,
  usesItemRows: true,
  act(weight, { items, rows }) {
    const shareOf = shares(items, rows);
    const listed: number[] = [];
    let pool: Uint32Array = new Uint32Array(0);
    /** By candidate: (1 − d) · relevance, how many items of the list it was compared with, and the largest similarity among them. */
    let relevance = new Float64Array(0);
    let compared = new Uint32Array(0);
    let nearest = new Float64Array(0);
    return {
      poolFactor: POOL_FACTOR,
      begin() {
        listed.length = 0;
      },
      added(item) {
        listed.push(item);
      },
      choice: {
        begin(candidates, scores) {
          pool = candidates;
          compared = new Uint32Array(candidates.length);
          nearest = new Float64Array(candidates.length);
          const [most = 0, least = 0] = [scores[0], scores.at(-1)];
          relevance = scores.map((score) => (1 - weight) * (most > least ? (score - least) / (most - least) : 1));
        },
        utility(at, least) {
          const item = pool[at]!;
          let utility = relevance[at]! - weight * nearest[at]!;
          for (; compared[at]! < listed.length && utility > least; compared[at]!++) {
            const other = listed[compared[at]!]!;
            const similarity = shareOf(item, other) + shareOf(other, item);
            if (similarity <= nearest[at]!) continue;
            nearest[at] = similarity;
            utility = relevance[at]! - weight * similarity;
          }
          return utility;
        },
        utilityBound: (at) => relevance[at]!,
      },
    };
  },
};

/** Half of an item's weight for another, relative to its largest weight. */
function shares(items: number, rows: RowLookup): (item: number, other: number) => number {
  /** By item: the largest weight of its row; NaN: not known yet. */
  const largest = new Float64Array(items).fill(Number.NaN);
  return (item, other) => {
    const { part, from, to } = rows.row(item);
    if (from === to) return 0;
    const at = lastAtMost(part.index, other, from, to - 1);
    if (part.index[at] !== other || part.value[at]! <= 0) return 0;
    if (Number.isNaN(largest[item])) {
      let most = 0;
      for (let e = from; e < to; e++) most = Math.max(most, part.value[e]!);
      largest[item] = most;
    }
    return part.value[at]! / largest[item]! / 2;
  };
}
