import { type CsvError, type Options, parse } from 'csv-parse';

/*
 * Rows as csv-parse splits them, with the lines and reasons that the program reports. The program's own reader is tested against it.
 */

const LF = 0x0a;

/** Receives the rows in the order of the file; an error that it throws ends the reading. */
export interface RecordTaker {
  /** @param line the last line of the row, counted from 1. */
  record(cells: string[], line: number): void;
  /** A row that cannot be read because of its quotes. */
  refused(line: number, reason: string): void;
}

/**
 * Reads all rows of a CSV file in memory, including the header.
 * @param linesBefore the number of lines before these bytes. @throws any error of the taker.
 */
export async function readRecords(
  bytes: Buffer,
  delimiter: string,
  linesBefore: number,
  taker: RecordTaker,
): Promise<void> {
  /** The blank lines up to the latest row, and the row refused last, which may have several stray quotes. */
  let blank = 0;
  let refused: readonly string[] | undefined;
  let failure: { error: unknown } | undefined;
  const guarded = (act: () => void) => {
    try {
      if (!failure) act();
    } catch (error) {
      // csv-parse swallows some of the errors that its callbacks throw, but not all.
      failure = { error };
    }
  };
  const linesBeforeByte = (position: number) =>
    linesBefore + bytes.subarray(0, position).reduce((lines, byte) => lines + (byte === LF ? 1 : 0), 0);
  const options: Options<string[]> = {
    bom: true,
    delimiter,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_record: (cells, info) => {
      guarded(() => {
        blank = info.empty_lines;
        taker.record(cells, 1 + linesBeforeByte(info.bytes - 1));
      });
      return null;
    },
    on_skip: (error) => {
      if (error) guarded(() => refuse(error));
      return undefined;
    },
  };
  const parser = parse(options);
  /** The error counts lines up to the end of the last complete cell; the state of csv-parse has the text read after it. */
  const refuse = (error: CsvError) => {
    const { state } = (parser as unknown as { api: { state: State } }).api;
    const blanks = state.record.length === 0 ? Number(error.empty_lines) - blank : 0;
    const cell = 1 + linesBeforeByte(Number(error.bytes)) + blanks;
    const isOpen = error.code === 'CSV_QUOTE_NOT_CLOSED';
    const line = isOpen ? cell - lineFeeds(state.record.join('')) : cell + lineFeeds(state.field.toString('utf8'));
    if (error.code === 'CSV_INVALID_CLOSING_QUOTE') {
      // Otherwise csv-parse would stay inside the quotes and read the rows up to the next quote as part of this cell.
      state.quoting = false;
      state.wasQuoting = true;
    }
    if (state.record === refused) return;
    refused = state.record;
    blank = Number(error.empty_lines);
    taker.refused(line, quoteTrouble(error, line));
  };
  const ended = new Promise<void>((resolve, reject) => {
    parser.once('end', resolve);
    parser.once('error', reject);
  });
  parser.resume();
  parser.end(bytes);
  await ended;
  if (failure) throw failure.error;
}

/** The undocumented part of csv-parse's state: the row being read. */
interface State {
  record: string[];
  field: { toString(encoding: string): string };
  quoting: boolean;
  wasQuoting: boolean;
}

function lineFeeds(text: string): number {
  return text.split('\n').length - 1;
}

function quoteTrouble(error: CsvError, line: number): string {
  switch (error.code) {
    case 'CSV_QUOTE_NOT_CLOSED':
      return `a quote is opened in the row that begins on line ${line} and never closed`;
    case 'INVALID_OPENING_QUOTE':
      return 'a quote (") inside an unquoted cell; quote the whole cell, and double the quotes in it';
    case 'CSV_INVALID_CLOSING_QUOTE':
      return `text after a closing quote ("); a quote inside a quoted cell has to be doubled (if it is \\", sed 's/\\\\"/""/g' does that)`;
    default:
      return error.message;
  }
}
