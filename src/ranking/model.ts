import type { SparseRows } from '../matrix/sparse.js';
import { StackedRows } from '../matrix/stacked-rows.js';
import { type LowRank, lowRankOf } from '../model/low-rank.js';
import { type ItemStatistics, normaliseRows } from '../model/row-normalisation.js';
import { type Scales, scalesOf } from '../model/scales.js';
import type { Settings } from '../model/settings.js';
import { type SignalCounts, signalCount } from '../model/signals.js';

/** The learned matrix, as scoring reads it. */
export interface Model {
  counts: SignalCounts;
  scales: Scales;
  /** signals × items. */
  rows: StackedRows;
  /** The part that is not sparse; undefined: there is none. */
  lowRank?: LowRank | undefined;
}

/**
 * Makes a model of the rows that shards learned; the rows of items are normalised in place.
 *
 * @param from part k begins with signal `from[k]`. @param factors items × rank. @throws RangeError for a missing or surplus part.
 */
export function modelOf(
  counts: SignalCounts,
  parts: readonly SparseRows[],
  from: readonly number[],
  statistics: ItemStatistics,
  settings: Settings,
  factors?: Float32Array,
): Model {
  const facts = normaliseRows(parts, from, counts, statistics, settings);
  const scales = scalesOf(statistics, facts, counts, settings);
  return finishedModel(counts, parts, from, scales, lowRankOf(factors, statistics.popularity, settings));
}

/** Makes a model of rows that are normalised already. @throws RangeError for a missing or surplus part. */
export function finishedModel(
  counts: SignalCounts,
  parts: readonly SparseRows[],
  from: readonly number[],
  scales: Scales,
  lowRank?: LowRank,
): Model {
  return { counts, rows: new StackedRows(parts, from, signalCount(counts)), scales, lowRank };
}
