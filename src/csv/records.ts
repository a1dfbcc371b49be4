import { lastAtMost } from '../matrix/search.js';
import type { Refusals } from './bad-rows.js';
import { FlatRecords } from './flat-records.js';
import { parsedRecord } from './json-text.js';

/** A record on its way to a row, or what is wrong where one should be. */
export type Entry =
  | { line: number; bytes: number; record: Readonly<Record<string, unknown>> }
  /** As text, which is parsed where it has to be. */
  | { line: number; bytes: number; json: string }
  /** Fatal: nothing can be read behind it. */
  | { line: number; trouble: string; isFatal?: boolean };

/** Records that tell the columns: as many as there are in so many bytes. */
const HEAD_BYTES = 1 << 22;
/** What one that is broken counts for. */
const BROKEN_BYTES = 1 << 10;
const CHUNK_LENGTH = 1 << 18;
/** Lists of these names are the rows of their record. */
const ROWS = /^(line_?|order_?|cart_?|basket_?)?(items|events|products|lines|interactions|purchases|ratings)$/i;
const ID = /(^|_)(id|aid|sku|asin|isbn|item|product|handle)$/i;
const NAMES_SHOWN = 5;

type Cells = Map<string, string>;
/** Lists of objects, by the column that they would be. */
type Lists = Map<string, readonly unknown[]>;

/**
 * Records as the lines of a CSV, the header first. A nested name becomes a column `outer.inner`, a list becomes JSON in its cell. One
 * list of objects (`ROWS`, or the only one of objects with an id) gives a row for each of its objects beside the record's own cells.
 *
 * Line breaks in cells become spaces, and blank lines are put before rows, so that a row stands as many lines below the header as its
 * record begins below the file's top. Where records have more rows than lines, refusals look the line up.
 */
export class RecordRows {
  readonly warnings: string[] = [];
  readonly #refusals: Refusals;
  readonly #entries: AsyncIterator<Entry[]>;
  #columns = new Map<string, number>();
  /** Undefined: records may have several rows. */
  #flat: FlatRecords | undefined;
  /** The column of the list whose objects are rows. */
  #exploded: string | undefined;
  #text = '';
  /** How many lines there are below the header. */
  #lines = 0;
  /** From which line on below the header lines have another number than in the file, and which; the same one: from there on they agree. */
  readonly #shifts: { own: number[]; file: number[] } = { own: [], file: [] };
  #shift: number | undefined;
  readonly #late = new Map<string, number>();

  constructor(entries: AsyncIterator<Entry[]>, refusals: Refusals) {
    this.#entries = entries;
    this.#refusals = refusals;
    refusals.lineOf = (line) => this.#lineOf(line);
  }

  async *chunks(): AsyncGenerator<Buffer> {
    const entries = this.#entries;
    try {
      const head: Entry[] = [];
      // However the records come, the same ones tell the columns.
      const behind: Entry[] = [];
      let bytes = 0;
      let next = await entries.next();
      for (; !next.done && bytes < HEAD_BYTES; next = await entries.next()) {
        for (const entry of next.value) {
          (bytes < HEAD_BYTES ? head : behind).push(entry);
          bytes += 'bytes' in entry ? entry.bytes : BROKEN_BYTES;
        }
      }
      this.#settleColumns(head);
      this.#text = `${[...this.#columns.keys()].map(quotedCell).join(',')}\n`;
      if (this.#columns.size === 0) this.#text = '';
      yield* this.#rows(head);
      yield* this.#rows(behind);
      if (this.#columns.size === 0) throw this.#refusals.fatal(1, 'there is no record that can be read');
      for (; !next.done; next = await entries.next()) yield* this.#rows(next.value);
      yield* this.#flush();
      this.#warnOfLate();
    } finally {
      await entries.return?.();
    }
  }

  *#rows(entries: readonly Entry[]): Generator<Buffer> {
    for (const entry of entries) {
      const rows = this.#rowsOfEntry(entry);
      if (typeof rows === 'string') {
        // Rows before it are read before it is refused.
        yield* this.#flush();
        if ('isFatal' in entry && entry.isFatal) throw this.#refusals.fatal(entry.line, rows);
        this.#refusals.refuseUnread(entry.line, rows);
        continue;
      }
      for (const row of rows) this.#add(row, entry.line);
      if (this.#text.length >= CHUNK_LENGTH) yield* this.#flush();
    }
  }

  *#flush(): Generator<Buffer> {
    if (this.#text !== '') yield Buffer.from(this.#text);
    this.#text = '';
  }

  #add(row: string, line: number): void {
    while (this.#lines < line - 1) {
      this.#text += '\n';
      this.#lines++;
    }
    this.#text += `${row}\n`;
    const own = ++this.#lines;
    const shifted = own === line ? undefined : line;
    if (shifted === this.#shift) return;
    this.#shift = shifted;
    this.#shifts.own.push(own);
    this.#shifts.file.push(line);
  }

  #lineOf(own: number): number {
    const { own: lines, file } = this.#shifts;
    const low = own < (lines[0] ?? Number.POSITIVE_INFINITY) ? -1 : lastAtMost(lines, own);
    return low < 0 || lines[low] === file[low] ? own : (file[low] ?? own);
  }

  #settleColumns(head: readonly Entry[]): void {
    const filled = new Map<string, boolean>();
    const note = (name: string, cell: string) => filled.set(name, filled.get(name) === true || cell !== '');
    const lists: Lists = new Map();
    const ofRecord = new Map<Entry, { cells: Cells; lists: Lists }>();
    for (const entry of head) {
      const record = recordOf(entry);
      if (typeof record === 'string') continue;
      const flat = flattened(record);
      ofRecord.set(entry, flat);
      for (const [name, list] of flat.lists) if (!lists.has(name)) lists.set(name, list);
    }
    const candidates = rowLists(lists);
    if (candidates.length > 1) {
      const names = candidates.map((name) => JSON.stringify(name)).join(' and ');
      const wayOut = `leave out all but one, say by jq -c 'del(.${candidates.at(-1)})'`;
      throw this.#refusals.fatal(
        1,
        `records have the lists ${names}, and the objects of each could be the rows; ${wayOut}`,
      );
    }
    this.#exploded = candidates[0];
    for (const { cells, lists } of ofRecord.values()) {
      for (const [name, cell] of cells) {
        if (name !== this.#exploded) {
          note(name, cell);
          continue;
        }
        for (const element of lists.get(name) ?? [])
          for (const [inner, text] of flattened(element, `${name}.`).cells) note(inner, text);
      }
    }
    const names = [...filled.keys()];
    // Where an object may be missing, its own name stands for nothing.
    const columns = names.filter((name) => filled.get(name) || !names.some((other) => other.startsWith(`${name}.`)));
    this.#columns = new Map(columns.map((name, at) => [name, at]));
    if (this.#exploded === undefined) this.#flat = new FlatRecords(this.#columns);
  }

