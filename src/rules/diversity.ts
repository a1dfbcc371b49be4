import { lastAtMost } from '../matrix/search.js';
import type { RowLookup } from '../matrix/stacked-rows.js';
import type { ListRule } from './list-rule.js';
import { share } from './numbers.js';

/** Times the length of the list: among so many of the best it chooses. */
const POOL = 5;

/**
 * Maximal marginal relevance (Carbonell & Goldstein, "The use of MMR, diversity-based reranking for reordering documents and producing
 * summaries", SIGIR 1998): next comes the candidate with the largest
 *
 *     (1 − d) · relevance − d · max over the items in the list   similarity
 *
 * Relevance is the score, from 0 for the last of the pool to 1 for its first. Similarity is the model's own, from 0 to 1 and the same
 * in both directions:  (w_ij / max_k w_ik + w_ji / max_k w_jk) / 2,  where w_ij ≥ 0 is what having i says for j; a weight below 0 is
 * none. So it is 1 where each is what the other speaks for most.
 *
 * A list that grows can only bring a candidate nearer to it, so what a candidate was worth is the most that it is worth later: it is
 * compared with the items that came since only as long as it may still be the best.
 */
export const diversity: ListRule<number, number, number> = {
  flags: '--diversity <share>',
  description: 'less of the same in a list: 0 (off) to 1',
  parse: share,
  usesItemRows: true,
  plan: (weight) => weight,
  act(weight, { items, rows }) {
    const shareOf = shares(items, rows);
    const listed: number[] = [];
    let pool: Uint32Array = new Uint32Array(0);
    /** By candidate: its part of the worth that is relevance, the items of the list it was compared with, and the nearest of them. */
    let relevance = new Float64Array(0);
    let compared = new Uint32Array(0);
    let nearest = new Float64Array(0);
    return {
      reach: POOL,
      begin() {
        listed.length = 0;
      },
      took(item) {
        listed.push(item);
      },
      choice: {
        begin(candidates, scores) {
          if (candidates.length > relevance.length) {
            relevance = new Float64Array(candidates.length);
            compared = new Uint32Array(candidates.length);
            nearest = new Float64Array(candidates.length);
          }
          pool = candidates;
          compared.fill(0);
          nearest.fill(0);
          const [most = 0, least = 0] = [scores[0], scores.at(-1)];
          for (let at = 0; at < scores.length; at++)
            relevance[at] = (1 - weight) * (most > least ? (scores[at]! - least) / (most - least) : 1);
        },
        worth(at, least) {
          const item = pool[at]!;
          let worth = relevance[at]! - weight * nearest[at]!;
          for (; compared[at]! < listed.length && worth > least; compared[at]!++) {
            const other = listed[compared[at]!]!;
            const similarity = shareOf(item, other) + shareOf(other, item);
            if (similarity <= nearest[at]!) continue;
            nearest[at] = similarity;
            worth = relevance[at]! - weight * similarity;
          }
          return worth;
        },
        mostWorth: (at) => relevance[at]!,
      },
    };
  },
};

/** Half of what an item says for another, relative to what it says most. */
function shares(items: number, rows: RowLookup): (item: number, other: number) => number {
  /** By item: the largest weight of its row; NaN not known yet. */
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
