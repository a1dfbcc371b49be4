import { CsvError, type Options, parse } from 'csv-parse';
import { ExitCode, Failure, systemCode } from '../failure.js';
import { plainBytes, wholeFirstLine } from './bytes.js';

/** Where a table comes from, and how its rows are cut. */
export interface CsvSource {
  /** A path, or `-` for standard input. */
  path: string;
  /** One character; undefined: told from the name and the header line. */
  delimiter: string | undefined;
}

/** What happens to a row that cannot be read: thrown on, or counted and (perhaps) kept aside with its reason. */
export type BadRows = 'stop' | ((reject: Reject) => void);

export interface Reject {
  path: string;
  line: number;
  reason: string;
  cells: readonly string[];
}

/** What the reader knows of a row besides its cells. `lines` is the last line it stands on, from 1. */
export interface RowContext {
  lines: number;
}

/** Reads one row; throws BadRow to refuse it. */
export type RowReader = (cells: string[], context: RowContext) => void;

export interface TableReport {
  path: string;
  delimiter: string;
  /** Rows below the header, refused ones included. */
  rows: number;
  rejected: number;
  firstRejects: Reject[];
}

/** A row that cannot be read, and why; the place is added by `readTable`. */
export class BadRow extends Error {}

/** More than a record of sane size: an unclosed quote would otherwise take the rest of the file into memory. */
const MAX_RECORD_BYTES = 64 * 1024 * 1024;
const REJECTS_SHOWN = 3;

/**
 * Reads a CSV file from beginning to end, row by row, with csv-parse.
 *
 * @param onHeader is given the header's cells and returns the reader of the rows under it.
 * @param onBytes is told of the bytes taken from the file (compressed ones, where it is compressed), for progress.
 * @throws Failure 66 when the file is not there, 65 when a row cannot be read and `badRows` is 'stop', 74 when reading fails.
 */
export async function readTable(
  source: CsvSource,
  badRows: BadRows,
  onHeader: (header: string[]) => RowReader,
  onBytes: (count: number) => void = () => {},
): Promise<TableReport> {
  const name = displayName(source.path);
  const report: TableReport = { path: name, delimiter: ',', rows: 0, rejected: 0, firstRejects: [] };
  let readRow: RowReader | undefined;
  let width = 0;
  const place = { raw: 0, extra: 0, empty: 0, refused: 0 };
  let failure: Error | undefined;

  const reject = (line: number, reason: string, cells: readonly string[]) => {
    if (badRows === 'stop') {
      throw new Failure(
        ExitCode.badData,
        `${name}:${line}: ${reason}\n  to go on without such rows: --bad-rows skip, or --bad-rows FILE to keep them aside`,
      );
    }
    const row = { path: name, line, reason, cells };
    report.rejected++;
    if (report.firstRejects.length < REJECTS_SHOWN) report.firstRejects.push(row);
    badRows(row);
  };

  /**
   * csv-parse counts the CR and the LF of a line break inside a cell as two lines, and does not see the line that names
   * the separator; `extra` is what it is ahead by.
   */
  const takeRow = (cells: string[], info: { lines: number; empty_lines: number }): null => {
    if (failure) return null;
    if (info.lines - place.raw > 1) place.extra += carriageReturns(cells);
    place.raw = info.lines;
    place.empty = info.empty_lines;
    const context = { lines: info.lines - place.extra };
    try {
      if (!readRow) {
        width = cells.length;
        readRow = onHeader(cells);
      } else {
        report.rows++;
        try {
          readRow(fitted(cells, width), context);
        } catch (error) {
          if (!(error instanceof BadRow)) throw error;
          reject(firstLine(cells, context.lines), error.message, cells);
        }
      }
    } catch (error) {
      failure = asError(error);
    }
    return null;
  };

  const refuseRow = (error: CsvError | undefined): undefined => {
    if (!error || failure) return;
    if (error.code === 'CSV_INVALID_CLOSING_QUOTE') leaveQuotes(parser);
    const tooLong = error.code === 'CSV_MAX_RECORD_SIZE';
    const unclosed = tooLong || error.code === 'CSV_QUOTE_NOT_CLOSED';
    const raw = unclosed ? place.raw + 1 + Number(error.empty_lines) - place.empty : Number(error.lines);
    // Whatever `badRows` says, there is no going on without a header, nor behind a row that is too long, after which
    // csv-parse drops the rest of its buffer.
    if (tooLong || !readRow) {
      failure = new Failure(
        ExitCode.badData,
        `${name}:${raw - place.extra}: ${quoteTrouble(error, raw - place.extra)}`,
      );
      return;
    }
    if (raw === place.refused) return;
    place.refused = raw;
    place.raw = raw;
    place.empty = Number(error.empty_lines);
    report.rows++;
    try {
      const line = raw - place.extra;
      reject(line, quoteTrouble(error, line), []);
    } catch (thrown) {
      failure = asError(thrown);
    }
  };

  let parser: ReturnType<typeof parse> | undefined;
  let finished: Promise<void> | undefined;
  try {
    for await (const chunk of wholeFirstLine(plainBytes(source.path, onBytes))) {
      let rows = chunk;
      if (!parser) {
        const named = separatorLine(chunk);
        if (named) {
          rows = chunk.subarray(named.bytes);
          place.extra = -1;
        }
        report.delimiter = source.delimiter ?? named?.delimiter ?? sniffDelimiter(source.path, chunk);
        parser = parse(parserOptions(report.delimiter, takeRow, refuseRow));
        finished = ended(parser);
      }
      parser.write(rows);
      if (failure) throw failure;
    }
    parser?.end();
    await finished;
  } catch (error) {
    parser?.destroy();
    throw failure ?? readingFailure(name, error);
  }
  if (failure) throw failure;
  if (!readRow) throw new Failure(ExitCode.badData, `${name} is empty: its first line has to name the columns`);
  return report;
}

