import type { NumberColumn } from '../../events/columns.js';
import { badData } from '../../failure.js';
import { columnKey, kindByName } from '../../understanding/vocabulary.js';
import { decimalsIn } from './decimal-tally.js';
import { GradeTally } from './grade-tally.js';
import { type Ratings, type StrengthRule, strengthRule } from './strength-rule.js';

/** What options say about the rating column; what they leave open is decided by its name and values. */
export interface StrengthOptions {
  ratings: Ratings;
  /** The value that stands for "interacted, not rated"; `none`: no value does. Undefined: decided by the values. */
  unrated: number | 'none' | undefined;
}

/** How the numbers of a rating column are read. */
export interface StrengthColumn {
  rule: StrengthRule;
  /** Rows whose value means that nobody rated: they count as plain interactions. */
  unrated: { value: number; rows: number } | undefined;
  /** How many rows have no number. */
  missing: number;
  notes: string[];
  /** Decisions that may be wrong. */
  warnings: string[];
}

/** The mean of fewer ratings may be low by chance. */
const MANY_RATINGS = 20;

/** Values that mean "not rated" in exports, if they lie outside the scale. */
const SENTINELS = [99, -1, 0];

/**
 * Decides what the numbers of a rating column mean, by its name before its values. Values that mean "not rated" become missing ones.
 * @param column undefined: no file has one. @param name of the column.
 */
export function readStrengths(column: NumberColumn | undefined, name: string, wish: StrengthOptions): StrengthColumn {
  const all = GradeTally.of(column?.numbers);
  const byName = kindByName(name);
  const notes: string[] = [];
  const warnings: string[] = [];
  const isAuto = wish.ratings === 'auto';
  const isCount = wish.ratings === 'count' || (isAuto && byName === 'count');
  const value = wish.unrated ?? (isCount ? undefined : sentinelOf(all));
  const isErased = column !== undefined && typeof value === 'number' && all.rows(value) > 0;
  const unrated = isErased ? { value, rows: column.erase(value) } : undefined;
  const tally = unrated ? all.without(unrated.value) : all;
  if (unrated && wish.unrated === undefined) {
    const isCommon = unrated.value !== 0 || unrated.rows >= tally.rows(tally.commonest);
    const message = `"${name}" is ${unrated.value} in ${unrated.rows === 1 ? '1 row' : `${unrated.rows} rows`}, beside ratings from ${tally.low} to ${tally.high}: taken for "not rated", a plain interaction`;
    if (isCommon) notes.push(message);
    else warnings.push(`${message}\n  --unrated ${unrated.value} says so, --unrated none makes it a rating`);
  }
  const rule = strengthRule(tally, isCount ? 'count' : wish.ratings);
  const reversed = isAuto ? mayBeReversed(name, byName, tally, rule) : [];
  warnings.push(...reversed);
  const isOddScale = byName === 'scale' && rule.kind === 'count' && tally.grades.size > 1;
  if (isAuto && isOddScale && reversed.length === 0) {
    warnings.push(
      `"${name}" holds ${tally.low} to ${tally.high}, which does not look like a scale of ratings: taken for counts\n  --ratings count says so, --ratings scale makes them ratings`,
    );
  }
  if (byName === 'count' && isAuto && tally.isScale && tally.grades.size > 2) {
    notes.push(
      `"${name}" would pass for a scale from ${tally.low} to ${tally.high}; its name says counts (--ratings scale)`,
    );
  }
  if (column && rule.kind === 'count' && isAuto) warnings.push(...suspiciousCounts(column, name, byName));
  return { rule, unrated, missing: all.missing, notes, warnings };
}

/**
 * Reads a rating column in the same way as the one that the model was learned from, whatever its numbers look like.
 * @throws Failure 65 where a number is outside the scale of that column.
 */
export function strengthsAsLearned(
  column: NumberColumn | undefined,
  name: string,
  { column: before, rule, unrated: learned }: Pick<StrengthColumn, 'rule' | 'unrated'> & { column: string | null },
): StrengthColumn {
  const unrated = learned && column ? { ...learned, rows: column.erase(learned.value) } : undefined;
  const tally = GradeTally.of(column?.numbers);
  const { low, high } = tally;
  if (rule.kind !== 'count' && (low < rule.low || high > rule.high)) {
    throw badData(
      `"${name}" goes from ${low} to ${high}, and the model was learned from ratings from ${rule.low} to ${rule.high}: is it the same scale? --rating-col NAME names another column`,
    );
  }
  const kind = rule.kind === 'count' ? 'counts' : 'ratings';
  const byName = kindByName(name);
  const looksLikeRatings = byName !== 'count' && tally.isScale && tally.grades.size > 2;
  const looksOther = kind === 'counts' ? looksLikeRatings : byName === 'count';
  // For a column of the same name this was decided when the model was learned.
  const warnings =
    column && looksOther && columnKey(before ?? '') !== columnKey(name)
      ? [
          `"${name}" ${kind === 'counts' ? `looks like ratings, from ${low} to ${high}` : 'is a count by its name'}, and the model was learned from ${kind}${before ? ` ("${before}")` : ''}: read as such\n  --rating-col NAME names another column, --rating-col none counts every row as one`,
        ]
      : [];
  return { rule, unrated, missing: tally.missing - (unrated?.rows ?? 0), notes: [], warnings };
}

