import type { Evidence } from './evidence.js';
import type { RowWriter } from './rows.js';
import { inversePower, type Settings } from './settings.js';
import { TopN } from './top-n.js';

/** One row of the Gram matrix: which items it touches, and a value for each item. Good until the next row. */
export interface GramRow {
  items: Uint32Array;
  value: Float64Array;
}

/**
 * The user-weighted Gram matrix, row by row:  G_ij = Σ over baskets with i and j   w_basket · x_i · x_j.
 * One accumulator, of which only what was touched is cleared.
 */
export class GramMatrix {
  readonly #evidence: Evidence;
  /** One cell an item; between rows all are 0. */
  readonly #sum: Float64Array;
  readonly #touched: Uint32Array;
  #count = 0;

  constructor(evidence: Evidence) {
    this.#evidence = evidence;
    this.#sum = new Float64Array(evidence.items);
    this.#touched = new Uint32Array(evidence.items);
  }

  row(source: number): GramRow {
    const { baskets, holders, basketWeight } = this.#evidence;
    const sum = this.#sum;
    const touched = this.#touched;
    for (let t = 0; t < this.#count; t++) sum[touched[t]!] = 0;
    let count = 0;
    for (let h = holders.start[source]!; h < holders.start[source + 1]!; h++) {
      const basket = holders.index[h]!;
      const weight = basketWeight[basket]! * holders.value[h]!;
      for (let e = baskets.start[basket]!, end = baskets.start[basket + 1]!; e < end; e++) {
        const item = baskets.index[e]!;
        const before = sum[item]!;
        if (before === 0) touched[count++] = item;
        sum[item] = before + weight * baskets.value[e]!;
      }
    }
    this.#count = count;
    return { items: touched.subarray(0, count), value: sum };
  }
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
  readonly #evidence: Evidence;
  readonly #gram: GramMatrix;
  readonly #candidateFactor: Float64Array;
  readonly #rank: Uint32Array;
  readonly #candidates: TopN;
  readonly #pairs: TopN;

  constructor(evidence: Evidence, settings: Settings) {
    const { items } = evidence;
    this.#evidence = evidence;
    this.#gram = new GramMatrix(evidence);
    this.#candidateFactor = dampedDegrees(evidence, settings.candidateDamping);
    this.#rank = evidenceRanks(evidence);
    this.#candidates = new TopN(Math.min(settings.neighbors, items));
    const pairs = Math.max(FEWEST_PAIRS, Math.min(MOST_PAIRS, Math.floor(PAIRS_IN_ALL / items)));
    this.#pairs = new TopN(Math.min(pairs, items));
  }

  /** Writes what is kept of the row of item `source`, by item index. */
  write(source: number, candidates: RowWriter, pairs: RowWriter): void {
    const { offered } = this.#evidence;
    const { items, value } = this.#gram.row(source);
    const factor = this.#candidateFactor;
    const rank = this.#rank;
    const own = rank[source]!;
    for (let t = 0; t < items.length; t++) {
      const item = items[t]!;
      if (item === source || offered[item] === 0) continue;
      const key = value[item]! * factor[item]!;
      this.#candidates.offer(item, key);
      if (rank[item]! < own) this.#pairs.offer(item, key);
    }
    for (const item of this.#candidates.drain().sort()) candidates.add(item, value[item]!);
    for (const item of this.#pairs.drain().sort()) pairs.add(item, value[item]!);
  }
}

/** By item: its place among all, most evidence first, then by index. */
export function evidenceRanks({ degree }: Evidence): Uint32Array {
  const order = Uint32Array.from(degree.keys()).sort((a, b) => degree[b]! - degree[a]! || a - b);
  const rank = new Uint32Array(degree.length);
  order.forEach((item, place) => {
    rank[item] = place;
  });
  return rank;
}

/** d_j^(-p) by item; 0 for an item without evidence, which no row can reach. */
export function dampedDegrees({ degree }: Evidence, p: number): Float64Array {
  return degree.map((d) => (d > 0 ? inversePower(d, p) : 0));
}

/** What each item's row of the Gram matrix costs: the pairs it adds up. */
export function gramCosts(evidence: Evidence): Float64Array {
  const { baskets, holders, items } = evidence;
  const costs = new Float64Array(items);
  for (let item = 0; item < items; item++) {
    let pairs = 1;
    for (let h = holders.start[item]!; h < holders.start[item + 1]!; h++) {
      const basket = holders.index[h]!;
      pairs += baskets.start[basket + 1]! - baskets.start[basket]!;
    }
    costs[item] = pairs;
  }
  return costs;
}
