import { isBlank, LONGEST_NUMBER, numberCell } from '../csv/cells.js';
import { TimeColumn } from '../events/times.js';

/** Columns of whose rows fewer than this share are filled say next to nothing. */
const LEAST_FILLED = 0.2;

/**
 * True where all numbers with a point have three digits behind it, and all others at most three digits: as thousands are written in
 * Europe. A currency around them does not matter.
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

/** What the sampled cells of a column say of it. */
export class SampledColumn {
  readonly name: string;
  readonly at: number;
  /** One cell a row. */
  readonly cells: readonly string[];
  /** The cells that say something. */
  readonly filled: readonly string[];
  #distinct: ReadonlySet<string> | undefined;

  constructor(name: string, at: number, cells: readonly string[]) {
    this.name = name;
    this.at = at;
    this.cells = cells;
    this.filled = cells.filter((cell) => !isBlank(cell));
  }

  /** Columns of which the names alone are known. */
  static ofNames(header: readonly string[]): SampledColumn[] {
    return header.map((name, at) => new SampledColumn(name, at, []));
  }

  get distinct(): ReadonlySet<string> {
    this.#distinct ??= new Set(this.filled);
    return this.#distinct;
  }

  /** True where next to no row has a cell. A file without rows says nothing against its columns. */
  get isNearlyEmpty(): boolean {
    return this.filled.length < LEAST_FILLED * this.cells.length;
  }

  /** True where every row has a cell of its own: it numbers the rows. */
  get isUnique(): boolean {
    return this.cells.length > 1 && this.distinct.size === this.cells.length;
  }

  /** True where every row has a higher whole number than the one before, as the keys of a table have. */
  get isRunning(): boolean {
    const numbers = this.cells.map((cell) => (/^\d{1,15}$/.test(cell) ? Number(cell) : Number.NaN));
    return numbers.length > 2 && numbers.every((number, at) => at === 0 || number > (numbers[at - 1] ?? number));
  }

  /** The share of the filled cells that are numbers, or times as a time column has them; 0 without any. */
  get numbers(): number {
    return this.#share((cell) => !Number.isNaN(numberCell(cell, this.name)));
  }

  get times(): number {
    const column = new TimeColumn(this.name);
    return this.#share((cell) => !Number.isNaN(column.read(cell)));
  }

  /** The share of the filled cells that are in a set. */
  sharedWith(values: ReadonlySet<string>): number {
    return this.#share((cell) => values.has(cell));
  }

  /** @param holds may throw for cells that it refuses. */
  #share(holds: (cell: string) => boolean): number {
    if (this.filled.length === 0) return 0;
    let count = 0;
    for (const cell of this.filled) {
      try {
        if (holds(cell)) count++;
      } catch {
        // What a reader refuses is not of its kind.
      }
    }
    return count / this.filled.length;
  }
}
