import { forEachChunk } from '../matrix/chunks.js';
import { float32s } from '../matrix/memory.js';
import type { SparseRows } from '../matrix/sparse.js';

/*
 * What values say of their users' tastes: x = 1 a plain interaction, more or less for a stronger or a weaker one, 0 had
 * without saying anything (bought and returned), below 0 a dislike.
 */

/** What a dislike takes away, beside the 1 that a plain interaction adds. */
export const DISLIKE = -0.5;

/** However little a row says, it says this much of a taste, and however much, no more than that. */
const LEAST = 0.25;
const MOST_OF_COUNTS = 4;
const MOST_OF_RATINGS = 2;
/** What ten times as many add. */
const A_TENFOLD = 0.5;
/** What the way from one end of a scale to the other adds. */
export const WHOLE_SCALE = 0.8;
/** Ratings of the average user that each user is believed to have given, beside their own. */
const PSEUDO_RATINGS = 5;

/**
 * What strengths were made of that are ratings. A user's mean enters them: who is to learn from a part of the interactions alone
 * has to take it of that part.
 */
export interface Rated {
  /** Beside the entries of the interactions; NaN where it is no rating that made the strength. */
  rating: Float32Array;
  /** Likewise, the sum of what the events of a pair weigh; undefined: they weigh nothing. */
  weight: Float32Array | undefined;
  /** From one end of the scale to the other. */
  span: number;
}

/** x = 1 + ½ log₁₀ v for a count v > 0, from ¼ to 4; a sum of 0 or less was had, and says nothing. */
export function countStrength(v: number): number {
  if (v <= 0) return 0;
  return between(LEAST, 1 + (A_TENFOLD * Math.log(v)) / Math.LN10, MOST_OF_COUNTS);
}

/** The same for weights of types of events, and quantities times them: a sum below 0 is a dislike. */
export function weightStrength(sum: number): number {
  return sum < 0 ? DISLIKE : countStrength(sum);
}

/**
 * x = 1 + 0.8 (r − m_u) / span for a rating r, from ¼ to 2.
 *
 * UsersFile rate what they chose to have, so that even a low rating says something of their taste: ratings weigh, they do
 * not exclude. (Measured: to count the lowest ones as dislikes, or not at all, found fewer of the items that people
 * liked later.)
 *
 * @param usual m_u, what this user usually gives. @param span from one end of the scale to the other; on a scale of one
 * grade, 0, every rating says the same.
 */
export function ratingStrength(r: number, usual: number, span: number): number {
  return span > 0 ? between(LEAST, 1 + (WHOLE_SCALE * (r - usual)) / span, MOST_OF_RATINGS) : 1;
}

/** m_u = (Σ r + 5 m) / (n + 5): a user's mean rating, drawn towards everybody's, m, where they have given few. */
export function usualRating(sum: number, count: number, mean: number): number {
  return (sum + PSEUDO_RATINGS * mean) / (count + PSEUDO_RATINGS);
}

/**
 * Ratings of what also happened: each x times what the weights of its pair's events come to. A dislike is one whichever
 * of the two says so.
 *
 * @param weightSums beside the strengths.
 */
export function weighted(strengths: Float32Array, weightSums: Float32Array): Float32Array {
  return strengths.map((x, entry) => {
    const weight = weightStrength(weightSums[entry]!);
    return x < 0 || weight < 0 ? DISLIKE : x * weight;
  });
}

/** x beside each rating of users × items; 1 for NaN, none. */
export function strengthsOfRatings(ratings: SparseRows, span: number): Float32Array {
  const { rows, start, value } = ratings;
  const all: Known = { sum: 0, count: 0 };
  forEachChunk(value.length, (from, to) => addKnown(all, value, from, to));
  const mean = all.sum / Math.max(1, all.count);
  const strengths = float32s(value.length);
  const weigh = (from: number, to: number, usual: number) => {
    for (let e = from; e < to; e++) strengths[e] = Number.isNaN(value[e]!) ? 1 : ratingStrength(value[e]!, usual, span);
  };
  for (let user = 0; user < rows; user++) {
    const from = start[user]!;
    const to = start[user + 1]!;
    const own: Known = { sum: 0, count: 0 };
    addKnown(own, value, from, to);
    weigh(from, to, usualRating(own.sum, own.count, mean));
  }
  return strengths;
}

/** The strengths of interactions, those that are ratings by the means of these interactions alone. */
export function rated(interactions: SparseRows, { rating, weight, span }: Rated): Float32Array {
  const ratings = strengthsOfRatings({ ...interactions, value: rating }, span);
  const strengths = weight ? weighted(ratings, weight) : ratings;
  return interactions.value.map((x, entry) => (Number.isNaN(rating[entry]!) ? x : strengths[entry]!));
}

interface Known {
  sum: number;
  count: number;
}

/** Adds those of the values `from` to `to` that are numbers, one after the other. */
function addKnown(known: Known, values: Float32Array, from: number, to: number): void {
  let { sum, count } = known;
  for (let e = from; e < to; e++) {
    const value = values[e]!;
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  known.sum = sum;
  known.count = count;
}

function between(least: number, x: number, most: number): number {
  return Math.min(most, Math.max(least, x));
}
