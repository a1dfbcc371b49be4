import type { SparseRows } from '../../src/matrix/sparse.js';
import { StackedRows } from '../../src/matrix/stacked-rows.js';
import { type Evidence, evidenceOf, type Observations } from '../../src/model/evidence.js';
import { Fitter, gramRows, needsGram, type SignalCounts, signalCounts } from '../../src/model/fit.js';
import { type ItemStatistics, normaliseRows, statisticsOf } from '../../src/model/row-normalisation.js';
import type { RowFacts } from '../../src/model/scales.js';
import type { Settings } from '../../src/model/settings.js';
import { observationsOf, type World } from './worlds.js';

/** The rows of the Gram matrix, counted in one part or in parts that begin at `from`. */
export function countedRows(evidence: Evidence, settings: Settings, from: readonly number[] = [0]) {
  const count = gramRows(evidence, settings);
  const parts = from.map((first, k) => count(first, from[k + 1] ?? evidence.items));
  const rowsOf = (name: 'candidates' | 'pairs') =>
    new StackedRows(
      parts.map((part) => part[name]),
      from,
      evidence.items,
    );
  return { candidates: rowsOf('candidates'), pairs: rowsOf('pairs') };
}

export function fitterOf(evidence: Evidence, settings: Settings, from?: readonly number[]): Fitter {
  return new Fitter(evidence, settings, needsGram(settings) ? countedRows(evidence, settings, from) : undefined);
}

export interface Learnt {
  evidence: Evidence;
  counts: SignalCounts;
  /** All signals × items, as they were learned. */
  rows: SparseRows;
  statistics: ItemStatistics;
}

/** Learns all rows of a world in one part. */
export function learnt(world: World, settings: Settings): Learnt {
  return learntFrom(observationsOf(world), settings);
}

export function learntFrom(seen: Observations, settings: Settings): Learnt {
  const evidence = evidenceOf(seen, settings);
  const counts = signalCounts(evidence);
  const { rows, precision } = fitterOf(evidence, settings).rows(0, counts.items + counts.preferences + counts.groups);
  return { evidence, counts, rows, statistics: statisticsOf(evidence, precision.subarray(0, counts.items)) };
}

/** The same, and finished. */
export function finished(world: World, settings: Settings): Learnt & { facts: RowFacts } {
  const model = learnt(world, settings);
  return { ...model, facts: normaliseRows([model.rows], [0], model.counts, model.statistics, settings) };
}
