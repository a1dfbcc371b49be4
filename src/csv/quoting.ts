import { loadPackage } from '../load-package.js';

const { stringify }: typeof import('csv-stringify/sync') = loadPackage('csv-stringify/sync');

/** Cells of only these characters never need quotes; csv-stringify decides about all others. */
const PLAIN = /^[\w.:/-][\w .:/-]*$/;

/** Converts a value to a cell. */
export type Quote = (value: string) => string;

/** One cell of CSV. A carriage return is quoted as well, since some readers take a bare one for the end of the row. */
export function quoted(value: string): string {
  return quotedWith(value, /\r/);
}

function quotedWith(value: string, match: RegExp): string {
  return PLAIN.test(value) ? value : stringify([[value]], { quoted_match: match, eof: false });
}

/**
 * The place before a formula that a spreadsheet would run, now or once the single quotes before it are removed: at the start of a cell, and
 * after characters that separate cells in spreadsheets of other countries.
 */
const RUN_BY_SPREADSHEETS = /(?<=^|[;\t|])(?='*[=+\-@＝＋－＠\t\r\n])/g;
const CUT_BY_SPREADSHEETS = /[\r\t;|]/;

/**
 * One cell of CSV that spreadsheets take for text: a formula gets a single quote in front. A formula that already begins with single
 * quotes gets one more, so that two values never become the same.
 */
export function safelyQuoted(value: string): string {
  return quotedWith(defused(value), CUT_BY_SPREADSHEETS);
}

/** The same without CSV quoting. */
export function defused(value: string): string {
  return value.replace(RUN_BY_SPREADSHEETS, "'");
}
