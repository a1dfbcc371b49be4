import { BadRow } from '../csv/bad-rows.js';
import { isBlank, shown } from '../csv/cells.js';
import { printableName } from '../csv/printable.js';
import { secondsOf } from './clock.js';
import { type DayOrder, partedDate } from './day-month.js';
import { monthNameSeconds } from './month-names.js';

/** How a column writes its times. A column keeps to one way; numbers get their unit from their size, once all are read. */
export type TimeUnit = 'days' | 's' | 'ms' | 'µs' | 'ns' | 'text';

const SCALES: Record<TimeUnit, number> = { days: 1 / 86_400, s: 1, ms: 1e3, µs: 1e6, ns: 1e9, text: 1 };

/** Numbers, dates that begin with the year, or dates that end with it. */
type Way = 'numbers' | 'dates' | 'parted';

const WAYS: Record<Way, string> = {
  numbers: 'a number',
  dates: 'a date like 2011-12-09',
  parted: 'a date like 24/12/2011',
};

/** What decides how further cells of a time column are read, and in what unit. */
export interface TimesSeen {
  /** Undefined: no cell yet. */
  way: Way | undefined;
  /** What the dates of a column that end with the year have first, as far as it was told. */
  dayOrder: DayOrder | undefined;
  /** How such dates are spelt that do not tell the order, and those that do. */
  untold: number;
  told: number;
  /** The largest number, without its sign. */
  largest: number;
}

const NUMERIC = /^[+-]?\d+(\.\d+)?(e\+?\d+)?$/i;
/** So few digits of a number of seconds are an hour's, or a year's. */
const SHORTENED = /^\d(?:\.\d{1,5})?E\+\d\d$/;
/** What MySQL writes where there is no date. */
const NO_DATE = /^0000-00-00(?:[ T]00:00:00(?:\.0+)?)?$/;

/** True for a cell that is no date: it is empty, or says so. */
export function isNoDate(cell: string): boolean {
  return isBlank(cell) || NO_DATE.test(cell.trim());
}
/** Longer cells are no times. */
const LONGEST = 64;
/** Columns of this name count days from a day that the file does not say. */
const DAY_COLUMN = /^days?(no|num|number)?$/;
const LARGEST_DAY = 1e5;

/** `2011年12月9日 12時50分` with the signs of other countries between its parts. */
function inDigits(text: string): string {
  if (!/[年년]/.test(text)) return text;
  const clock = text
    .replace(/\s*[時时點点시]\s*/, ':')
    .replace(/\s*[分분]\s*/, ':')
    .replace(/[:秒초]\s*$/, '');
  return clock
    .replace(/\s*[年月년월]\s*/g, '-')
    .replace(/\s*[日号일]\s*/, ' ')
    .trim();
}

/** Reads the cells of one time column; each instance keeps to the way of writing of its first cell. */
export class TimeColumn {
  readonly seen: TimesSeen;
  readonly #column: string;

  /** @param dayOrder what dates that end with the year have first, where that was said. */
  constructor(column: string, dayOrder?: DayOrder) {
    this.#column = column;
    this.seen = { way: undefined, dayOrder, untold: 0, told: 0, largest: 0 };
  }

  /**
   * A cell as a number: seconds since 1970 for a date, or the number as it stands, whose unit `unit` tells later, or the
   * code of a date that ends with the year, whose order `seen` tells later. NaN where the cell is empty.
   * @throws BadRow for anything else, and for a date that does not exist.
   */
  read(cell: string): number {
    const text = cell.trim();
    if (isNoDate(text)) return Number.NaN;
    if (text.length > LONGEST) return this.#take('dates', Number.NaN, cell);
    if (NUMERIC.test(text)) {
      if (SHORTENED.test(text)) {
        throw new BadRow(
          `${this.#place}: ${shown(cell)} is a time that a spreadsheet has shortened; export times as text, or --time-col none leaves them out`,
        );
      }
      return this.#take('numbers', Number(text), cell);
    }
    const parted = partedDate(text);
    if (!parted) return this.#take('dates', secondsOf(inDigits(text)) ?? monthNameSeconds(text), cell);
    const value = this.#take('parted', parted.code, cell);
    this.seen[parted.order === undefined ? 'untold' : 'told'] |= parted.spelling;
    if (parted.order === undefined) return value;
    if (this.seen.dayOrder !== undefined && this.seen.dayOrder !== parted.order) {
      const other = this.seen.dayOrder === 'day-first' ? 'the day' : 'the month';
      throw new BadRow(`${this.#place}: ${shown(cell)} is no date with ${other} first, as the column has it`);
    }
    this.seen.dayOrder = parted.order;
    return value;
  }

  #take(way: Way, value: number, cell: string): number {
    if (!Number.isFinite(value)) {
      throw new BadRow(
        `${this.#place}: ${shown(cell)} is not a time (seconds, milliseconds, YYYY-MM-DD HH:MM:SS or DD/MM/YYYY); --time-col none leaves times out`,
      );
    }
    this.seen.way ??= way;
    if (way !== this.seen.way)
      throw new BadRow(`${this.#place}: ${shown(cell)}, where the rows before have ${WAYS[this.seen.way]}`);
    if (way === 'numbers') this.seen.largest = Math.max(this.seen.largest, Math.abs(value));
    return value;
  }

  get #place(): string {
    return `column "${printableName(this.#column)}"`;
  }

  /** Goes by seconds from now on: what was read as dates written in digits has been made seconds. */
  becomeDates(): void {
    this.seen.way = 'dates';
  }

  /** The unit of the column, from the largest number in it: seconds reach the year 5138 before they look like milliseconds. */
  get unit(): TimeUnit {
    if (this.seen.way !== 'numbers') return 'text';
    if (this.seen.largest < LARGEST_DAY && DAY_COLUMN.test(this.#column.toLowerCase().replace(/[^a-z]/g, '')))
      return 'days';
    if (this.seen.largest < 1e11) return 's';
    if (this.seen.largest < 1e14) return 'ms';
    return this.seen.largest < 1e17 ? 'µs' : 'ns';
  }

  /** How many of what `read` gives are a second. */
  get scale(): number {
    return SCALES[this.unit];
  }

  /** Seconds since 1970 for a number that `read` gave. */
  seconds(value: number): number {
    return value / this.scale;
  }

  /** Takes a number as `read` would the cell that holds it; false where it would refuse it, for dates came before. */
  takeNumber(value: number): boolean {
    this.seen.way ??= 'numbers';
    if (this.seen.way !== 'numbers') return false;
    const size = Math.abs(value);
    if (size > this.seen.largest) this.seen.largest = size;
    return true;
  }

  /** Goes on behind cells that another column has read; false where they would not have been read the same here. */
  follow({ way, dayOrder, untold, told, largest }: TimesSeen): boolean {
    if (way !== undefined && this.seen.way !== undefined && way !== this.seen.way) return false;
    if (dayOrder !== undefined && this.seen.dayOrder !== undefined && dayOrder !== this.seen.dayOrder) return false;
    this.seen.way ??= way;
    this.seen.dayOrder ??= dayOrder;
    this.seen.untold |= untold;
    this.seen.told |= told;
    this.seen.largest = Math.max(this.seen.largest, largest);
    return true;
  }
}
