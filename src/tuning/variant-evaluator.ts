import { measureList, USER_METRICS } from '../evaluation/user-metrics.js';
import { type ProductsOf, plainProducts } from '../kernels/products.js';
import type { SumsOf } from '../kernels/sums.js';
import { areBelow, longestRow, rowOf, type SparseRows } from '../matrix/sparse.js';
import { StackedRows } from '../matrix/stacked-rows.js';
import { lowRankOf } from '../model/low-rank.js';
import { type ItemStatistics, normaliseRows } from '../model/row-normalisation.js';
import { type RowFacts, scalesOf } from '../model/scales.js';
import type { Settings } from '../model/settings.js';
import { type SignalCounts, signalCount } from '../model/signals.js';
import type { Audience } from '../ranking/audience.js';
import { priorOf } from '../ranking/list-rules.js';
import { Recommender, type ScoreVariant } from '../ranking/recommender.js';
import { scoresBy, summedRows } from '../ranking/scores.js';

/** Rows as they were learned, before normalisation. */
export interface LearnedModel {
  counts: SignalCounts;
  parts: readonly SparseRows[];
  from: readonly number[];
  /** items × rank; undefined: none. */
  factors: Float32Array | undefined;
}

/** One way to recommend with a learned model. */
export interface Variant {
  settings: Settings;
  statistics: ItemStatistics;
  audience: Audience;
}

/**
 * Batches of variants, by their indices, that normalise a model's rows alike: with the same b and p. An evaluator takes one batch
 * after another, so that it holds one normalised model at a time.
 */
export function variantBatches(
  variants: readonly { settings: Pick<Settings, 'targetDamping' | 'power'> }[],
): number[][] {
  const batches = new Map<string, number[]>();
  variants.forEach(({ settings }, variant) => {
    const key = `${settings.targetDamping} ${settings.power}`;
    const batch = batches.get(key);
    if (batch) batch.push(variant);
    else batches.set(key, [variant]);
  });
  return [...batches.values()];
}

/** Variants whose scores differ only in popularity and the weight of shared tastes: the rest is added up once for all of them. */
interface ScoreGroup {
  first: Variant;
  recommender: Recommender;
  /** For each variant: its position in the batch, and how its scores differ. */
  positions: number[];
  variants: ScoreVariant[];
}

const RECALL = USER_METRICS.indexOf('recall');
const NDCG = USER_METRICS.indexOf('ndcg');

/** The kernel keeps priors of at most about this many items in its memory, in 12 bytes each. */
const MOST_PRIOR_ITEMS = 4 << 20;

/**
 * Evaluates variants of one learned model (b, p, η, β, τ and the audience's ρ) on held-out items. Lists come from the same
 * scoring code as those of a real run.
 * @param heldOut users × items, of the audiences' users.
 * @returns a function that gives the utility of lists for the rows from `from` to before `to`, where row `batch · users + user` is that user
 * under each variant of that batch: row by row, and within a row variant by variant.
 */
export function variantEvaluator(
  learned: LearnedModel,
  variants: readonly Variant[],
  heldOut: SparseRows,
  listLength: number,
  sumsOf: SumsOf,
  productsOf: ProductsOf = plainProducts,
): (from: number, to: number) => Float64Array {
  const { counts, parts, from: firstRows, factors } = learned;
  const users = heldOut.rows;
  const batches = variantBatches(variants).map((batch) => batch.map((variant) => variants[variant]!));
  // A copy of the learned rows, normalised for the current batch, and the same arranged for scoring.
  const copies = parts.map((part) => ({ ...part, value: part.value.slice() }));
  const rows = new StackedRows(copies, firstRows, signalCount(counts));
  const most = Math.max(...variants.map(({ audience }) => longestRow(audience.signals)));
  const priors = Math.min(
    Math.max(...batches.map((batch) => batch.length)),
    Math.ceil(MOST_PRIOR_ITEMS / counts.items),
  );
  const summed = summedRows(rows, counts.items, most, sumsOf, priors);
  // One copy of the factors serves all groups, one at a time.
  const products = factors?.length ? productsOf(factors, factors.length / counts.items) : undefined;
  const metrics = new Float64Array(USER_METRICS.length);
  let current = -1;
  let groups: ScoreGroup[] = [];

  const normaliseFor = (batch: number): void => {
    if (current === batch) return;
    current = batch;
    const ofBatch = batches[batch]!;
    const { settings, statistics } = ofBatch[0]!;
    copies.forEach(({ value }, k) => {
      value.set(parts[k]!.value);
    });
    const facts = normaliseRows(copies, firstRows, counts, statistics, settings);
    summed.sums.revalue(copies);
    groups = grouped(ofBatch, facts);
  };

  const grouped = (ofBatch: readonly Variant[], facts: RowFacts): ScoreGroup[] => {
    const found: ScoreGroup[] = [];
    ofBatch.forEach((variant, position) => {
      const { settings, audience, statistics } = variant;
      const scales = scalesOf(statistics, facts, counts, settings);
      const scoreVariant = { prior: priorOf(scales.prior, audience.offered), lowRankWeight: settings.lowRankWeight };
      // β and τ scale the rows of preferences and groups too: variants that differ in them share scores only if no user has such signals.
      const itemsOnly = areBelow(audience.signals.index, counts.items);
      const sharesWith = ({ first }: ScoreGroup) =>
        first.audience === audience &&
        (itemsOnly ||
          (first.statistics === statistics && first.settings.popularityWeight === settings.popularityWeight));
      const group = found.find(sharesWith);
      if (group) {
        group.positions.push(position);
        group.variants.push(scoreVariant);
        return;
      }
      const lowRank = lowRankOf(factors, statistics.popularity, { ...settings, lowRankWeight: 1 });
      const model = { counts, rows, scales, lowRank };
      const scores = scoresBy(model, audience.signals, summed, products && (() => products));
      const recommender = new Recommender(model, audience, listLength, scores);
      found.push({ first: variant, recommender, positions: [position], variants: [scoreVariant] });
    });
    return found;
  };

  /** Recall plus NDCG at the list length, from 0 to 2; 0 for a user without held-out items. */
  const utilityOf = (list: Uint32Array, wanted: Uint32Array): number => {
    if (wanted.length === 0) return 0;
    measureList(list, wanted, [listLength], metrics);
    return metrics[RECALL]! + metrics[NDCG]!;
  };

  return (from, to) => {
    let count = 0;
    for (let row = from; row < to; row++) count += batches[Math.floor(row / users)]!.length;
    const utilities = new Float64Array(count);
    let filled = 0;
    for (let first = from; first < to; ) {
      const batch = Math.floor(first / users);
      const end = Math.min(to, (batch + 1) * users);
      const size = batches[batch]!.length;
      normaliseFor(batch);
      for (const { recommender, positions, variants: differing } of groups) {
        for (let row = first; row < end; row++) {
          const user = row - batch * users;
          const wanted = rowOf(heldOut, user);
          recommender.recommendWith(user, differing, (list, k) => {
            utilities[filled + (row - first) * size + positions[k]!] = utilityOf(list, wanted);
          });
        }
      }
      filled += (end - first) * size;
      first = end;
    }
    return utilities;
  };
}
