import {
  planRanges,
  RANGE_BYTES,
  type RangedReader,
  type RangeWorkers,
  readRanges,
  WORTH_RANGES,
} from '../events/ranges.js';
import { ExitCode, Failure, systemCode } from '../failure.js';
import { BadRow } from './bad-row.js';
import { CsvError, CsvRecords, type RecordTaker } from './csv-records.js';
import { type Head, headOf } from './head.js';
import { type PlainReader, TwoLanes } from './lanes.js';
import { refuseOtherFormats } from './other-formats.js';
import { plainBytes, seekableSize, wholeFirstLine } from './source.js';

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

/** Readers of one table's rows, which come to the same: by cells, and where there are such, by bytes and by ranges. */
export interface RowReaders {
  readRow: RowReader;
  plain: PlainReader | undefined;
  ranged: RangedReader | undefined;
}

export interface TableReport {
  path: string;
  delimiter: string;
  /** Rows below the header, refused ones included. */
  rows: number;
  rejected: number;
  firstRejects: Reject[];
}

const REJECTS_SHOWN = 3;

/** How a file is cut while it is read, in bytes; whatever they are, the rows are the same. */
export interface Sizes {
  /** What is taken from the file at a time. */
  chunk: number;
  /** What csv-parse reads at least from an odd row on: a parser is made for each such stretch. */
  stretch: number;
  /** What others read at a time of a file that is cut into ranges, and how large a file has to be for that. */
  range: number;
  ranged: number;
}

export const SIZES: Sizes = { chunk: 1 << 20, stretch: 1 << 12, range: RANGE_BYTES, ranged: WORTH_RANGES };

/** How a table is read: nothing of this changes what is read. */
export interface Reading {
  /** Is told of the bytes taken from the file (compressed ones, where it is compressed), for progress. */
  onBytes?: (count: number) => void;
  /** Undefined: this process reads all by itself. */
  rangeWorkers?: RangeWorkers | undefined;
  sizes?: Sizes;
}

/**
 * Reads a CSV file from beginning to end, row by row, with csv-parse; plain rows by their bytes alone, where the reader
 * of the rows can.
 *
 * @param onHeader is given the header's cells and the separator, and returns the reader of the rows under it.
 * @throws Failure 66 when the file is not there, 65 when a row cannot be read and `badRows` is 'stop', 74 when reading fails.
 */
export async function readTable(
  source: CsvSource,
  badRows: BadRows,
  onHeader: (header: string[], delimiter: string) => RowReader | RowReaders,
  { onBytes = () => {}, rangeWorkers, sizes = SIZES }: Reading = {},
): Promise<TableReport> {
  const table = new Table(displayName(source.path), badRows, onHeader);
  try {
    const chunks = wholeFirstLine(plainBytes(source.path, sizes.chunk, onBytes));
    const first = await chunks.next();
    if (!first.done) {
      refuseOtherFormats(table.report.path, first.value);
      const head = headOf(source.path, first.value, source.delimiter);
      await readFrom(source.path, first.value, chunks, head, table, { onBytes, rangeWorkers, sizes });
    }
  } catch (error) {
    throw readingFailure(table.report.path, error);
  }
  return table.finish();
}

/** Reads the rows that begin in the chunk `first`, and go on in the others, in the fastest way there is for them. */
async function readFrom(
  path: string,
  first: Buffer,
  others: AsyncGenerator<Buffer>,
  head: Head,
  table: Table,
  { onBytes, rangeWorkers, sizes }: Required<Reading>,
): Promise<void> {
  const { delimiter, begin, header } = head;
  table.report.delimiter = delimiter;
  const linesBefore = begin > 0 ? 1 : 0;
  if (header) {
    table.record(header.cells, linesBefore + 1);
    const { plain, ranged } = table.readers ?? {};
    if (plain) {
      plain.line = linesBefore + 1;
      const lanes = new TwoLanes(delimiter, plain, table, sizes.stretch);
      const size = rangeWorkers && ranged ? await seekableSize(path) : 0;
      if (!rangeWorkers || !ranged || size < sizes.ranged) {
        return lanes.readAll(chained(first.subarray(header.end), others));
      }
      await others.return(undefined);
      const ranges = planRanges(header.end, size, sizes.range);
      const range = Math.max(...ranges.map(({ from, to }) => to - from));
      const task = ranged.task(path, header.end, { ...sizes, range });
      return readRanges(task, ranges, rangeWorkers, ranged, lanes, onBytes);
    }
  }
  const place = header
    ? { delimiter, linesBefore: linesBefore + 1, width: header.cells.length }
    : { delimiter, linesBefore, width: undefined };
  const records = new CsvRecords(place, table);
  try {
    for await (const chunk of chained(first.subarray(header?.end ?? begin), others)) records.write(chunk);
    await records.end();
  } finally {
    records.destroy();
  }
}

