import { BYTE_ORDER_MARK, hasMark } from './source.js';

/**
 * How a table begins: what its columns are separated by, where its header is (behind a line that names the separator, and behind a byte
 * order mark), and how many lines come before it.
 * @param head the beginning of the file, with the whole first line. @param delimiter the one asked for, if any.
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

/** The line `sep=;`, by which Excel is told the separator of the lines below, if a file begins with it. */
function separatorLine(head: Buffer): { delimiter: string; bytes: number } | undefined {
  // U+FFFD stands for bytes that are no UTF-8, and it is not as long as they are.
  const match = /^\uFEFF?"?sep=([^"\r\n\uFFFD])"?[,;\t]*\r?\n/i.exec(head.toString('utf8', 0, 64));
  return match?.[1] === undefined ? undefined : { delimiter: match[1], bytes: Buffer.byteLength(match[0]) };
}

/** Separators that no name has in it by chance: of Hive, and of ASCII. */
const CONTROLS = ['\u0001', '\u001f'];

/** Tab for `.tsv`; else the separator the header line has most of, comma where it has none. */
function sniffDelimiter(path: string, head: Buffer): string {
  if (/\.tsv(\.gz|\.zst)?$/i.test(path)) return '\t';
  const text = head.toString('utf8', 0, Math.min(head.length, 65536));
  const [first = '', second] = text.split(/\r?\n/, 2);
  const line = first.replace(/"[^"]*"/g, '');
  const count = (delimiter: string) => line.split(delimiter).length - 1;
  const control = CONTROLS.find((candidate) => line.includes(candidate));
  if (control !== undefined) return control;
  // As in MovieLens, whose genres are cut at `|`, and whose titles have commas; names like `user::id` alone do not tell.
  if ((second || first).includes('::') && [',', ';', '\t'].every((other) => count(other) < count('::'))) return '::';
  let best = ',';
  for (const candidate of [';', '\t', '|']) if (count(candidate) > count(best)) best = candidate;
  return best;
}
