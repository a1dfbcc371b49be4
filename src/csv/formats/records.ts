import { lastAtMost } from '../../matrix/search.js';
import type { Refusals } from '../bad-rows.js';
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
export function recordRows(entries: AsyncIterator<Entry[]>, refusals: Refusals) {
  const warnings: string[] = [];
  let columns = new Map<string, number>();
  // Undefined: records may have several rows.
  let flat: FlatRecords | undefined;
  // The column of the list whose objects are rows.
  let exploded: string | undefined;
  let text = '';
  // How many lines there are below the header.
  let lines = 0;
  // From which line on below the header lines have another number than in the file, and which; the same one: from there on they agree.
  const shifts: { own: number[]; file: number[] } = { own: [], file: [] };
  let shift: number | undefined;
  const late = new Map<string, number>();

  refusals.lineOf = (own) => {
    const { own: from, file } = shifts;
    const low = own < (from[0] ?? Number.POSITIVE_INFINITY) ? -1 : lastAtMost(from, own);
    return low < 0 || from[low] === file[low] ? own : (file[low] ?? own);
  };

  const settleColumns = (head: readonly Entry[]): void => {
    const filled = new Map<string, boolean>();
    const note = (name: string, cell: string) => filled.set(name, filled.get(name) === true || cell !== '');
    const lists: Lists = new Map();
    const ofRecord = new Map<Entry, { cells: Cells; lists: Lists }>();
    for (const entry of head) {
      const record = recordOf(entry);
      if (typeof record === 'string') continue;
      const cells = flattened(record);
      ofRecord.set(entry, cells);
      for (const [name, list] of cells.lists) if (!lists.has(name)) lists.set(name, list);
    }
    const candidates = rowLists(lists);
    if (candidates.length > 1) {
      const names = candidates.map((name) => JSON.stringify(name)).join(' and ');
      const wayOut = `leave out all but one, say by jq -c 'del(.${candidates.at(-1)})'`;
      throw refusals.fatal(1, `records have the lists ${names}, and the objects of each could be the rows; ${wayOut}`);
    }
    exploded = candidates[0];
    for (const { cells, lists } of ofRecord.values()) {
      for (const [name, cell] of cells) {
        if (name !== exploded) {
          note(name, cell);
          continue;
        }
        for (const element of lists.get(name) ?? [])
          for (const [inner, own] of flattened(element, `${name}.`).cells) note(inner, own);
      }
    }
    const names = [...filled.keys()];
    // Where an object may be missing, its own name stands for nothing.
    const kept = names.filter((name) => filled.get(name) || !names.some((other) => other.startsWith(`${name}.`)));
    columns = new Map(kept.map((name, at) => [name, at]));
    if (exploded === undefined) flat = new FlatRecords(columns);
  };

  const rowOf = (parts: readonly Cells[], line: number): string => {
    const row = new Array<string>(columns.size).fill('');
    for (const cells of parts) {
      for (const [name, cell] of cells) {
        const at = columns.get(name);
        if (at !== undefined) row[at] = quotedCell(cell);
        else if (cell !== '' && !late.has(name)) late.set(name, line);
      }
    }
    // A row of one cell with nothing in it would be a blank line.
    return row.length === 1 && row[0] === '' ? '""' : row.join(',');
  };

  /** The rows of a record, or what is wrong with it. */
  const rowsOf = (record: Readonly<Record<string, unknown>>, line: number): string[] | string => {
    const { cells, lists, twice } = flattened(record);
    if (twice !== undefined) return `the name ${JSON.stringify(twice)} is there twice`;
    const name = exploded;
    const own = name === undefined ? undefined : cells.get(name);
    if (name === undefined || own === undefined) return [rowOf([cells], line)];
    cells.delete(name);
    const list = lists.get(name);
    if (list) return list.map((element) => rowOf([cells, flattened(element, `${name}.`).cells], line));
    if (own === '' || own === '[]') return [rowOf([cells], line)];
    return `"${name}" is no list of objects here, as it is in other records`;
  };

  /** The rows of what should be a record, or what is wrong with it. */
  const rowsOfEntry = (entry: Entry): string[] | string => {
    const row = 'json' in entry ? flat?.row(entry.json) : undefined;
    if (row !== undefined) return [row === '' ? '""' : row];
    const record = recordOf(entry);
    if (typeof record === 'string') return record;
    if ('json' in entry) flat?.expect(record);
    return rowsOf(record, entry.line);
  };

  const add = (row: string, line: number): void => {
    while (lines < line - 1) {
      text += '\n';
      lines++;
    }
    text += `${row}\n`;
    const own = ++lines;
    const shifted = own === line ? undefined : line;
    if (shifted === shift) return;
    shift = shifted;
    shifts.own.push(own);
    shifts.file.push(line);
  };

  function* flush(): Generator<Buffer> {
    if (text !== '') yield Buffer.from(text);
    text = '';
  }

  function* rows(of: readonly Entry[]): Generator<Buffer> {
    for (const entry of of) {
      const made = rowsOfEntry(entry);
      if (typeof made === 'string') {
        // Rows before it are read before it is refused.
        yield* flush();
        if ('isFatal' in entry && entry.isFatal) throw refusals.fatal(entry.line, made);
        refusals.refuseUnread(entry.line, made);
        continue;
      }
      for (const row of made) add(row, entry.line);
      if (text.length >= CHUNK_LENGTH) yield* flush();
    }
  }

  const warnOfLate = (): void => {
    const shown = [...late].slice(0, NAMES_SHOWN).map(([name, line]) => `"${name}" (line ${line})`);
    if (shown.length === 0) return;
    const more = late.size > shown.length ? ` and ${late.size - shown.length} more` : '';
    warnings.push(
      `names that no record in the first ${HEAD_BYTES >> 20} MB has are not read: ${shown.join(', ')}${more}; put a record that has all names first, empty ones as null`,
    );
  };

  async function* chunks(): AsyncGenerator<Buffer> {
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
      settleColumns(head);
      text = columns.size === 0 ? '' : `${[...columns.keys()].map(quotedCell).join(',')}\n`;
      yield* rows(head);
      yield* rows(behind);
      if (columns.size === 0) throw refusals.fatal(1, 'there is no record that can be read');
      for (; !next.done; next = await entries.next()) yield* rows(next.value);
      yield* flush();
      warnOfLate();
    } finally {
      await entries.return?.();
    }
  }

  return { chunks: chunks(), warnings };
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
