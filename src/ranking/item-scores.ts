import type { SparseRows } from '../matrix/sparse.js';
import { TopN } from '../matrix/top-n.js';
import { signalCount } from '../model/signals.js';
import type { List } from './list-rules.js';
import { lowRankScores } from './low-rank-scores.js';
import type { Model } from './model.js';
import { scaleOf } from './scores.js';

/** The score of one item for each user, as in their lists. @param signals users × signals. */
export function itemScores(model: Model, signals: SparseRows, item: number): Float64Array {
  const { counts, rows, scales, lowRank } = model;
  /** By signal: its weight for the item. */
  const column = new Float64Array(signalCount(counts));
  for (let signal = 0; signal < column.length; signal++) {
    const { part, from, to } = rows.row(signal);
    for (let e = from; e < to; e++) if (part.index[e] === item) column[signal] = part.value[e]!;
  }
  const { start, index, value } = signals;
  const shared = lowRank && lowRankScores(lowRank);
  const isAls = lowRank?.isAls === true;
  const withItem = Float64Array.from(
    { length: shared && !isAls ? counts.items : 0 },
    (_, other) => shared?.between(other, item) ?? 0,
  );
  return Float64Array.from({ length: signals.rows }, (_, user) => {
    let sum = 0;
    shared?.begin();
    for (let e = start[user]!; e < start[user + 1]!; e++) {
      const signal = index[e]!;
      sum += value[e]! * (scaleOf(model, signal) * column[signal]! + (withItem[signal] ?? 0));
      if (isAls) shared?.add(signal, value[e]!);
    }
    shared?.end();
    return sum + (isAls ? shared!.of(item) : 0) + scales.prior[item]!;
  });
}

/**
 * Finds the items that go with an item: those that score best for a user who is known only by this item. They are its row of the model,
 * so there is a direction: the first part may go with its sequel, but not the sequel with the first part.
 * @param offered by item: 1 where it may be found.
 * @returns a function that finds up to `count` of them, best first; a list is valid until the next call.
 */
export function similarItems(
  { rows, scales, lowRank }: Model,
  offered: Uint8Array,
  count: number,
): (item: number) => List {
  const best = new TopN(Math.min(count, offered.length));
  const shared = lowRank && lowRankScores(lowRank);
  return (item) => {
    // With als every item goes with every other.
    if (lowRank?.isAls)
      for (let other = 0; other < offered.length; other++) {
        const score = shared!.between(item, other);
        if (score > 0 && offered[other] === 1 && other !== item) best.offer(other, score);
      }
    const { part, from, to } = rows.row(item);
    for (let e = from; e < to; e++) {
      const other = part.index[e]!;
      const score = scales.items * part.value[e]! + (shared?.between(item, other) ?? 0);
      if (score > 0 && offered[other] === 1 && other !== item) best.offer(other, score);
    }
    const scores = new Float64Array(best.size);
    return { items: best.drain(scores), scores };
  };
}
