import type { SparseRows } from '../matrix/sparse.js';
import { StackedRows } from '../matrix/stacked-rows.js';
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
}

/**
 * Makes a model of the rows that shards learned; the rows of items are normalised in place.
 *
 * @param from part k begins with signal `from[k]`. @throws RangeError where a part is missing or too much.
 */
export function modelOf(
  counts: SignalCounts,
  parts: readonly SparseRows[],
  from: readonly number[],
  statistics: ItemStatistics,
  settings: Settings,
): Model {
  const facts = normaliseRows(parts, from, counts, statistics, settings);
  return finishedModel(counts, parts, from, scalesOf(statistics, facts, counts, settings));
}

/** A model of rows that are normalised already. @throws RangeError where a part is missing or too much. */
export function finishedModel(
  counts: SignalCounts,
  parts: readonly SparseRows[],
  from: readonly number[],
  scales: Scales,
): Model {
  return { counts, rows: new StackedRows(parts, from, signalCount(counts)), scales };
}
