import { jsonText } from '../csv/printable.js';
import { type Quote, quoted, safelyQuoted } from '../csv/quoting.js';
import type { LineFormat } from './formats.js';

/** How ids and titles are written in a format. @param safe for spreadsheets, where they are cells of CSV. */
export function cellQuote(format: LineFormat, safe: boolean): Quote {
  if (format === 'jsonl') return jsonText;
  return safe ? safelyQuoted : quoted;
}
