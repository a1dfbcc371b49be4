import type { SumsOf } from '../kernels/sums.js';
import { areBelow, longestRow, type SparseRows } from '../matrix/sparse.js';
import { StackedRows } from '../matrix/stacked-rows.js';
import type { SignalCounts } from '../model/fit.js';
import { type ItemStatistics, normaliseRows } from '../model/row-normalisation.js';
import { type RowFacts, scalesOf } from '../model/scales.js';
import type { Settings } from '../model/settings.js';
import type { Audience } from '../ranking/audience.js';
import { type Prior, priorOf, Recommender } from '../ranking/recommender.js';
import { SummedRows, SummedScores } from '../ranking/scores.js';

/** Rows as they were learned, before they are finished. */
export interface LearnedModel {
  counts: SignalCounts;
  parts: readonly SparseRows[];
  from: readonly number[];
}

export interface Variant {
  settings: Settings;
  statistics: ItemStatistics;
  audience: Audience;
}

/** Variants whose scores are the same but for popularity: they are added up once. */
interface Group {
  audience: Audience;
  recommender: Recommender;
  /** Where each stands among the variants of its way, and its prior. */
  places: number[];
  priors: Prior[];
}

/**
 * The variants, by their places, that finish a model's rows in the same way: with the same b and p. A trial takes one way after the other, so
 * that there is one finished model at a time, and asks for worth by (way, user): a row of its own in the plan of shards.
 */
export function waysOf(variants: readonly { settings: Pick<Settings, 'targetDamping' | 'power'> }[]): number[][] {
  const ways = new Map<string, number[]>();
  variants.forEach(({ settings }, place) => {
    const key = `${settings.targetDamping} ${settings.power}`;
    const way = ways.get(key);
    if (way) way.push(place);
    else ways.set(key, [place]);
  });
  return [...ways.values()];
}

/**
 * Tries ways of finishing one learned model on what was held out of its users' histories: b, p, β and τ, and the
 * recency of the audience. What is recommended goes through the one scoring kernel.
 */
export class Trial {
  readonly #learned: LearnedModel;
  readonly #ways: Variant[][];
  readonly #heldOut: SparseRows;
  readonly #listLength: number;
  /** The rows as one way after the other finishes them, and a copy of those to score with. */
  readonly #rows: StackedRows;
  readonly #summed: SummedRows;
  /** The way that is at hand. */
  #way = -1;
  #groups: Group[] = [];

  /** @param heldOut users × items, of the users of the audiences. */
  constructor(
    learned: LearnedModel,
    variants: readonly Variant[],
    heldOut: SparseRows,
    listLength: number,
    sumsOf: SumsOf,
  ) {
    const { counts, parts, from } = learned;
    this.#learned = learned;
    this.#ways = waysOf(variants).map((places) => places.map((place) => variants[place]!));
    this.#heldOut = heldOut;
    this.#listLength = listLength;
    const copies = parts.map((part) => ({ ...part, value: part.value.slice() }));
    this.#rows = new StackedRows(copies, from, counts.items + counts.preferences + counts.groups);
    const most = Math.max(...variants.map(({ audience }) => longestRow(audience.signals)));
    this.#summed = new SummedRows(this.#rows, counts.items, most, sumsOf);
  }

  /**
   * Recall plus NDCG of the lists of the rows `from` to `to` (without it), where row `way · users + user` has one for each variant of
   * that way: row by row.
   */
  worth(from: number, to: number): Float64Array {
    const { rows: users, start, index } = this.#heldOut;
    let count = 0;
    for (let row = from; row < to; row++) count += this.#ways[Math.floor(row / users)]!.length;
    const worth = new Float64Array(count);
    let filled = 0;
    for (let first = from; first < to; ) {
      const way = Math.floor(first / users);
      const end = Math.min(to, (way + 1) * users);
      const variants = this.#ways[way]!.length;
      this.#finish(way);
      for (const { recommender, places, priors } of this.#groups) {
        for (let row = first; row < end; row++) {
          const user = row - way * users;
          const wanted = index.subarray(start[user]!, start[user + 1]!);
          recommender.recommendWith(user, priors, (list, k) => {
            worth[filled + (row - first) * variants + places[k]!] = listWorth(list, wanted, this.#listLength);
          });
        }
      }
      filled += (end - first) * variants;
      first = end;
    }
    return worth;
  }

  /** Finishes the rows in that way. */
  #finish(way: number): void {
    if (this.#way === way) return;
    this.#way = way;
    const variants = this.#ways[way]!;
    const { settings, statistics } = variants[0]!;
    const { counts, parts, from } = this.#learned;
    this.#rows.parts.forEach(({ value }, k) => {
      value.set(parts[k]!.value);
    });
    const facts = normaliseRows(this.#rows.parts, from, counts, statistics, settings);
    this.#summed.revalue(this.#rows);
    this.#groups = this.#grouped(variants, facts);
  }

  #grouped(variants: readonly Variant[], facts: RowFacts): Group[] {
    const { counts } = this.#learned;
    const groups: Group[] = [];
    variants.forEach(({ settings, audience, statistics }, place) => {
      const scales = scalesOf(statistics, facts, counts, settings);
      const prior = priorOf(scales.prior, audience.offered);
      // Rows of preferences and groups are scaled by β as well: scores are shared only where nobody has any.
      const isBare = areBelow(audience.signals.index, counts.items);
      const group = groups.find((other) => isBare && other.audience === audience);
      if (group) {
        group.places.push(place);
        group.priors.push(prior);
        return;
      }
      const model = { counts, rows: this.#rows, scales };
      const scores = new SummedScores(model, audience.signals, this.#summed);
      const recommender = new Recommender(model, audience, this.#listLength, scores);
      groups.push({ audience, recommender, places: [place], priors: [prior] });
    });
    return groups;
  }
}

/** Recall and NDCG at the length asked for, added; 0 for a user of whom nothing was held out. */
function listWorth(list: Uint32Array, wanted: Uint32Array, length: number): number {
  if (wanted.length === 0) return 0;
  let hits = 0;
  let gain = 0;
  let ideal = 0;
  for (let place = 0; place < Math.min(length, wanted.length); place++) ideal += 1 / Math.log2(place + 2);
  for (let place = 0; place < list.length; place++) {
    if (!wanted.includes(list[place]!)) continue;
    hits++;
    gain += 1 / Math.log2(place + 2);
  }
  return hits / wanted.length + gain / ideal;
}
