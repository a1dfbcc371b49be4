import { loadPackage } from '../load-package.js';

const { stringify }: typeof import('csv-stringify/sync') = loadPackage('csv-stringify/sync');

/** Cells of these characters alone are the same quoted or not; all others are csv-stringify's to judge. */
const PLAIN = /^[\w.:/-][\w .:/-]*$/;

/** How a value becomes a cell. */
export type Quote = (value: string) => string;

/** One cell of CSV. A carriage return is quoted as well: readers take a bare one for the end of the row. */
export function quoted(value: string): string {
  return quotedWith(value, /\r/);
}

function quotedWith(value: string, match: RegExp): string {
  return PLAIN.test(value) ? value : stringify([[value]], { quoted_match: match, eof: false });
}

/**
 * Before what a spreadsheet runs, or would run once the quotes before it are taken away: where a cell begins, and behind what separates
 * cells in another country's spreadsheets.
 */
const RUN_BY_SPREADSHEETS = /(?<=^|[;\t|])(?='*[=+\-@＝＋－＠\t\r\n])/g;
const CUT_BY_SPREADSHEETS = /[\r\t;|]/;

/**
 * One cell of CSV that a spreadsheet takes for text: behind a single quote where it would run it. What began with such
 * quotes gets one more, so that two values never become one.
 */
export function safelyQuoted(value: string): string {
  return quotedWith(defused(value), CUT_BY_SPREADSHEETS);
}

/** The same before it is quoted. */
export function defused(value: string): string {
  return value.replace(RUN_BY_SPREADSHEETS, "'");
}
