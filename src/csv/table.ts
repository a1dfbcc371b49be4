import { badData } from '../failure.js';
import { loadPackage } from '../load-package.js';
import { BadRow, type BadRows, Refusals, type TableReport } from './bad-rows.js';
import { displayName, emptyTable, readingFailure } from './failures.js';
import { conversionOf } from './formats/conversion.js';
import { refuseOddHeader, refuseOtherFormats } from './formats/other-formats.js';
import { headOf } from './head.js';
import { Pieces } from './pieces.js';
import { plainCsv } from './plain-csv.js';
import { cellTexts, MAX_ROW_BYTES, RowCutter } from './row-cutter.js';
import { hasRowNames } from './row-names.js';
import { chained, plainBytes, seekableSize, UTF8, wholeHead } from './source.js';

const { parse }: typeof import('csv-parse/sync') = loadPackage('csv-parse/sync');

/** Where a table comes from, and how its rows are cut. */
export interface CsvSource {
  /** A path, or `-` for standard input. */
  path: string;
  /** One character or several; undefined: told from the name and the header line. */
  delimiter: string | undefined;
  /** What TextDecoder calls it; undefined: UTF-8 or UTF-16 by its mark, or told from the first bytes. */
  encoding?: string | undefined;
  /** Whether cells may be quoted; undefined: told from the first rows. */
  quotes?: boolean | undefined;
  /** The names of the first columns of a file whose first row is data; undefined: its first row names them. */
  columns?: readonly string[] | undefined;
}

/** A row as text: as many cells as the header has. */
export interface Row {
  cells: string[];
  /** The first line it stands on, and the last, from 1. */
  firstLine: number;
  line: number;
}

/** What is taken from a file at a time, in bytes. */
export const CHUNK_BYTES = 1 << 20;

/**
 * Opens a CSV file and reads its header; its rows are there to be asked for.
 * @param onBytes is told of the bytes taken from the file (compressed ones, where it is compressed), for progress.
 * @throws Failure 66 when the file is not there, 65 when it has no header or is no CSV, 74 when reading fails.
 */
export async function openTable(
  { path, delimiter, encoding, quotes, columns }: CsvSource,
  badRows: BadRows,
  onBytes: (count: number) => void = () => {},
  chunkBytes = CHUNK_BYTES,
): Promise<Table> {
  const name = displayName(path);
  const chunks = wholeHead(plainBytes(path, chunkBytes, onBytes, encoding), chunkBytes);
  try {
    const first = await chunks.next();
    if (first.done) throw emptyTable(name);
    refuseOtherFormats(name, first.value);
    const refusals = new Refusals(name, badRows);
    const conversion = await conversionOf(path, first.value, chained(first.value, chunks), refusals, onBytes);
    let table: Table;
    if (conversion) {
      table = await headed(path, ',', undefined, new Pieces(conversion.chunks), -1, refusals);
      table.isConverted = true;
      table.warnings = conversion.warnings;
    } else {
      refuseOddHeader(name, first.value);
      const head = headOf(path, first.value, delimiter);
      const plain = plainCsv(first.value.subarray(head.begin), chunks, head.delimiter, { encoding, quotes });
      const pieces = new Pieces(plain.chunks, head.begin);
      table = await headed(path, head.delimiter, columns, pieces, head.lines, refusals);
      table.isSeekable = plain.isAsStored && (encoding === undefined || encoding === UTF8);
      table.warnings = plain.warnings;
    }
    // So that there are rows to look at.
    if (table.pieces.from >= table.pieces.to) await table.pieces.more();
    return table;
  } catch (error) {
    await chunks.return(undefined);
    throw readingFailure(name, error);
  }
}

/**
 * Reads the header, the first row that is no blank line.
 * @param columns where that row is data: their names. @param linesBefore how many lines come before `pieces`.
 */
async function headed(
  path: string,
  delimiter: string,
  columns: readonly string[] | undefined,
  pieces: Pieces,
  linesBefore: number,
  refusals: Refusals,
): Promise<Table> {
  const cutter = new RowCutter(delimiter, undefined);
  let lines = linesBefore;
  while (await pieces.more()) {
    const { bytes, to, isLast } = pieces;
    while (pieces.from < to) {
      const from = pieces.from;
      const end = cutter.cut(bytes, from, to, isLast);
      if (end < 0 || end - from > MAX_ROW_BYTES) break;
      const firstLine = lines + 1;
      pieces.from = end;
      lines += 1 + cutter.innerLines;
      if (cutter.cells === 0) continue;
      // There is no going on without a header, whatever is done with bad rows.
      if (cutter.trouble !== 'none') throw refusals.fatal(firstLine + cutter.troubleLines, cutter.reason(firstLine));
      if (columns) {
        pieces.from = from;
        const header = namesFor(columns, cutter.cells, displayName(path), firstLine);
        const isNamed = columns.length === header.length;
        return new Table(path, delimiter, header, pieces, firstLine - 1, refusals, isNamed);
      }
      const header = cellTexts(delimiter, cutter.cells, bytes, from, to, isLast);
      if (hasRowNames(pieces, delimiter, header)) header.unshift('');
      return new Table(path, delimiter, header, pieces, lines, refusals);
    }
  }
  throw pieces.isTooLong ? refusals.fatal(lines + 1) : emptyTable(displayName(path));
}

/** Columns without a name are not used. */
function namesFor(columns: readonly string[], width: number, name: string, line: number): string[] {
  if (columns.length > width) {
    const names = columns.length === 1 ? '1 column is' : `${columns.length} columns are`;
    throw badData(`${name}:${line}: ${names} named, and this row has ${width}: ${columns}`);
  }
  return Array.from({ length: width }, (_, at) => (columns[at] === '_' ? '' : (columns[at] ?? '')));
}

