import type { Numbers } from '../events/columns.js';
import { forEachChunk } from '../matrix/chunks.js';
import type { SparseRows } from '../matrix/sparse.js';
import { countStrength, DISLIKE, strengthsOfRatings } from '../model/strength.js';

/** What the numbers of a strength column are: a scale of liking, thumbs up or down, or how often or how much. */
export type StrengthKind = 'scale' | 'thumbs' | 'count';

/** What the values of a strength column are, and what has to be known to weigh one. Ends are inclusive; low ≤ high. */
export type StrengthRule =
  | { kind: 'count' }
  | { kind: 'scale'; low: number; high: number }
  /** What is below 0, or at most `dislikeUpTo`, is a dislike. */
  | { kind: 'thumbs'; low: number; high: number; dislikeUpTo: number };

/** What a user may say of the strength column; `auto` leaves it to the values. */
export type Ratings = 'auto' | 'scale' | 'count';
export const RATINGS: readonly Ratings[] = ['auto', 'scale', 'count'];

/** Ways to merge the rows of one user and item. `last` and `first` go by time where there are times, else by the file's order. */
export type Duplicates = 'sum' | 'last' | 'max' | 'first' | 'error';
export const DUPLICATES: readonly Duplicates[] = ['sum', 'last', 'max', 'first', 'error'];

const SCALE_ENDS = [1, 2, 3, 5, 10];
const MOST_GRADES = 21;
const LARGEST_GRADE = 10;
/** Where a scale has dislikes, its lowest quarter is: 0 of 0 and 1, 1 of 1 and 2, up to -1 of -2 to 2. */
const DISLIKED_SHARE = 0.25;

/**
 * Tells ratings from counts by the values themselves, since exports call either one "rating".
 *
 * A scale has few grades, none above 10, and its commonest grade is not its lowest; counts pile up on their smallest
 * value or run on and on. A scale says what is disliked where it goes below 0, or where it has two grades, one of them
 * in its lowest quarter; with more grades, all at 0 or above, people rate what they chose, and rate it high or low.
 *
 * @param numbers of the rows; undefined: no row has any.
 */
export function strengthRule(numbers: Numbers | undefined, ratings: Ratings = 'auto'): StrengthRule {
  // Stars and half stars are counted by place; whatever else is a grade is looked for among few.
  const halves = new Uint32Array(4 * LARGEST_GRADE + 1);
  const others = new Map<number, number>();
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  const { values, none } = numbers ?? { values: new Float64Array(0), none: Number.NaN };
  forEachChunk(values.length, (from, to) => {
    let least = low;
    let most = high;
    for (let row = from; row < to; row++) {
      const value = values[row] ?? Number.NaN;
      if (value === none || Number.isNaN(value)) continue;
      if (value < least) least = value;
      if (value > most) most = value;
      const half = 2 * (value + LARGEST_GRADE);
      const place = half | 0;
      if (place === half && place >= 0 && place < halves.length) halves[place] = (halves[place] ?? 0) + 1;
      else if (others.size <= MOST_GRADES) others.set(value, (others.get(value) ?? 0) + 1);
    }
    low = least;
    high = most;
  });
  const tally = new Map(others);
  halves.forEach((count, half) => {
    if (count > 0) tally.set(half / 2 - LARGEST_GRADE, count);
  });
  if (tally.size === 0 || ratings === 'count') return { kind: 'count' };
  if (ratings === 'auto' && !isScale(tally, low, high)) return { kind: 'count' };
  const ends = endsOf(low, high);
  const dislikeUpTo = ends.low + DISLIKED_SHARE * (ends.high - ends.low);
  if (low < 0 || (tally.size === 2 && isAtMost(low, dislikeUpTo))) return { kind: 'thumbs', ...ends, dislikeUpTo };
  return { kind: 'scale', ...ends };
}

function isScale(tally: ReadonlyMap<number, number>, low: number, high: number): boolean {
  if (tally.size < 2 || tally.size > MOST_GRADES || high > LARGEST_GRADE || low < -LARGEST_GRADE) return false;
  let commonest = low;
  for (const [value, count] of tally) {
    const most = tally.get(commonest) ?? 0;
    if (count > most || (count === most && value > commonest)) commonest = value;
  }
  return commonest > low;
}

/** The ends people had in mind: the usual ones around the values, or the values' own beyond 10 (wines go from 80 to 100). */
function endsOf(low: number, high: number): { low: number; high: number } {
  const top = SCALE_ENDS.find((end) => end >= high);
  return top === undefined ? { low, high } : { low: Math.min(low, 1), high: top };
}

/**
 * What aggregated values say of their users' tastes.
 *
 * @param aggregated users × items, values as the files have them; NaN where there is none: a plain interaction.
 * @returns x beside each of `aggregated.index`; finite.
 */
export function strengthsOf(aggregated: SparseRows, rule: StrengthRule): Float32Array {
  if (rule.kind === 'scale') return strengthsOfRatings(aggregated, rule.high - rule.low);
  const of = rule.kind === 'count' ? countStrength : thumb(rule.dislikeUpTo);
  return aggregated.value.map((value) => (Number.isNaN(value) ? 1 : of(value)));
}

function thumb(dislikeUpTo: number): (value: number) => number {
  return (value) => (value < 0 || isAtMost(value, dislikeUpTo) ? DISLIKE : 1);
}

/** `value ≤ limit` as 32-bit numbers, which aggregated values are: a fifth of a scale is on one side in any unit. */
function isAtMost(value: number, limit: number): boolean {
  return Math.fround(value) <= Math.fround(limit);
}

/** The default for `--duplicates`: a later rating replaces an earlier one, counts add up. */
export function defaultDuplicates(kind: StrengthKind): Duplicates {
  return kind === 'count' ? 'sum' : 'last';
}
