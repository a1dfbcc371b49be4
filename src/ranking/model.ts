import { PiecedRows } from '../matrix/pieces.js';
import type { SparseRows } from '../matrix/sparse.js';
import type { SignalCounts } from '../model/fit.js';
import { type ItemStatistics, normaliseRows } from '../model/row-normalisation.js';
import { type Scales, scalesOf } from '../model/scales.js';
import type { Settings } from '../model/settings.js';

/** The learned matrix, as scoring reads it. */
export interface Model {
  counts: SignalCounts;
  scales: Scales;
  /** Signals × items. */
  rows: PiecedRows;
}

/**
 * The model of the rows that shards have learned; the rows of items are finished in place.
 *
 * @param from piece k begins with signal `from[k]`. @throws RangeError where a piece is missing or too much.
 */
export function modelOf(
  counts: SignalCounts,
  pieces: readonly SparseRows[],
  from: readonly number[],
  statistics: ItemStatistics,
  settings: Settings,
): Model {
  const rows = new PiecedRows(pieces, from, counts.items + counts.preferences + counts.groups);
  const facts = normaliseRows(pieces, from, counts, statistics, settings);
  return { counts, rows, scales: scalesOf(statistics, facts, counts, settings) };
}
