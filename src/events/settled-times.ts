import { printableName } from '../csv/printable.js';
import { badData } from '../failure.js';
import { forEachChunk } from '../matrix/chunks.js';
import { dayText, midnight } from './clock.js';
import { NumberColumn } from './columns.js';
import { mayBeginWithYear, mayBeSwapped, partedSeconds, partedText } from './day-month.js';
import type { Events } from './event-columns.js';

/** Numbers that write a date or a time in digits, `20111209` or `20111209125000`; as seconds or milliseconds they would make no sense. */
const IN_DIGITS = [
  { low: 19_000_101, high: 21_001_231 },
  { low: 19_000_101_000_000, high: 21_001_231_235_959 },
];

/** The times of rows, and where these stand. */
type Times = Pick<Events, 'time' | 'timeColumn' | 'line'>;

/** Makes seconds of a column whose numbers all write dates in digits. */
function settleDigits({ time, timeColumn }: Times): NumberColumn | undefined {
  const { way, largest = 0 } = timeColumn?.seen ?? {};
  const range = IN_DIGITS.find(({ low, high }) => largest >= low && largest <= high);
  if (!time || !range || way !== 'numbers') return time;
  const settled = new NumberColumn();
  settled.reserve(time.length);
  for (let row = 0; row < time.length; row++) {
    const value = time.at(row);
    const seconds = Number.isNaN(value) ? value : secondsOfDigits(value, range.low > 1e8);
    // One number that is no date: they are seconds after all, or milliseconds.
    if (seconds === undefined) return time;
    settled.push(seconds);
  }
  timeColumn?.becomeDates();
  return settled;
}

/** Seconds of a date in eight digits, or in fourteen with its clock; undefined where the number is none. */
export function secondsOfDigits(value: number, hasClock: boolean): number | undefined {
  const digits = String(value);
  if (!/^(?:19|20|21)\d{6}(?:\d{6})?$/.test(digits) || (digits.length === 14) !== hasClock) return undefined;
  const part = (from: number, length: number) => Number(digits.slice(from, from + length));
  const date = midnight(part(0, 4), part(4, 2), part(6, 2));
  const [hour, minute, second] = [part(8, 2), part(10, 2), part(12, 2)];
  if (Number.isNaN(date) || hour > 23 || minute > 59 || second > 59) return undefined;
  return date + hour * 3600 + minute * 60 + second;
}

/**
 * Makes seconds of the dates that end with the year, now that the column has told which part is the day.
 * @throws Failure 65 where no row told: 3/4/2011 is a day in spring or in another month of it.
 */
export function settleTimes(path: string, column: string, events: Times): void {
  const { time, timeColumn, line } = events;
  if (!time || timeColumn?.seen.way !== 'parted') {
    events.time = settleDigits(events);
    return;
  }
  const order = timeColumn.seen.dayOrder;
  const codes = {
    *[Symbol.iterator]() {
      for (let row = 0; row < time.length; row++) yield time.at(row);
    },
  };
  if (mayBeginWithYear(codes)) {
    throw badData(
      `${path}: column "${column}": which part of dates like ${partedText(time.at(0))} is the year, no row tells\n  write the year with four digits, or --time-col none leaves times out`,
    );
  }
  const settled = new NumberColumn();
  settled.reserve(time.length);
  for (let row = 0; row < time.length; row++) {
    const code = time.at(row);
    if (order === undefined && !Number.isNaN(code)) {
      throw badData(
        `${path}:${line.at(row)}: column "${printableName(column)}": which part of ${partedText(code)} is the day, no row of the column tells (none is above 12)\n  --date-order day-first or month-first settles it, --time-col none leaves times out`,
      );
    }
    settled.push(order === undefined ? code : partedSeconds(code, order));
  }
  events.time = settled;
}

/** Says so where the order of some dates was told by dates that are written in another way. @param column its name. */
export function doubtedDates(column: string, { timeColumn }: Events): string[] {
  const { dayOrder, untold, told } = timeColumn?.seen ?? {};
  if (dayOrder === undefined || untold === undefined || told === undefined || !mayBeSwapped(untold, told)) return [];
  return [
    `"${column}" has dates written in two ways, and those of one way do not tell which part is the day (none is above 12): read ${dayOrder} like the others, though a spreadsheet may have swapped them\n  write dates as YYYY-MM-DD, or --date-order ${dayOrder} says that they are right`,
  ];
}

/** Says so where rows are dated after now: popularity counts from the latest time on, so that one such row makes all others old. */
export function noteFuture({ time, timeColumn }: Events, now: number): string[] {
  if (!time || !timeColumn) return [];
  const { values, none } = time.numbers;
  const scale = timeColumn.scale;
  let rows = 0;
  let latest = now;
  forEachChunk(values.length, (from, to) => {
    for (let row = from; row < to; row++) {
      const at = (values[row] ?? Number.NaN) / scale;
      if (!(at > now) || values[row] === none) continue;
      rows++;
      latest = Math.max(latest, at);
    }
  });
  if (rows === 0) return [];
  return [`times in the future: ${rows}, the last of them ${dayText(latest)}; what is recent is counted from there`];
}
