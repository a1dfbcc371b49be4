import type { Options } from 'csv-parse';
import { loadPackage } from '../load-package.js';

const { CsvError, parse }: typeof import('csv-parse') = loadPackage('csv-parse');
type CsvError = InstanceType<typeof CsvError>;

/** More than a record of sane size: an unclosed quote would otherwise take the rest of the file into memory. */
export const MAX_RECORD_BYTES = 64 * 1024 * 1024;

/** Why such a record is refused. */
export const TOO_LONG = `a row of more than ${MAX_RECORD_BYTES >> 20} MB: most likely a quote that is never closed`;

const LF = 0x0a;

/** Takes what csv-parse finds, in the order of the file; what it throws ends the reading. */
export interface RecordTaker {
  /** @param line the last one the row stands on, from 1. */
  record(cells: string[], line: number): void;
  /** A row that is none, for its quotes. */
  refused(line: number, reason: string): void;
  /** There is no going on behind a row that is too long: csv-parse drops the rest of its buffer. */
  tooLong(line: number, reason: string): void;
}

/** What has to be known to read from some place of a file on. */
export interface RecordPlace {
  delimiter: string;
  /** Lines of the file before these bytes. */
  linesBefore: number;
  /** How many cells a row has; undefined at the beginning of a file, where the header says so. */
  width: number | undefined;
}

/** Rows of a CSV file, from its bytes, by csv-parse. Lines are counted here: it takes the CR and the LF in a cell for two. */
export class CsvRecords {
  readonly #taker: RecordTaker;
  readonly #parser: ReturnType<typeof parse>;
  readonly #finished: Promise<void>;
  readonly #lines: LineCounter;
  /** Rows to come that are none of the file's. */
  #headers = 0;
  /** Blank lines when a row was last heard of. */
  #blank = 0;
  /** The cells of the last row that was refused: it may have several quotes astray. */
  #refused: readonly string[] | undefined;
  #open = false;
  #failure: unknown;
  #failed = false;

  constructor({ delimiter, linesBefore, width }: RecordPlace, taker: RecordTaker) {
    this.#taker = taker;
    this.#lines = new LineCounter(linesBefore);
    const options: Options<string[]> = {
      bom: width === undefined,
      delimiter,
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_error: true,
      max_record_size: MAX_RECORD_BYTES,
      on_record: (record, info) => this.#hear(() => this.#take(record, info)),
      on_skip: (error) => {
        if (error) this.#hear(() => this.#refuse(error));
        return undefined;
      },
    };
    this.#parser = parse(options);
    this.#finished = ended(this.#parser);
    if (width !== undefined && width > 1) this.#begin(delimiter.repeat(width - 1));
  }

  /** @throws what the taker threw. */
  write(bytes: Uint8Array): void {
    this.#lines.push(bytes);
    this.#parser.write(bytes);
    this.#rethrow();
  }

  /** Ends the last row. @throws what the taker threw, or CsvError. */
  async end(): Promise<void> {
    this.#parser.end();
    await this.#finished;
    this.#rethrow();
  }

  /** True where the bytes ended inside quotes. */
  get open(): boolean {
    return this.#open;
  }

  destroy(): void {
    this.#parser.destroy();
  }

  /**
   * Lets csv-parse read a row of empty cells for the header: it makes an error, which is slow, of each row that has not as
   * many cells as the first, and the first that it is given here may be the odd one out.
   */
  #begin(row: string): void {
    this.#headers = 1;
    this.#lines.shift(-1);
    this.write(Buffer.from(`${row}\n`));
  }

  /** csv-parse swallows what its callbacks throw, or not, as the case may be. */
  #hear(act: () => void): null {
    if (this.#failed) return null;
    try {
      act();
    } catch (error) {
      this.#failed = true;
      this.#failure = error;
    }
    return null;
  }

  #rethrow(): void {
    if (this.#failed) throw this.#failure;
  }

  #take(cells: string[], info: { bytes: number; empty_lines: number }): void {
    this.#blank = info.empty_lines;
    if (this.#headers > 0) {
      this.#headers--;
      return;
    }
    this.#taker.record(cells, 1 + this.#lines.before(info.bytes - 1));
  }

  /** Lines are counted up to the end of the last cell; what csv-parse has read behind it is looked up in its state. */
  #refuse(error: CsvError): void {
    const { state } = inside(this.#parser);
    const blank = state.record.length === 0 ? Number(error.empty_lines) - this.#blank : 0;
    const cell = 1 + this.#lines.before(Number(error.bytes)) + blank;
    const tooLong = error.code === 'CSV_MAX_RECORD_SIZE';
    const open = error.code === 'CSV_QUOTE_NOT_CLOSED';
    this.#open = open;
    const line =
      tooLong || open ? cell - lineFeeds(state.record.join('')) : cell + lineFeeds(state.field.toString('utf8'));
    if (error.code === 'CSV_INVALID_CLOSING_QUOTE') leaveQuotes(state);
    if (tooLong) {
      this.#taker.tooLong(line, quoteTrouble(error, line));
    } else if (state.record !== this.#refused) {
      this.#refused = state.record;
      this.#blank = Number(error.empty_lines);
      this.#taker.refused(line, quoteTrouble(error, line));
    }
  }
}

/** Counts the lines of bytes that come piece by piece. */
class LineCounter {
  readonly #pieces: Uint8Array[] = [];
  /** Where the first piece begins, and how far lines were counted. */
  #begin = 0;
  #counted = 0;
  #lines: number;

  constructor(lines: number) {
    this.#lines = lines;
  }

  shift(lines: number): void {
    this.#lines += lines;
  }

  push(piece: Uint8Array): void {
    this.#pieces.push(piece);
  }

  /** How many lines end before the byte at `position`, which never goes back. */
  before(position: number): number {
    for (let piece = this.#pieces[0]; piece && this.#counted < position; piece = this.#pieces[0]) {
      const end = Math.min(position - this.#begin, piece.length);
      let at = piece.indexOf(LF, this.#counted - this.#begin);
      for (; at >= 0 && at < end; at = piece.indexOf(LF, at + 1)) this.#lines++;
      this.#counted = this.#begin + end;
      if (end < piece.length) break;
      this.#begin += piece.length;
      this.#pieces.shift();
    }
    return this.#lines;
  }
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

/** The part of csv-parse's state that it tells nobody: the row that is being read. */
interface State {
  record: string[];
  field: { toString(encoding: string): string };
  quoting: boolean;
  wasQuoting: boolean;
}

function inside(parser: ReturnType<typeof parse>): { state: State } {
  return (parser as unknown as { api: { state: State } }).api;
}

/**
 * Lets the row end where its line ends: csv-parse itself stays inside the quotes after text behind a closing one, and
 * takes the rows up to the next quote, or to the end of the file, for part of this cell.
 */
function leaveQuotes(state: State): void {
  state.quoting = false;
  state.wasQuoting = true;
}

function lineFeeds(text: string): number {
  return text.split('\n').length - 1;
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
      return TOO_LONG;
    default:
      return error.message;
  }
}

export { CsvError };
