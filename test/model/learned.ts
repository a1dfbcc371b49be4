import { PLAIN_KERNEL } from '../../src/kernels/kernel.js';
import type { SparseRows } from '../../src/matrix/sparse.js';
import { StackedRows } from '../../src/matrix/stacked-rows.js';
import { alsFactors } from '../../src/model/als.js';
import { type Evidence, evidenceOf, type Observations } from '../../src/model/evidence.js';
import { fitter } from '../../src/model/fit.js';
import { type ItemStatistics, normaliseRows, statisticsOf } from '../../src/model/row-normalisation.js';
import { gramRows } from '../../src/model/rows/counting.js';
import type { RowFacts } from '../../src/model/scales.js';
import type { Settings } from '../../src/model/settings.js';
import { needsGram, type SignalCounts, signalCount, signalCounts } from '../../src/model/signals.js';
import type { Audience } from '../../src/ranking/audience.js';
import type { Model } from '../../src/ranking/model.js';
import { Recommender } from '../../src/ranking/recommender.js';
import { scoresOf } from '../../src/ranking/scores.js';
import { observationsOf, placeKeys, type World } from './worlds.js';

/** The rows of the Gram matrix, counted in one shard or in shards that begin at `from`. */
export function countedRows(evidence: Evidence, settings: Settings, from: readonly number[] = [0]) {
  const count = gramRows(evidence, settings, PLAIN_KERNEL);
  const parts = from.map((first, k) => count(first, from[k + 1] ?? evidence.items));
  const rowsOf = (name: 'candidates' | 'pairs') =>
    new StackedRows(
      parts.map((part) => part[name]),
      from,
      evidence.items,
    );
  return { candidates: rowsOf('candidates'), pairs: rowsOf('pairs') };
}

export function fitterOf(evidence: Evidence, settings: Settings, from?: readonly number[]) {
  const counted = needsGram(settings) ? countedRows(evidence, settings, from) : undefined;
  return fitter(evidence, settings, counted, PLAIN_KERNEL);
}

/** The factors that als learns from the interactions. */
export function alsFactorsOf({ interactions }: Pick<Observations, 'interactions'>, settings: Pick<Settings, 'lambda'>) {
  return alsFactors(interactions, placeKeys(interactions), settings, PLAIN_KERNEL.blockOf, async () => {});
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
  const { rows, precision } = fitterOf(evidence, settings)(0, signalCount(counts));
  return { evidence, counts, rows, statistics: statisticsOf(evidence, precision.subarray(0, counts.items)) };
}

/** Learns all rows of a world in one part and normalises those of the items. */
export function rowNormalised(world: World, settings: Settings): Learnt & { facts: RowFacts } {
  const model = learnt(world, settings);
  return { ...model, facts: normaliseRows([model.rows], [0], model.counts, model.statistics, settings) };
}

/** A recommender that adds scores up with the plain kernel. */
export function plainRecommender(model: Model, audience: Audience, count: number): Recommender {
  return new Recommender(model, audience, count, scoresOf(model, audience.signals, PLAIN_KERNEL.sumsOf));
}