/** A CSV file whose header has been read. */
export class Table {
  readonly path: string;
  /** The path as messages have it. */
  readonly name: string;
  readonly delimiter: string;
  readonly header: readonly string[];
  /** The bytes behind the header. */
  readonly pieces: Pieces;
  /** How many lines come before the first row. */
  readonly linesBefore: number;
  readonly refusals: Refusals;
  /** Titles with commas and without quotes: where all columns are named by option, the last one takes what is too much. */
  readonly #lastTakesRest: boolean;
  /** What is lost of the file though it can be read: complete once all rows have been. */
  warnings: readonly string[] = [];
  /** Whether its bytes can be those of the file, from `pieces.position` on. */
  isSeekable = false;
  /** Whether it was no CSV, so that its header is made by us. */
  isConverted = false;
  #rows = 0;

  constructor(
    path: string,
    delimiter: string,
    header: readonly string[],
    pieces: Pieces,
    linesBefore: number,
    refusals: Refusals,
    lastTakesRest = false,
  ) {
    this.path = path;
    this.name = displayName(path);
    this.delimiter = delimiter;
    this.header = header;
    this.pieces = pieces;
    this.linesBefore = linesBefore;
    this.refusals = refusals;
    this.#lastTakesRest = lastTakesRest;
  }

  /** The cells of the first rows, `most` at the most, of what is here already; they are still to be read. */
  sample(most: number): string[][] {
    const { bytes, from, to, isLast } = this.pieces;
    const { delimiter, header } = this;
    const cutter = new RowCutter(delimiter, header.length);
    const rows: string[][] = [];
    for (let at = from; at < to && rows.length < most; ) {
      const end = cutter.cut(bytes, at, to, isLast);
      if (end < 0) break;
      if (cutter.cells > 0 && cutter.trouble === 'none') {
        rows.push(cellTexts(delimiter, header.length, bytes, at, to, isLast));
      }
      at = end;
    }
    return rows;
  }

  /**
   * Reads the rows to the end of the file: where one begins and ends, and what is wrong with it, by the cutter of all rows; the cells by
   * csv-parse. @param take may throw BadRow, which refuses the row.
   * @throws Failure 65 when a row cannot be read and bad rows stop the reading, 74 when reading fails.
   */
  async eachRow(take: (row: Row) => void): Promise<TableReport> {
    try {
      for await (const rows of this.#blocks()) {
        for (const row of rows) {
          this.#rows++;
          this.#attempt(row, take);
        }
      }
    } catch (error) {
      throw readingFailure(this.name, error);
    } finally {
      await this.close();
    }
    return this.report(this.#rows);
  }

  report(rows: number): TableReport {
    return this.refusals.report(this.delimiter, rows);
  }

  /** The size of a file whose bytes can be read from anywhere, as they are; 0 where they cannot. */
  async seekableSize(): Promise<number> {
    return this.isSeekable ? seekableSize(this.path) : 0;
  }

  async close(): Promise<void> {
    await this.pieces.close();
  }

  #attempt(row: Row, take: (row: Row) => void): void {
    try {
      take(row);
    } catch (error) {
      if (!(error instanceof BadRow)) throw error;
      this.refusals.refuse(row.firstLine, error.message, row.cells);
    }
  }

  /** Well-formed rows that follow one another; rows between them are refused when those before have been taken. */
  async *#blocks(): AsyncGenerator<Row[]> {
    const { pieces, delimiter, refusals } = this;
    const cutter = new RowCutter(delimiter, this.header.length);
    let lines = this.linesBefore;
    do {
      const { bytes, to, isLast } = pieces;
      let block = pieces.from;
      let places: [firstLine: number, line: number][] = [];
      while (pieces.from < to) {
        const from = pieces.from;
        const end = cutter.cut(bytes, from, to, isLast);
        if (end < 0 || end - from > MAX_ROW_BYTES) break;
        pieces.from = end;
        const firstLine = lines + 1;
        lines += 1 + cutter.innerLines;
        if (cutter.trouble === 'none') {
          if (cutter.cells > 0) places.push([firstLine, lines]);
          continue;
        }
        yield this.#records(bytes.subarray(block, from), places);
        block = end;
        places = [];
        const cells = cutter.trouble === 'width' ? cellTexts(delimiter, cutter.cells, bytes, from, to, isLast) : [];
        if (this.#lastTakesRest && cells.length > this.header.length) {
          const rest = cells.splice(this.header.length - 1).join(delimiter);
          yield [{ cells: [...cells, rest], firstLine, line: lines }];
        } else {
          this.#rows++;
          refusals.refuse(firstLine + cutter.troubleLines, cutter.reason(firstLine), cells);
        }
      }
      yield this.#records(bytes.subarray(block, pieces.from), places);
    } while (await pieces.more());
    if (pieces.isTooLong) throw refusals.fatal(lines + 1);
  }

  #records(bytes: Uint8Array, places: readonly [firstLine: number, line: number][]): Row[] {
    if (places.length === 0) return [];
    const { delimiter, header } = this;
    const records = parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), {
      delimiter,
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      skip_empty_lines: true,
    });
    if (records.length !== places.length) throw new Error(`${this.name}: rows were cut in two ways`);
    // Empty cells too many at the end of a row are let go.
    return places.map(([firstLine, line], k) => ({
      cells: (records[k] ?? []).slice(0, header.length),
      firstLine,
      line,
    }));
  }
}
