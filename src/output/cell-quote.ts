import { type Quote, quoted, safelyQuoted } from '../csv/quoting.js';
import type { LineFormat } from './formats.js';

/** How ids and titles are written in a format. @param safe for spreadsheets, where they are cells of CSV. */
export function cellQuote(format: LineFormat, safe: boolean): Quote {
  if (format === 'jsonl') return jsonText;
  return safe ? safelyQuoted : quoted;
}

/** A string of JSON. What some readers of lines take for an end of one is escaped as well. */
export function jsonText(value: string): string {
  const escaped = (end: string) => `\\u${end.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return JSON.stringify(value).replace(/[\u0085\u2028\u2029]/g, escaped);
}
