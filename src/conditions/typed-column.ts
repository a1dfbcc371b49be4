import { BadRow } from '../csv/bad-rows.js';
import { isPlaceholder, numberIn, type Separator, separatorOf, valuesOf } from '../csv/cell-values.js';
import { type CellColumn, shown, truthWord } from '../csv/cells.js';
import { IndexColumn } from '../events/columns.js';
import { type DayOrder, mayBeginWithYear, partedSeconds } from '../events/day-month.js';
import { secondsOfDigits } from '../events/settled-times.js';
import { isNoDate, TimeColumn } from '../events/times.js';

/** The type as which cells are compared. */
export type Kind = 'numbers' | 'dates' | 'truths' | 'texts';
export type NumberKind = Exclude<Kind, 'texts'>;

/** Cells as numbers: amounts, seconds since 1970, or 1 and 0 for true and false. */
export interface Numbers {
  /** By index; NaN if the cell is missing or cannot be read. */
  values: Float64Array;
  /** How many cells have other text, and the first one as messages show it. */
  unreadable: { count: number; example: string };
  /** False if there are cells with text but no number among them. */
  isReadable: boolean;
  /** Why it is not readable, if an example does not explain it. */
  why?: string;
}

/** Cells as sets of texts: trimmed and in lower case. */
export interface Texts {
  /** Where the values of each cell begin; one more entry than cells. */
  offsets: Uint32Array;
  /** Values as numbers from `Symbols`, ascending within a cell. */
  values: Uint32Array;
}

/** A number for each text, shared by columns that are compared with each other. */
export type Symbols = Map<string, number>;

/** True for a missing value: empty, NA, NULL, -, unknown and the like. */
export function isMissing(cell: string | undefined): boolean {
  return cell === undefined || isNoDate(cell) || isPlaceholder(cell);
}

/** 1 or 0 for a cell that means true or false; numbers above 0 are true. NaN for any other text. */
export function truthIn(cell: string): number {
  const number = numberIn(cell);
  return Number.isNaN(number) ? truthWord(cell) : Number(number > 0);
}

/** Smaller numbers are years or amounts; as seconds they would be before 1973. */
const LEAST_SECONDS = 1e8;

/**
 * The cells of a column in the forms that comparisons need. Each form is made on demand, in time linear in the size of the cells.
 * @param dayOrder the order of day and month from the options, if any.
 */
export function typedColumn({ name, cells }: CellColumn, dayOrder: DayOrder | undefined) {
  const made = new Map<string, unknown>();
  const once = <T>(form: string, make: () => T): T => {
    if (!made.has(form)) made.set(form, make());
    return made.get(form) as T;
  };
  const dates = () => once('date form', () => dateForm({ name, cells }, dayOrder));

  /** A function that reads a cell as a number in the format of this column; NaN if it cannot be read. */
  const reader = (kind: NumberKind): ((cell: string) => number) => {
    if (kind === 'dates') return dates().read;
    return kind === 'numbers' ? numberIn : truthIn;
  };

  const numbers = (kind: NumberKind): Numbers =>
    once(kind, () => {
      const { why } = dates();
      const read = numbersOf(cells, reader(kind));
      return kind === 'dates' && why !== undefined ? { ...read, isReadable: false, why } : read;
    });

  /** The texts that equal a cell: each value of a list, and the whole cell. */
  const textsIn = (cell: string): Set<string> => {
    const separator = once('separator', (): Separator => {
      const filled = cells.filter((each) => !isMissing(each));
      return filled.length > 0 ? separatorOf(name, filled) : undefined;
    });
    return isMissing(cell) ? new Set() : new Set([...valuesOf(cell, separator), cell.trim().toLowerCase()]);
  };

  return {
    name,
    cells,
    numbers,
    reader,
    textsIn,
    texts: (symbols: Symbols): Texts => once('texts', () => textsOf(cells.map(textsIn), symbols)),
    /** True if every cell is a number, and none is a code like 0815. */
    get isPlainlyNumeric(): boolean {
      const isCode = () => cells.some((cell) => /^\s*0\d/.test(cell));
      return once('plain', () => numbers('numbers').unreadable.count === 0 && !isCode());
    },
  };
}
export type TypedColumn = ReturnType<typeof typedColumn>;

function numbersOf(cells: readonly string[], read: (cell: string) => number): Numbers {
  const values = new Float64Array(cells.length);
  const unreadable = { count: 0, example: '' };
  let count = 0;
  for (let index = 0; index < cells.length; index++) {
    const cell = cells[index] ?? '';
    const value = isMissing(cell) ? Number.NaN : read(cell);
    values[index] = value;
    if (!Number.isNaN(value)) count++;
    else if (!isMissing(cell) && unreadable.count++ === 0) unreadable.example = shown(cell);
  }
  return { values, unreadable, isReadable: count > 0 || unreadable.count === 0 };
}

/** Finds the date format of a column from all of its cells. @returns `why` dates cannot be read, if so. */
function dateForm({ name, cells }: CellColumn, dayOrder: DayOrder | undefined) {
  const column = new TimeColumn(name, dayOrder);
  const read = (cell: string) => {
    try {
      return column.read(cell);
    } catch (error) {
      if (error instanceof BadRow) return Number.NaN;
      throw error;
    }
  };
  const { values } = numbersOf(cells, read);
  const { format, largest, dayOrder: order } = column.seen;
  if (format === 'parted') {
    if (order === undefined || mayBeginWithYear(values)) {
      return { read, why: 'has dates, but no cell shows which part is the day; --date-order says it' };
    }
    return { read: (cell: string) => partedSeconds(read(cell), order) };
  }
  // Ranges of rows may be read by different processes: the first row of a range must not decide the format.
  if (format === undefined) column.markAsSeconds();
  if (format !== 'numbers') return { read };
  const digits = (value: number) => secondsOfDigits(value, String(largest).length);
  if (values.every((value) => Number.isNaN(value) || digits(value) !== undefined)) {
    return { read: (cell: string) => digits(read(cell)) ?? Number.NaN };
  }
  if (largest < LEAST_SECONDS) return { read, why: 'has plain numbers, which are no dates; compare it with a number' };
  const { scale } = column;
  return { read: (cell: string) => read(cell) / scale };
}

/** @param cells the values of each cell. */
export function textsOf(cells: readonly Iterable<string>[], symbols: Symbols): Texts {
  const offsets = new Uint32Array(cells.length + 1);
  const values = new IndexColumn();
  cells.forEach((texts, index) => {
    const numbers = Uint32Array.from(texts, (text) => symbolOf(text, symbols)).sort();
    for (const number of numbers) values.push(number);
    offsets[index + 1] = values.length;
  });
  return { offsets, values: values.values.slice() };
}

function symbolOf(text: string, symbols: Symbols): number {
  const number = symbols.get(text) ?? symbols.size;
  if (number === symbols.size) symbols.set(text, number);
  return number;
}
