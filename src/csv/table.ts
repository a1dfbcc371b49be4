import { badData } from '../failure.js';
import { loadPackage } from '../load-package.js';
import { BadRow, type BadRows, type Refusals, refusalsOf, type TableReport } from './bad-rows.js';
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
    const refusals = refusalsOf(name, badRows);
    const conversion = await conversionOf(path, first.value, chained(first.value, chunks), refusals, onBytes);
    let table: Table;
    if (conversion) {
      const pieces = new Pieces(conversion.chunks);
      const { warnings } = conversion;
      const about = { path, delimiter: ',', pieces, refusals, warnings, isSeekable: false, isConverted: true };
      table = await headed(about, undefined, -1);
    } else {
      refuseOddHeader(name, first.value);
      const head = headOf(path, first.value, delimiter);
      const plain = plainCsv(first.value.subarray(head.begin), chunks, head.delimiter, { encoding, quotes });
      const pieces = new Pieces(plain.chunks, head.begin);
      const isSeekable = plain.isAsStored && (encoding === undefined || encoding === UTF8);
      const about = { path, delimiter: head.delimiter, pieces, refusals, warnings: plain.warnings, isSeekable };
      table = await headed({ ...about, isConverted: false }, columns, head.lines);
    }
    // So that there are rows to look at.
    if (table.pieces.from >= table.pieces.to) await table.pieces.more();
    return table;
  } catch (error) {
    await chunks.return(undefined);
    throw readingFailure(name, error);
  }
}

/** A file of which the header is still to be read. */
interface Headless {
  path: string;
  /** One character or several. */
  delimiter: string;
  /** Its bytes; behind the header, once that has been read. */
  pieces: Pieces;
  refusals: Refusals;
  /** What is lost of the file though it can be read: complete once all rows have been. */
  warnings: readonly string[];
  /** Whether its bytes can be those of the file, from `pieces.position` on. */
  isSeekable: boolean;
  /** Whether it was no CSV, so that its header is made by us. */
  isConverted: boolean;
}

/**
 * Cuts one row after the other, blank lines left out, until `take` returns something.
 * @param take is told where the row begins that was cut, and on which line; `line` is its last. @param linesBefore the row to come. @param endPiece is called before more bytes are taken.
 */
async function cutRows<T>(
  { pieces, refusals }: Headless,
  cutter: RowCutter,
  linesBefore: number,
  take: (from: number, firstLine: number, line: number) => T | undefined,
  endPiece = () => {},
): Promise<T | undefined> {
  let lines = linesBefore;
  do {
    const { bytes, to, isLast } = pieces;
    while (pieces.from < to) {
      const from = pieces.from;
      const end = cutter.cut(bytes, from, to, isLast);
      if (end < 0 || end - from > MAX_ROW_BYTES) break;
      pieces.from = end;
      const firstLine = lines + 1;
      lines += 1 + cutter.innerLines;
      const taken = cutter.cells > 0 ? take(from, firstLine, lines) : undefined;
      if (taken !== undefined) return taken;
    }
    endPiece();
  } while (await pieces.more());
  if (pieces.isTooLong) throw refusals.fatal(lines + 1);
  return undefined;
}

/**
 * Reads the header, the first row that is no blank line.
 * @param columns where that row is data: their names. @param linesBefore how many lines come before the pieces.
 */
async function headed(file: Headless, columns: readonly string[] | undefined, linesBefore: number): Promise<Table> {
  const { path, delimiter, pieces, refusals } = file;
  const cutter = new RowCutter(delimiter, undefined);
  const table = await cutRows(file, cutter, linesBefore, (from, firstLine, line) => {
    // There is no going on without a header, whatever is done with bad rows.
    if (cutter.trouble !== 'none') throw refusals.fatal(firstLine + cutter.troubleLines, cutter.reason(firstLine));
    if (columns) {
      pieces.from = from;
      const header = namesFor(columns, cutter.cells, displayName(path), firstLine);
      return tableOf(file, header, firstLine - 1, columns.length === header.length);
    }
    const header = cellTexts(delimiter, cutter.cells, pieces.bytes, from, pieces.to, pieces.isLast);
    if (hasRowNames(pieces, delimiter, header)) header.unshift('');
    return tableOf(file, header, line);
  });
  if (table) return table;
  throw emptyTable(displayName(path));
}

