import type { Cells, Segments, Sums, SumsOf } from '../kernels/sums.js';
import { everyChunk } from '../matrix/chunks.js';
import { longestRow, type SparseRows } from '../matrix/sparse.js';
import type { Evidence } from './evidence.js';

/**
 * The rows of the user-weighted Gram matrix,  G_ij = Σ over baskets with i and j   w_basket · x_i · x_j,  without their
 * diagonal: the baskets that hold an item, added up.
 */
export class Pairs {
  readonly #basketsByItem: SparseRows;
  readonly #basketWeight: Float64Array;
  readonly #basketStart: Uint32Array;
  readonly #rank: Uint32Array;
  readonly #sums: Sums;

  /** @param rank by item: what the columns are to be called. */
  constructor(evidence: Evidence, rank: Uint32Array, sumsOf: SumsOf) {
    const { baskets, basketsByItem, basketWeight, items } = evidence;
    this.#basketsByItem = basketsByItem;
    this.#basketWeight = basketWeight;
    // Of the baskets no more than where they begin is kept: the sums have a copy of their entries.
    this.#basketStart = baskets.start;
    this.#rank = rank;
    const entries = { columns: items, parts: [baskets], names: rank, areCounts: areCounts(evidence) };
    this.#sums = sumsOf(entries, longestRow(basketsByItem));
  }

  /** The row of item `source`, columns by rank. */
  row(source: number): Cells {
    this.#ask(source, this.#sums.segments);
    return this.#sums.addUp(this.#rank[source]!);
  }

  #ask(source: number, segments: Segments): void {
    const { from, to, weight } = segments;
    const { start, index, value } = this.#basketsByItem;
    const basketStart = this.#basketStart;
    let count = 0;
    for (let h = start[source]!, end = start[source + 1]!; h < end; h++) {
      const basket = index[h]!;
      from[count] = basketStart[basket]!;
      to[count] = basketStart[basket + 1]!;
      weight[count++] = this.#basketWeight[basket]! * value[h]!;
    }
    segments.count = count;
  }
}

/** True where every pair counts 1, so that sums are whole numbers: the cosine of plain sets. */
export function areCounts({ baskets, basketWeight }: Evidence): boolean {
  for (let basket = 0; basket < baskets.rows; basket++) {
    if (baskets.start[basket] !== baskets.start[basket + 1] && basketWeight[basket] !== 1) return false;
  }
  return everyChunk(baskets.value.length, (from, to) => {
    for (let e = from; e < to; e++) if (baskets.value[e] !== 1) return false;
    return true;
  });
}
