import type { Pieces } from './pieces.js';
import { cellTexts, RowCutter } from './row-cutter.js';
import { BYTE_ORDER_MARK, hasMark } from './source.js';

/**
 * How a table begins: its delimiter, the byte where the header begins (after a `sep=` line and a byte order mark), and how many lines
 * come before the header.
 * @param head the beginning of the file, with the whole first line. @param delimiter the one from the options, if any.
 */
export function headOf(path: string, head: Buffer, delimiter: string | undefined) {
  const named = separatorLine(head);
  const line = named?.bytes ?? 0;
  return {
    delimiter: delimiter ?? named?.delimiter ?? sniffDelimiter(path, head),
    begin: line + (hasMark(head.subarray(line)) ? BYTE_ORDER_MARK.length : 0),
    lines: line > 0 ? 1 : 0,
  };
}

/** The line `sep=;`, which tells Excel the separator of the lines below, if the file begins with one. */
function separatorLine(head: Buffer): { delimiter: string; bytes: number } | undefined {
  // U+FFFD replaces bytes that are not UTF-8 and has another length, so the byte count would be wrong.
  const match = /^\uFEFF?"?sep=([^"\r\n\uFFFD])"?[,;\t]*\r?\n/i.exec(head.toString('utf8', 0, 64));
  return match?.[1] === undefined ? undefined : { delimiter: match[1], bytes: Buffer.byteLength(match[0]) };
}

/** Separators that never occur in a name: that of Hive and ASCII's unit separator. */
const CONTROLS = ['\u0001', '\u001f'];

/** Tab for `.tsv`; otherwise the most frequent separator in the header line, or comma if it has none. */
function sniffDelimiter(path: string, head: Buffer): string {
  if (/\.tsv(\.gz|\.zst)?$/i.test(path)) return '\t';
  const text = head.toString('utf8', 0, Math.min(head.length, 65536));
  const [first = '', second] = text.split(/\r?\n/, 2);
  const line = first.replace(/"[^"]*"/g, '');
  const count = (delimiter: string) => line.split(delimiter).length - 1;
  const control = CONTROLS.find((candidate) => line.includes(candidate));
  if (control !== undefined) return control;
  // As in MovieLens, whose genres are separated by `|` and whose titles have commas. Names like `user::id` alone are no evidence.
  if ((second || first).includes('::') && [',', ';', '\t'].every((other) => count(other) < count('::'))) return '::';
  let best = ',';
  for (const candidate of [';', '\t', '|']) if (count(candidate) > count(best)) best = candidate;
  return best;
}

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
