import {
  isPlaceholder,
  LONGEST_VALUE,
  numberIn,
  type Separator,
  separatorOf,
  valuesOf,
} from '../../csv/cell-values.js';
import type { CellColumn } from '../../csv/cells.js';

/**
 * Decides which columns of a file have values that several of its entities share ("genre:Comedy", "country:FR"), and
 * how their cells are cut into values. Decisions are made once a whole column is known.
 */

/** What a column is used as, or why it is not used. */
export type AttributeDecision =
  | { as: 'values'; separator: Separator; values: number }
  /** The bands in rising order, two at least. */
  | { as: 'bands'; bands: readonly Band[] }
  /** `kept` of `met` different words. */
  | { as: 'words'; kept: number; met: number }
  | { as: 'nothing'; reason: string };

/** A column of long text, before its words are counted. */
export interface TextColumn {
  as: 'text';
}

/** If less than this share of a column is values that at least two entities share, the column is nearly an id. */
const LEAST_SHARED = 0.25;
/** Whole numbers are shared values only if more entities share one on average, as with years and grades; prices and counts become bands. */
const FEWEST_SHARING_NUMBER = 3;

/** Decides by the cells of a column, one per entity, what it is used as. @param wanted whether an option names it. */
export function decideAttribute(column: CellColumn, wanted: boolean): AttributeDecision | TextColumn {
  const filled = column.cells.filter((cell) => !isPlaceholder(cell));
  if (filled.length === 0) return { as: 'nothing', reason: 'empty' };
  const separator = separatorOf(column.name, filled);
  const tally = new Map<string, number>();
  let length = 0;
  for (const cell of filled) {
    for (const value of valuesOf(cell, separator)) {
      tally.set(value, (tally.get(value) ?? 0) + 1);
      length += value.length;
    }
  }
  if (tally.size === 0) return { as: 'nothing', reason: 'lists without values' };
  const total = [...tally.values()].reduce((a, b) => a + b, 0);
  if (length / total > LONGEST_VALUE) return { as: 'text' };
  const constant = tally.size === 1 && filled.length === column.cells.length;
  if (constant && !wanted) return { as: 'nothing', reason: 'the same everywhere' };
  const numbers = separator === undefined && filled.every((cell) => !Number.isNaN(numberIn(cell)));
  const unshared = filled.some((cell) => /\d[.,]\d/.test(cell)) || total / tally.size < FEWEST_SHARING_NUMBER;
  if (numbers && unshared) {
    const decision = decideNumbers(column.name, filled, tally.size);
    if (!wanted || decision.as === 'bands') return decision;
  }
  const use = { as: 'values', separator, values: tally.size } as const;
  if (wanted) return use;
  const shared = [...tally.values()].reduce((sum, count) => sum + (count > 1 ? count : 0), 0);
  if (shared / total < LEAST_SHARED) return { as: 'nothing', reason: 'nearly every value stands alone' };
  return use;
}

/** Endings of column names, with words separated by `_`, whose numbers identify entities instead of describing them. */
const ID_NAME = /(^|[^a-z])(id|no|nr|num|number|code|key|index|isbn(10|13)?|ean(13)?|upc|gtin)$/;

/** Makes bands of numbers that are amounts, but not of ids, codes and running numbers. */
function decideNumbers(name: string, cells: readonly string[], distinct: number): AttributeDecision {
  const words = name.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
  const nearlyDistinct = distinct >= 0.9 * cells.length;
  if (nearlyDistinct && ID_NAME.test(words)) return { as: 'nothing', reason: 'numbers that are ids' };
  if (cells.some((cell) => /^\s*0\d/.test(cell))) return { as: 'nothing', reason: 'codes' };
  if (isRunning(cells)) return { as: 'nothing', reason: 'a running number' };
  const bands = bandsOf(cells);
  return bands.length > 0 ? { as: 'bands', bands } : { as: 'nothing', reason: 'numbers, too few to make bands of' };
}

/** True for whole numbers that rise from each row to the next. */
function isRunning(cells: readonly string[]): boolean {
  const numbers = cells.map(numberIn);
  return numbers.every((value, at) => Number.isInteger(value) && (at === 0 || value > (numbers[at - 1] ?? value)));
}

/** A range of numbers: ends are inclusive, `text` is "low–high" as the cells write them. */
export interface Band {
  low: number;
  high: number;
  text: string;
}

const MOST_BANDS = 8;
/** A band that fewer entities share says little. */
const FEWEST_IN_BAND = 10;

/**
 * Cuts the numbers of a column into up to 8 bands with about equally many cells each, at least 10.
 *
 * @param cells all of them numbers (`numberIn`). Equal numbers fall into one band.
 * @returns bands in rising order, every number in one of them; none if there would be fewer than two.
 */
export function bandsOf(cells: readonly string[]): Band[] {
  const numbers = cells.map((cell) => ({ text: cell.trim().toLowerCase(), value: numberIn(cell) }));
  numbers.sort((a, b) => a.value - b.value);
  const count = numbers.length;
  const bands: Band[] = [];
  let left = Math.min(MOST_BANDS, Math.floor(count / FEWEST_IN_BAND));
  for (let from = 0; from < count; left = Math.max(1, left - 1)) {
    const to = endOfBand(numbers, from, Math.max(FEWEST_IN_BAND, (count - from) / Math.max(1, left)));
    const [lowest, highest] = [numbers[from]!, numbers[to - 1]!];
    const text = lowest.value === highest.value ? lowest.text : `${lowest.text}–${highest.text}`;
    bands.push({ low: lowest.value, high: highest.value, text });
    from = to;
  }
  return bands.length < 2 ? [] : bands;
}

/** The end of the band that begins at `from`: as near to `size` numbers as equal numbers and `FEWEST_IN_BAND` allow. */
function endOfBand(numbers: readonly { value: number }[], from: number, size: number): number {
  const count = numbers.length;
  let before = from;
  let to = from;
  while (to < count && to - from < size) {
    before = to;
    for (const { value } = numbers[to]!; to < count && numbers[to]!.value === value; ) to++;
  }
  const nearer = size - (before - from) < to - from - size;
  if (nearer && before - from >= FEWEST_IN_BAND) to = before;
  return count - to < FEWEST_IN_BAND ? count : to;
}

/** The band that a number of the column falls into. */
export function bandOf(value: number, bands: readonly Band[]): Band | undefined {
  return bands.find(({ high }) => value <= high);
}
