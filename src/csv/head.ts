import { loadPackage } from '../load-package.js';

const { parse }: typeof import('csv-parse/sync') = loadPackage('csv-parse/sync');

/** How a table begins: what its columns are separated by, and where its rows are. */
export interface Head {
  delimiter: string;
  /** Where the line that names the separator ends; 0 without one. */
  begin: number;
  /** The cells of the header, where it is a line that says so without doubt, and where the rows below it begin. */
  header: { cells: string[]; end: number } | undefined;
}

/** @param head the beginning of the file, with the whole first line. @param delimiter the one asked for, if any. */
export function headOf(path: string, head: Buffer, delimiter: string | undefined): Head {
  const named = separatorLine(head);
  const begin = named?.bytes ?? 0;
  const told = delimiter ?? named?.delimiter ?? sniffDelimiter(path, head);
  return { delimiter: told, begin, header: plainHeader(head, begin, told) };
}

/** The line `sep=;`, by which Excel is told the separator of the lines below, if a file begins with it. */
function separatorLine(head: Buffer): { delimiter: string; bytes: number } | undefined {
  // U+FFFD stands for bytes that are no UTF-8, and it is not as long as they are.
  const match = /^\uFEFF?"?sep=([^"\r\n\uFFFD])"?[,;\t]*\r?\n/i.exec(head.toString('utf8', 0, 64));
  return match?.[1] === undefined ? undefined : { delimiter: match[1], bytes: Buffer.byteLength(match[0]) };
}

/** Tab for `.tsv`; else the separator the header line has most of, comma where it has none. */
function sniffDelimiter(path: string, head: Buffer): string {
  if (/\.tsv(\.gz)?$/i.test(path)) return '\t';
  const text = head.toString('utf8', 0, Math.min(head.length, 65536));
  const line = (text.split(/\r?\n/, 1)[0] ?? '').replace(/"[^"]*"/g, '');
  const count = (delimiter: string) => line.split(delimiter).length - 1;
  let best = ',';
  for (const candidate of [';', '\t', '|']) if (count(candidate) > count(best)) best = candidate;
  return best;
}

const LF = 0x0a;
const CR = 0x0d;

/** The header, if its line is one row of cells to csv-parse, with nothing that could belong to the lines below. */
function plainHeader(head: Buffer, begin: number, delimiter: string): Head['header'] {
  const end = head.indexOf(LF, begin) + 1;
  if (end === 0) return undefined;
  const line = head.subarray(begin, end);
  const carriageReturn = line.indexOf(CR);
  if (carriageReturn >= 0 && carriageReturn !== line.length - 2) return undefined;
  try {
    const rows = parse(line, { bom: true, delimiter, record_delimiter: ['\r\n', '\n'], skip_empty_lines: true });
    return rows.length === 1 && rows[0] ? { cells: rows[0], end } : undefined;
  } catch {
    // A quote that is open or out of place: what the header is goes by more than this line.
    return undefined;
  }
}
