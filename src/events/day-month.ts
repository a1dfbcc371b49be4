import { HALF, hourOf, midnight } from './clock.js';

/**
 * Dates whose year stands last, as countries write them: `24.12.2011`, `12/24/2011 8:26 PM`. Which of the first two parts
 * is the day is told by the whole column: some part above 12 is, in all but columns of a few rows.
 */

/** Which of the two stands first. */
export type DayOrder = 'day-first' | 'month-first';

export const DAY_ORDERS: readonly DayOrder[] = ['day-first', 'month-first'];

const PARTED = new RegExp(
  String.raw`^(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?:[T ,]\s*(?:(?:à|um|at|-)\s+)?(\d{1,2})[:h](\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*(${HALF}|Uhr)?)?$`,
  'i',
);
const DAY = 86_400;

/**
 * The date that a cell writes, in UTC; undefined where it is no such date, or a day that does not exist.
 * @returns its parts and the clock as one number, which `partedSeconds` reads once the order is known; the only order in which there
 * is such a day (undefined: both make one); and how it is spelt.
 */
export function partedDate(text: string): { code: number; order: DayOrder | undefined; spelling: number } | undefined {
  const match = PARTED.exec(text);
  if (!match) return undefined;
  const [, one, separator, two, four, hour = '0', minute = '0', second = '0', fraction = '0', half] = match;
  // 10-11-12 may as well begin with the year.
  if (four?.length === 2 && separator === '-') return undefined;
  const [first, middle, year] = [Number(one), Number(two), Number(four)];
  const dayFirst = isDay(year, middle, first);
  // No country puts the month first and dots behind it.
  const monthFirst = separator !== '.' && isDay(year, first, middle);
  const hours = hourOf(Number(hour), half?.toLowerCase() === 'uhr' ? undefined : half);
  if (!(dayFirst || monthFirst) || hours > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const clock = hours * 3600 + Number(minute) * 60 + Number(second) + Number(`0.${fraction}`);
  const code = ((year * 100 + first) * 100 + middle) * DAY + clock;
  const order = dayFirst && monthFirst ? undefined : dayFirst ? 'day-first' : 'month-first';
  return { code, order, spelling: spellingOf(separator ?? '', one ?? '', two ?? '') };
}

const SEPARATORS = '/.-';
/** Bits of spellings: one of the three separators, and whether the first and the second part have one digit, or a zero in front. */
const WAYS_TO_SPELL = [0b0000111, 0b0011000, 0b1100000];

function spellingOf(separator: string, one: string, two: string): number {
  const bits = (part: string) => (part.length === 1 ? 1 : part.startsWith('0') ? 2 : 0);
  return (1 << SEPARATORS.indexOf(separator)) | (bits(one) << 3) | (bits(two) << 5);
}

/**
 * True where dates of one spelling tell which part is the day, and those of another do not: a spreadsheet that has taken the day for the month
 * writes the dates anew that it has understood, and leaves the others. @param untold,told spellings of such dates.
 */
export function mayBeSwapped(untold: number, told: number): boolean {
  return WAYS_TO_SPELL.some((way) => (untold & ~told & way) !== 0 && (told & way) !== 0);
}

/** A year of two digits lies between 1970 and 2069. */
export function wholeYear(year: number): number {
  if (year >= 100) return year;
  return year < 70 ? 2000 + year : 1900 + year;
}

/**
 * True where dates with years of two digits may as well begin with the year: their last parts differ more than their first ones.
 * @param codes of the column; NaN for none.
 */
export function mayBeginWithYear(codes: Iterable<number>): boolean {
  const firsts = new Set<number>();
  const lasts = new Set<number>();
  for (const code of codes) {
    if (Number.isNaN(code)) continue;
    const { year, first } = partsOf(code);
    if (year >= 100) return false;
    firsts.add(first);
    lasts.add(year);
  }
  return lasts.size > firsts.size;
}

/** Seconds since 1970 of a date in the order of its column. */
export function partedSeconds(code: number, order: DayOrder): number {
  const { year, first, second, clock } = partsOf(code);
  const [day, month] = order === 'day-first' ? [first, second] : [second, first];
  return midnight(wholeYear(year), month, day) + clock;
}

/** The date as a message shows it, its parts in their order. */
export function partedText(code: number): string {
  const { year, first, second } = partsOf(code);
  return `${first}/${second}/${year}`;
}

function partsOf(code: number) {
  const date = Math.floor(code / DAY);
  const year = Math.floor(date / 10_000);
  const first = Math.floor(date / 100) % 100;
  return { year, first, second: date % 100, clock: code - date * DAY };
}

function isDay(year: number, month: number, day: number): boolean {
  return !Number.isNaN(midnight(wholeYear(year), month, day));
}
