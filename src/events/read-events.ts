import { closeSync, openSync } from 'node:fs';
import { readingFailure } from '../csv/failures.js';
import { Pieces } from '../csv/pieces.js';
import { CHUNK_BYTES, type Table, type TableReport } from '../csv/table.js';
import { type EventLayout, type Events, newSink, type RowFilter, reserveEvents } from './event-columns.js';
import type { EventWeights } from './event-types.js';
import { type Acceleration, EventsReader, type RangePart } from './events-reader.js';
import type { Ids } from './ids.js';
import { bytesFrom, type EventsTask } from './range-part.js';

/** Bytes `from` to `to` of a file: the rows that begin there, wherever the last of them ends. */
export interface Range {
  from: number;
  to: number;
}

/** Other processes that read ranges of a file while this one puts together what they found. */
export interface RangeWorkers {
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
): Promise<{ events: Events; report: TableReport }> {
  const { path, name, refusals, pieces } = table;
  const sink = newSink(layout, eventWeights, ids);
  sink.lines = table.linesBefore;
  const reader = new EventsReader(layout, sink, (...row) => refusals.refuse(...row), acceleration, filter);
  try {
    // Where rows say something of the rows behind them, they are read one after the other.
    const isCut = rangeWorkers && layout.roles.order === undefined;
    const size = isCut ? await table.seekableSize() : 0;
    if (isCut && size >= sizes.ranged) {
      await table.close();
      const begin = pieces.position;
      const task = { path, begin, layout, eventWeights: [...eventWeights], chunkBytes: sizes.chunk };
      await readRanges(task, planRanges(begin, size, sizes.range), rangeWorkers, reader, table, onBytes);
    } else {
      await readOn(pieces, reader, table);
    }
  } catch (error) {
    throw readingFailure(name, error);
  } finally {
    await table.close();
  }
  return { events: sink.events, report: table.report(sink.rows) };
}

/** Reads the rows that begin before the byte `until` of the file. @returns where the next one begins. */
async function readOn(
  pieces: Pieces,
  reader: EventsReader,
  { refusals }: Table,
  until = Number.POSITIVE_INFINITY,
): Promise<number> {
  do reader.read(pieces, until);
  while (pieces.position < until && (await pieces.more()));
  if (pieces.isTooLong) throw refusals.fatal(reader.sink.lines + 1);
  return pieces.position;
}

const MOST_RANGES = 512;

/** Cuts the bytes `from` to `to` into ranges; how many others there are has no part in it. */
export function planRanges(from: number, to: number, least: number): Range[] {
  const size = Math.max(least, Math.ceil((to - from) / MOST_RANGES));
  const ranges: Range[] = [];
  for (let begin = from; begin < to; begin += size) ranges.push({ from: begin, to: Math.min(to, begin + size) });
  return ranges;
}

/**
 * Reads ranges by others, who cannot know whether theirs begins inside quotes. So a part counts only if it begins where the rows before it
 * ended, and would have been read the same behind them; what is between two parts, and what does not count, is read here.
 */
async function readRanges(
  task: EventsTask,
  ranges: readonly Range[],
  workers: RangeWorkers,
  reader: EventsReader,
  table: Table,
  onBytes: (count: number) => void,
): Promise<void> {
  const { path, begin, chunkBytes } = task;
  const { events } = reader.sink;
  const size = (ranges.at(-1)?.to ?? begin) - begin;
  const file = openSync(path, 'r');
  let at = begin;
  let rowsExpected = 0;
  const readUntil = async (until: number) => {
    if (at < until) at = await readOn(new Pieces(bytesFrom(file, at, chunkBytes), at), reader, table, until);
  };
  try {
    await workers.read(task, ranges, async (part) => {
      if (!part) return;
      const before = at;
      await readUntil(part.begin);
      if (part.begin === at && reader.append(part)) at = part.end;
      else await readUntil(part.end);
      onBytes(at - before);
      const rows = (events.user.length * size) / (at - begin);
      if (!(rows > rowsExpected)) return;
      // More than that, so that a file whose rows get shorter is not copied at every range.
      rowsExpected = Math.ceil(rows * 1.1);
      reserveEvents(events, rowsExpected);
    });
    await readUntil(Number.POSITIVE_INFINITY);
  } finally {
    closeSync(file);
  }
}
