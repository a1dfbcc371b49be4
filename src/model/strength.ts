import { forEachChunk } from '../matrix/chunks.js';
import { float32s } from '../matrix/memory.js';
import type { SparseRows } from '../matrix/sparse.js';

/*
 * The strength x of an interaction: 1 for a plain one, more or less for a stronger or a weaker one, 0 for an item the user
 * had without saying anything about it (bought and returned), below 0 for a dislike.
 */

/** The strength of a dislike; a plain interaction has 1. */
export const DISLIKE = -0.5;

/** The least strength of any like, and the most of counts and of ratings. */
const LEAST = 0.25;
const MOST_OF_COUNTS = 4;
const MOST_OF_RATINGS = 2;
/** A tenfold count adds this much. */
const A_TENFOLD = 0.5;
/** The difference in strength between the two ends of a rating scale. */
export const WHOLE_SCALE = 0.8;
/** How many average ratings each user is assumed to have given besides their own. */
const PSEUDO_RATINGS = 5;

/**
 * The ratings that strengths were made of. Such strengths depend on the mean rating of a user, so to learn from a part of
 * the interactions, they have to be computed again from the means of that part.
 */
export interface Rated {
  /** By entry of the interactions; NaN where the strength was not made of a rating. */
  rating: Float32Array;
  /** Likewise, the sum of the weights of a pair's events; undefined: events have no weights. */
  weight: Float32Array | undefined;
  /** From one end of the scale to the other. */
  span: number;
  /** Everybody's mean, if these are the ratings of some users only; undefined: the mean of these. */
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
 * Multiplies the strengths of ratings by those of the summed event weights of the same pairs. If either is a dislike, so
 * is the result.
 *
 * @param weightSums by entry, as the strengths.
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

/** The strength x of each rating of users × items; 1 for NaN, no rating. @param mean everybody's, m. */
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

/** The strengths of interactions, those of ratings computed from the means of these interactions alone. */
export function rated(interactions: SparseRows, { rating, weight, span, mean }: Rated): Float32Array {
  const ratings = strengthsOfRatings({ ...interactions, value: rating }, span, mean);
  const strengths = weight ? weighted(ratings, weight) : ratings;
  return interactions.value.map((x, entry) => (Number.isNaN(rating[entry]!) ? x : strengths[entry]!));
}

function between(least: number, x: number, most: number): number {
  return Math.min(most, Math.max(least, x));
}
