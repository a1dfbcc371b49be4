import type { Numbers } from '../../events/columns.js';
import { forEachChunk } from '../../matrix/chunks.js';

const MOST_GRADES = 21;
const LARGEST_GRADE = 10;
/** Means "not rated" in exports with scales of any length. */
const FAR_OFF = 99;

/** How often each value of a rating column occurs. */
export class GradeTally {
  /** The number of rows of each value; if there are more than 21 different values, only of some. */
  readonly grades: ReadonlyMap<number, number>;
  readonly low: number;
  readonly high: number;
  /** The number of rows without a number. */
  readonly missing: number;
  /** The highest value except 99. */
  readonly #near: number;

  private constructor(grades: ReadonlyMap<number, number>, low: number, near: number, missing: number) {
    this.grades = grades;
    this.missing = missing;
    this.low = low;
    this.high = grades.has(FAR_OFF) ? Math.max(near, FAR_OFF) : near;
    this.#near = near;
  }

  /** @param numbers one for each row; undefined: no row has a number. */
  static of(numbers: Numbers | undefined): GradeTally {
    // Stars and half stars are counted in an array; all other values in a map of limited size.
    const halves = new Uint32Array(4 * LARGEST_GRADE + 1);
    const grades = new Map<number, number>();
    let low = Number.POSITIVE_INFINITY;
    let near = Number.NEGATIVE_INFINITY;
    let missing = 0;
    const { values, none } = numbers ?? { values: new Float64Array(0), none: Number.NaN };
    const widen = (value: number) => {
      low = Math.min(low, value);
      if (value !== FAR_OFF) near = Math.max(near, value);
    };
    // A separate function: inside the loop, this code would make V8 box every value, which takes three times as long.
    const addOther = (value: number) => {
      if (value === none || Number.isNaN(value)) {
        missing++;
        return;
      }
      widen(value);
      // One more than a scale may have, and 99, so that too many values do not look like a scale.
      if (grades.size <= MOST_GRADES + 1 || value === FAR_OFF || grades.has(value))
        grades.set(value, (grades.get(value) ?? 0) + 1);
    };
    forEachChunk(values.length, (from, to) => {
      for (let row = from; row < to; row++) {
        const value = values[row] ?? Number.NaN;
        const half = 2 * (value + LARGEST_GRADE);
        const place = half | 0;
        if (place === half && place >= 0 && place < halves.length) halves[place] = (halves[place] ?? 0) + 1;
        else addOther(value);
      }
    });
    halves.forEach((rows, half) => {
      if (rows === 0) return;
      widen(half / 2 - LARGEST_GRADE);
      grades.set(half / 2 - LARGEST_GRADE, rows);
    });
    return new GradeTally(grades, low, near, missing);
  }

  /** The tally without one of the values. */
  without(value: number): GradeTally {
    const grades = new Map(this.grades);
    grades.delete(value);
    const left = [...grades.keys()];
    const low = value === this.low ? Math.min(...left) : this.low;
    return new GradeTally(grades, low, value === this.#near ? Math.max(...left) : this.#near, this.missing);
  }

  /** True if there are at most 21 different values, all between -10 and 10, and the commonest is not the lowest. */
  get isScale(): boolean {
    const { grades, low, high } = this;
    if (grades.size < 2 || grades.size > MOST_GRADES || high > LARGEST_GRADE || low < -LARGEST_GRADE) return false;
    return this.commonest > low;
  }

  /** The value with the most rows; among equals, the highest. */
  get commonest(): number {
    let commonest = this.low;
    for (const [value, count] of this.grades) {
      const most = this.rows(commonest);
      if (count > most || (count === most && value > commonest)) commonest = value;
    }
    return commonest;
  }

  rows(value: number): number {
    return this.grades.get(value) ?? 0;
  }
}
