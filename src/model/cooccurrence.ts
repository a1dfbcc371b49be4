import type { Evidence } from './evidence.js';
import type { RowWriter } from './rows.js';
import { inversePower, type Settings } from './settings.js';
import { TopN } from './top-n.js';

/**
 * The rows of items: what else the holders of an item hold.
 *
 *     G_ij = Σ over baskets with i and j   w_basket · x_i · x_j        (user-weighted Gram matrix)
 *     row i keeps the K targets with the largest G_ij / d_j^s          (per source: a popular target may have many)
 *     W_ij = G_ij / (d_i^a · d_j^b)                                    (normalised co-occurrence)
 *
 * a = b = ½, c = 0 is the cosine of item-based collaborative filtering (Deshpande and Karypis, "Item-based top-N
 * recommendation algorithms", TOIS 2004); c = 1 is the random walk of RP3beta (Paudel et al., TiiS 2016).
 */
export class CooccurrenceRows {
  readonly #evidence: Evidence;
  readonly #settings: Settings;
  /** One cell an item; between rows all are 0. */
  readonly #gram: Float64Array;
  readonly #touched: Uint32Array;
  readonly #candidateFactor: Float64Array;
  readonly #targetFactor: Float64Array;
  readonly #best: TopN;

  constructor(evidence: Evidence, settings: Settings) {
    const { items, degree } = evidence;
    const power = (p: number) => degree.map((d) => (d > 0 ? inversePower(d, p) : 0));
    this.#evidence = evidence;
    this.#settings = settings;
    this.#gram = new Float64Array(items);
    this.#touched = new Uint32Array(items);
    this.#candidateFactor = power(settings.candidateDamping);
    this.#targetFactor = power(settings.targetDamping);
    this.#best = new TopN(Math.min(settings.neighbors, items));
  }

  /** Writes the row of item `source`: targets by item index, none where nothing is held together with it. */
  write(source: number, out: RowWriter): void {
    const { baskets, holders, basketWeight, offered, degree } = this.#evidence;
    const gram = this.#gram;
    const touched = this.#touched;
    let count = 0;
    for (let h = holders.start[source]!; h < holders.start[source + 1]!; h++) {
      const basket = holders.index[h]!;
      const weight = basketWeight[basket]! * holders.value[h]!;
      for (let e = baskets.start[basket]!, end = baskets.start[basket + 1]!; e < end; e++) {
        const item = baskets.index[e]!;
        const before = gram[item]!;
        if (before === 0) touched[count++] = item;
        gram[item] = before + weight * baskets.value[e]!;
      }
    }
    const best = this.#best;
    for (let t = 0; t < count; t++) {
      const item = touched[t]!;
      if (item !== source && offered[item] === 1) best.offer(item, gram[item]! * this.#candidateFactor[item]!);
    }
    const sourceFactor = count > 0 ? inversePower(degree[source]!, this.#settings.sourceDamping) : 0;
    for (const item of best.drain().sort()) out.add(item, gram[item]! * sourceFactor * this.#targetFactor[item]!);
    for (let t = 0; t < count; t++) gram[touched[t]!] = 0;
  }
}

/** What each item's row costs to learn: the pairs it adds up. */
export function cooccurrenceCosts(evidence: Evidence): Float64Array {
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
