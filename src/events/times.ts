import { BadRow } from '../csv/bad-rows.js';
import { isBlank, shown } from '../csv/cells.js';
import { printableName } from '../csv/printable.js';
import { HALF, hourOf, midnight, secondsOf, ZONE, zoneSeconds } from './clock.js';
import { type DayOrder, dateEndingWithYear, wholeYear } from './day-month.js';

/** The unit of a time column; that of numbers is decided by their size, once all are read. */
export type TimeUnit = 'days' | 's' | 'ms' | 'µs' | 'ns' | 'text';

const SCALES: Record<TimeUnit, number> = { days: 1 / 86_400, s: 1, ms: 1e3, µs: 1e6, ns: 1e9, text: 1 };

/** How a column writes times: numbers, dates that begin with the year, or dates that end with it (`parted`). All cells have to agree. */
type TimeFormat = 'numbers' | 'dates' | 'parted';

const FORMAT_NAMES: Record<TimeFormat, string> = {
  numbers: 'a number',
  dates: 'a date like 2011-12-09',
  parted: 'a date like 24/12/2011',
};

/** What the cells read so far say about a time column: it decides how further cells are read, and the unit. */
export interface TimesSeen {
  /** Undefined: no cell has a time so far. */
  format: TimeFormat | undefined;
  /** The order of day and month in dates that end with the year; undefined: not known yet. */
  dayOrder: DayOrder | undefined;
  /** Spellings (see `dateEndingWithYear`) of dates that may be read in both orders, and of dates that have only one. */
  ambiguousSpellings: number;
  clearSpellings: number;
  /** The largest absolute value of a number. */
  largest: number;
}

const NUMERIC = /^[+-]?\d+(\.\d+)?(e\+?\d+)?$/i;
/** Scientific notation with so few digits that it is precise to an hour, or only to a year. */
const SHORTENED = /^\d(?:\.\d{1,5})?E\+\d\d$/;
/** MySQL's placeholder for a missing date. */
const NO_DATE = /^0000-00-00(?:[ T]00:00:00(?:\.0+)?)?$/;

/** True for a cell without a date: it is empty or has a placeholder. */
export function isNoDate(cell: string): boolean {
  return isBlank(cell) || NO_DATE.test(cell.trim());
}
/** Longer cells are no times. */
const MAX_LENGTH = 64;
/** Columns with such a name count days from a day that is not in the file. */
const DAY_COLUMN = /^days?(no|num|number)?$/;
const LARGEST_DAY = 1e5;

/** A day of the week in any language, before a date that begins with a number: `Fr, 09.12.2011`, `viernes, 9 de diciembre de 2011`. */
const ANY_WEEKDAY = /^\p{L}{2,12}\.?,?\s+(?=\d{1,4}(?:[./-]\s?\d|\.?[\s-]+(?:de\s+)?\p{L}))/u;

/** Converts `2011年12月9日(金) 12時50分` to `2011-12-9 12:50`. */
function inDigits(text: string): string {
  if (!/[年년]/.test(text)) return text;
  // A day of the week in brackets may be 月.
  const clock = text
    .replace(/\s*[(（]\p{L}[)）]\s*/u, ' ')
    .replace(/\s*[時时點点시]\s*/, ':')
    .replace(/\s*[分분]\s*/, ':')
    .replace(/[:秒초]\s*$/, '');
  return clock
    .replace(/\s*[年月년월]\s*/g, '-')
    .replace(/\s*[日号일]\s*/, ' ')
    .trim();
}

/** Reads the cells of one time column, all in the format of its first cell. */
export class TimeColumn {
  readonly seen: TimesSeen;
  readonly #column: string;

  /** @param dayOrder the order of day and month from the options, if any. */
  constructor(column: string, dayOrder?: DayOrder) {
    this.#column = column;
    this.seen = { format: undefined, dayOrder, ambiguousSpellings: 0, clearSpellings: 0, largest: 0 };
  }

