import type { SumsOf } from '../kernels/sums.js';
import type { RowWriter } from '../matrix/row-writer.js';
import type { Evidence } from './evidence.js';
import { Pairs } from './pairs.js';
import { inversePower, type Settings } from './settings.js';
import { Shortlist } from './shortlist.js';

/** The order in which rows of the Gram matrix name items: most evidence first, then by index. */
export interface Ranks {
  /** By item. */
  rank: Uint32Array;
  /** By rank. */
  item: Uint32Array;
}

/** Pairs kept of the whole matrix, about; the fewer items, the more of each row: dense data needs its sub-matrices whole. */
const PAIRS_IN_ALL = 8_000_000;
const FEWEST_PAIRS = 200;
const MOST_PAIRS = 2000;

/**
 * What the ridge needs of the Gram matrix, row by row:
 *
 * - the candidates: the K offered items with the largest G_ij / d_j^s;
 * - the pairs, for the sub-matrices among candidates: the strongest entries, by the same measure, among offered items
 *   with more evidence than the row's own. So a pair is kept once, in the row of the rarer of the two.
 */
export class GramRows {
  readonly #gram: Pairs;
  readonly #rank: Uint32Array;
  /** By rank: d_j^(-s), 0 where the item is not offered. */
  readonly #factor: Float64Array;
  readonly #candidates: Shortlist;
  readonly #pairs: Shortlist;

  constructor(evidence: Evidence, settings: Settings, sumsOf: SumsOf) {
    const { items, offered } = evidence;
    const { rank, item } = evidenceRanks(evidence);
    this.#gram = new Pairs(evidence, rank, sumsOf);
    this.#rank = rank;
    const factor = dampedDegrees(evidence, settings.candidateDamping);
    this.#factor = Float64Array.from(item, (at) => (offered[at] === 1 ? factor[at]! : 0));
    this.#candidates = new Shortlist(Math.min(settings.neighbors, items), item);
    const pairs = Math.max(FEWEST_PAIRS, Math.min(MOST_PAIRS, Math.floor(PAIRS_IN_ALL / items)));
    this.#pairs = new Shortlist(Math.min(pairs, items), item);
  }

  /** Writes what is kept of the row of item `source`, by item index. */
  write(source: number, candidates: RowWriter, pairs: RowWriter): void {
    const row = this.#gram.row(source);
    const best = this.#candidates.choose(row, this.#factor, this.#rank.length);
    candidates.addAll(best.items, best.values, best.count);
    const strongest = this.#pairs.choose(row, this.#factor, this.#rank[source]!);
    pairs.addAll(strongest.items, strongest.values, strongest.count);
  }
}

export function evidenceRanks({ degree }: Evidence): Ranks {
  const item = Uint32Array.from(degree.keys()).sort((a, b) => degree[b]! - degree[a]! || a - b);
  const rank = new Uint32Array(degree.length);
  item.forEach((at, place) => {
    rank[at] = place;
  });
  return { rank, item };
}

/** d_j^(-p) by item; 0 for an item without evidence, which no row can reach. */
export function dampedDegrees({ degree }: Evidence, p: number): Float64Array {
  return degree.map((d) => (d > 0 ? inversePower(d, p) : 0));
}

/** What each item's row of the Gram matrix costs: the pairs it adds up. */
export function gramCosts(evidence: Evidence): Float64Array {
  const { baskets, basketsByItem, items } = evidence;
  const costs = new Float64Array(items);
  const pairsOf = (from: number, to: number) => {
    let pairs = 1;
    for (let h = from; h < to; h++) {
      const basket = basketsByItem.index[h]!;
      pairs += baskets.start[basket + 1]! - baskets.start[basket]!;
    }
    return pairs;
  };
  for (let item = 0; item < items; item++)
    costs[item] = pairsOf(basketsByItem.start[item]!, basketsByItem.start[item + 1]!);
  return costs;
}
