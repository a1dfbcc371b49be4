import type { ProductsOf } from '../kernels/products.js';
import type { Sums, SumsOf } from '../kernels/sums.js';
import { longestRow, type SparseRows, type SparseVector } from '../matrix/sparse.js';
import type { StackedRows } from '../matrix/stacked-rows.js';
import { lowRankScores } from './low-rank-scores.js';
import type { Model } from './model.js';

/** By signal: where its row begins in the concatenated parts; the row of signal s ends where that of s + 1 begins. */
export function startsOfRows({ rows, parts, from }: StackedRows): Uint32Array {
  const start = new Uint32Array(rows + 1);
  let before = 0;
  parts.forEach((part, k) => {
    for (let row = 0; row < part.rows; row++) start[from[k]! + row] = before + part.start[row]!;
    before += part.index.length;
  });
  start[rows] = before;
  return start;
}

/** The rows of a model in the memory of a kernel. Several `Scores` can share them, one at a time. */
export interface SummedRows {
  start: Uint32Array;
  sums: Sums;
}

/** @param columns the items. @param most the largest number of signals that are added up. @param priors that lists are made with. */
export function summedRows(rows: StackedRows, columns: number, most: number, sumsOf: SumsOf, priors = 1): SummedRows {
  return { start: startsOfRows(rows), sums: sumsOf({ columns, parts: rows.parts }, most, { priors }) };
}

export type Scores = ReturnType<typeof scoresBy>;

/** Adds up the rows of a user's signals:  Σ   strength · scale · model[signal, item]. */
export function scoresBy(model: Omit<Model, 'rows'>, signals: SparseRows, rows: SummedRows, productsOf?: ProductsOf) {
  const lowRank = model.lowRank && lowRankScores(model.lowRank, productsOf);
  const { sums, start: startOf } = rows;

  const setSegments = (user: number): void => {
    const { start, index, value } = signals;
    const { segments } = sums;
    lowRank?.begin();
    let count = 0;
    for (let s = start[user]!; s < start[user + 1]!; s++) {
      const signal = index[s]!;
      segments.from[count] = startOf[signal]!;
      segments.to[count] = startOf[signal + 1]!;
      segments.weight[count++] = value[s]! * scaleOf(model, signal);
      lowRank?.add(signal, value[s]!);
    }
    segments.count = count;
    lowRank?.end();
  };

  return {
    /** The part of scores that is not sparse, for the user of the last call; undefined: the model has none. */
    lowRank,

    /** The items that a user's signals touch, each once; valid until the next user. An item whose sum is 0 may be missing. */
    of(user: number): SparseVector {
      setSegments(user);
      return sums.addUp(-1);
    },

    /** The best items for the user of the last call; the arrays are theirs until the next user. */
    best: sums.best,

    /** By item: the caller sets it to 1 where `best` must leave it out, and back to 0. */
    barred: sums.barred,

    /** The terms of a user's sums: segment k is the row of signal `signals[k]`, with its weight; valid until the next user. */
    termsOf(user: number) {
      setSegments(user);
      return { signals: signals.index.subarray(signals.start[user]!, signals.start[user + 1]!), sums };
    },
  };
}

/** The scale of the row of a signal. */
export function scaleOf({ counts, scales }: Omit<Model, 'rows'>, signal: number): number {
  if (signal < counts.items) return scales.items;
  if (signal < counts.items + counts.preferences) return scales.preferences;
  // The rows of following items have their scale already: they add up to less than 1.
  return signal < counts.items + counts.preferences + counts.groups ? scales.groups : 1;
}

/** Scores from a copy of the model's rows. */
export function scoresOf(model: Model, signals: SparseRows, sumsOf: SumsOf, productsOf?: ProductsOf): Scores {
  const rows = summedRows(model.rows, model.counts.items, longestRow(signals), sumsOf);
  return scoresBy(model, signals, rows, productsOf);
}
