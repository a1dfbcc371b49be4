import { listOf } from './lists.js';

/* The values of cells that may hold several. */

/** The text at which cells are cut; 'list': cells are Python or JSON lists; undefined: cells are not cut. */
export type Separator = '|' | ';' | ',' | ' ' | 'list' | undefined;

/** Cells without information. */
const PLACEHOLDERS = new Set(['', '[]', '-', '?', 'n/a', 'na', 'nan', 'none', 'null', 'unknown', '(no genres listed)']);
/** If values are longer than this on average, they are texts, not attributes. */
export const LONGEST_VALUE = 60;

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
    return length / cells.length > LONGEST_VALUE ? undefined : ' ';
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
  return parts.length > cells.length && parts.every((part) => part.length <= LONGEST_VALUE);
}

function plainlyCutBy(cells: readonly string[], separator: RegExp): boolean {
  const cut = cells.filter((cell) => separator.test(cell));
  if (cut.length < 2 || cut.length < cells.length / 10) return false;
  const whole = new Set(cells);
  const parts = new Set(cells.flatMap((cell) => cell.split(separator).map((part) => part.trim())));
  const pieces = cells.reduce((total, cell) => total + cell.split(separator).length, 0);
  return parts.size / pieces < Math.min(0.5, whole.size / cells.length);
}
