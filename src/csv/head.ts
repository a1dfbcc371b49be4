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
