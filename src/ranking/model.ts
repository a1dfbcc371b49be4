import type { SignalCounts } from '../model/fit.js';
import type { Scales } from '../model/scales.js';
import type { SparseRows } from '../model/sparse.js';

/** The learned matrix, as scoring reads it. */
export interface Model {
  counts: SignalCounts;
  scales: Scales;
  /** Signals × items, in pieces as they were learned; piece k begins with signal `from[k]`. Rising, without gaps. */
  pieces: SparseRows[];
  from: number[];
}

/** The whole model must lie before us, signal after signal. @throws RangeError where a piece is missing or too much. */
export function checkModel(model: Model): void {
  let next = 0;
  model.pieces.forEach((piece, k) => {
    if (model.from[k] !== next) throw new RangeError(`the model lacks the rows from ${next} on`);
    next += piece.rows;
  });
  const { items, preferences, groups } = model.counts;
  if (next !== items + preferences + groups) throw new RangeError(`the model has ${next} rows`);
}
