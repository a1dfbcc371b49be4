import { LONGEST_NUMBER } from './cells.js';
import { listOf } from './lists.js';

/* The values of cells that may hold several, and numbers with all that may stand around them. */

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

/** Signs and abbreviations of currencies. */
const MONEY = String.raw`(?:\p{Sc}|[A-Z]{1,2}\$|EUR|USD|GBP|CHF|JPY|CNY|INR|PLN|CZK|SEK|NOK|DKK|HUF|RON|TRY|BRL|CAD|AUD|MXN|RUB|UAH|KRW|kr\.?|zł)`;
const NUMBER = new RegExp(String.raw`^${MONEY}?\s?([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)\s?${MONEY}?$`, 'iu');
const THOUSANDS = /^[^,]*\b\d{1,3}(?:,\d{3})+(?![\d,])/;
const DECIMAL_COMMA = /^([^,]*\d),(\d+)(?!\d)([^,]*)$/;
/** In `1.234,56` and `1.234.567` the points can only separate thousands; `1.234` is read as a fraction. */
const EUROPEAN = /^(\D*\d{1,3})((?:\.\d{3})+)(?:,(\d+)(\D*)|(?<=\..*\.\d{3})(\D*))$/;
/** Thousands separated as in Switzerland (1'234) and France (1 234). */
const SPACED_THOUSANDS = /^(\D*\d{1,3})((?:[\s'’]\d{3})+)(?!\d)/;

/** The number in a cell, with or without a currency; NaN if the cell holds no number. A comma before three digits separates thousands. */
export function numberIn(cell: string): number {
  const text = cell.trim();
  if (text.length > LONGEST_NUMBER) return Number.NaN;
  const whole = text
    .replace(SPACED_THOUSANDS, (_, first, groups: string) => first + groups.replace(/\D/g, ''))
    .replace(EUROPEAN, (_, first, groups: string, decimals = '0', ...ends) => {
      const [end = ends[1]] = ends;
      return `${first}${groups.replaceAll('.', '')}.${decimals}${end ?? ''}`;
    });
  const plain = THOUSANDS.test(whole) ? whole.replaceAll(',', '') : whole.replace(DECIMAL_COMMA, '$1.$2$3');
  const match = NUMBER.exec(plain);
  return match ? Number(match[1]) : Number.NaN;
}