/** Columns without a name are not used. */
function namesFor(columns: readonly string[], width: number, name: string, line: number): string[] {
  if (columns.length > width) {
    const names = columns.length === 1 ? '1 column is' : `${columns.length} columns are`;
    throw badData(`${name}:${line}: ${names} named, and this row has ${width}: ${columns}`);
  }
  return Array.from({ length: width }, (_, at) => (columns[at] === '_' ? '' : (columns[at] ?? '')));
}

/** Well-formed rows that follow one another: the bytes `from` to `to`, and where each stands. */
interface Block {
  bytes: Uint8Array;
  from: number;
  to: number;
  lines: Omit<Row, 'cells'>[];
}

function rowsOf({ bytes, from, to, lines }: Block, delimiter: string, width: number): Row[] {
  const records = parse(Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from), {
    delimiter,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    skip_empty_lines: true,
  });
  if (records.length !== lines.length) throw new Error('rows were cut in two ways');
  // Empty cells too many at the end of a row are let go.
  return lines.map((place, k) => ({ cells: (records[k] ?? []).slice(0, width), ...place }));
}

export type Table = ReturnType<typeof tableOf>;

/**
 * A CSV file whose header has been read. @param linesBefore how many lines come before the first row.
 * @param lastTakesRest titles with commas and without quotes: where all columns are named by option, the last one takes what is too much.
 */
function tableOf(file: Headless, header: readonly string[], linesBefore: number, lastTakesRest = false) {
  const { path, delimiter, pieces, refusals, isSeekable } = file;
  const width = header.length;
  const name = displayName(path);
  const report = (rows: number): TableReport => refusals.report(delimiter, rows);
  const close = () => pieces.close();

  /** Does what reads the file to its end, and closes it. @throws Failure 74 when reading fails, and what it throws. */
  const reading = async <T>(read: () => Promise<T>): Promise<T> => {
    try {
      return await read();
    } catch (error) {
      throw readingFailure(name, error);
    } finally {
      await close();
    }
  };

  return {
    ...file,
    /** The path as messages have it. */
    name,
    header,
    linesBefore,
    report,
    close,
    reading,

    /** The cells of the first rows, `most` at the most, of what is here already; they are still to be read. */
    sample(most: number): string[][] {
      const { bytes, from, to, isLast } = pieces;
      const cutter = new RowCutter(delimiter, width);
      const rows: string[][] = [];
      for (let at = from; at < to && rows.length < most; ) {
        const end = cutter.cut(bytes, at, to, isLast);
        if (end < 0) break;
        if (cutter.cells > 0 && cutter.trouble === 'none') rows.push(cutter.texts());
        at = end;
      }
      return rows;
    },

    /**
     * Reads the rows to the end of the file: where one begins and ends, and what is wrong with it, by the cutter of all rows; the cells by
     * csv-parse, of all rows at once that follow one another. @param take may throw BadRow, which refuses the row.
     * @throws Failure 65 when a row cannot be read and bad rows stop the reading, 74 when reading fails.
     */
    eachRow: (take: (row: Row) => void): Promise<TableReport> =>
      reading(async () => {
        const cutter = new RowCutter(delimiter, width);
        const attempt = (row: Row): void => {
          try {
            take(row);
          } catch (error) {
            if (!(error instanceof BadRow)) throw error;
            refusals.refuse(row.firstLine, error.message, row.cells);
          }
        };
        let rows = 0;
        let block: Block | undefined;
        const takeBlock = () => {
          const taken = block;
          block = undefined;
          if (taken) for (const row of rowsOf(taken, delimiter, width)) attempt(row);
        };
        await cutRows(
          file,
          cutter,
          linesBefore,
          (from, firstLine, line) => {
            rows++;
            const { bytes, to, isLast } = pieces;
            if (cutter.trouble === 'none') {
              block ??= { bytes, from, to, lines: [] };
              block.to = pieces.from;
              block.lines.push({ firstLine, line });
              return;
            }
            takeBlock();
            const cells = cutter.trouble === 'width' ? cellTexts(delimiter, cutter.cells, bytes, from, to, isLast) : [];
            if (!lastTakesRest || cells.length <= width) {
              return refusals.refuse(firstLine + cutter.troubleLines, cutter.reason(firstLine), cells);
            }
            const rest = cells.splice(width - 1).join(delimiter);
            attempt({ cells: [...cells, rest], firstLine, line });
          },
          takeBlock,
        );
        return report(rows);
      }),

    /** The size of a file whose bytes can be read from anywhere, as they are; 0 where they cannot. */
    seekableSize: async () => (isSeekable ? seekableSize(path) : 0),
  };
}
