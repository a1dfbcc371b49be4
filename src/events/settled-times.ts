import { printableName } from '../csv/printable.js';
import { badData } from '../failure.js';
import { midnight } from './clock.js';
import { NumberColumn } from './columns.js';
import { mayBeginWithYear, mayBeSwapped, partedSeconds, partedText } from './day-month.js';
import type { Events } from './event-columns.js';

/** The end of the year 2100. Later dates in digits, `20111209`, `201112091250` or `20111209125000`, may be seconds or milliseconds. */
const LATEST_IN_DIGITS = midnight(2101, 1, 1);

/** The times of rows, and the lines of these rows. */
type Times = Pick<Events, 'time' | 'timeColumn' | 'line'>;

/** Seconds since 1970 of a date in 8 digits, or in 12 or 14 with the time of day; undefined if the number is no such date. @param length in digits. */
export function secondsOfDigits(value: number, length: number): number | undefined {
  const digits = String(value);
  if (digits.length !== length || !/^(?:19|20|21)\d{6}(?:\d{4}(?:\d\d)?)?$/.test(digits)) return undefined;
  const part = (from: number, length: number) => Number(digits.slice(from, from + length));
  const date = midnight(part(0, 4), part(4, 2), part(6, 2));
  const [hour, minute, second] = [part(8, 2), part(10, 2), part(12, 2)];
  if (Number.isNaN(date) || hour > 23 || minute > 59 || second > 59) return undefined;
  return date + hour * 3600 + minute * 60 + second;
}

/**
 * Converts dates that end with the year, and dates in digits, to seconds, once the whole column has been read.
 * @throws Failure 65 if no row shows the order of day and month: 3/4/2011 may be in March or in April.
 */
export function timesToSeconds(path: string, column: string, events: Times): void {
  const { time, timeColumn, line } = events;
  if (!time || !timeColumn) return;
  const { format, dayOrder: order, largest } = timeColumn.seen;
  const digits = (value: number) => secondsOfDigits(value, String(largest).length) ?? Number.NaN;
  if (format === 'numbers' && digits(largest) < LATEST_IN_DIGITS) {
    const settled = converted(time, digits);
    // If one number is no date, all are seconds or milliseconds after all.
    if (settled.missing > time.missing) return;
    events.time = settled;
    timeColumn.markAsSeconds();
  }
  if (format !== 'parted') return;
  if (mayBeginWithYear(time)) {
    throw badData(
      `${path}: column "${printableName(column)}": no row shows which part of dates like ${partedText(time.at(0))} is the year\n  write the year with four digits, or --time-col none leaves times out`,
    );
  }
  events.time = converted(time, (code, row) => {
    if (order !== undefined) return partedSeconds(code, order);
    throw badData(
      `${path}:${line.at(row)}: column "${printableName(column)}": no row of the column shows which part of ${partedText(code)} is the day (none is above 12)\n  --date-order day-first or month-first settles it, --time-col none leaves times out`,
    );
  });
}

/** A column with other numbers. @param secondsOf is called for each number that is not NaN. */
function converted(time: NumberColumn, secondsOf: (value: number, row: number) => number): NumberColumn {
  const settled = new NumberColumn();
  settled.reserve(time.length);
  for (let row = 0; row < time.length; row++) {
    const value = time.at(row);
    settled.push(Number.isNaN(value) ? value : secondsOf(value, row));
  }
  return settled;
}

/** A warning if ambiguous dates were read in the order of dates that are spelt differently. @param column the column's name. */
export function ambiguousDateWarnings(column: string, { timeColumn }: Events): string[] {
  const { dayOrder, ambiguousSpellings = 0, clearSpellings = 0 } = timeColumn?.seen ?? {};
  if (dayOrder === undefined || !mayBeSwapped(ambiguousSpellings, clearSpellings)) return [];
  return [
    `"${printableName(column)}" has dates written in two ways, and those of one way do not show which part is the day (none is above 12): read ${dayOrder} like the others, though a spreadsheet may have swapped them\n  write dates as YYYY-MM-DD, or --date-order ${dayOrder} says that they are right`,
  ];
}
