import { lastAtMost } from '../../matrix/search.js';
import type { Refusals } from '../bad-rows.js';
import { FlatRecords, parsedRecord } from './flat-records.js';

/** A record that was read, or why there is none on that line. */
export type Entry =
  | { line: number; bytes: number; record: Readonly<Record<string, unknown>> }
  /** The record as text; it is parsed only if `FlatRecords` cannot read it. */
  | { line: number; bytes: number; json: string }
  /** Fatal: nothing after it can be read. */
  | { line: number; trouble: string; isFatal?: boolean };

/** The records in the first bytes, this many, decide which columns there are. */
const HEAD_BYTES = 1 << 22;
/** A broken record counts as this many bytes. */
const BROKEN_BYTES = 1 << 10;
const CHUNK_LENGTH = 1 << 18;
/** A list with one of these names holds the rows of its record. */
const ROWS = /^(line_?|order_?|cart_?|basket_?)?(items|events|products|lines|interactions|purchases|ratings)$/i;
const ID = /(^|_)(id|aid|sku|asin|isbn|item|product|handle)$/i;
const NAMES_SHOWN = 5;

type Cells = Map<string, string>;
/** Lists of objects by the name of their column. */
type Lists = Map<string, readonly unknown[]>;

/**
 * Converts records to the lines of a CSV, header first. A nested name becomes a column `outer.inner`, a list becomes JSON in its cell. One
 * list of objects (`ROWS`, or the only one whose objects have an id) gives a row per object, each with the record's own cells.
 *
 * Line breaks in cells become spaces, and blank lines are added before rows, so that line n of the CSV (counted below the header) is the
 * line of the file on which the record begins. If records have more rows than lines, `refusals.lineOf` looks up the line of the file.
 */
