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
import { type SummedRows, scoresBy, summedRows } from '../ranking/scores.js';

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

/**
 * Evaluates variants of one learned model (b, p, η, β, τ and the audience's ρ) on held-out items. Lists come from the same
 * scoring code as those of a real run.
 */
export class VariantEvaluator {
  readonly #learned: LearnedModel;
  readonly #batches: Variant[][];
  readonly #heldOut: SparseRows;
  readonly #listLength: number;
  /** A copy of the learned rows, normalised for the current batch, and the same arranged for scoring. */
  readonly #rows: StackedRows;
  readonly #summed: SummedRows;
  /** One copy of the factors serves all groups, one at a time. */
  readonly #productsOf: ProductsOf | undefined;
  #batch = -1;
  #groups: ScoreGroup[] = [];
  readonly #metrics = new Float64Array(USER_METRICS.length);

  /** @param heldOut users × items, of the audiences' users. */
  constructor(
    learned: LearnedModel,
    variants: readonly Variant[],
    heldOut: SparseRows,
    listLength: number,
    sumsOf: SumsOf,
    productsOf: ProductsOf = plainProducts,
  ) {
    const { counts, parts, from } = learned;
    this.#learned = learned;
    this.#batches = variantBatches(variants).map((batch) => batch.map((variant) => variants[variant]!));
    this.#heldOut = heldOut;
    this.#listLength = listLength;
    const copies = parts.map((part) => ({ ...part, value: part.value.slice() }));
    this.#rows = new StackedRows(copies, from, signalCount(counts));
    const most = Math.max(...variants.map(({ audience }) => longestRow(audience.signals)));
    this.#summed = summedRows(this.#rows, counts.items, most, sumsOf);
    const products = learned.factors?.length
      ? productsOf(learned.factors, learned.factors.length / counts.items)
      : undefined;
    this.#productsOf = products && (() => products);
  }

  /**
   * The utility of lists for the rows from `from` to before `to`, where row `batch · users + user` is that user under each
   * variant of that batch: row by row, and within a row variant by variant.
   */
  utilities(from: number, to: number): Float64Array {
    const users = this.#heldOut.rows;
    let count = 0;
    for (let row = from; row < to; row++) count += this.#batches[Math.floor(row / users)]!.length;
    const utilities = new Float64Array(count);
    let filled = 0;
    for (let first = from; first < to; ) {
      const batch = Math.floor(first / users);
      const end = Math.min(to, (batch + 1) * users);
      const variants = this.#batches[batch]!.length;
      this.#normaliseFor(batch);
      for (const { recommender, positions, variants: differing } of this.#groups) {
        for (let row = first; row < end; row++) {
          const user = row - batch * users;
          const wanted = rowOf(this.#heldOut, user);
          recommender.recommendWith(user, differing, (list, k) => {
            utilities[filled + (row - first) * variants + positions[k]!] = this.#utility(list, wanted);
          });
        }
      }
      filled += (end - first) * variants;
      first = end;
    }
    return utilities;
  }

  #normaliseFor(batch: number): void {
    if (this.#batch === batch) return;
    this.#batch = batch;
    const variants = this.#batches[batch]!;
    const { settings, statistics } = variants[0]!;
    const { counts, parts, from } = this.#learned;
    this.#rows.parts.forEach(({ value }, k) => {
      value.set(parts[k]!.value);
    });
    const facts = normaliseRows(this.#rows.parts, from, counts, statistics, settings);
    this.#summed.sums.revalue(this.#rows.parts);
    this.#groups = this.#grouped(variants, facts);
  }

  #grouped(variants: readonly Variant[], facts: RowFacts): ScoreGroup[] {
    const { counts } = this.#learned;
    const groups: ScoreGroup[] = [];
    variants.forEach((variant, position) => {
      const { settings, audience, statistics } = variant;
      const scales = scalesOf(statistics, facts, counts, settings);
      const scoreVariant = { prior: priorOf(scales.prior, audience.offered), lowRankWeight: settings.lowRankWeight };
      // β and τ scale the rows of preferences and groups too: variants that differ in them share scores only if no user has such signals.
      const itemsOnly = areBelow(audience.signals.index, counts.items);
      const sharesWith = ({ first }: ScoreGroup) =>
        first.audience === audience &&
        (itemsOnly ||
          (first.statistics === statistics && first.settings.popularityWeight === settings.popularityWeight));
      const group = groups.find(sharesWith);
      if (group) {
        group.positions.push(position);
        group.variants.push(scoreVariant);
        return;
      }
      const lowRank = lowRankOf(this.#learned.factors, statistics.popularity, { ...settings, lowRankWeight: 1 });
      const model = { counts, rows: this.#rows, scales, lowRank };
      const scores = scoresBy(model, audience.signals, this.#summed, this.#productsOf);
      const recommender = new Recommender(model, audience, this.#listLength, scores);
      groups.push({ first: variant, recommender, positions: [position], variants: [scoreVariant] });
    });
    return groups;
  }

  /** Recall plus NDCG at the list length, from 0 to 2; 0 for a user without held-out items. */
  #utility(list: Uint32Array, wanted: Uint32Array): number {
    if (wanted.length === 0) return 0;
    measureList(list, wanted, [this.#listLength], this.#metrics);
    return this.#metrics[RECALL]! + this.#metrics[NDCG]!;
  }
}

const RECALL = USER_METRICS.indexOf('recall');
const NDCG = USER_METRICS.indexOf('ndcg');
