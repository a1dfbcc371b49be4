import type { Numbers } from '../events/columns.js';
import { forEachChunk } from '../matrix/chunks.js';

/** A share of the rows that chance, or a few slips, would not reach. */
const MANY = 0.1;
/** Whole numbers above this beside 1.234 are hardly kilograms or hours. */
const MANY_PIECES = 100;

/** How many decimals the numbers of a column have, which shows what they are. */
export class DecimalTally {
  #rows = 0;
  /** Rows with exactly two decimals, as 9.99 and 12.95 have. */
  #cents = 0;
  #thousandths = 0;
  /** Rows with a fraction that no separator of thousands can have made: 0.5, or four decimals. */
  #otherFractions = 0;
  #highestWhole = 0;
  #example = Number.NaN;

  /** @param numbers one a row; undefined: no row has a number. */
  constructor(numbers: Numbers | undefined) {
    const { values, none } = numbers ?? { values: new Float64Array(0), none: Number.NaN };
    forEachChunk(values.length, (from, to) => {
      for (let row = from; row < to; row++) {
        const value = values[row] ?? Number.NaN;
        if (value !== none && !Number.isNaN(value)) this.#add(Math.abs(value));
      }
    });
  }

  #add(value: number): void {
    this.#rows++;
    if (Number.isInteger(value)) {
      if (value > this.#highestWhole) this.#highestWhole = value;
      return;
    }
    const decimals = decimalsOf(value);
    if (decimals === 2 && value > 1) this.#cents++;
    if (decimals > 3 || value < 1 || value >= 1000) this.#otherFractions++;
    else if (decimals === 3) {
      this.#thousandths++;
      this.#example = value;
    }
  }

  /** True where many rows end in cents, and hardly any is finer: sums of money. */
  get looksLikeMoney(): boolean {
    return this.#cents > MANY * this.#rows && this.#thousandths === 0;
  }

  /** A number like 1.234 where it stands beside whole numbers in the hundreds: its point may separate thousands. */
  get perhapsThousands(): number | undefined {
    const isOdd = this.#thousandths > 0 && this.#otherFractions === 0 && this.#highestWhole >= MANY_PIECES;
    return isOdd ? this.#example : undefined;
  }
}

/** How many decimals a number has, from 1 to 3; 4 stands for more. */
function decimalsOf(value: number): number {
  for (let decimals = 1, scaled = 10 * value; decimals <= 3; decimals++, scaled *= 10) {
    if (Math.abs(scaled - Math.round(scaled)) < 1e-6) return decimals;
  }
  return 4;
}
