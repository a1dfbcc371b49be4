import { closeSync, openSync, readSync } from 'node:fs';
import { Pieces } from '../csv/pieces.js';
import { RowCutter } from '../csv/row-cutter.js';
import type { CsvSource } from '../csv/table.js';
import { type EventLayout, type EventSink, newSink, partOf, type RowFilter, reserveEvents } from './event-columns.js';
import { type Acceleration, eventsReader, type RangePart, type Refuse, type RefusedRow } from './events-reader.js';
import { IdIndex } from './ids.js';

/** How the rows of an events file are read, range by range. */
export interface EventsTask {
  path: string;
  /** How to open a file that is read whole, since it cannot be cut; undefined: its ranges are read. */
  source?: CsvSource;
  /** Where the file's first row begins. */
  begin: number;
  layout: EventLayout;
  /** Weights by type of event, as they were stated. */
  eventWeights: [string, number][];
  /** What is taken from the file at a time, in bytes. */
  chunkBytes: number;
}

/** Rows are hardly shorter: so many are made room for. */
const FEWEST_BYTES = 16;
/** Most lines are shorter: so much is read to see where one ends. */
const A_LINE = 1 << 12;
/** So much of a range is read at once. */
const MOST_AT_ONCE = 1 << 23;
const LF = 0x0a;

/**
 * Reads the rows that begin in the bytes `from` to `to` of a file. The range is taken to begin outside quotes: whoever knows
 * what stands before it has to see whether a row ends where the part begins.
 *
 * A row that is not whole where the line at `to` ends is left out, and all before the first row that can be cut well: a guess that was
 * wrong costs little.
 */
export async function readRange(
  task: EventsTask,
  from: number,
  to: number,
  acceleration?: Acceleration,
  filter?: RowFilter,
): Promise<RangePart> {
  const { path, begin, layout, eventWeights, chunkBytes } = task;
  const sink = newSink(layout, new Map(eventWeights), { users: new IdIndex(), items: new IdIndex() });
  reserveEvents(sink.events, Math.ceil((to - from) / FEWEST_BYTES));
  const refused: RefusedRow[] = [];
  const refuse: Refuse = (line, reason, cells) => refused.push({ line, reason, cells });
  const reader = eventsReader(layout, sink, refuse, acceleration, filter);
  const file = openSync(path, 'r');
  try {
    const first = from === begin ? from : lineStart(file, from, to, chunkBytes);
    const pieces = new Pieces(wholeLines(file, first, to, chunkBytes), first);
    let start = first;
    let isAligned = from === begin;
    while ((await pieces.more()) && !pieces.isLast) {
      if (!isAligned) {
        isAligned = skipOdd(pieces, layout);
        start = pieces.position;
      }
      if (isAligned) reader.read(pieces);
    }
    return partFrom(sink, start, pieces.position, refused);
  } finally {
    closeSync(file);
  }
}

/** What was read into a sink of its own, from a byte of the file up to another. */
export function partFrom(
  { lines, rows, events, users, items }: EventSink,
  begin: number,
  end: number,
  refused: RefusedRow[],
): RangePart {
  return { begin, end, lines, rows, events: partOf(events), users: users.packed, items: items.packed, refused };
}

/** Passes over rows that cannot be cut well. @returns whether one was found that can. */
function skipOdd(pieces: Pieces, { delimiter, width }: EventLayout): boolean {
  const cutter = new RowCutter(delimiter, width);
  while (pieces.from < pieces.to) {
    const end = cutter.cut(pieces.bytes, pieces.from, pieces.to, false);
    if (end < 0) return false;
    if (cutter.cells > 0 && cutter.trouble === 'none') return true;
    pieces.from = end;
  }
  return false;
}

/** Where the first line begins at or behind `from`; `to` where that is further. */
function lineStart(file: number, from: number, to: number, chunkBytes: number): number {
  // A line that begins at `from` is told by the line's end before it.
  let length = Math.min(A_LINE, chunkBytes);
  for (let at = from - 1; at < to; at += length, length = chunkBytes) {
    const bytes = bytesOf(file, at, length);
    const end = bytes.indexOf(LF) + 1;
    if (end > 0) return Math.min(to, at + end);
    if (bytes.length < length) break;
  }
  return to;
}

/** For what is read of a range at once: new memory for each took as long as to read it. */
const NOTHING = Buffer.alloc(0);
let room = NOTHING;

/** The lines that begin in the bytes `from` to `to`. A line that goes on for a chunk behind them is cut short. */
async function* wholeLines(file: number, from: number, to: number, chunkBytes: number): AsyncGenerator<Buffer> {
  let length = Math.min(to - from + Math.min(A_LINE, chunkBytes), MOST_AT_ONCE);
  const own = room.length < length ? Buffer.allocUnsafe(length) : room;
  room = NOTHING;
  try {
    for (let at = from; at < to + chunkBytes && from < to; at += length, length = chunkBytes) {
      const bytes = bytesOf(file, at, length, at === from ? own : undefined);
      const last = bytes.indexOf(LF, Math.max(0, to - 1 - at)) + 1;
      yield last > 0 ? bytes.subarray(0, last) : bytes;
      if (last > 0 || bytes.length < length) return;
    }
  } finally {
    // Nobody looks at what was read of this range when the next is read.
    room = own;
  }
}

/** The bytes of a file from a place on, as they are asked for. */
export async function* bytesFrom(file: number, from: number, chunkBytes: number): AsyncGenerator<Buffer> {
  for (let at = from; ; at += chunkBytes) {
    const bytes = bytesOf(file, at, chunkBytes);
    if (bytes.length > 0) yield bytes;
    if (bytes.length < chunkBytes) return;
  }
}

function bytesOf(file: number, from: number, length: number, bytes = Buffer.allocUnsafe(length)): Buffer {
  let filled = 0;
  for (let count = -1; filled < length && count !== 0; filled += count) {
    count = readSync(file, bytes, filled, length - filled, from + filled);
  }
  return bytes.subarray(0, filled);
}
