import type { CellColumn } from '../../csv/cells.js';
import { listOf } from '../../csv/lists.js';
import { type Band, bandsOf, numberIn } from './bands.js';

/**
 * Decides which columns of a file say something that several of its subjects share ("genre:Comedy", "country:FR"), and
 * how their cells are cut into values. Decisions are made once a whole column is known.
 */

/** Where cells are cut; 'list': they are lists of Python or JSON; undefined: they are not cut. */
export type Separator = '|' | ';' | ',' | ' ' | 'list' | undefined;

/** What became of a column: what its subjects share by it, or why nothing. */
export type AttributeDecision =
  | { as: 'values'; separator: Separator; values: number }
  /** The bands in rising order, two at least. */
  | { as: 'bands'; bands: readonly Band[] }
  /** `kept` of `met` different words. */
  | { as: 'words'; kept: number; met: number }
  | { as: 'nothing'; reason: string };

/** A column of text to read, whose words are not known yet. */
export interface TextColumn {
  as: 'text';
}

/** Cells that say nothing. */
const PLACEHOLDERS = new Set(['', '[]', '-', '?', 'n/a', 'na', 'nan', 'none', 'null', 'unknown', '(no genres listed)']);
/** Longer values, on average, are text to read rather than attributes to share. */
const LONGEST_ATTRIBUTE = 60;
/** Where less of a column than this is on values that two subjects share, the column is next to an id. */
const LEAST_SHARED = 0.25;
/** Whole numbers have to be shared by more: years and grades are, prices and counts fall into bands instead. */
const FEWEST_SHARING_NUMBER = 3;

/** What a column is good for, told from its cells alone, one a subject; `wanted` when it was named by option. */
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

/** Names of numbers that tell subjects apart rather than what they are like, as `_`-separated words end. */
const ID_NAME = /(^|[^a-z])(id|no|nr|num|number|code|key|index|isbn(10|13)?|ean(13)?|upc|gtin)$/;

/** Bands of numbers that are amounts: not of what counts the rows, nor of codes. */
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

/** True for a cell that says nothing of its subject. */
export function isPlaceholder(cell: string): boolean {
  return PLACEHOLDERS.has(cell.trim().toLowerCase());
}

/** RecBole names lists that are cut at spaces. */
const RECBOLE_LIST = /:(token|float)_seq$/;

/**
 * Lists where all cells are; spaces where the column's name says so, unless the cells are sentences; `|` wherever it occurs; `;` and `, `
 * only where the parts recur, which the halves of a sentence do not.
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

/** Columns of such names hold lists, mostly. */
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