  /**
   * A cell as a number: seconds since 1970 for a date that begins with the year, the code of a date that ends with it (its order
   * is in `seen` once all cells are read), or the number itself (its unit is in `unit` then). NaN if the cell is empty.
   * @throws BadRow for anything else, and for a date that does not exist.
   */
  read(cell: string): number {
    const text = cell.trim().replace(ANY_WEEKDAY, '');
    if (isNoDate(text)) return Number.NaN;
    if (text.length > MAX_LENGTH) return this.#take('dates', Number.NaN, cell);
    if (NUMERIC.test(text)) {
      if (SHORTENED.test(text)) {
        throw new BadRow(
          `${this.#place}: ${shown(cell)} is a time that a spreadsheet has shortened; export times as text, or --time-col none leaves them out`,
        );
      }
      return this.#take('numbers', Number(text), cell);
    }
    const parted = dateEndingWithYear(text);
    if (!parted) return this.#take('dates', secondsOf(inDigits(text)) ?? monthNameSeconds(text), cell);
    const value = this.#take('parted', parted.code, cell);
    this.seen[parted.order === undefined ? 'ambiguousSpellings' : 'clearSpellings'] |= parted.spelling;
    if (parted.order === undefined) return value;
    if (this.seen.dayOrder !== undefined && this.seen.dayOrder !== parted.order) {
      const other = this.seen.dayOrder === 'day-first' ? 'the day' : 'the month';
      throw new BadRow(`${this.#place}: ${shown(cell)} is no date with ${other} first, the order of this column`);
    }
    this.seen.dayOrder = parted.order;
    return value;
  }

