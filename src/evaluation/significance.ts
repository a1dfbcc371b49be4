import { Random } from '../matrix/sampling.js';

const RESAMPLES = 1000;
const TAIL = 0.025;
const FLIPS = 10_000;
/** Up to this many differences, all combinations of their signs are enumerated: 2^13, which are fewer than FLIPS. */
const MOST_ENUMERATED = 13;
/** More users than this share batches. With 4,000 batches, the width of an interval has a relative error of about 1 in 90. */
const MOST_BATCHES = 4000;

const BOOTSTRAP_STREAM = 0xb007;
const FLIPS_STREAM = 0xf11b;
const BATCHES_STREAM = 0xb10c;

/**
 * 95 % intervals of the means of a table's columns: the percentile bootstrap over its rows (Efron, 1979), 1,000 resamples. Whole rows are
 * resampled, so all columns see the same users. The same seed gives the same intervals.
 * @returns their ends, by column; undefined for fewer than two rows, which do not show how much rows differ.
 */
export function bootstrapIntervals(columns: readonly Float64Array[], seed: number) {
  if ((columns[0]?.length ?? 0) < 2) return undefined;
  const means = resampledMeans(inBatches(columns, seed), new Random(seed, BOOTSTRAP_STREAM));
  return means.map((each) => {
    const rising = each.sort();
    return { low: quantile(rising, TAIL), high: quantile(rising, 1 - TAIL) };
  });
}

/**
 * How much better one algorithm is than another, by the differences of their users.
 *
 * The test is the paired randomisation test, two-sided (Fisher, 1935; for rankings Smucker, Allan and Carterette, 2007): if the two were
 * equally good, each user's difference could as well have had the other sign. p is the share of sign combinations whose sum is at least as
 * far from 0 as the observed one: of all combinations for up to 13 users who differ, else of 10,000 random ones and the observed one.
 * @param differences one per user. @returns their mean, the ends of its 95 % interval (undefined for fewer than two users), and how often
 * chance alone makes a difference this large or larger, in (0, 1].
 */
export function compare(differences: Float64Array, seed: number) {
  const [ends] = bootstrapIntervals([differences], seed) ?? [];
  return {
    difference: mean(differences),
    low: ends?.low,
    high: ends?.high,
    p: signFlipP(inBatches([differences], seed).sums[0]!, seed),
  };
}

/**
 * Adjusts p values for multiple comparisons: with more algorithms, one of them is more likely to differ by chance (Holm, "A simple
 * sequentially rejective multiple test procedure", Scandinavian Journal of Statistics 1979).
 */
export function adjusted(ps: readonly number[]): number[] {
  const rising = [...ps.keys()].sort((a, b) => ps[a]! - ps[b]!);
  const adjustedPs = new Array<number>(ps.length);
  let largest = 0;
  rising.forEach((at, k) => {
    largest = Math.max(largest, Math.min(1, (ps.length - k) * ps[at]!));
    adjustedPs[at] = largest;
  });
  return adjustedPs;
}

/**
 * Users in batches: entry b of a column of `sums` adds up that column over the `size[b]` users of batch b, at least one. Intervals and tests
 * are about means, so they need no more than the sums.
 *
 * Up to 4,000 users are each a batch of their own. More are distributed at random to 4,000 batches, so that intervals and tests of a
 * million users cost as much as those of 4,000. The variance of the mean of the batch means is that of the mean of the users (batch
 * means with independent users).
 */
export function inBatches(columns: readonly Float64Array[], seed: number) {
  const rows = columns[0]?.length ?? 0;
  if (rows <= MOST_BATCHES) return { sums: columns, size: new Float64Array(rows).fill(1) };
  const order = shuffled(rows, new Random(seed, BATCHES_STREAM));
  const sums = columns.map((column) => {
    const sum = new Float64Array(MOST_BATCHES);
    for (let at = 0; at < rows; at++) sum[at % MOST_BATCHES]! += column[order[at]!]!;
    return sum;
  });
  return { sums, size: Float64Array.from(sums[0]!, (_, batch) => Math.ceil((rows - batch) / MOST_BATCHES)) };
}

/** 0 to n − 1 in random order (Fisher and Yates; Durstenfeld, 1964). */
function shuffled(n: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  for (let last = n - 1; last > 0; last--) {
    const other = random.below(last + 1);
    const moved = order[last]!;
    order[last] = order[other]!;
    order[other] = moved;
  }
  return order;
}

/** By column and resample: means over as many batches as there are, drawn with replacement. */
function resampledMeans({ sums, size }: ReturnType<typeof inBatches>, random: Random): Float64Array[] {
  const means = sums.map(() => new Float64Array(RESAMPLES));
  const drawn = new Uint32Array(size.length);
  for (let resample = 0; resample < RESAMPLES; resample++) {
    let rows = 0;
    for (let draw = 0; draw < drawn.length; draw++) {
      drawn[draw] = random.below(drawn.length);
      rows += size[drawn[draw]!]!;
    }
    sums.forEach((column, c) => {
      let total = 0;
      for (let draw = 0; draw < drawn.length; draw++) total += column[drawn[draw]!]!;
      means[c]![resample] = total / rows;
    });
  }
  return means;
}

/** Interpolates between the two nearest values (Hyndman and Fan's seventh definition). @param share in [0, 1]. */
function quantile(rising: Float64Array, share: number): number {
  const place = share * (rising.length - 1);
  const below = Math.floor(place);
  const value = rising[below]!;
  const next = rising[Math.min(below + 1, rising.length - 1)]!;
  return value + (place - below) * (next - value);
}

function signFlipP(values: Float64Array, seed: number): number {
  const differences = values.filter((value) => value !== 0);
  const n = differences.length;
  const observed = sum(differences);
  // Sums in another order differ by rounding errors: those count as equally large.
  const least = Math.abs(observed) - 1e-9 * sum(differences.map(Math.abs));
  const isAsLarge = (kept: number) => Math.abs(2 * kept - observed) >= least;
  if (n <= MOST_ENUMERATED) {
    let asLarge = 0;
    for (let signs = 0; signs < 2 ** n; signs++) if (isAsLarge(sumWhere(differences, 0, signs))) asLarge++;
    return asLarge / 2 ** n;
  }
  const random = new Random(seed, FLIPS_STREAM);
  let asLarge = 1;
  for (let flip = 0; flip < FLIPS; flip++) {
    let kept = 0;
    for (let from = 0; from < n; from += 32) kept += sumWhere(differences, from, random.next());
    // The others have their signs flipped: the sum is kept − (observed − kept).
    if (isAsLarge(kept)) asLarge++;
  }
  return asLarge / (FLIPS + 1);
}

/** The sum of those of up to 32 values, from a position on, whose bit is set. */
function sumWhere(values: Float64Array, from: number, bits: number): number {
  const count = Math.min(32, values.length - from);
  let total = 0;
  for (let i = 0; i < count; i++) total += values[from + i]! * ((bits >>> i) & 1);
  return total;
}

/** NaN without values. */
export function mean(values: Float64Array): number {
  return sum(values) / values.length;
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
