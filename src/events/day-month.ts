import { HALF, hourOf, midnight } from './clock.js';

/*
 * Dates that end with the year: `24.12.2011`, `12/24/2011 8:26 PM`. A number above 12 somewhere in the column shows which of
 * the first two parts is the day; only columns of a few rows have none.
 */

/** Whether the day or the month comes first. */
export type DayOrder = 'day-first' | 'month-first';

export const DAY_ORDERS: readonly DayOrder[] = ['day-first', 'month-first'];

const PARTED = new RegExp(
  String.raw`^(\d{1,2})([/.-]) ?(\d{1,2})\2 ?(\d{4}|\d{2})(?:[T ,]\s*(?:(?:à|um|at|klo|-)\s+)?(\d{1,2})[:h.](\d{2})(?:[:.](\d{2})(?:[.,](\d+))?)?\s*(${HALF}|Uhr)?)?$`,
  'i',
);
const DAY = 86_400;

/**
 * Reads a date that ends with the year, in UTC; undefined if the text is no such date, or the day does not exist.
 * @returns `code`: its parts and the time of day as one number, which `partedSeconds` converts once the order is known; `order`: the only
 * order in which this day exists (undefined: it exists in both); `spelling`: bits for how it is written.
 */
export function dateEndingWithYear(
  text: string,
): { code: number; order: DayOrder | undefined; spelling: number } | undefined {
  const match = PARTED.exec(text);
  if (!match) return undefined;
  const [, one, separator, two, four, hour = '0', minute = '0', second = '0', fraction = '0', half] = match;
  // 10-11-12 may begin with the year.
  if (four?.length === 2 && separator === '-') return undefined;
  const [first, middle, year] = [Number(one), Number(two), Number(four)];
  const dayFirst = isDay(year, middle, first);
  // No country writes the month first and separates by dots.
  const monthFirst = separator !== '.' && isDay(year, first, middle);
  const hours = hourOf(Number(hour), half?.toLowerCase() === 'uhr' ? undefined : half);
  if (!(dayFirst || monthFirst) || hours > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const clock = hours * 3600 + Number(minute) * 60 + Number(second) + Number(`0.${fraction}`);
  const code = ((year * 100 + first) * 100 + middle) * DAY + clock;
  const order = dayFirst && monthFirst ? undefined : dayFirst ? 'day-first' : 'month-first';
  return { code, order, spelling: spellingOf(separator ?? '', one ?? '', two ?? '') };
}

const SEPARATORS = '/.-';
/** Bits of spellings: the separator, one digit or a leading zero in the first part, and the same for the second part. */
const SPELLING_MASKS = [0b0000111, 0b0011000, 0b1100000];

function spellingOf(separator: string, one: string, two: string): number {
  const bits = (part: string) => (part.length === 1 ? 1 : part.startsWith('0') ? 2 : 0);
  return (1 << SEPARATORS.indexOf(separator)) | (bits(one) << 3) | (bits(two) << 5);
}

/**
 * True if ambiguous dates are spelt differently from those with a clear order. A spreadsheet that takes the day for the month rewrites only
 * dates that it can read this way, and leaves the others as they were. @param ambiguous,clear spellings of such dates.
 */
export function mayBeSwapped(ambiguous: number, clear: number): boolean {
  return SPELLING_MASKS.some((mask) => (ambiguous & ~clear & mask) !== 0 && (clear & mask) !== 0);
}

/** A year with its century: two digits mean 1970 to 2069. */
export function wholeYear(year: number): number {
  if (year >= 100) return year;
  return year < 70 ? 2000 + year : 1900 + year;
}

/**
 * True if dates with two-digit years may begin with the year: their last parts have more distinct values than their first parts.
 * @param codes of the column; NaN for a missing date.
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

/** Converts a code to seconds since 1970. */
export function partedSeconds(code: number, order: DayOrder): number {
  const { year, first, second, clock } = partsOf(code);
  const [day, month] = order === 'day-first' ? [first, second] : [second, first];
  return midnight(wholeYear(year), month, day) + clock;
}

/** A date as messages show it, with its parts in the order of the file. */
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
