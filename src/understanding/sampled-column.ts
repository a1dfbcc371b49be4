import { isBlank, LONGEST_NUMBER, numberCell } from '../csv/cells.js';
import { TimeColumn } from '../events/times.js';

/** Columns with a smaller share of filled cells are nearly empty. */
const LEAST_FILLED = 0.2;

/** The numbers of first lines. */
const FIRST_LINES = new Set([1, 10]);
/** Orders that lost a few lines skip their numbers. */
const MOST_LINES_LEFT_OUT = 5;

/**
 * True if all numbers with a point have three digits after it, and all others have at most three digits: the point may separate thousands,
 * as in Europe. Currencies around numbers are ignored.
 */
export function mayHaveThousands(cells: readonly string[]): boolean {
  let pointed = 0;
  for (const cell of cells) {
    if (cell.length > LONGEST_NUMBER) return false;
    const number = cell.replace(/^[^\d.,-]+|[^\d.,]+$/g, '');
    if (/^-?[1-9]\d{0,2}(\.\d{3})+$/.test(number)) pointed++;
    else if (!/^-?\d{1,3}$/.test(number)) return false;
  }
  return pointed > 0 && pointed < cells.length;
}

/** Fewer rows may repeat the number of their item by chance, and fewer numbers may be sizes of packs. */
const FEWEST_REPEATED = 30;
const FEWEST_NUMBERS = 5;

/** True if rows of one item always have the same cell, and items have different ones: then it says nothing about the user. */
export function isOfItems(column: SampledColumn, items: SampledColumn): boolean {
  const rows = new Map<string, number>();
  for (const cell of column.filled) rows.set(cell, (rows.get(cell) ?? 0) + 1);
  // Most quantities are 1.
  const commonest = Math.max(...rows.values());
  const { repeated, changed } = column.changesWithin(items, (cell) => (rows.get(cell) ?? commonest) < commonest);
  return changed === 0 && repeated >= FEWEST_REPEATED && column.distinct.size >= FEWEST_NUMBERS;
}

/** The sampled cells of a column, and facts about them. */
export class SampledColumn {
  readonly name: string;
  readonly at: number;
  /** One cell per row. */
  readonly cells: readonly string[];
  /** The cells that are not blank. */
  readonly filled: readonly string[];
  #distinct: ReadonlySet<string> | undefined;

  constructor(name: string, at: number, cells: readonly string[]) {
    this.name = name;
    this.at = at;
    this.cells = cells;
    this.filled = cells.filter((cell) => !isBlank(cell));
  }

  /** Columns without cells. */
  static ofNames(header: readonly string[]): SampledColumn[] {
    return header.map((name, at) => new SampledColumn(name, at, []));
  }

  get distinct(): ReadonlySet<string> {
    this.#distinct ??= new Set(this.filled);
    return this.#distinct;
  }

  /** True if very few rows have a cell; false for a file without rows. */
  get isNearlyEmpty(): boolean {
    return this.filled.length < LEAST_FILLED * this.cells.length;
  }

  /** True if every row has a different cell. */
  get isUnique(): boolean {
    return this.cells.length > 1 && this.distinct.size === this.cells.length;
  }

  /** True if the cells are ascending whole numbers, like the keys of a table. */
  get isRunning(): boolean {
    const numbers = this.cells.map((cell) => (/^\d{1,15}$/.test(cell) ? Number(cell) : Number.NaN));
    return numbers.length > 2 && numbers.every((number, at) => at === 0 || number > (numbers[at - 1] ?? number));
  }

  /** True if the cells count the lines of orders: 1, 2, 3, 1, 2, 1 or 10, 20, 10; every fall goes back to the first number. */
  get isLineNumber(): boolean {
    const numbers = this.cells.map((cell) => (/^\d{1,6}$/.test(cell) ? Number(cell) : Number.NaN));
    const [first = 0] = numbers;
    const isNext = (number: number, before = 0) => number > before && number <= before + first * MOST_LINES_LEFT_OUT;
    return (
      FIRST_LINES.has(first) &&
      this.distinct.size > 2 &&
      numbers.every((number, at) => number === first || isNext(number, numbers[at - 1]))
    );
  }

  /** The share of the filled cells that are numbers; 0 without filled cells. */
  get numbers(): number {
    return this.#share((cell) => !Number.isNaN(numberCell(cell, this.name)));
  }

  /** The share of the filled cells that are times in one format; 0 without filled cells. */
  get times(): number {
    const column = new TimeColumn(this.name);
    return this.#share((cell) => !Number.isNaN(column.read(cell)));
  }

  /** The share of the filled cells that are in a set. */
  sharedWith(values: ReadonlySet<string>): number {
    return this.#share((cell) => values.has(cell));
  }

  /**
   * How many rows have the key of an earlier row in another column, and in how many of them the cell is not that of the first such row.
   * @param counts whether a repeated cell counts.
   */
  changesWithin(
    keys: SampledColumn,
    counts: (cell: string) => boolean = () => true,
  ): { repeated: number; changed: number } {
    const first = new Map<string, string>();
    let repeated = 0;
    let changed = 0;
    for (const [row, key] of keys.cells.entries()) {
      const cell = this.cells[row] ?? '';
      const before = first.get(key);
      if (before === undefined) first.set(key, cell);
      else if (before !== cell || counts(cell)) repeated++;
      if (before !== undefined && before !== cell) changed++;
    }
    return { repeated, changed };
  }

  /** @param holds may throw, which counts as false. */
  #share(holds: (cell: string) => boolean): number {
    if (this.filled.length === 0) return 0;
    let count = 0;
    for (const cell of this.filled) {
      try {
        if (holds(cell)) count++;
      } catch {
        // The reader refuses the cell.
      }
    }
    return count / this.filled.length;
  }
}
