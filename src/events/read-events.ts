import { closeSync, openSync } from 'node:fs';
import type { TableReport } from '../csv/bad-rows.js';
import { Pieces } from '../csv/pieces.js';
import { CHUNK_BYTES, type Table } from '../csv/table.js';
import { type EventLayout, type Events, newSink, type RowFilter, reserveEvents } from './event-columns.js';
import type { EventWeights } from './event-types.js';
import { type Acceleration, type EventsReader, eventsReader, type RangePart } from './events-reader.js';
import type { Ids } from './ids.js';
import { bytesFrom, type EventsTask } from './range-part.js';

/** Bytes `from` to `to` of a file: the rows that begin there, wherever the last of them ends. */
export interface Range {
  from: number;
  to: number;
}

/** A file as other processes read it: in ranges, or as one where it cannot be cut. */
export interface CutFile {
  task: EventsTask;
  ranges: Range[];
}

/** Other processes that read ranges of a file while this one puts together what they found. */
export interface RangeWorkers {
  /** True where they have read whole files, too: those that cannot be cut, or are not worth it. */
  readWhole?: boolean;
  /** @param onPart is given the ranges' parts, in their order; undefined: none was made. What it returns is awaited before the next. */
  read(
    task: EventsTask,
    ranges: readonly Range[],
    onPart: (part: RangePart | undefined) => Promise<void>,
  ): Promise<void>;
}

/** How a file is cut while it is read, in bytes; whatever they are, the rows are the same. */
export const SIZES = {
  /** What is taken from the file at a time. */
  chunk: CHUNK_BYTES,
  /** What others read at a time of a file that is cut into ranges, and how large a file has to be for that. */
  range: 1 << 22,
  ranged: 1 << 24,
  /** What this process reads meanwhile: others take a quarter of a second to begin. */
  head: 24 << 20,
};

/** How a file is read: nothing of this changes what is read. */
export interface Reading {
  /** Is told of the bytes taken from the file (compressed ones, where it is compressed), for progress. */
  onBytes?: (count: number) => void;
  /** Undefined: this process reads all by itself. */
  rangeWorkers?: RangeWorkers | undefined;
  acceleration?: Acceleration | undefined;
  sizes?: typeof SIZES;
}

/** What there is of a file that was read. */
export interface ReadEvents {
  events: Events;
  report: TableReport;
  /** What is lost of it though it could be read. */
  warnings: readonly string[];
  /** The file's line, where those of its rows are others. */
  lineOf: (line: number) => number;
}

/**
 * Reads the rows of an events file to its end. @param ids of users and items, to which those of the rows are added.
 * @param filter of the rows, where the layout has conditions. @throws Failure 65 when a row cannot be read and bad rows stop the reading, 74 when reading fails.
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
    const cut =
      rangeWorkers && (await cutRanges({ path, begin, seekableSize: table.seekableSize }, layout, eventWeights, sizes));
    const head = begin + (rangeWorkers?.readWhole ? 0 : sizes.head);
    const ranges = cut?.ranges.filter(({ from }) => from >= head) ?? [];
    const onRead = reserver(sink.events, begin, await table.seekableSize());
    if (cut && ranges.length > 0) {
      await readRanges({ ...cut, ranges }, rangeWorkers, reader, table, { onBytes, onRead });
    } else {
      await readOn(pieces, reader, table, { onRead });
    }
  });
  const { lineOf } = refusals;
  return { events: sink.events, report: table.report(sink.rows), warnings: table.warnings, lineOf };
}

/**
 * Reads the rows that begin before the byte `until` of the file. @param onRead is given where the next row begins, piece by piece.
 * @returns where the first row begins that was not read.
 */
export async function readOn(
  pieces: Pieces,
  reader: EventsReader,
  { refusals }: Table,
  { until = Number.POSITIVE_INFINITY, onRead = () => {} }: { until?: number; onRead?: OnRead } = {},
): Promise<number> {
  do {
    reader.read(pieces, until);
    onRead(pieces.position);
  } while (pieces.position < until && (await pieces.more()));
  if (pieces.isTooLong) throw refusals.fatal(reader.sink.lines + 1);
  return pieces.position;
}

/** Is given how far a file has been read, in bytes. */
type OnRead = (position: number) => void;

/** Makes room for all rows of a file, as many as the rows so far promise. @param size of the file in bytes; 0: unknown. */
function reserver(events: Events, begin: number, size: number): OnRead {
  let reserved = 0;
  return (position) => {
    const rows = (events.user.length * (size - begin)) / (position - begin);
    if (!(rows > reserved) || size === 0) return;
    // Some more, so that the columns of a file whose rows get shorter are not copied again and again.
    reserved = Math.ceil(rows * 1.1);
    reserveEvents(events, reserved);
  };
}

const MOST_RANGES = 512;

/**
 * The ranges of a file; undefined where it has to be read from its beginning to its end, or is too small to be worth it.
 * @param begin where its first row begins.
 */
export async function cutRanges(
  { path, begin, seekableSize }: { path: string; begin: number; seekableSize: () => Promise<number> },
  layout: EventLayout,
  eventWeights: EventWeights,
  { chunk, range, ranged } = SIZES,
): Promise<CutFile | undefined> {
  // Where rows say something of the rows behind them, they are read one after the other.
  const size = layout.roles.order === undefined ? await seekableSize() : 0;
  if (size === 0 || size < ranged) return undefined;
  const task = { path, begin, layout, eventWeights: [...eventWeights], chunkBytes: chunk };
  return { task, ranges: planRanges(begin, size, range) };
}

/** Cuts the bytes `from` to `to` into ranges; how many others there are has no part in it. */
export function planRanges(from: number, to: number, least: number): Range[] {
  const size = Math.max(least, Math.ceil((to - from) / MOST_RANGES));
  const ranges: Range[] = [];
  for (let begin = from; begin < to; begin += size) ranges.push({ from: begin, to: Math.min(to, begin + size) });
  return ranges;
}

/**
 * Reads ranges by others, and meanwhile what is before them. Others cannot know whether theirs begins inside quotes. So a part counts only if it begins where the rows before it
 * ended, and would have been read the same behind them; what is between two parts, and what does not count, is read here.
 */
async function readRanges(
  { task, ranges }: CutFile,
  workers: RangeWorkers,
  reader: EventsReader,
  table: Table,
  { onBytes, onRead }: { onBytes: (count: number) => void; onRead: OnRead },
): Promise<void> {
  const { path, begin, chunkBytes } = task;
  const file = openSync(path, 'r');
  const head = readOn(table.pieces, reader, table, { until: ranges[0]?.from ?? begin, onRead }).finally(() =>
    table.close(),
  );
  // Whoever waits for it hears of it.
  head.catch(() => {});
  let at = begin;
  const readUntil = async (until: number) => {
    if (at < until) at = await readOn(new Pieces(bytesFrom(file, at, chunkBytes), at), reader, table, { until });
  };
  try {
    await workers.read(task, ranges, async (part) => {
      at = Math.max(at, await head);
      if (!part) return;
      const before = at;
      await readUntil(part.begin);
      if (part.begin === at && reader.append(part)) at = part.end;
      else await readUntil(part.end);
      onBytes(at - before);
      onRead(at);
    });
    at = Math.max(at, await head);
    await readUntil(Number.POSITIVE_INFINITY);
  } finally {
    closeSync(file);
  }
}