  /** The rows of what should be a record, or what is wrong with it. */
  #rowsOfEntry(entry: Entry): string[] | string {
    const row = 'json' in entry ? this.#flat?.row(entry.json) : undefined;
    if (row !== undefined) return [row === '' ? '""' : row];
    const record = recordOf(entry);
    if (typeof record === 'string') return record;
    if ('json' in entry) this.#flat?.expect(record);
    return this.#rowsOf(record, entry.line);
  }

  /** The rows of a record, or what is wrong with it. */
  #rowsOf(record: Readonly<Record<string, unknown>>, line: number): string[] | string {
    const { cells, lists, twice } = flattened(record);
    if (twice !== undefined) return `the name ${JSON.stringify(twice)} is there twice`;
    const name = this.#exploded;
    const own = name === undefined ? undefined : cells.get(name);
    if (name === undefined || own === undefined) return [this.#row([cells], line)];
    cells.delete(name);
    const list = lists.get(name);
    if (list) return list.map((element) => this.#row([cells, flattened(element, `${name}.`).cells], line));
    if (own === '' || own === '[]') return [this.#row([cells], line)];
    return `"${name}" is no list of objects here, as it is in other records`;
  }

  #row(parts: readonly Cells[], line: number): string {
    const row = new Array<string>(this.#columns.size).fill('');
    for (const cells of parts) {
      for (const [name, cell] of cells) {
        const at = this.#columns.get(name);
        if (at !== undefined) row[at] = quotedCell(cell);
        else if (cell !== '' && !this.#late.has(name)) this.#late.set(name, line);
      }
    }
    // A row of one cell with nothing in it would be a blank line.
    return row.length === 1 && row[0] === '' ? '""' : row.join(',');
  }

  #warnOfLate(): void {
    const late = [...this.#late].slice(0, NAMES_SHOWN).map(([name, line]) => `"${name}" (line ${line})`);
    if (late.length === 0) return;
    const more = this.#late.size > late.length ? ` and ${this.#late.size - late.length} more` : '';
    this.warnings.push(
      `names that no record in the first ${HEAD_BYTES >> 20} MB has are not read: ${late.join(', ')}${more}; put a record that has all names first, empty ones as null`,
    );
  }
}

/** A record, or what is wrong where one should be. */
function recordOf(entry: Entry): Readonly<Record<string, unknown>> | string {
  if ('record' in entry) return entry.record;
  return 'json' in entry ? parsedRecord(entry.json) : entry.trouble;
}

/** The list whose objects are rows; several where that is not plain. */
function rowLists(lists: Lists): string[] {
  const names = [...lists.keys()];
  const known = names.filter((name) => ROWS.test(name.slice(name.lastIndexOf('.') + 1)));
  return known.length > 0 ? known : names.filter((name) => looksLikeRows(lists.get(name) ?? []));
}

/** True for objects with an id and no name: `[{"id": 16, "name": "Animation"}]` is a list of values. */
function looksLikeRows(list: readonly unknown[]): boolean {
  const names = Object.keys(list[0] ?? {});
  return names.some((name) => ID.test(name)) && !names.includes('name');
}

/** The cells of an object by their columns, and its lists of objects. */
function flattened(
  value: unknown,
  prefix = '',
  into: { cells: Cells; lists: Lists; twice?: string } = { cells: new Map(), lists: new Map() },
): { cells: Cells; lists: Lists; twice?: string } {
  for (const [key, inner] of Object.entries(value as object)) {
    const name = prefix + key;
    if (isObject(inner)) {
      flattened(inner, `${name}.`, into);
      continue;
    }
    if (into.cells.has(name)) into.twice = name;
    into.cells.set(name, cellOf(inner));
    if (Array.isArray(inner) && inner.length > 0 && inner.every(isObject)) into.lists.set(name, inner);
  }
  return into;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '' : value.toISOString();
  if (!Array.isArray(value)) return String(value);
  return JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? String(part) : part));
}

/** A cell on one line. */
function quotedCell(text: string): string {
  const line = text.replace(/\r\n|[\r\n]/g, ' ');
  return /[",]/.test(line) ? `"${line.replaceAll('"', '""')}"` : line;
}
