import {
  isPlaceholder,
  LONGEST_VALUE,
  numberIn,
  type Separator,
  separatorOf,
  valuesOf,
} from '../../csv/cell-values.js';
import type { CellColumn } from '../../csv/cells.js';
import { type Band, bandsOf } from './bands.js';

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
