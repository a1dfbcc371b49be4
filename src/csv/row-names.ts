import type { Pieces } from './pieces.js';
import { cellTexts, RowCutter } from './row-cutter.js';

const SAMPLED_ROWS = 100;

/** Names of columns that number the rows. */
const NUMBERS_ROWS = /^$|(?:id|key|no|nr|num|number|index|row|line|#)\W{0,3}$/i;

/**
 * True if rows begin with their number and the header has no cell for it, as R writes tables. If the last cell of every row is empty, that
 * one is the extra cell instead, unless the name of the first column does not suggest row numbers.
 */
export function hasRowNames(
  { bytes, from, to, isLast }: Pieces,
  delimiter: string,
  header: readonly string[],
): boolean {
  const width = header.length;
  const cutter = new RowCutter(delimiter, undefined);
  let rows = 0;
  let isFull = !NUMBERS_ROWS.test(header[0] ?? '');
  for (let at = from; at < to && rows < SAMPLED_ROWS; ) {
    const end = cutter.cut(bytes, at, to, isLast);
    if (end < 0) break;
    if (cutter.cells > 0) {
      rows++;
      if (cutter.cells !== width + 1) return false;
      const cells = cellTexts(delimiter, width + 1, bytes, at, to, isLast);
      if (cells[0] !== String(rows)) return false;
      isFull ||= cells[width] !== '';
    }
    at = end;
  }
  return rows > 1 && isFull;
}
