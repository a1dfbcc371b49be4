/** What the numbers of a strength column are: a scale of liking, or how often or how much. */
export type StrengthKind = 'scale' | 'count';

export interface StrengthRule {
  kind: StrengthKind;
  /** Ends of the scale; for counts the smallest and largest value. */
  low: number;
  high: number;
  /** On a scale: a rating up to this one is a dislike. */
  dislikeUpTo: number;
}

/** Ways to fold the rows of one (user, item). `last` and `first` go by time where there are times, else by the file's order. */
export type Duplicates = 'sum' | 'last' | 'max' | 'first' | 'error';
export const DUPLICATES: readonly Duplicates[] = ['sum', 'last', 'max', 'first', 'error'];

/** What a dislike takes away, beside the 1 that a liked item adds. */
export const DISLIKE = -0.5;

const SCALE_ENDS = [1, 2, 3, 5, 10];
const MOST_GRADES = 21;
/** The lowest quarter of a scale counts as dislike: 1 and 2 of five stars, 0 of 0–2, up to 3 of 1–10. */
const DISLIKED_SHARE = 0.25;

/**
 * Tells ratings from counts by the values themselves, since exports call either one "rating".
 *
 * A scale has few grades, none above 10, and its commonest grade is not its lowest; counts pile up on their smallest
 * value or run on and on.
 */
export function strengthRule(values: Float64Array): StrengthRule {
  const tally = new Map<number, number>();
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
    if (tally.size <= MOST_GRADES) tally.set(value, (tally.get(value) ?? 0) + 1);
  }
  if (!isScale(tally, low, high)) return { kind: 'count', low, high, dislikeUpTo: 0 };
  const top = SCALE_ENDS.find((end) => end >= high) ?? high;
  const bottom = low < 1 ? low : 1;
  return { kind: 'scale', low: bottom, high: top, dislikeUpTo: bottom + DISLIKED_SHARE * (top - bottom) };
}

function isScale(tally: ReadonlyMap<number, number>, low: number, high: number): boolean {
  if (tally.size < 2 || tally.size > MOST_GRADES || high > 10 || low < -10) return false;
  let commonest = low;
  for (const [value, count] of tally) {
    const most = tally.get(commonest) ?? 0;
    if (count > most || (count === most && value > commonest)) commonest = value;
  }
  return commonest > low;
}

/** The default for `--duplicates`: a later rating replaces an earlier one, counts add up. */
export function defaultDuplicates(kind: StrengthKind): Duplicates {
  return kind === 'scale' ? 'last' : 'sum';
}

/**
 * What one folded value means to the model: 1 a plain interaction, 0 had without saying anything (bought and
 * returned), below 0 a dislike. How often and how much above nothing makes no difference yet.
 */
export function meaning(value: number, rule: StrengthRule): number {
  if (rule.kind === 'scale') return Math.fround(value) <= Math.fround(rule.dislikeUpTo) ? DISLIKE : 1;
  return value > 0 ? 1 : 0;
}

/** The value of a row whose strength cell is empty: it happened, nobody said how. */
export function plainValue(rule: StrengthRule): number {
  return rule.kind === 'scale' ? rule.high : 1;
}