function parserOptions(
  delimiter: string,
  onRecord: (record: string[], info: { lines: number; empty_lines: number }) => null,
  onSkip: (error: CsvError | undefined) => undefined,
): Options<string[]> {
  return {
    bom: true,
    delimiter,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    max_record_size: MAX_RECORD_BYTES,
    on_record: onRecord,
    on_skip: onSkip,
  };
}

/** The end of the parser as a promise. Rows leave through `on_record`, so what it emits is thrown away. */
function ended(parser: ReturnType<typeof parse>): Promise<void> {
  const promise = new Promise<void>((resolve, reject) => {
    parser.once('end', resolve);
    parser.once('error', reject);
  });
  promise.catch(() => {});
  parser.resume();
  return promise;
}

/** The line `sep=;`, by which Excel is told the separator of the lines below, if a file begins with it. */
function separatorLine(head: Buffer): { delimiter: string; bytes: number } | undefined {
  const match = /^\uFEFF?"?sep=([^"\r\n])"?[,;\t]*\r?\n/i.exec(head.toString('utf8', 0, 64));
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

/** A row with as many cells as the header: empty cells too many at its end are let go. */
function fitted(cells: string[], width: number): string[] {
  if (cells.length === width) return cells;
  if (cells.length > width && cells.slice(width).every((cell) => cell === '')) return cells.slice(0, width);
  throw new BadRow(`this row has ${cells.length} cells, the header has ${width}`);
}

/**
 * Lets the row end where its line ends: csv-parse itself stays inside the quotes after text behind a closing one, and
 * takes the rows up to the next quote, or to the end of the file, for part of this cell.
 */
function leaveQuotes(parser: ReturnType<typeof parse> | undefined): void {
  const { api } = parser as unknown as { api: { state: { quoting: boolean; wasQuoting: boolean } } };
  api.state.quoting = false;
  api.state.wasQuoting = true;
}

function carriageReturns(cells: readonly string[]): number {
  let count = 0;
  for (const cell of cells) if (cell.includes('\r')) count += cell.split('\r').length - 1;
  return count;
}

function firstLine(cells: readonly string[], lastLine: number): number {
  let line = lastLine;
  for (const cell of cells) for (const character of cell) if (character === '\n') line--;
  return line;
}

function quoteTrouble(error: CsvError, line: number): string {
  switch (error.code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return `a quote is opened in the row that begins on line ${line} and never closed`;
    case 'INVALID_OPENING_QUOTE':
      return 'a quote (") inside a cell that does not begin with one; such a cell has to be quoted whole, its quotes doubled';
    case 'CSV_INVALID_CLOSING_QUOTE':
      return 'text behind a closing quote ("); a quote inside a quoted cell has to be doubled';
    case 'CSV_MAX_RECORD_SIZE':
      return `a row of more than ${MAX_RECORD_BYTES >> 20} MB: most likely a quote that is never closed`;
    default:
      return error.message;
  }
}

function readingFailure(name: string, error: unknown): Error {
  if (error instanceof Failure) return error;
  const cause = asError(error);
  const code = systemCode(error);
  if (code === 'ENOENT') return new Failure(ExitCode.noInput, `${name}: no such file`, { cause });
  if (code === 'EACCES') return new Failure(ExitCode.noInput, `${name}: no permission to read it`, { cause });
  if (code === 'EISDIR') return new Failure(ExitCode.noInput, `${name} is a folder, not a file`, { cause });
  if (code === 'Z_BUF_ERROR') return new Failure(ExitCode.badData, `${name}: the gzip file ends too early`, { cause });
  if (code.startsWith('Z_')) return new Failure(ExitCode.badData, `${name}: damaged gzip: ${cause.message}`, { cause });
  if (cause instanceof CsvError) return new Failure(ExitCode.badData, `${name}: ${cause.message}`, { cause });
  if (code !== '') return new Failure(ExitCode.io, `${name}: ${cause.message}`, { cause });
  return cause;
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

export function displayName(path: string): string {
  return path === '-' ? 'standard input' : path;
}
