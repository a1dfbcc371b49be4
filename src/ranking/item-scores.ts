import type { SparseRows } from '../matrix/sparse.js';
import { signalCount } from '../model/signals.js';
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
