import type { Numbers } from '../../events/columns.js';
import { forEachChunk } from '../../matrix/chunks.js';

/** A share of the rows that chance, or a few slips, would not reach. */
const MANY = 0.1;
const MOST_FEW = 3;
/** Of fewer rows none has to be of one piece. */
const FEWEST_ROWS = 20;
/** Whole numbers above this beside 1.234 are hardly kilograms or hours. */
const MANY_PIECES = 100;

/** What programs write where there is no number. */
const CODES = new Set([-99, -999, -9999, -99_999, 999, 9999, 99_999, 999_999]);
/** A code lies so many times further out than all numbers. */
const FAR_OUT = 5;
/** Of fewer rows it may be a number. */
const FEWEST_CODES = 3;

/** What the decimals of a column show of its numbers. */
export function decimalsIn({ values, none }: Numbers) {
  let rows = 0;
  /** Rows with exactly two decimals, as 9.99 and 12.95 have. */
  let cents = 0;
  let thousandths = 0;
  /** Rows with a fraction that no separator of thousands can have made: 0.5, or four decimals. */
  let otherFractions = 0;
  let highestWhole = 0;
  let negative = 0;
  let few = 0;
  let positive = 0;
  let farthest = 0;
  const codes = new Map<number, number>();
  const add = (value: number) => {
    rows++;
    if (value <= MOST_FEW) few++;
    if (Number.isInteger(value)) {
      if (value > highestWhole) highestWhole = value;
      return;
    }
    const decimals = decimalsOf(value);
    if (decimals === 2 && value > 1) cents++;
    if (decimals > 3 || value < 1 || value >= 1000) otherFractions++;
    else if (decimals === 3) thousandths++;
  };
  forEachChunk(values.length, (from, to) => {
    for (let row = from; row < to; row++) {
      const value = values[row] ?? Number.NaN;
      if (value === none || Number.isNaN(value)) continue;
      if (value < 0) negative++;
      else if (value > 0) positive++;
      if ((value < 0 || value > 900) && CODES.has(value)) codes.set(value, (codes.get(value) ?? 0) + 1);
      else farthest = Math.max(farthest, Math.abs(value));
      add(Math.abs(value));
    }
  });
  return {
    rows,
    negative,
    positive,
    /** A value that stands for none, it seems, and how many rows have it. */
    code: [...codes].find(([code, count]) => count >= FEWEST_CODES && Math.abs(code) > FAR_OUT * farthest),
    /** Many rows end in cents, and hardly any is finer: sums of money. */
    looksLikeMoney: cents > MANY * rows && thousandths === 0,
    /** Hardly any row has one, two or three, as most rows of counts have. */
    areLarge: rows >= FEWEST_ROWS && few < MANY * rows,
    /** A number like 1.234 stands beside whole numbers in the hundreds: its point may separate thousands. */
    mayHaveThousands: thousandths > 0 && otherFractions === 0 && highestWhole >= MANY_PIECES,
  };
}

/** How many decimals a number has, from 1 to 3; 4 stands for more. */
function decimalsOf(value: number): number {
  for (let decimals = 1, scaled = 10 * value; decimals <= 3; decimals++, scaled *= 10) {
    if (Math.abs(scaled - Math.round(scaled)) < 1e-6) return decimals;
  }
  return 4;
}
