import type { Counts } from '../../kernels/counts.js';
import type { Kernel } from '../../kernels/kernel.js';
import type { SumsOf } from '../../kernels/sums.js';
import { everyChunk } from '../../matrix/chunks.js';
import { float32s, release, uint32s } from '../../matrix/memory.js';
import { longestRow, rowLength, type SparseRows, type SparseVector, startsOf } from '../../matrix/sparse.js';
import type { Evidence } from '../evidence.js';
import { inversePower } from '../settings.js';

/**
 * The rows of the user-weighted Gram matrix,  G_ij = Σ over baskets with i and j   w_basket · x_i · x_j,  without their
 * diagonal: the baskets that hold an item, added up.
 *
 * @param candidateFactor by rank, as `candidateFactors` gives it. @param chosen the most columns that are chosen of a row.
 */
export function gramMatrix(
  evidence: Evidence,
  { rank, item }: Ranks,
  { countsOf, sumsOf }: Pick<Kernel, 'countsOf' | 'sumsOf'>,
  candidateFactor: Float64Array = new Float64Array(0),
  chosen = 0,
) {
  const rows = areCounts(evidence)
    ? countsOf(evidence.basketsByItem, rank, chosen)
    : weightedRows(evidence, rank, sumsOf, chosen);
  if (chosen > 0) {
    rows.choosing.factor.set(candidateFactor);
    rows.choosing.itemOf.set(item);
  }
  return rows;
}

/** The rows if pairs have weights: what `Counts` are if every pair counts 1. */
function weightedRows(
  { basketsByItem, basketWeight, items }: Evidence,
  rank: Uint32Array,
  sumsOf: SumsOf,
  chosen: number,
): Counts {
  const { start, index, value } = basketsByItem;
  const baskets = basketEntries(basketsByItem, rank);
  const basketStart = baskets.start;
  const sums = sumsOf({ columns: items, parts: [baskets] }, longestRow(basketsByItem), { chosen });
  // The sums have a copy of the entries.
  release(baskets.index);
  release(baskets.value);
  const rows: Counts = {
    row(source: number): SparseVector {
      const { segments } = sums;
      const { from, to, weight } = segments;
      let count = 0;
      for (let h = start[source]!, end = start[source + 1]!; h < end; h++) {
        const basket = index[h]!;
        from[count] = basketStart[basket]!;
        to[count] = basketStart[basket + 1]!;
        weight[count++] = basketWeight[basket]! * value[h]!;
      }
      segments.count = count;
      return sums.addUp(rank[source]!);
    },

    choosing: sums.choosing,
    choose: sums.choose,

    largest(source, most) {
      rows.row(source);
      return sums.choose(most, items);
    },
  };
  return rows;
}

/** The entries of the baskets, by basket, with ranks for items. */
function basketEntries({ rows, columns, start, index, value }: SparseRows, rank: Uint32Array) {
  const basketStart = startsOf(index, index.length, columns);
  const next = basketStart.slice(0, columns);
  const ranks = uint32s(index.length);
  const values = float32s(index.length);
  const move = (own: number, from: number, to: number) => {
    for (let h = from; h < to; h++) {
      const at = next[index[h]!]!++;
      ranks[at] = own;
      values[at] = value[h]!;
    }
  };
  for (let item = 0; item < rows; item++) move(rank[item]!, start[item]!, start[item + 1]!);
  return { start: basketStart, index: ranks, value: values };
}

/** Whether every pair counts 1, so that sums are whole numbers: the cosine of plain sets. */
export function areCounts({ basketsByItem: { value }, basketWeight }: Evidence): boolean {
  // An empty basket weighs nothing.
  if (!basketWeight.every((weight) => weight === 1 || weight === 0)) return false;
  return everyChunk(value.length, (from, to) => {
    for (let e = from; e < to; e++) if (value[e] !== 1) return false;
    return true;
  });
}

/** The order of items in rows of the Gram matrix: most evidence first, then by index. */
export interface Ranks {
  /** By item. */
  rank: Uint32Array;
  /** By rank. */
  item: Uint32Array;
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

/** By rank: the factor of a value of G when candidates are chosen, d_j^(-s); 0 if the item is not offered. */
export function candidateFactors(evidence: Evidence, { item }: Ranks, s: number): Float64Array {
  const factor = dampedDegrees(evidence, s);
  return Float64Array.from(item, (at) => (evidence.offered[at] === 1 ? factor[at]! : 0));
}

/** What each item's row of the Gram matrix costs: the pairs it adds up. */
export function gramCosts({ baskets, basketsByItem, items }: Evidence): Float64Array {
  const costs = new Float64Array(items);
  const pairsOf = (from: number, to: number) => {
    let pairs = 1;
    for (let h = from; h < to; h++) pairs += rowLength(baskets, basketsByItem.index[h]!);
    return pairs;
  };
  for (let item = 0; item < items; item++)
    costs[item] = pairsOf(basketsByItem.start[item]!, basketsByItem.start[item + 1]!);
  return costs;
}
