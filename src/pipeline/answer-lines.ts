import { quotedCells } from '../csv/quoting.js';
import { cellQuote } from '../output/cell-quote.js';
import type { TextColumn } from '../output/columns.js';
import { headerOf, type LineFormat, LineWriter } from '../output/list-lines.js';
import { SCORE_DIGITS } from '../output/score-digits.js';

/** How lists become lines in this process. @param listLength the most items of a list. @param safe for spreadsheets. */
export function answerLines(format: LineFormat, columns: readonly TextColumn[], listLength: number, safe: boolean) {
  const quote = cellQuote(format, safe);
  const layout = {
    format,
    columns: columns.map(({ texts, ...column }) => ({
      ...column,
      cells: column.kind === 'user' || column.kind === 'item' ? quotedCells(texts, quote) : undefined,
    })),
    listLength,
    precision: SCORE_DIGITS,
  };
  return { header: headerOf(format, columns, listLength, quote), newWriter: () => new LineWriter(layout) };
}
