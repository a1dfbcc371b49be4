import { TopN } from '../matrix/top-n.js';
import type { List } from './list-rules.js';
import { lowRankScores } from './low-rank-scores.js';
import type { Model } from './model.js';

/**
 * Finds the items that go with an item: those to whose scores it adds most, where it is all that is known of a user. That is its row of
 * the model, so it has a direction: what goes with a sequel may be the first part, and not the other way round.
 * @param offered by item: 1 where it may be found. @returns what finds up to `count` of them, best first; the list is good until the next.
 */
export function similarItems(
  { rows, scales, lowRank }: Model,
  offered: Uint8Array,
  count: number,
): (item: number) => List {
  const best = new TopN(Math.min(count, offered.length));
  const common = lowRank && lowRankScores(lowRank);
  return (item) => {
    // By als every item goes with every other.
    if (lowRank?.isAls)
      for (let other = 0; other < offered.length; other++) {
        const score = common!.between(item, other);
        if (score > 0 && offered[other] === 1 && other !== item) best.offer(other, score);
      }
    const { part, from, to } = rows.row(item);
    for (let e = from; e < to; e++) {
      const other = part.index[e]!;
      const score = scales.items * part.value[e]! + (common?.between(item, other) ?? 0);
      if (score > 0 && offered[other] === 1 && other !== item) best.offer(other, score);
    }
    const scores = new Float64Array(best.size);
    return { items: best.drain(scores), scores };
  };
}
