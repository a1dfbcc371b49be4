import { Random } from '../matrix/sampling.js';
import { type Blocks, inBlocks } from './blocks.js';
import type { Table } from './tables.js';

/** The ends of 95 % intervals, by column of a table. */
export interface Intervals {
  low: Float64Array;
  high: Float64Array;
}

const RESAMPLES = 1000;
const TAIL = 0.025;
const BOOTSTRAP_STREAM = 0xb007;

/**
 * 95 % intervals of the means of a table's columns: the percentile bootstrap over its rows (Efron, 1979), 1,000
 * resamples. Resampled are whole rows, so columns stay in step, and one seed gives one answer.
 *
 * @returns undefined for fewer than two rows, which say nothing of how rows differ.
 */
export function bootstrapIntervals(table: Table, seed: number): Intervals | undefined {
  if (table.rows < 2) return undefined;
  const means = resampledMeans(inBlocks(table, seed), new Random(seed, BOOTSTRAP_STREAM));
  const low = new Float64Array(table.columns);
  const high = new Float64Array(table.columns);
  for (let c = 0; c < table.columns; c++) {
    const rising = Float64Array.from({ length: RESAMPLES }, (_, r) => means[r * table.columns + c]!).sort();
    low[c] = quantile(rising, TAIL);
    high[c] = quantile(rising, 1 - TAIL);
  }
  return { low, high };
}

/** resamples × columns: means over as many blocks as there are, drawn with replacement. */
function resampledMeans({ sums, size }: Blocks, chance: Random): Float64Array {
  const { rows, columns, values } = sums;
  const means = new Float64Array(RESAMPLES * columns);
  const total = new Float64Array(columns);
  for (let resample = 0; resample < RESAMPLES; resample++) {
    total.fill(0);
    let drawn = 0;
    for (let draw = 0; draw < rows; draw++) {
      const block = chance.below(rows);
      drawn += size[block]!;
      for (let c = 0, at = block * columns; c < columns; c++, at++) total[c]! += values[at]!;
    }
    for (let c = 0; c < columns; c++) means[resample * columns + c] = total[c]! / drawn;
  }
  return means;
}

/** Between the two values next to the place, in proportion (Hyndman and Fan's seventh). @param share in [0, 1]. */
function quantile(rising: Float64Array, share: number): number {
  const place = share * (rising.length - 1);
  const below = Math.floor(place);
  const value = rising[below]!;
  const next = rising[Math.min(below + 1, rising.length - 1)]!;
  return value + (place - below) * (next - value);
}