/** Names of columns in which 1 is best. */
const RANK = /(?:rank(?:ing)?|position|placement|place|rang|platz(?:ierung)?)$/;
/** Names of school grades: 1 is best in Germany, and worst in France and Poland. */
const GRADE = /(?:note|grade|zensur)$/;
/** The mean of ratings is hardly ever below this part of the scale: people rate what they chose. */
const RARELY_BELOW = 0.35;

/** Warns if low numbers seem to be the good ones. */
function mayBeReversed(
  name: string,
  byName: ReturnType<typeof kindByName>,
  { grades, low, high }: GradeTally,
  { kind }: StrengthRule,
): string[] {
  const key = columnKey(name);
  let [rows, sum] = [0, 0];
  for (const [grade, count] of grades) {
    rows += count;
    sum += grade * count;
  }
  const mean = (sum / rows - low) / (high - low);
  const isGrade =
    GRADE.test(key) &&
    low >= 1 &&
    high <= 6 &&
    grades.size > 2 &&
    (high === 6 || mean < 0.5 || key.startsWith('schul'));
  const isLow = kind === 'scale' && byName !== 'count' && rows >= MANY_RATINGS && mean < RARELY_BELOW;
  if (grades.size < 2 || !(RANK.test(key) || isGrade || isLow)) return [];
  return [
    `"${name}" goes from ${low} to ${high}, ${isGrade || isLow ? 'and most are low' : 'and its name says that the first is best'}: if low is good, the best count least\n  write ${low + high} - ${name} in its place, or leave it out with --rating-col none; --ratings ${kind === 'count' ? 'count' : 'scale'} says that high is good`,
  ];
}

/** The warning that numbers describe items. */
export function itemNumbersWarning(name: string, role: 'rating' | 'time'): string {
  const what = {
    rating: 'an average or a total, not what each user did',
    time: 'its own date, not when each user had it',
  }[role];
  return `${JSON.stringify(name)} is the same in all rows of an item: ${what}?\n  --${role}-col none leaves it out, --${role}-col NAME says which column it is`;
}

/** The warning that a point may separate thousands. */
export function thousandsWarning(name: string): string {
  return `${JSON.stringify(name)} holds numbers like 1.234 beside whole ones below 1000: if the point separates thousands, they are read as too little\n  export numbers without such points, or --ratings count says that they are right`;
}

/** Warns if the numbers do not look like counts. @param byName the kind that the name suggests. */
function suspiciousCounts({ numbers }: NumberColumn, name: string, byName: ReturnType<typeof kindByName>): string[] {
  const { rows, negative, positive, code, mayHaveThousands, looksLikeMoney, areLarge } = decimalsIn(numbers);
  const quantities = '--rating-col NAME names a column of quantities, --ratings count says that these are right';
  if (code) {
    return [
      `"${name}" is ${code[0]} in ${code[1]} rows and nothing like it in others: read as a number, though it may stand for none\n  leave such cells empty, or --unrated ${code[0]} makes these rows plain interactions`,
    ];
  }
  if (mayHaveThousands) return [thousandsWarning(name)];
  if (positive === 0 && negative === 0 && rows > 0) {
    return [
      `"${name}" is 0 in every row that has a number: nobody liked anything\n  --rating-col NAME names another column, --rating-col none counts every row as one`,
    ];
  }
  if (negative > rows / 2) {
    return [
      `"${name}" is below 0 in ${negative} of ${rows} rows, and that is read as a return\n  export sales as numbers above 0, or --rating-col none counts every row as one`,
    ];
  }
  if (byName === 'count' || !(looksLikeMoney || (areLarge && byName === undefined))) return [];
  const what = looksLikeMoney
    ? 'looks like sums of money'
    : 'is hardly ever below 4, as sums of money and durations are';
  return [`"${name}" ${what}: taken for counts, so that what costs more counts more\n  ${quantities}`];
}

/** The value that means "not rated" among the ratings; undefined where no value does. */
function sentinelOf(all: GradeTally): number | undefined {
  return SENTINELS.find((value) => {
    if (all.rows(value) === 0) return false;
    const rest = all.without(value);
    if (value === 99) return rest.low >= -10 && rest.high <= 10;
    // Fewer grades are thumbs, up or down.
    if (rest.grades.size < 3 || rest.high < 3 || rest.high > 10) return false;
    if (value === -1) return rest.low >= 0;
    return rest.low > 0 && all.rows(0) >= all.rows(rest.low);
  });
}
