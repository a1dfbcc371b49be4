import type { SparseRows } from '../matrix/sparse.js';
import type { EvidenceFacts } from './evidence.js';
import type { RowFacts } from './scales.js';
import { inversePower, type Settings } from './settings.js';
import type { SignalCounts } from './signals.js';

/** Statistics by item that normalising their rows needs; complete once all rows are learned. */
export interface ItemStatistics extends EvidenceFacts {
  /** P_i of each item's row. */
  precision: Float64Array;
}

export function statisticsOf(facts: EvidenceFacts, precision: Float64Array): ItemStatistics {
  const { popularity, trend, degree, trust } = facts;
  return { popularity, trend, degree, precision, trust };
}

/**
 * Normalises the rows of items, in place, by what depends on their targets:
 *
 *     W_ij = (row_ij · d_j^(a/2 − b) / P_j)^p
 *
 * Before a power other than 1, all weights are divided by the largest one, or a power of 10 would end at 0 or at
 * infinity in single floats; the scales, which bring all rows to one measure, cancel that factor.
 *
 * Only b and p enter here, and β and τ in the scales: tuning tries many of them on the same learned rows.
 *
 * @param parts signals × items as they were learned; part k begins with signal `from[k]`.
 */
export function normaliseRows(
  parts: readonly SparseRows[],
  from: readonly number[],
  counts: SignalCounts,
  statistics: ItemStatistics,
  settings: Settings,
): RowFacts {
  const factor = targetFactors(statistics, settings);
  const facts: RowFacts = { sum: new Float64Array(counts.items), largest: new Float64Array(counts.items) };
  const itemRows = (k: number) => Math.min(parts[k]!.rows, Math.max(0, counts.items - from[k]!));
  if (settings.power !== 1) {
    const largest = parts.reduce((most, part, k) => Math.max(most, largestWeight(part, itemRows(k), factor)), 0);
    // If all weights are 0 there is nothing to divide.
    if (largest > 0) for (let item = 0; item < factor.length; item++) factor[item]! /= largest;
  }
  parts.forEach((part, k) => {
    for (let row = 0; row < itemRows(k); row++) normaliseRow(part, row, from[k]! + row, factor, settings.power, facts);
  });
  return facts;
}

/** The largest size of a weight in the first rows. */
function largestWeight({ start, index, value }: SparseRows, rows: number, factor: Float64Array): number {
  let largest = 0;
  for (let e = 0; e < start[rows]!; e++) largest = Math.max(largest, Math.abs(value[e]! * factor[index[e]!]!));
  return largest;
}

function normaliseRow(
  { start, index, value }: SparseRows,
  row: number,
  item: number,
  factor: Float64Array,
  power: number,
  facts: RowFacts,
): void {
  let sum = 0;
  let largest = 0;
  for (let e = start[row]!; e < start[row + 1]!; e++) {
    const raw = value[e]! * factor[index[e]!]!;
    value[e] = power === 1 ? raw : signedPower(raw, power);
    const weight = value[e]!;
    sum += weight;
    if (weight > largest) largest = weight;
  }
  facts.sum[item] = sum;
  facts.largest[item] = largest;
}

/** d_j^(a/2 − b) / P_j; 1 for an item without evidence, which no row reaches. Jaccard's coefficient is left as it is. */
function targetFactors({ degree, precision }: ItemStatistics, settings: Settings): Float64Array {
  if (settings.method === 'jaccard') return new Float64Array(degree.length).fill(1);
  const exponent = settings.targetDamping - settings.sourceDamping / 2;
  return degree.map((d, item) => (d > 0 ? inversePower(d, exponent) / precision[item]! : 1));
}

/** |x|^p with the sign of x; only exact EASE has weights below 0. */
function signedPower(x: number, p: number): number {
  if (x === 0) return 0;
  return x > 0 ? Math.exp(p * Math.log(x)) : -Math.exp(p * Math.log(-x));
}
