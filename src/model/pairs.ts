import type { Evidence } from './evidence.js';

/** The cells of a row of the Gram matrix that are not 0, its diagonal left out; good until the next row. */
export interface GramRow {
  cells: number;
  /** By cell: the rank of the other item. */
  rank: Uint32Array;
  /** By cell: G_ij. */
  value: Float64Array;
}

/** Adds up rows of the Gram matrix. Each cell is a sum in the order of the baskets, whoever adds it up. */
export interface Pairs {
  row(source: number): GramRow;
}

/** Makes the one that adds pairs up. @param rank by item, as the rows are to name them. */
export type PairsOf = (evidence: Evidence, rank: Uint32Array) => Pairs;

/** The baskets that hold an item, as stretches of their entries. */
export interface Stretches {
  count: number;
  from: Uint32Array;
  to: Uint32Array;
  /** w_basket · x of the item. */
  weight: Float64Array;
}

/** Room for the stretches of any item. */
export function roomForStretches({ holders }: Evidence): number {
  let most = 0;
  for (let item = 0; item < holders.rows; item++)
    most = Math.max(most, holders.start[item + 1]! - holders.start[item]!);
  return most;
}

/** Which baskets hold an item, and how their entries lie. */
export interface Holding {
  holders: Evidence['holders'];
  basketWeight: Float64Array;
  baskets: { start: Uint32Array };
}

/**
 * Fills in the stretches of `source`.
 * @returns how many pairs they have.
 */
export function fillStretches(
  stretches: Stretches,
  { baskets, holders, basketWeight }: Holding,
  source: number,
): number {
  const { from, to, weight } = stretches;
  let count = 0;
  let pairs = 0;
  for (let h = holders.start[source]!, end = holders.start[source + 1]!; h < end; h++) {
    const basket = holders.index[h]!;
    from[count] = baskets.start[basket]!;
    to[count] = baskets.start[basket + 1]!;
    pairs += to[count]! - from[count]!;
    weight[count++] = basketWeight[basket]! * holders.value[h]!;
  }
  stretches.count = count;
  return pairs;
}

/** True where a row of so many pairs is better collected from where something was added than from all items. */
export function isThin(pairs: number, items: number): boolean {
  return 2 * pairs < items;
}

/** True where every pair counts 1, so that sums are whole numbers: the cosine of plain sets. */
export function areCounts({ baskets, basketWeight }: Evidence): boolean {
  for (let basket = 0; basket < baskets.rows; basket++) {
    if (baskets.start[basket] !== baskets.start[basket + 1] && basketWeight[basket] !== 1) return false;
  }
  for (let e = 0; e < baskets.value.length; e++) if (baskets.value[e] !== 1) return false;
  return true;
}

/**
 * Pairs added up in plain typed arrays. `CompiledPairs` does the same faster; this one says what is meant, and works
 * where the compiled one has no room.
 */
export class PlainPairs implements Pairs {
  readonly #evidence: Evidence;
  readonly #rank: Uint32Array;
  /** By entry of the baskets: the rank of its item. */
  readonly #place: Uint32Array;
  readonly #stretches: Stretches;
  /** By rank; between rows all are 0. */
  readonly #sum: Float64Array;
  readonly #row: GramRow;

  constructor(evidence: Evidence, rank: Uint32Array) {
    const { baskets, items } = evidence;
    this.#evidence = evidence;
    this.#rank = rank;
    this.#place = new Uint32Array(baskets.index.length);
    for (let e = 0; e < this.#place.length; e++) this.#place[e] = rank[baskets.index[e]!]!;
    const most = roomForStretches(evidence);
    this.#stretches = {
      count: 0,
      from: new Uint32Array(most),
      to: new Uint32Array(most),
      weight: new Float64Array(most),
    };
    this.#sum = new Float64Array(items);
    // A cell more than there can be: the last one written may be one that is not kept.
    this.#row = { cells: 0, rank: new Uint32Array(items + 1), value: new Float64Array(items + 1) };
  }

  row(source: number): GramRow {
    const pairs = fillStretches(this.#stretches, this.#evidence, source);
    this.#addUp();
    this.#sum[this.#rank[source]!] = 0;
    this.#row.cells = isThin(pairs, this.#sum.length) ? this.#collectTouched() : this.#collectAll();
    return this.#row;
  }

  #addUp(): void {
    const sum = this.#sum;
    const place = this.#place;
    const { value } = this.#evidence.baskets;
    const { count, from, to, weight } = this.#stretches;
    for (let h = 0; h < count; h++) {
      const own = weight[h]!;
      for (let e = from[h]!, end = to[h]!; e < end; e++) sum[place[e]!]! += own * value[e]!;
    }
  }

  #collectAll(): number {
    const { rank, value } = this.#row;
    const sum = this.#sum;
    let filled = 0;
    for (let r = 0; r < sum.length; r++) {
      const total = sum[r]!;
      rank[filled] = r;
      value[filled] = total;
      if (total !== 0) filled++;
      sum[r] = 0;
    }
    return filled;
  }

  #collectTouched(): number {
    const { rank, value } = this.#row;
    const sum = this.#sum;
    const place = this.#place;
    const { count, from, to } = this.#stretches;
    let filled = 0;
    for (let h = 0; h < count; h++) {
      for (let e = from[h]!, end = to[h]!; e < end; e++) {
        const r = place[e]!;
        const total = sum[r]!;
        rank[filled] = r;
        value[filled] = total;
        if (total !== 0) filled++;
        sum[r] = 0;
      }
    }
    return filled;
  }
}
