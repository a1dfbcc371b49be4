import { isBlank, shown } from './cells.js';
import { BadRow } from './csv.js';

/** How a column writes its times. A column keeps to one way; numbers get their unit from their size, once all are read. */
export type TimeUnit = 's' | 'ms' | 'µs' | 'text';

/** What decides how further cells of a time column are read, and in what unit. */
export interface TimesSeen {
  /** True where its cells are numbers, false where they are dates; undefined: none yet. */
  numeric: boolean | undefined;
  /** The largest number, without its sign. */
  largest: number;
}

const NUMERIC = /^[+-]?\d+(\.\d+)?(e\+?\d+)?$/i;
const DATE_TIME =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?)?$/i;

/** Reads the cells of one time column; each instance keeps to the way of writing of its first cell. */
export class TimeColumn {
  readonly #column: string;
  #numeric: boolean | undefined;
  #largest = 0;

  constructor(column: string) {
    this.#column = column;
  }

  /**
   * A cell as a number: seconds since 1970 for a date, or the number as it stands, whose unit `unit` tells later.
   * NaN where the cell is empty.
   * @throws BadRow for anything else, and for a date that does not exist.
   */
  read(cell: string): number {
    const text = cell.trim();
    if (isBlank(text)) return Number.NaN;
    const numeric = NUMERIC.test(text);
    const value = numeric ? Number(text) : secondsOf(text);
    if (!Number.isFinite(value)) {
      throw new BadRow(
        `column "${this.#column}": ${shown(cell)} is not a time (seconds, milliseconds or YYYY-MM-DD HH:MM:SS); --time-col none leaves times out`,
      );
    }
    this.#numeric ??= numeric;
    if (numeric !== this.#numeric) {
      const before = this.#numeric ? 'a number' : 'a date';
      throw new BadRow(`column "${this.#column}": ${shown(cell)}, where the rows before have ${before}`);
    }
    if (numeric) this.#largest = Math.max(this.#largest, Math.abs(value));
    return value;
  }

  /** The unit of the column, from the largest number in it: seconds reach the year 5138 before they look like milliseconds. */
  get unit(): TimeUnit {
    if (this.#numeric !== true) return 'text';
    if (this.#largest < 1e11) return 's';
    return this.#largest < 1e14 ? 'ms' : 'µs';
  }

  /** How many of what `read` gives are a second. */
  get scale(): number {
    const unit = this.unit;
    if (unit === 'ms') return 1e3;
    return unit === 'µs' ? 1e6 : 1;
  }

  /** Seconds since 1970 for a number that `read` gave. */
  seconds(value: number): number {
    return value / this.scale;
  }

  /** What the column has seen of its cells. */
  get seen(): TimesSeen {
    return { numeric: this.#numeric, largest: this.#largest };
  }

  /** Takes a number as `read` would the cell that holds it; false where it would refuse it, for dates came before. */
  takeNumber(value: number): boolean {
    if (this.#numeric === false) return false;
    this.#numeric = true;
    const size = Math.abs(value);
    if (size > this.#largest) this.#largest = size;
    return true;
  }

  /** Goes on behind cells that another column has read; false where they would not have been read the same here. */
  follow({ numeric, largest }: TimesSeen): boolean {
    if (numeric !== undefined && this.#numeric !== undefined && numeric !== this.#numeric) return false;
    this.#numeric ??= numeric;
    this.#largest = Math.max(this.#largest, largest);
    return true;
  }
}

/** `2011-12-09`, `2011-12-09 12:50[:00[.5]]`, with `T` and a zone if need be; UTC where none is named. NaN: no such time. */
function secondsOf(text: string): number {
  const match = DATE_TIME.exec(text);
  if (!match) return Number.NaN;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '0', zone = 'Z'] = match;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  const exists = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  if (!exists || Number(hour) > 24 || Number(minute) > 59 || Number(second) > 60) return Number.NaN;
  const clock = Number(hour) * 3600 + Number(minute) * 60 + Number(second) + Number(`0.${fraction}`);
  if (clock > 86400) return Number.NaN;
  return date.getTime() / 1000 + clock - zoneSeconds(zone);
}

function zoneSeconds(zone: string): number {
  const match = /^([+-])(\d{2}):?(\d{2})$/.exec(zone);
  if (!match) return 0;
  const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60;
  return match[1] === '-' ? -seconds : seconds;
}
