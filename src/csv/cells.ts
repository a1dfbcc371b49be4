import { BadRow } from './bad-rows.js';
import { listOf } from './lists.js';
import { printableName } from './printable.js';

/** "4,5" can only be a decimal comma; "1,234" could be either, and is refused. */
const DECIMAL_COMMA = /^([+-]?\d+),(\d{1,2})$/;
const TRUTH = /^(true|false)$/i;
/** Numbers with more than digits: `★★★★`, `4/5`, `4 out of 5`, `5 pcs`, `80%`, `$2`, `1,234`. */
const ADORNED = /^(?:[★☆⭐✩✭\s]|\ufe0f)+$|^\p{Sc}\s*\d|^[\d.,]+\s*(?:\p{Sc}|[%/]|\p{L}{2})|^\d{1,3}([,.'’\s]\d{3})+/iu;
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
/** The most characters of a cell that is read as a number or a date: three times as many as the largest double has, written out. */
export const LONGEST_NUMBER = 1000;

/** The way out at the end of the message about a bad rating. */
const WITHOUT_RATINGS = ', or leave them out with --rating-col none';

/**
 * A cell as a finite number; NaN if it is empty. @param wayOut an alternative to writing plain numbers, for the message.
 * @throws BadRow that names the column and shows the cell.
 */
export function numberCell(cell: string, column: string, wayOut = WITHOUT_RATINGS): number {
  const text = cell.trim().replace(DECIMAL_COMMA, '$1.$2');
  if (isBlank(text)) return Number.NaN;
  if (TRUTH.test(text)) return /^t/i.test(text) ? 1 : 0;
  const value = isNumber(text) ? Number(text) : Number.NaN;
  if (Number.isFinite(value)) return value;
  const isAdorned = text.length <= LONGEST_NUMBER && ADORNED.test(text);
  const hint = isAdorned ? `; write plain numbers${wayOut}` : '';
  const why = text === column.trim() ? ': the header is repeated here' : hint;
  throw new BadRow(`column "${printableName(column)}": ${shown(cell)} is not a number${why}`);
}

function isNumber(text: string): boolean {
  return text.length <= LONGEST_NUMBER && NUMBER.test(text);
}

/** A value as messages show it: quoted, and cut if it is long. */
export function shown(value: string): string {
  return printableName(JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value));
}

/** What databases and their tools, R, pandas and Google Analytics write for a missing value; case matters. */
const MISSING = new Set(
  ',NA,N/A,n/a,<NA>,NULL,null,(null),[NULL],[null],<null>,NaN,nan,NaT,None,\\N,(not set)'.split(','),
);

/** Characters of the longest missing value: columns of fixed width are padded with spaces. */
export const LONGEST_MISSING = 64;

/** True for a missing value. (Any other id is opaque: spaces inside or around it are part of it.) */
export function isBlank(cell: string): boolean {
  return cell.length <= LONGEST_MISSING ? MISSING.has(cell.trim()) : cell.trim() === '';
}

const YES = 'true t yes y on ja j wahr oui o vrai si sí sì verdadero vero sim verdadeiro tak да evet はい 是 예'.split(
  ' ',
);
const NO = 'false f no n off nein falsch non faux falso não nao nee nej nie нет hayır いいえ 否 아니요'.split(' ');

/** 1 or 0 for a word that means true or false; NaN for any other text. */
export function truthWord(cell: string): number {
  const word = cell.length > 12 ? '' : cell.trim().toLowerCase();
  return YES.includes(word) ? 1 : NO.includes(word) ? 0 : Number.NaN;
}

/** One entry of a list cell: `text` or `text:strength`. */
export interface ListEntry {
  text: string;
  /** 1 unless stated; negative for a dislike. */
  strength: number;
}

/**
 * The entries of a list cell: separated by `|`, or a Python or JSON list. An entry that is a known id is taken whole, even if it ends
 * like a strength (`a:1`).
 */
export function listEntries(cell: string, isKnown: (text: string) => boolean): ListEntry[] {
  const entries: ListEntry[] = [];
  const list = listOf(cell);
  const parts = list && !isKnown(cell) ? list : cell.split('|');
  for (const part of parts) {
    const text = part.trim();
    if (text !== '') entries.push(entryOf(text, isKnown));
  }
  return entries;
}

/** One entry of a list cell. */
export function entryOf(text: string, isKnown: (text: string) => boolean): ListEntry {
  const colon = text.lastIndexOf(':');
  if (colon <= 0 || isKnown(text)) return { text, strength: 1 };
  const tail = text
    .slice(colon + 1)
    .trim()
    .replace(DECIMAL_COMMA, '$1.$2');
  return isNumber(tail) ? { text: text.slice(0, colon).trim(), strength: Number(tail) } : { text, strength: 1 };
}

const STRONGEST = 100;

/** Why an entry is refused: its strength is out of range. @param quote formats the text of the entry for the message. */
export function strengthTrouble({ text, strength }: ListEntry, quote: (text: string) => string): string | undefined {
  if (Math.abs(strength) <= STRONGEST) return undefined;
  return `${quote(text)} has the strength ${strength}; it goes from -${STRONGEST} to ${STRONGEST}`;
}

/** A header name without case, spaces, punctuation and RecBole's `:type`: `User ID`, `USER_ID`, `user_id:token` → `userid`. */
export function normalised(name: string): string {
  return name
    .replace(/:(token|float)(_seq)?$/, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/** A column of a file about items or users: its cells by item or user index, '' if the file has none. */
export interface CellColumn {
  /** As in the header. */
  name: string;
  cells: readonly string[];
}
