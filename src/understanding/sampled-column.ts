import { isBlank, LONGEST_NUMBER, numberCell } from '../csv/cells.js';
import { TimeColumn } from '../events/times.js';

/** Columns with a smaller share of filled cells are nearly empty. */
const LEAST_FILLED = 0.2;

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
