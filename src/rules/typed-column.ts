import { BadRow } from '../csv/bad-rows.js';
import { isBlank, shown } from '../csv/cells.js';
import { isPlaceholder, separatorOf, valuesOf } from '../dataset/attributes.js';
import { numberIn } from '../dataset/bands.js';
import { IndexColumn, NumberColumn } from '../events/columns.js';
import { type DayOrder, mayBeginWithYear, partedSeconds } from '../events/day-month.js';
import { settleDigits } from '../events/settled-times.js';
import { TimeColumn } from '../events/times.js';

/** A column of a file: one cell an item or a user, by index; '' or none where nothing is said. */
export interface CellColumn {
  name: string;
  cells: readonly string[];
}

/** Cells as numbers: amounts, seconds since 1970, or 1 and 0 for true and false. */
export interface Numbers {
  /** By index; NaN where the cell is missing or cannot be read. */
  values: Float64Array;
  /** Cells that say something else, and the first of them as messages show it. */
  unreadable: { count: number; example: string };
  /** True where some cell could be read, or none had to be. */
  isReadable: boolean;
  /** Why no cell can be read, where that is not told by an example. */
  why?: string;
}

/** Cells as sets of texts: trimmed and without case. */
export interface Texts {
  /** Where the values of each cell begin and, behind the last, where all end. */
  offsets: Uint32Array;
  /** Numbers of the values in `Symbols`; rising within a cell. */
  values: Uint32Array;
}

/** Texts by number, so that equal ones have the same: of all columns that are compared with each other. */
export type Symbols = Map<string, number>;

/** True for a cell that says nothing: empty, NA, NULL, -, unknown and the like. */
export function isMissing(cell: string | undefined): boolean {
  return cell === undefined || isBlank(cell) || isPlaceholder(cell);
}

const TRUTHS = new Map([
  ...['true', 't', 'yes', 'y', 'on', 'ja', 'wahr', 'oui', 'vrai', 'si', 'sí', 'verdadero'].map(
    (word) => [word, 1] as const,
  ),
  ...['false', 'f', 'no', 'n', 'off', 'nein', 'falsch', 'non', 'faux', 'falso'].map((word) => [word, 0] as const),
]);

/** 1 or 0 for a cell that says true or false; of numbers those above 0 are true. NaN: it says neither. */
export function truthIn(cell: string): number {
  const number = numberIn(cell);
  if (!Number.isNaN(number)) return Number(number > 0);
  return cell.length > 10 ? Number.NaN : (TRUTHS.get(cell.trim().toLowerCase()) ?? Number.NaN);
}

/** The cells of a column in the forms that comparisons need, each made when it is first asked for. Time is linear in the size of the cells. */
export class TypedColumn {
  readonly #column: CellColumn;
  readonly #dayOrder: DayOrder | undefined;
  readonly #made = new Map<string, unknown>();

  /** @param dayOrder what dates that end with the year have first, where that was said. */
  constructor(column: CellColumn, dayOrder: DayOrder | undefined) {
    this.#column = column;
    this.#dayOrder = dayOrder;
  }

  get name(): string {
    return this.#column.name;
  }

  get length(): number {
    return this.#column.cells.length;
  }

  isMissing(index: number): boolean {
    return isMissing(this.#column.cells[index]);
  }

  /** True where a cell has a text in it, without case. @param text in lower case. */
  contains(index: number, text: string): boolean {
    return (this.#column.cells[index] ?? '').toLowerCase().includes(text);
  }

  get numbers(): Numbers {
    return this.#once('numbers', () => this.#read(numberIn));
  }

  get truths(): Numbers {
    return this.#once('truths', () => this.#read(truthIn));
  }

  /** True where every cell is a number, and none a code like 0815. */
  get isPlainlyNumeric(): boolean {
    const isCode = () => this.#column.cells.some((cell) => /^\s*0\d/.test(cell));
    return this.#once('plain', () => this.numbers.unreadable.count === 0 && !isCode());
  }

  /** Seconds since 1970. */
  get dates(): Numbers {
    return this.#once('dates', () => this.#dates());
  }

  texts(symbols: Symbols): Texts {
    return this.#once('texts', () => textsOf(this.#column, symbols));
  }

  #once<T>(form: string, make: () => T): T {
    if (!this.#made.has(form)) this.#made.set(form, make());
    return this.#made.get(form) as T;
  }

  #read(valueIn: (cell: string) => number): Numbers {
    const { cells } = this.#column;
    const values = new Float64Array(cells.length).fill(Number.NaN);
    const unreadable = { count: 0, example: '' };
    let read = 0;
    for (let index = 0; index < cells.length; index++) {
      const cell = cells[index];
      if (cell === undefined || isMissing(cell)) continue;
      const value = valueIn(cell);
      if (!Number.isNaN(value)) read++;
      else if (unreadable.count++ === 0) unreadable.example = shown(cell);
      values[index] = value;
    }
    return { values, unreadable, isReadable: read > 0 || unreadable.count === 0 };
  }

  #dates(): Numbers {
    const reader = new TimeColumn(this.name, this.#dayOrder);
    const read = this.#read((cell) => {
      try {
        return reader.read(cell);
      } catch (error) {
        if (error instanceof BadRow) return Number.NaN;
        throw error;
      }
    });
    const { values } = read;
    if (reader.parted) {
      const order = reader.dayOrder;
      if (order === undefined || mayBeginWithYear(values)) {
        return {
          ...read,
          isReadable: false,
          why: 'has dates of which no cell tells what is the day; --date-order may',
        };
      }
      return { ...read, values: values.map((code) => (Number.isNaN(code) ? code : partedSeconds(code, order))) };
    }
    const time = new NumberColumn();
    for (const value of values) time.push(value);
    const settled = settleDigits({ time, timeColumn: reader }) ?? time;
    if (reader.seen.way === 'numbers' && reader.seen.largest < LEAST_SECONDS) {
      return { ...read, isReadable: false, why: 'has plain numbers, no dates; compare it with a number' };
    }
    return { ...read, values: values.map((_, index) => reader.seconds(settled.at(index))) };
  }
}

/** Smaller numbers are years or amounts: as seconds they would be times before 1973. */
const LEAST_SECONDS = 1e8;

/** Texts equal a cell as a whole, and each value of a list. */
function textsOf({ name, cells }: CellColumn, symbols: Symbols): Texts {
  const separator = separatorOf(
    name,
    cells.filter((cell) => !isMissing(cell)),
  );
  const offsets = new Uint32Array(cells.length + 1);
  const values = new IndexColumn();
  for (let index = 0; index < cells.length; index++) {
    const cell = cells[index];
    if (cell !== undefined && !isMissing(cell)) {
      const texts = new Set([...valuesOf(cell, separator), cell.trim().toLowerCase()]);
      const numbers = Uint32Array.from(texts, (text) => symbolOf(text, symbols)).sort();
      for (const number of numbers) values.push(number);
    }
    offsets[index + 1] = values.length;
  }
  return { offsets, values: values.values.slice() };
}

/** The number of a text; a new one where it has none yet. */
export function symbolOf(text: string, symbols: Symbols): number {
  let number = symbols.get(text);
  if (number === undefined) {
    number = symbols.size;
    symbols.set(text, number);
  }
  return number;
}
