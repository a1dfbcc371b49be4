import { badData } from '../failure.js';
import { loadPackage } from '../load-package.js';
import { BadRow, type BadRows, type Refusals, refusalsOf, type TableReport } from './bad-rows.js';
import { displayName, emptyTable, readingFailure } from './failures.js';
import { conversionOf } from './formats/conversion.js';
import { refuseOddHeader, refuseOtherFormats } from './formats/other-formats.js';
import { hasRowNames, headOf } from './head.js';
import { Pieces } from './pieces.js';
import { plainCsv } from './plain-csv.js';
import { cellTexts, MAX_ROW_BYTES, RowCutter } from './row-cutter.js';
import { plainBytes, seekableSize, UTF8, wholeHead } from './source.js';

const { parse }: typeof import('csv-parse/sync') = loadPackage('csv-parse/sync');

/** Where a table comes from, and how its rows are cut. */
export interface CsvSource {
  /** A path, or `-` for standard input. */
  path: string;
  /** One or more characters; undefined: detected from the file name and the header line. */
  delimiter: string | undefined;
  /** TextDecoder's name; undefined: UTF-8 or UTF-16 by its byte order mark, otherwise detected from the first bytes. */
  encoding?: string | undefined;
  /** Whether cells may be quoted; undefined: detected from the first rows. */
  quotes?: boolean | undefined;
  /** The names of the first columns of a file without a header; undefined: the first row is the header. */
  columns?: readonly string[] | undefined;
}

/** A row as text: as many cells as the header has. */
export interface Row {
  cells: string[];
  /** Its first line and its last, from 1. */
  firstLine: number;
  line: number;
}

/** Bytes that are read from a file at a time. */
export const CHUNK_BYTES = 1 << 20;

/**
 * Opens a CSV file and reads its header, but not yet its rows.
 * @param onBytes is called with the number of bytes read from the file (before decompression), for progress.
 * @throws Failure 66 if the file does not exist, 65 if it has no header or is not CSV, 74 if reading fails.
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
    const conversion = await conversionOf(path, first.value, chunks, refusals, onBytes);
    if (!conversion) refuseOddHeader(name, first.value);
    const head = conversion ? { delimiter: ',', begin: 0, lines: -1 } : headOf(path, first.value, delimiter);
    const plain =
      conversion ?? plainCsv(first.value.subarray(head.begin), chunks, head.delimiter, { encoding, quotes });
    const file: Opened = {
      path,
      delimiter: head.delimiter,
      pieces: new Pieces(plain.chunks, head.begin),
      refusals,
      warnings: plain.warnings,
      isSeekable: plain.isAsStored && (encoding === undefined || encoding === UTF8),
      isConverted: conversion !== undefined,
    };
    const table = await readHeader(file, conversion ? undefined : columns, head.lines);
    // Callers look at the first rows.
    if (table.pieces.from >= table.pieces.to) await table.pieces.more();
    return table;
  } catch (error) {
    await chunks.return(undefined);
    throw readingFailure(name, error);
  }
}

/** A file whose header has not been read yet. */
interface Opened {
  path: string;
  /** One or more characters. */
  delimiter: string;
  /** The unread bytes. */
  pieces: Pieces;
  refusals: Refusals;
  /** Warnings about the file; complete once all rows have been read. */
  warnings: readonly string[];
  /** True if no conversion changed the bytes, so that `pieces.position` is a position in the file (unless that is compressed or a pipe). */
  isSeekable: boolean;
  /** True if the file was converted to CSV, so the header is ours. */
  isConverted: boolean;
}

/**
 * Cuts rows one by one, without blank lines, until `take` returns something.
 * @param take gets the byte at which the row begins, its first line and its last.
 * @param linesBefore how many lines come before the first row. @param endPiece is called before `pieces` moves on.
 */
async function cutRows<T>(
  { pieces, refusals }: Opened,
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
 * Reads the header, which is the first row that is not blank.
 * @param columns the names of the columns if that row is data. @param linesBefore how many lines come before the pieces.
 */
async function readHeader(file: Opened, columns: readonly string[] | undefined, linesBefore: number): Promise<Table> {
  const { path, delimiter, pieces, refusals } = file;
  const cutter = new RowCutter(delimiter, undefined);
  const table = await cutRows(file, cutter, linesBefore, (from, firstLine, line) => {
    // Nothing can be read without a header, however bad rows are handled.
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

/** The header of a file without one; columns called '' are not used. */
function namesFor(columns: readonly string[], width: number, name: string, line: number): string[] {
  if (columns.length > width) {
    const names = columns.length === 1 ? '1 column is' : `${columns.length} columns are`;
    throw badData(`${name}:${line}: ${names} named, and this row has ${width}: ${columns}`);
  }
  return Array.from({ length: width }, (_, at) => (columns[at] === '_' ? '' : (columns[at] ?? '')));
}

/** Consecutive well-formed rows: the bytes `from` to `to`, and the lines of each. */
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
  if (records.length !== lines.length) throw new Error('csv-parse found other rows than RowCutter');
  // A row may end with extra empty cells.
  return lines.map((place, k) => ({ cells: (records[k] ?? []).slice(0, width), ...place }));
}

export type Table = ReturnType<typeof tableOf>;

/**
 * A CSV file whose header has been read. @param linesBefore how many lines come before the first row.
 * @param lastTakesRest whether the last column takes the extra cells of a row: titles with unquoted commas, if options name all columns.
 */
function tableOf(file: Opened, header: readonly string[], linesBefore: number, lastTakesRest = false) {
  const { path, delimiter, pieces, refusals, isSeekable } = file;
  const width = header.length;
  const name = displayName(path);
  const report = (rows: number): TableReport => refusals.report(delimiter, rows);
  const close = () => pieces.close();

  /** Runs a function that reads the file to its end, then closes it. @throws Failure 74 if reading fails, and what the function throws. */
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
    /** The name of the file in messages. */
    name,
    header,
    linesBefore,
    report,
    close,
    reading,

    /** The cells of the first rows among the bytes already here, at most `most`; `eachRow` still reads them. */
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
     * Reads the rows to the end of the file. `RowCutter` finds the bounds of each row and what is wrong with it; csv-parse reads the cells,
     * a block of well-formed rows at a time. @param take may throw BadRow, which refuses the row.
     * @throws Failure 65 if a row cannot be read and bad rows stop the reading, 74 if reading fails.
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

    /** The size of a file whose bytes can be read as they are from any position; 0 for any other. */
    seekableSize: async () => (isSeekable ? seekableSize(path) : 0),
  };
}
