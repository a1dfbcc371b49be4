import { Random } from '../matrix/sampling.js';
import { inBlocks } from './blocks.js';
import { bootstrapIntervals } from './bootstrap.js';

/** How much better the first is than the second, over the same users. */
export interface Comparison {
  /** The mean of a − b. */
  difference: number;
  /** The ends of its 95 % interval, undefined for fewer than two users. */
  low: number | undefined;
  high: number | undefined;
  /** How often chance alone makes a difference this large or larger, in (0, 1]. */
  p: number;
}

const FLIPS = 10_000;
/** Up to this many differences all ways to sign them are looked at, fewer than there would be flips. */
const MOST_ENUMERATED = 13;
const FLIPS_STREAM = 0xf11b;

/**
 * Compares two numbers of every user, by their differences.
 *
 * The test is the paired randomisation test, two-sided (Fisher, 1935; for rankings Smucker, Allan and Carterette,
 * 2007): were the two alike, each user's difference could as well have had the other sign. p is the share of ways to
 * sign them whose sum is as far from 0 as the one seen, or farther: of all ways for up to 13 users who differ, else of
 * 10,000 drawn ones and the one seen.
 *
 * @param a,b equally long, one number a user.
 */
export function compare(a: Float64Array, b: Float64Array, seed: number): Comparison {
  const values = a.map((value, user) => value - b[user]!);
  const table = { rows: values.length, columns: 1, values };
  const ends = bootstrapIntervals(table, seed);
  return {
    difference: values.reduce((sum, value) => sum + value, 0) / values.length,
    low: ends?.low[0],
    high: ends?.high[0],
    p: signFlipP(inBlocks(table, seed).sums.values, seed),
  };
}

function signFlipP(values: Float64Array, seed: number): number {
  const differences = values.filter((value) => value !== 0);
  const n = differences.length;
  const seen = differences.reduce((sum, value) => sum + value, 0);
  const largest = differences.reduce((sum, value) => sum + Math.abs(value), 0);
  // Sums in another order differ by rounding: those are as large.
  const least = Math.abs(seen) - 1e-9 * largest;
  if (n <= MOST_ENUMERATED) {
    let asLarge = 0;
    for (let signs = 0; signs < 2 ** n; signs++) {
      if (Math.abs(2 * sumWhere(differences, 0, signs) - seen) >= least) asLarge++;
    }
    return asLarge / 2 ** n;
  }
  const chance = new Random(seed, FLIPS_STREAM);
  let asLarge = 1;
  for (let flip = 0; flip < FLIPS; flip++) {
    let kept = 0;
    for (let from = 0; from < n; from += 32) kept += sumWhere(differences, from, chance.next());
    // Flipped are those that are not kept: kept − (seen − kept).
    if (Math.abs(2 * kept - seen) >= least) asLarge++;
  }
  return asLarge / (FLIPS + 1);
}

/** The sum of the values from a place on, 32 at most, whose bit is set. */
function sumWhere(values: Float64Array, from: number, bits: number): number {
  const count = Math.min(32, values.length - from);
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[from + i]! * ((bits >>> i) & 1);
  return sum;
}
