import type { SparseRows } from '../../matrix/sparse.js';
import { countStrength, DISLIKE, strengthsOfRatings } from '../../model/strength.js';
import type { GradeTally } from './grade-tally.js';

/**
 * The kind of values in a strength column, and what is needed to weigh one: ratings on a scale, thumbs up or down, or counts and amounts.
 * Ends are inclusive; low ≤ high.
 */
export type StrengthRule =
  | { kind: 'count' }
  | { kind: 'scale'; low: number; high: number }
  /** A value below 0, or of at most `dislikeUpTo`, is a dislike. */
  | { kind: 'thumbs'; low: number; high: number; dislikeUpTo: number };

/** What `--ratings` says about the strength column; `auto` decides by its name and values. */
export type Ratings = 'auto' | 'scale' | 'count';
export const RATINGS: readonly Ratings[] = ['auto', 'scale', 'count'];

/** Ways to merge the rows of one user and item. `last` and `first` go by time where there are times, else by the file's order. */
export type Duplicates = 'sum' | 'last' | 'max' | 'first' | 'error';
export const DUPLICATES: readonly Duplicates[] = ['sum', 'last', 'max', 'first', 'error'];

const SCALE_ENDS = [1, 2, 3, 5, 10];
/** Where a scale has dislikes, they are its lowest quarter: 0 of 0 and 1, 1 of 1 and 2, up to -1 of -2 to 2. */
const DISLIKED_SHARE = 0.25;

/**
 * Tells ratings from counts by the values themselves, since exports call both "rating".
 *
 * A scale has few grades, none above 10, and its commonest grade is not its lowest; counts pile up on their smallest
 * value or have no clear end. A scale says what is disliked where it goes below 0, or where it has two grades, one of them
 * in its lowest quarter; with more grades, all at 0 or above, people rate what they chose, and rate it high or low.
 */
export function strengthRule(tally: GradeTally, ratings: Ratings = 'auto'): StrengthRule {
  const { low, high, grades } = tally;
  if (grades.size === 0 || ratings === 'count') return { kind: 'count' };
  if (ratings === 'auto' && !tally.isScale) return { kind: 'count' };
  const ends = endsOf(low, high);
  const dislikeUpTo = ends.low + DISLIKED_SHARE * (ends.high - ends.low);
  if (low < 0 || (grades.size === 2 && isAtMost(low, dislikeUpTo))) return { kind: 'thumbs', ...ends, dislikeUpTo };
  return { kind: 'scale', ...ends };
}

/** The ends that people had in mind: the usual ones around the values, or the values' own beyond 10 (wines go from 80 to 100). */
function endsOf(low: number, high: number): { low: number; high: number } {
  const top = SCALE_ENDS.find((end) => end >= high);
  return top === undefined ? { low, high } : { low: Math.min(low, 1), high: top };
}

/**
 * Turns aggregated values into strengths.
 *
 * @param aggregated users × items, values as the files have them; NaN: a plain interaction without one.
 * @param mean of all ratings, where they are a scale. @returns x by entry; finite.
 */
export function strengthsOf(aggregated: SparseRows, rule: StrengthRule, mean?: number): Float32Array {
  if (rule.kind === 'scale') return strengthsOfRatings(aggregated, rule.high - rule.low, mean);
  const thumb = (value: number, upTo: number) => (value < 0 || isAtMost(value, upTo) ? DISLIKE : 1);
  const of = rule.kind === 'count' ? countStrength : (value: number) => thumb(value, rule.dislikeUpTo);
  return aggregated.value.map((value) => (Number.isNaN(value) ? 1 : of(value)));
}

/** `value ≤ limit` as 32-bit floats, which aggregated values are, so that rounding decides alike in any unit. */
function isAtMost(value: number, limit: number): boolean {
  return Math.fround(value) <= Math.fround(limit);
}

/** The default for `--duplicates`: a later rating replaces an earlier one, counts add up. */
export function defaultDuplicates(kind: StrengthRule['kind']): Duplicates {
  return kind === 'count' ? 'sum' : 'last';
}