async function* chained(first: Buffer, others: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* others;
}

/** A table as its rows are read: the header, then the rows under it, and what becomes of refused ones. */
class Table implements RecordTaker {
  readonly report: TableReport;
  readonly #badRows: BadRows;
  readonly #onHeader: (header: string[], delimiter: string) => RowReader | RowReaders;
  #readers: RowReaders | undefined;
  #width = 0;

  constructor(
    name: string,
    badRows: BadRows,
    onHeader: (header: string[], delimiter: string) => RowReader | RowReaders,
  ) {
    this.report = { path: name, delimiter: ',', rows: 0, rejected: 0, firstRejects: [] };
    this.#badRows = badRows;
    this.#onHeader = onHeader;
  }

  get readers(): RowReaders | undefined {
    return this.#readers;
  }

  record(cells: string[], line: number): void {
    if (!this.#readers) {
      const reading = this.#onHeader(cells, this.report.delimiter);
      this.#width = cells.length;
      this.#readers =
        typeof reading === 'function' ? { readRow: reading, plain: undefined, ranged: undefined } : reading;
      return;
    }
    this.report.rows++;
    try {
      this.#readers.readRow(fitted(cells, this.#width), { lines: line });
    } catch (error) {
      if (!(error instanceof BadRow)) throw error;
      this.#reject(firstLine(cells, line), error.message, cells);
    }
  }

  refused(line: number, reason: string): void {
    // There is no going on without a header, whatever `badRows` says.
    if (!this.#readers) this.tooLong(line, reason);
    this.report.rows++;
    this.#reject(line, reason, []);
  }

  tooLong(line: number, reason: string): never {
    throw new Failure(ExitCode.badData, `${this.report.path}:${line}: ${reason}`);
  }

  /** @throws Failure 65 where not even a header was there. */
  finish(): TableReport {
    if (!this.#readers) {
      throw emptyTable(this.report.path);
    }
    this.report.rows += this.#readers.plain?.rows ?? 0;
    return this.report;
  }

  #reject(line: number, reason: string, cells: readonly string[]): void {
    const { report } = this;
    if (this.#badRows === 'stop') {
      throw new Failure(
        ExitCode.badData,
        `${report.path}:${line}: ${reason}\n  to go on without such rows: --bad-rows skip, or --bad-rows FILE to keep them aside`,
      );
    }
    const row = { path: report.path, line, reason, cells };
    report.rejected++;
    if (report.firstRejects.length < REJECTS_SHOWN) report.firstRejects.push(row);
    this.#badRows(row);
  }
}

/** A row with as many cells as the header: empty cells too many at its end are let go. */
function fitted(cells: string[], width: number): string[] {
  if (cells.length === width) return cells;
  if (cells.length > width && cells.slice(width).every((cell) => cell === '')) return cells.slice(0, width);
  throw new BadRow(`this row has ${cells.length} cells, the header has ${width}`);
}

function firstLine(cells: readonly string[], lastLine: number): number {
  let line = lastLine;
  for (const cell of cells) for (const character of cell) if (character === '\n') line--;
  return line;
}

/** The failure of a file without a byte, or without a line. */
export function emptyTable(name: string): Failure {
  return new Failure(ExitCode.badData, `${name} is empty: its first line has to name the columns`);
}

/** The failure of a file that cannot be read, in the user's terms. */
export function readingFailure(name: string, error: unknown): Error {
  if (error instanceof Failure) return error;
  const cause = asError(error);
  const code = systemCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR')
    return new Failure(
      ExitCode.noInput,
      `${name}: no such file\n  looked for in ${process.cwd()}; has the export that writes it run?`,
      { cause },
    );
  if (code === 'EACCES')
    return new Failure(
      ExitCode.noInput,
      `${name}: no permission to read it; who runs this needs read rights (ls -l ${name})`,
      { cause },
    );
  if (code === 'EISDIR') return new Failure(ExitCode.noInput, `${name} is a folder; name a file in it`, { cause });
  if (code === 'Z_BUF_ERROR')
    return new Failure(ExitCode.badData, `${name}: the gzip file ends too early; export or copy it anew`, { cause });
  if (code.startsWith('Z_'))
    return new Failure(
      ExitCode.badData,
      `${name}: damaged gzip: ${cause.message}; export or copy it anew (gzip -t tests it)`,
      { cause },
    );
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
