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

/** More entries of a row than candidates are kept, so that candidates know one another; more than this gained nothing. */
const KEPT_BESIDE_CANDIDATES = 100;

/**
 * Rows of the Gram matrix cut to their strongest entries by G_ij / d_j^s, for the ridge to take its sub-matrices from.
 * Items that are not offered are left out: they are no candidates.
 */
export class GramRows {
  readonly #evidence: Evidence;
  readonly #gram: GramMatrix;
  readonly #candidateFactor: Float64Array;
  readonly #best: TopN;

  constructor(evidence: Evidence, settings: Settings) {
    this.#evidence = evidence;
    this.#gram = new GramMatrix(evidence);
    this.#candidateFactor = dampedDegrees(evidence, settings.candidateDamping);
    this.#best = new TopN(Math.min(settings.neighbors + KEPT_BESIDE_CANDIDATES, evidence.items));
  }

  /** Writes the row of item `source`, by item index. */
  write(source: number, out: RowWriter): void {
    const { offered } = this.#evidence;
    const { items, value } = this.#gram.row(source);
    for (const item of items) {
      if (item !== source && offered[item] === 1) this.#best.offer(item, value[item]! * this.#candidateFactor[item]!);
    }
    for (const item of this.#best.drain().sort()) out.add(item, value[item]!);
  }
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
