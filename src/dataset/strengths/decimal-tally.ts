import type { Numbers } from '../../events/columns.js';
import { forEachChunk } from '../../matrix/chunks.js';

/** A share of the rows that coincidence or a few typos hardly reach. */
const MANY = 0.1;
const SMALL_COUNT = 3;
/** In fewer rows, counts of 1 to 3 may be missing by chance. */
const FEWEST_ROWS = 20;
/** Beside whole numbers of at least this, 1.234 is hardly in kilograms or hours. */
const LARGE_COUNT = 100;

/** Codes that programs write for a missing number. */
const CODES = new Set([-99, -999, -9999, -99_999, 999, 9999, 99_999, 999_999]);
/** A code is more than this many times as far from 0 as any other number. */
const FAR_OUT = 5;
/** In fewer rows than this it may be a real number. */
const FEWEST_CODES = 3;

/** What the decimals and the size of a column's numbers show. */
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
    if (value <= SMALL_COUNT) few++;
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
    /** A value that seems to stand for a missing number, and how many rows have it. */
    code: [...codes].find(([code, count]) => count >= FEWEST_CODES && Math.abs(code) > FAR_OUT * farthest),
    /** Many rows end in cents, and hardly any is finer: sums of money. */
    looksLikeMoney: cents > MANY * rows && thousandths === 0,
    /** Hardly any row has one, two or three, as most rows of counts have. */
    areLarge: rows >= FEWEST_ROWS && few < MANY * rows,
    /** A number like 1.234 stands beside whole numbers in the hundreds: its point may separate thousands. */
    mayHaveThousands: thousandths > 0 && otherFractions === 0 && highestWhole >= LARGE_COUNT,
  };
}

/** How many decimals a number has, from 1 to 3; 4 stands for more. */
function decimalsOf(value: number): number {
  for (let decimals = 1, scaled = 10 * value; decimals <= 3; decimals++, scaled *= 10) {
    if (Math.abs(scaled - Math.round(scaled)) < 1e-6) return decimals;
  }
  return 4;
}
