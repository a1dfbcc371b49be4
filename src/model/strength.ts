import { forEachChunk } from '../matrix/chunks.js';
import { float32s } from '../matrix/memory.js';
import type { SparseRows } from '../matrix/sparse.js';

/*
 * The strength x of an interaction: 1 for a plain one, more or less for a stronger or a weaker one, 0 for an item the user
 * had without saying anything about it (bought and returned), below 0 for a dislike.
 */

/** What a dislike takes away, where a plain interaction adds 1. */
export const DISLIKE = -0.5;

/** Every like counts at least this much, and at most as much as follows. */
const LEAST = 0.25;
const MOST_OF_COUNTS = 4;
const MOST_OF_RATINGS = 2;
/** What ten times as many add. */
const A_TENFOLD = 0.5;
/** The difference between the two ends of a rating scale. */
export const WHOLE_SCALE = 0.8;
/** How many average ratings each user is assumed to have given besides their own. */
const PSEUDO_RATINGS = 5;

/**
 * What strengths were made of that are ratings. They depend on a user's mean, so whoever learns from a part of the
 * interactions has to compute them again, by the means of that part.
 */
export interface Rated {
  /** Beside the entries of the interactions; NaN where the strength was not made of a rating. */
  rating: Float32Array;
  /** Likewise, the sum of what the events of a pair weigh; undefined: they weigh nothing. */
  weight: Float32Array | undefined;
  /** From one end of the scale to the other. */
  span: number;
  /** Everybody's mean, where these are the ratings of some; undefined: the mean of these. */
  mean?: number | undefined;
}

/** x = 1 + ½ log₁₀ v for a count v > 0, from ¼ to 4; 0, had, for a sum of 0 or less. */
export function countStrength(v: number): number {
  if (v <= 0) return 0;
  return between(LEAST, 1 + (A_TENFOLD * Math.log(v)) / Math.LN10, MOST_OF_COUNTS);
}

/** The same for weights of event types, times quantities: a sum below 0 is a dislike. */
export function weightStrength(sum: number): number {
  return sum < 0 ? DISLIKE : countStrength(sum);
}

/**
 * x = 1 + 0.8 (r − m_u) / span for a rating r, from ¼ to 2.
 *
 * Users rate what they chose to have, so even a low rating says something about their taste: ratings weigh, they do not
 * exclude. (Measured: counting the lowest ones as dislikes, or not at all, found fewer of the items that people liked
 * later.)
 *
 * @param usual m_u, what this user usually gives. @param span from one end of the scale to the other; 0 on a scale of one
 * grade, where every rating says the same.
 */
export function ratingStrength(r: number, usual: number, span: number): number {
  return span > 0 ? between(LEAST, 1 + (WHOLE_SCALE * (r - usual)) / span, MOST_OF_RATINGS) : 1;
}

/** m_u = (Σ r + 5 m) / (n + 5): a user's mean rating, drawn towards everybody's, m, where they have given few. */
export function usualRating(sum: number, count: number, mean: number): number {
  return (sum + PSEUDO_RATINGS * mean) / (count + PSEUDO_RATINGS);
}

/**
 * Multiplies the strengths of ratings by those of the weights of the same pairs' events. It is a dislike if either says
 * so.
 *
 * @param weightSums beside the strengths.
 */
export function weighted(strengths: Float32Array, weightSums: Float32Array): Float32Array {
  return strengths.map((x, entry) => {
    const weight = weightStrength(weightSums[entry]!);
    return x < 0 || weight < 0 ? DISLIKE : x * weight;
  });
}

/** The mean of ratings, NaN left out; 0 where there are none. */
export function meanRating(ratings: Float32Array): number {
  const all = { sum: 0, count: 0 };
  forEachChunk(ratings.length, (from, to) => addRatings(all, ratings, from, to));
  return all.sum / Math.max(1, all.count);
}

/** x beside each rating of users × items; 1 for NaN, none. @param mean everybody's, m. */
export function strengthsOfRatings(
  { rows, start, value }: SparseRows,
  span: number,
  mean = meanRating(value),
): Float32Array {
  const strengths = float32s(value.length);
  const weigh = (from: number, to: number) => {
    const own = { sum: 0, count: 0 };
    addRatings(own, value, from, to);
    const usual = usualRating(own.sum, own.count, mean);
    for (let e = from; e < to; e++) strengths[e] = Number.isNaN(value[e]!) ? 1 : ratingStrength(value[e]!, usual, span);
  };
  for (let user = 0; user < rows; user++) weigh(start[user]!, start[user + 1]!);
  return strengths;
}

/** Adds the ratings `from` to `to` to a total, NaN left out. */
function addRatings(total: { sum: number; count: number }, ratings: Float32Array, from: number, to: number): void {
  let { sum, count } = total;
  for (let e = from; e < to; e++) {
    const rating = ratings[e]!;
    if (Number.isNaN(rating)) continue;
    sum += rating;
    count++;
  }
  total.sum = sum;
  total.count = count;
}

/** The strengths of interactions, where ratings are judged by the means of these interactions alone. */
export function rated(interactions: SparseRows, { rating, weight, span, mean }: Rated): Float32Array {
  const ratings = strengthsOfRatings({ ...interactions, value: rating }, span, mean);
  const strengths = weight ? weighted(ratings, weight) : ratings;
  return interactions.value.map((x, entry) => (Number.isNaN(rating[entry]!) ? x : strengths[entry]!));
}

function between(least: number, x: number, most: number): number {
  return Math.min(most, Math.max(least, x));
}
