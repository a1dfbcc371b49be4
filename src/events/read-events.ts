import { closeSync, openSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { type BadRows, refusalsOf, type TableReport } from '../csv/bad-rows.js';
import { displayName } from '../csv/failures.js';
import { Pieces } from '../csv/pieces.js';
import { CHUNK_BYTES, type CsvSource, openTable, type Table } from '../csv/table.js';
import { type EventLayout, type EventSink, newSink, type RowFilter, reserveEvents } from './event-columns.js';
import type { EventWeights } from './event-types.js';
import {
  type Acceleration,
  type EventsReader,
  eventsReader,
  type RangePart,
  type RefusedRow,
} from './events-reader.js';
import { IdIndex, type Ids } from './ids.js';
import { bytesFrom, type EventsTask, partFrom } from './range-part.js';

/** The rows that begin in the bytes `from` to `to` of a file; the last one may end later. */
export interface Range {
  from: number;
  to: number;
}

/** A file for other processes to read: in ranges, or as a whole if it cannot be cut. */
export interface CutFile {
  task: EventsTask;
  ranges: Range[];
}

/** Other processes that read ranges of a file while this one merges the results. */
export interface RangeWorkers {
  /** True if they have also read whole files, which cannot be cut or are too small to be worth it. */
  readWhole?: boolean;
  /** How many there are; undefined: as many as anyone could use. */
  count?: number;
  /** @param onPart gets the parts in the order of the ranges (undefined: that range failed), one at a time: its promise is awaited. */
  read(
    task: EventsTask,
    ranges: readonly Range[],
    onPart: (part: RangePart | undefined) => Promise<void>,
  ): Promise<void>;
}

/** Sizes for reading a file, in bytes; they do not change the result. */
export const SIZES = {
  /** How much is read at a time. */
  chunk: CHUNK_BYTES,
  /** How much other processes read at a time. */
  range: 1 << 22,
  /** The smallest file that is cut into ranges. */
  ranged: 1 << 24,
  /** How much this process reads before the first range: others take a quarter of a second to start. */
  head: 24 << 20,
};

/** How a file is read; this does not change the result. */
export interface Reading {
  /** Called with the number of bytes read from the file (before decompression), for progress. */
  onBytes?: (count: number) => void;
  /** Undefined: this process reads everything. */
  rangeWorkers?: RangeWorkers | undefined;
  acceleration?: Acceleration | undefined;
  sizes?: typeof SIZES;
}

/** A file that was read. */
export interface ReadEvents {
  sink: EventSink;
  report: TableReport;
  /** Warnings about the file, for example about lost data. */
  warnings: readonly string[];
  /** The line of the file for the line of a row; they differ for converted formats. */
  lineOf: (line: number) => number;
}

/**
 * Reads the rows of an events file to its end.
 * @param ids gets the ids of users and items. @param filter for the layout's conditions, if any.
 * @throws Failure 65 if a row cannot be read and bad rows stop the reading, 74 if reading fails.
 */
export async function readEvents(
  table: Table,
  layout: EventLayout,
  eventWeights: EventWeights,
  ids: Ids,
  { onBytes = () => {}, rangeWorkers, acceleration, sizes = SIZES }: Reading = {},
  filter?: RowFilter,
): Promise<ReadEvents> {
  const { path, refusals, pieces } = table;
  const sink = newSink(layout, eventWeights, ids);
  sink.lines = table.linesBefore;
  const reader = eventsReader(layout, sink, refusals.refuse, acceleration, filter);
  await table.reading(async () => {
    const begin = pieces.position;
    const size = await table.seekableSize();
    const cut = rangeWorkers && cutRanges({ path, begin, size }, layout, eventWeights, sizes);
    const ranges = cut?.ranges.filter(isForOthers(begin, rangeWorkers, sizes)) ?? [];
    // Not where others read everything: then the first range begins the file.
    if (ranges[0]?.from !== begin) {
      reader.read(pieces);
      makeRoom(sink, pieces.position - begin, size - begin);
    }
    if (cut && ranges.length > 0) await readRanges({ ...cut, ranges }, rangeWorkers, reader, table, onBytes);
    else await readUntil(pieces, reader, table);
  });
  const { lineOf } = refusals;
  return { sink, report: table.report(sink.rows), warnings: table.warnings, lineOf };
}

/** A little more room than the first rows suggest. */
const ROOM = 1.02;

/** Makes room for the rows of a whole file, judging by its first ones, because a column copies what it holds when it grows. @param read,size in bytes. */
function makeRoom({ events, rows }: EventSink, read: number, size: number): void {
  if (read > 0 && size > read) reserveEvents(events, Math.ceil((ROOM * rows * size) / read));
}

/** Two workers usually share two cores with this process, which then reads two ranges of five itself: that takes less time than merging what others have read. */
const FEW_WORKERS = 2;
const OWN_RANGES = 2;
const IN_TURN = 5;

/** Which ranges other processes read; this one reads what lies between them. */
function isForOthers(begin: number, workers: RangeWorkers | undefined, { head }: typeof SIZES) {
  const { readWhole = false, count = Number.POSITIVE_INFINITY } = workers ?? {};
  return ({ from }: Range, at: number) =>
    readWhole || (from >= begin + head && (count > FEW_WORKERS || at % IN_TURN >= OWN_RANGES));
}

/** Reads the rows that begin before the byte `until` of the file. @returns where the next row begins. */
async function readUntil(
  pieces: Pieces,
  reader: EventsReader,
  { refusals }: Table,
  until = Number.POSITIVE_INFINITY,
): Promise<number> {
  do {
    reader.read(pieces, until);
    // Meanwhile workers may have finished.
    await setImmediate();
  } while (pieces.position < until && (await pieces.more()));
  if (pieces.isTooLong) throw refusals.fatal(reader.sink.lines + 1);
  return pieces.position;
}

const MOST_RANGES = 512;

/**
 * Cuts a file into ranges; undefined if it has to be read from beginning to end, or is too small to be worth it.
 * @param begin where its first row begins. @param size in bytes; 0 if it is not seekable.
 */
export function cutRanges(
  { path, begin, size }: { path: string; begin: number; size: number },
  layout: EventLayout,
  eventWeights: EventWeights,
  { chunk, range, ranged } = SIZES,
): CutFile | undefined {
  // If later rows of an order depend on its first row, rows have to be read in sequence.
  if (layout.roles.order !== undefined || size === 0 || size < ranged) return undefined;
  const task = { path, begin, layout, eventWeights: [...eventWeights], chunkBytes: chunk };
  return { task, ranges: planRanges(begin, size, range) };
}

/** Cuts the bytes `from` to `to` into ranges, independently of the number of workers. @param least the smallest range. */
export function planRanges(from: number, to: number, least: number): Range[] {
  const size = Math.max(least, Math.ceil((to - from) / MOST_RANGES));
  const ranges: Range[] = [];
  for (let begin = from; begin < to; begin += size) ranges.push({ from: begin, to: Math.min(to, begin + size) });
  return ranges;
}

/**
 * Has workers read ranges, and meanwhile reads what comes before them. Workers cannot know if a range begins inside quotes. So a part is
 * used only if it begins where the rows before it ended, and if it would have been read the same after them; everything else is read here.
 */
async function readRanges(
  { task, ranges }: CutFile,
  workers: RangeWorkers,
  reader: EventsReader,
  table: Table,
  onBytes: (count: number) => void,
): Promise<void> {
  const { path, begin, chunkBytes } = task;
  const file = openSync(path, 'r');
  const first = ranges[0]?.from ?? begin;
  const head = readUntil(table.pieces, reader, table, first).finally(() => table.close());
  // An error is thrown where `head` is awaited.
  head.catch(() => {});
  let at = begin;
  const readHere = async (until: number) => {
    if (at < until) at = await readUntil(new Pieces(bytesFrom(file, at, chunkBytes), at), reader, table, until);
  };
  try {
    await workers.read(task, ranges, async (part) => {
      at = Math.max(at, await head);
      if (!part) return;
      const before = at;
      await readHere(part.begin);
      if (part.begin === at && reader.append(part)) at = part.end;
      else await readHere(part.end);
      onBytes(at - before);
    });
    at = Math.max(at, await head);
    const before = at;
    await readHere(Number.POSITIVE_INFINITY);
    onBytes(at - before);
  } finally {
    closeSync(file);
  }
}

/**
 * Reads a file that cannot be cut into ranges, because it is compressed or converted, for another process that takes the result over.
 * @throws Failure if the rest of the file cannot be read, like `readEvents`.
 */
export async function readWholeFile(
  { layout, eventWeights, chunkBytes }: EventsTask,
  source: CsvSource,
  acceleration?: Acceleration,
  filter?: RowFilter,
): Promise<RangePart> {
  const refused: RefusedRow[] = [];
  const keep: BadRows = ({ line, reason, cells }) => void refused.push({ line, reason, cells });
  const table = await openTable(source, keep, undefined, chunkBytes);
  const ids = { users: new IdIndex(), items: new IdIndex() };
  const { sink, warnings } = await readEvents(table, layout, new Map(eventWeights), ids, { acceleration }, filter);
  const { lineOf, unread } = table.refusals;
  for (const kind of Object.values(sink.events.skipped)) if (kind.count > 0) kind.firstLine = lineOf(kind.firstLine);
  return { ...partFrom(sink, 0, 0, refused), whole: { unread, warnings } };
}

/** Takes over the result of `readWholeFile`. @throws Failure 65 for a refused row if bad rows stop the reading. */
export function takeWholeFile(
  part: RangePart,
  path: string,
  layout: EventLayout,
  eventWeights: EventWeights,
  ids: Ids,
  badRows: BadRows,
): ReadEvents {
  const refusals = refusalsOf(displayName(path), badRows);
  const sink = newSink(layout, eventWeights, ids);
  const { unread = 0, warnings = [] } = part.whole ?? {};
  eventsReader(layout, sink, refusals.refuse, undefined).append(part);
  refusals.unread = unread;
  return { sink, report: refusals.report(layout.delimiter, sink.rows), warnings, lineOf: (line) => line };
}