  #take(format: TimeFormat, value: number, cell: string): number {
    if (!Number.isFinite(value)) {
      throw new BadRow(
        `${this.#place}: ${shown(cell)} is not a time (seconds, milliseconds, YYYY-MM-DD HH:MM:SS or DD/MM/YYYY); --time-col none leaves times out`,
      );
    }
    this.seen.format ??= format;
    if (format !== this.seen.format)
      throw new BadRow(`${this.#place}: ${shown(cell)}, where the rows before have ${FORMAT_NAMES[this.seen.format]}`);
    if (format === 'numbers') this.seen.largest = Math.max(this.seen.largest, Math.abs(value));
    return value;
  }

  get #place(): string {
    return `column "${printableName(this.#column)}"`;
  }

  /** Tells the column that its values are seconds from now on: the caller has converted them. */
  markAsSeconds(): void {
    this.seen.format = 'dates';
  }

  /** The unit, from the largest number: seconds reach the year 5138 before they look like milliseconds. */
  get unit(): TimeUnit {
    if (this.seen.format !== 'numbers') return 'text';
    if (this.seen.largest < LARGEST_DAY && DAY_COLUMN.test(this.#column.toLowerCase().replace(/[^a-z]/g, '')))
      return 'days';
    if (this.seen.largest < 1e11) return 's';
    if (this.seen.largest < 1e14) return 'ms';
    return this.seen.largest < 1e17 ? 'µs' : 'ns';
  }

  /** How many units of the values from `read` make a second. */
  get scale(): number {
    return SCALES[this.unit];
  }

  /** Seconds since 1970 for a value from `read`. */
  seconds(value: number): number {
    return value / this.scale;
  }

  /** Takes a number like `read` takes its cell; false if `read` would refuse it, because the column has dates. */
  takeNumber(value: number): boolean {
    this.seen.format ??= 'numbers';
    if (this.seen.format !== 'numbers') return false;
    const size = Math.abs(value);
    if (size > this.seen.largest) this.seen.largest = size;
    return true;
  }

  /** Adds cells that were read elsewhere; false, with nothing added, if this column would have read them differently. */
  append({ format, dayOrder, ambiguousSpellings, clearSpellings, largest }: TimesSeen): boolean {
    if (format !== undefined && this.seen.format !== undefined && format !== this.seen.format) return false;
    if (dayOrder !== undefined && this.seen.dayOrder !== undefined && dayOrder !== this.seen.dayOrder) return false;
    this.seen.format ??= format;
    this.seen.dayOrder ??= dayOrder;
    this.seen.ambiguousSpellings |= ambiguousSpellings;
    this.seen.clearSpellings |= clearSpellings;
    this.seen.largest = Math.max(this.seen.largest, largest);
    return true;
  }
}

/* Dates that name their month: `Fri Nov 17 09:25:20 -0800 2017`, `17-Nov-2017`, `Nov 17, 2017 9:25 PM`, `17. März 2017`. */

/** The first letters of months, without accents, in English, German, French, Spanish, Italian, Portuguese and Dutch. */
const MONTHS =
  'jan|ene|gen feb|fev mar|mrz|mrt|maer apr|avr|abr may|mai|mag|mei jun|juin|giu jul|juil|lug aug|aou|ago sep|set oct|okt|ott|out nov dec|dez|dic'
    .split(' ')
    .map((names) => new RegExp(`^(?:${names})`, 'i'));
const WEEKDAY = String.raw`(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,?\s+)?`;
const MONTH = String.raw`(?:de\s+)?(?<month>[a-z]{3,10})\.?`;
const DAY = String.raw`(?<day>\d{1,2})(?:st|nd|rd|th|er|\.)?`;
const YEAR = String.raw`(?:de\s+)?(?<year>\d{4})`;
const CLOCK = String.raw`(?<hour>\d{1,2})[:.](?<minute>\d{2})(?:[:.](?<second>\d{2}(?:\.\d+)?))?(?:\s?(?<half>${HALF}))?`;
const IN_ZONE = String.raw`(?:\s*(?<zone>${ZONE})(?:\s*\(.*\))?)?`;

const FORMS = [
  `${MONTH}\\s+${DAY}\\s+${CLOCK}${IN_ZONE}\\s+${YEAR}`,
  // Also as Apache's logs and SAS write it: `17/Nov/2017:09:25:20 -0800`, `17NOV2017:09:25:20`.
  `${DAY}[\\s/-]*${MONTH}[\\s,/-]*${YEAR}(?:[,\\sT:]+(?:(?:a|at|um)\\s+)?${CLOCK}${IN_ZONE})?`,
  // eBay's format.
  `${MONTH}-${DAY}-(?<year>\\d{4}|\\d{2})(?:\\s+${CLOCK}${IN_ZONE})?`,
  // Oracle's format.
  `${DAY}-${MONTH}-(?<year>\\d{2})(?:\\s+${CLOCK}${IN_ZONE})?`,
  `${MONTH}\\s+${DAY},?\\s+${YEAR}(?:,?\\s+(?:at\\s+)?${CLOCK}${IN_ZONE})?`,
].map((form) => new RegExp(`^${WEEKDAY}${form}$`, 'i'));

/** Seconds since 1970, in UTC unless a time zone is named; NaN if the text is no such date. @param text has to be short. */
export function monthNameSeconds(text: string): number {
  const plain = text.normalize('NFD').replace(/\p{M}/gu, '');
  const parts = FORMS.map((form) => form.exec(plain)?.groups).find((groups) => groups !== undefined);
  if (!parts) return Number.NaN;
  const { year, month = '', day, hour = '0', minute = '0', second = '0', half, zone = 'Z' } = parts;
  const date = midnight(wholeYear(Number(year)), MONTHS.findIndex((names) => names.test(month)) + 1, Number(day));
  const hours = hourOf(Number(hour), half);
  if (hours > 23 || Number(minute) > 59 || Number(second) > 60) return Number.NaN;
  return date + hours * 3600 + Number(minute) * 60 + Number(second) - zoneSeconds(zone);
}
