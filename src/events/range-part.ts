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
  /** How to open a file that is read as a whole because it cannot be cut into ranges; undefined: it is read in ranges. */
  source?: CsvSource;
  /** Where the file's first row begins. */
  begin: number;
  layout: EventLayout;
  /** Weights of event types from the options. */
  eventWeights: [string, number][];
  /** Bytes that are read from the file at a time. */
  chunkBytes: number;
}

/** Few rows are shorter: room is made for one row in this many bytes. */
const FEWEST_BYTES = 16;
/** Most lines are shorter: this much is read to find the end of one. */
const LINE_BYTES = 1 << 12;
/** The most that is read of a range at a time. */
const MAX_READ_BYTES = 1 << 23;
const LF = 0x0a;

/**
 * Reads the rows that begin in the bytes `from` to `to` of a file. It assumes that the range begins outside quotes; the caller has to
 * check that the rows before it end where the part begins.
 *
 * The part lacks rows before the first one that can be cut well, and a row that is incomplete at the end of the line at `to`: a wrong
 * guess about quotes then costs little.
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
        isAligned = skipToGoodRow(pieces, layout);
        start = pieces.position;
      }
      if (isAligned) reader.read(pieces);
    }
    return partFrom(sink, start, pieces.position, refused);
  } finally {
    closeSync(file);
  }
}

/** The content of a sink as a part. @param begin,end the bytes of the file that were read into it. */
export function partFrom(
  { lines, rows, events, users, items }: EventSink,
  begin: number,
  end: number,
  refused: RefusedRow[],
): RangePart {
  return { begin, end, lines, rows, events: partOf(events), users: users.packed, items: items.packed, refused };
}

/** Skips rows that cannot be cut well. @returns whether there is one that can. */
function skipToGoodRow(pieces: Pieces, { delimiter, width }: EventLayout): boolean {
  const cutter = new RowCutter(delimiter, width);
  while (pieces.from < pieces.to) {
    const end = cutter.cut(pieces.bytes, pieces.from, pieces.to, false);
    if (end < 0) return false;
    if (cutter.cells > 0 && cutter.trouble === 'none') return true;
    pieces.from = end;
  }
  return false;
}

/** Where the first line at or after `from` begins; at most `to`. */
function lineStart(file: number, from: number, to: number, chunkBytes: number): number {
  // A line begins at `from` if the byte before is a line end.
  let length = Math.min(LINE_BYTES, chunkBytes);
  for (let at = from - 1; at < to; at += length, length = chunkBytes) {
    const bytes = bytesOf(file, at, length);
    const end = bytes.indexOf(LF) + 1;
    if (end > 0) return Math.min(to, at + end);
    if (bytes.length < length) break;
  }
  return to;
}

/** A buffer that is reused for all ranges: allocating new memory took as long as reading. */
const NO_BUFFER = Buffer.alloc(0);
let sharedBuffer = NO_BUFFER;

/** The lines that begin in the bytes `from` to `to`. A line that extends more than a chunk beyond `to` is cut short. */
async function* wholeLines(file: number, from: number, to: number, chunkBytes: number): AsyncGenerator<Buffer> {
  let length = Math.min(to - from + Math.min(LINE_BYTES, chunkBytes), MAX_READ_BYTES);
  const buffer = sharedBuffer.length < length ? Buffer.allocUnsafe(length) : sharedBuffer;
  sharedBuffer = NO_BUFFER;
  try {
    for (let at = from; at < to + chunkBytes && from < to; at += length, length = chunkBytes) {
      const bytes = bytesOf(file, at, length, at === from ? buffer : undefined);
      const last = bytes.indexOf(LF, Math.max(0, to - 1 - at)) + 1;
      yield last > 0 ? bytes.subarray(0, last) : bytes;
      if (last > 0 || bytes.length < length) return;
    }
  } finally {
    // The rows of this range have been read before the next range needs the buffer.
    sharedBuffer = buffer;
  }
}

/** The bytes of a file from a position on. */
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