export function recordRows(entries: AsyncIterator<Entry[]>, refusals: Refusals) {
  const warnings: string[] = [];
  let columns = new Map<string, number>();
  // Undefined: records may have several rows.
  let flat: FlatRecords | undefined;
  // The name of the list whose objects are rows.
  let exploded: string | undefined;
  let text = '';
  // Lines written below the header so far.
  let lines = 0;
  // From line `own[i]` of the CSV on, rows belong to line `file[i]` of the file; where both are equal, the numbers agree again.
  const shifts: { own: number[]; file: number[] } = { own: [], file: [] };
  let shift: number | undefined;
  // Names that have no column, with the first line each is on.
  const unknownNames = new Map<string, number>();

  refusals.lineOf = (own) => {
    const { own: from, file } = shifts;
    const low = own < (from[0] ?? Number.POSITIVE_INFINITY) ? -1 : lastAtMost(from, own);
    return low < 0 || from[low] === file[low] ? own : (file[low] ?? own);
  };

  const settleColumns = (head: readonly Entry[]): void => {
    const filled = new Map<string, boolean>();
    const note = (name: string, cell: string) => filled.set(name, filled.get(name) === true || cell !== '');
    const lists: Lists = new Map();
    const records: { cells: Cells; lists: Lists }[] = [];
    for (const entry of head) {
      const record = recordOf(entry);
      if (typeof record === 'string') continue;
      const flatRecord = flattened(record);
      records.push(flatRecord);
      for (const [name, list] of flatRecord.lists) if (!lists.has(name)) lists.set(name, list);
    }
    const candidates = rowLists(lists);
    if (candidates.length > 1) {
      const names = candidates.map((name) => JSON.stringify(name)).join(' and ');
      const wayOut = `leave out all but one, for example by jq -c 'del(.${candidates.at(-1)})'`;
      throw refusals.fatal(1, `records have the lists ${names}, and the objects of each could be the rows; ${wayOut}`);
    }
    exploded = candidates[0];
    for (const { cells, lists } of records) {
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
    // An object that is null in some records gives an empty column beside those of its fields: leave it out.
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
        else if (cell !== '' && !unknownNames.has(name)) unknownNames.set(name, line);
      }
    }
    // A single empty cell would be a blank line, which is no row.
    return row.length === 1 && row[0] === '' ? '""' : row.join(',');
  };

  /** @returns the rows of a record, or why it cannot be read. */
  const rowsOf = (record: Readonly<Record<string, unknown>>, line: number): string[] | string => {
    const { cells, lists, duplicate } = flattened(record);
    if (duplicate !== undefined) return `the name ${JSON.stringify(duplicate)} appears twice`;
    const name = exploded;
    const own = name === undefined ? undefined : cells.get(name);
    if (name === undefined || own === undefined) return [rowOf([cells], line)];
    cells.delete(name);
    const list = lists.get(name);
    if (list) return list.map((element) => rowOf([cells, flattened(element, `${name}.`).cells], line));
    if (own === '' || own === '[]') return [rowOf([cells], line)];
    return `"${name}" is not a list of objects here, but it is in other records`;
  };

  /** @returns the rows of an entry, or why it cannot be read. */
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
      const entryRows = rowsOfEntry(entry);
      if (typeof entryRows === 'string') {
        // Hand over the rows before it first, so that bad rows are reported in the order of the file.
        yield* flush();
        if ('isFatal' in entry && entry.isFatal) throw refusals.fatal(entry.line, entryRows);
        refusals.refuseUnread(entry.line, entryRows);
        continue;
      }
      for (const row of entryRows) add(row, entry.line);
      if (text.length >= CHUNK_LENGTH) yield* flush();
    }
  }

  const warnOfUnknownNames = (): void => {
    const shown = [...unknownNames].slice(0, NAMES_SHOWN).map(([name, line]) => `"${name}" (line ${line})`);
    if (shown.length === 0) return;
    const more = unknownNames.size > shown.length ? ` and ${unknownNames.size - shown.length} more` : '';
    warnings.push(
      `names that no record in the first ${HEAD_BYTES >> 20} MB has are not read: ${shown.join(', ')}${more}; put a record with all names first (null where it has no value)`,
    );
  };

  async function* chunks(): AsyncGenerator<Buffer> {
    try {
      const head: Entry[] = [];
      // The columns must not depend on how entries come in batches: those after the first HEAD_BYTES have no say.
      const afterHead: Entry[] = [];
      let bytes = 0;
      let next = await entries.next();
      for (; !next.done && bytes < HEAD_BYTES; next = await entries.next()) {
        for (const entry of next.value) {
          (bytes < HEAD_BYTES ? head : afterHead).push(entry);
          bytes += 'bytes' in entry ? entry.bytes : BROKEN_BYTES;
        }
      }
      settleColumns(head);
      text = columns.size === 0 ? '' : `${[...columns.keys()].map(quotedCell).join(',')}\n`;
      yield* rows(head);
      yield* rows(afterHead);
      if (columns.size === 0) throw refusals.fatal(1, 'there is no record that can be read');
      for (; !next.done; next = await entries.next()) yield* rows(next.value);
      yield* flush();
      warnOfUnknownNames();
    } finally {
      await entries.return?.();
    }
  }

  return { chunks: chunks(), warnings, isAsStored: false };
}

/** @returns the record of an entry, or why there is none. */
function recordOf(entry: Entry): Readonly<Record<string, unknown>> | string {
  if ('record' in entry) return entry.record;
  return 'json' in entry ? parsedRecord(entry.json) : entry.trouble;
}

/** The names of the lists whose objects may be rows; more than one is ambiguous. */
function rowLists(lists: Lists): string[] {
  const names = [...lists.keys()];
  const known = names.filter((name) => ROWS.test(name.slice(name.lastIndexOf('.') + 1)));
  return known.length > 0 ? known : names.filter((name) => looksLikeRows(lists.get(name) ?? []));
}

/** True for objects with an id but no name: `[{"id": 16, "name": "Animation"}]` is a list of values. */
function looksLikeRows(list: readonly unknown[]): boolean {
  const names = Object.keys(list[0] ?? {});
  return names.some((name) => ID.test(name)) && !names.includes('name');
}

/** The cells of an object by column, its lists of objects, and a name that appears twice, if any. */
function flattened(
  value: unknown,
  prefix = '',
  into: { cells: Cells; lists: Lists; duplicate?: string } = { cells: new Map(), lists: new Map() },
): { cells: Cells; lists: Lists; duplicate?: string } {
  for (const [key, inner] of Object.entries(value as object)) {
    const name = prefix + key;
    if (isObject(inner)) {
      flattened(inner, `${name}.`, into);
      continue;
    }
    if (into.cells.has(name)) into.duplicate = name;
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

/** A cell of CSV, without line breaks. */
function quotedCell(text: string): string {
  const line = text.replace(/\r\n|[\r\n]/g, ' ');
  return /[",]/.test(line) ? `"${line.replaceAll('"', '""')}"` : line;
}
