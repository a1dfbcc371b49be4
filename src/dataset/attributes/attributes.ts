import type { CellColumn } from '../../csv/cells.js';
import { listOf } from '../../csv/lists.js';
import { type Band, bandsOf, numberIn } from './bands.js';

/**
 * Decides which columns of a file have values that several of its entities share ("genre:Comedy", "country:FR"), and
 * how their cells are cut into values. Decisions are made once a whole column is known.
 */

/** The text at which cells are cut; 'list': cells are Python or JSON lists; undefined: cells are not cut. */
export type Separator = '|' | ';' | ',' | ' ' | 'list' | undefined;

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

/** Cells without information. */
const PLACEHOLDERS = new Set(['', '[]', '-', '?', 'n/a', 'na', 'nan', 'none', 'null', 'unknown', '(no genres listed)']);
/** If values are longer than this on average, they are texts, not attributes. */
const LONGEST_ATTRIBUTE = 60;
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
  if (length / total > LONGEST_ATTRIBUTE) return { as: 'text' };
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

/** The values of a cell: trimmed, without case, each once, placeholders left out. */
export function valuesOf(cell: string, separator: Separator): string[] {
  const parts = separator === 'list' ? (listOf(cell) ?? []) : separator === undefined ? [cell] : cell.split(separator);
  const values = new Set<string>();
  for (const part of parts) if (!isPlaceholder(part)) values.add(part.trim().toLowerCase());
  return [...values];
}

/** True for a cell without information. */
export function isPlaceholder(cell: string): boolean {
  return PLACEHOLDERS.has(cell.trim().toLowerCase());
}

/** How RecBole names columns of lists that are cut at spaces. */
const RECBOLE_LIST = /:(token|float)_seq$/;

/**
 * Lists if all cells are lists; spaces if the column's name says so, unless the cells are sentences; `|` wherever it occurs; `;` and `, `
 * only if the parts recur, which parts of sentences do not.
 */
export function separatorOf(name: string, cells: readonly string[]): Separator {
  if (cells.every(listOf)) return 'list';
  if (RECBOLE_LIST.test(name)) {
    const length = cells.reduce((total, cell) => total + cell.length, 0);
    return length / cells.length > LONGEST_ATTRIBUTE ? undefined : ' ';
  }
  if (cells.some((cell) => cell.includes('|'))) return '|';
  if (plainlyCutBy(cells, /;/)) return ';';
  return plainlyCutBy(cells, /, /) || (LIST_NAME.test(name) && areShortLists(cells)) ? ',' : undefined;
}

/** Columns with such names usually hold lists. */
const LIST_NAME = /genre|categor|kategorie|tags?\b|keyword|theme|topic|ingredient|mood/i;

/** True where commas cut cells into short parts: a sentence has longer ones. */
function areShortLists(cells: readonly string[]): boolean {
  const parts = cells.flatMap((cell) => cell.split(','));
  return parts.length > cells.length && parts.every((part) => part.length <= LONGEST_ATTRIBUTE);
}

function plainlyCutBy(cells: readonly string[], separator: RegExp): boolean {
  const cut = cells.filter((cell) => separator.test(cell));
  if (cut.length < 2 || cut.length < cells.length / 10) return false;
  const whole = new Set(cells);
  const parts = new Set(cells.flatMap((cell) => cell.split(separator).map((part) => part.trim())));
  const pieces = cells.reduce((total, cell) => total + cell.split(separator).length, 0);
  return parts.size / pieces < Math.min(0.5, whole.size / cells.length);
}
