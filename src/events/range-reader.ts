import { closeSync, openSync, readSync } from 'node:fs';
import { MAX_RECORD_BYTES } from '../csv/csv-records.js';
import { lineEnd } from '../csv/lanes.js';
import { IdIndex, type PackedIds } from '../dataset/ids.js';
import type { EventScanner } from './compiled-events.js';
import { type EventLayout, type Events, type EventsPart, newEvents, partOf, reserveEvents } from './event-columns.js';
import { PlainEvents } from './plain-events.js';
import { Renumbering } from './renumbering.js';
import { takeScanned } from './scanned-events.js';

/** How the rows of an events file are read, range by range. */
export interface EventsTask {
  path: string;
  /** Where the file's first row begins. */
  begin: number;
  layout: EventLayout;
  /** Weights by type of event, as they were stated. */
  eventWeights: [string, number][];
  /** In bytes: what is taken from the file at a time, what is left out behind an odd row, and the longest range. */
  sizes: { chunk: number; stretch: number; range: number };
}

/** What a range holds: segments of plain rows, and between them what is left to whoever knows what stands before. */
export interface RangePart {
  /** Where the range's last row ends. */
  end: number;
  segments: Segment[];
  /** The ids of all segments, by their index in `Events`. */
  users: PackedIds;
  items: PackedIds;
}

/** Plain rows without a gap. Lines are counted from where it begins. */
export interface Segment {
  begin: number;
  end: number;
  lines: number;
  /** Rows below one another, skipped ones included. */
  rows: number;
  /** How many of the part's ids this segment and those before it have. */
  users: number;
  items: number;
  events: EventsPart;
}

/** A range with more odd rows than this is better read where their neighbours are known. */
const MOST_SEGMENTS = 500;
/** Rows are hardly shorter: so many are made room for. */
const FEWEST_BYTES = 16;
const LF = 0x0a;

/**
 * Reads the rows that begin in the bytes `from` to `to` of a file, by their bytes alone: odd rows, and what follows them
 * closely, are left out. The range is taken to begin outside quotes.
 *
 * @param scanner reads what it can of it, faster; what is answered may lie in its memory until the next range is read.
 */
export function readRange(task: EventsTask, from: number, to: number, scanner?: EventScanner): RangePart {
  const { stretch } = task.sizes;
  const reader = new SegmentReader(task, Math.ceil((to - from) / FEWEST_BYTES), scanner);
  const file = openSync(task.path, 'r');
  let end = from;
  try {
    for (const { bytes, place, begin, end: whole } of wholeLines(file, task, from, to)) {
      end = place + whole;
      let at = begin;
      while (at < whole && !reader.full) {
        const read = reader.read(bytes, at, whole, place);
        at = read < whole ? lineEnd(bytes, read + stretch, whole) : whole;
      }
    }
    return reader.finish(end);
  } finally {
    closeSync(file);
  }
}

/**
 * Gathers segments: one ends where a row is odd, and another begins where it is read on. The first begins with what the scanner
 * reads; from the first row on that it leaves, all is read by `PlainEvents`.
 */
class SegmentReader {
  readonly #layout: EventLayout;
  readonly #weights: ReadonlyMap<string, number>;
  readonly #rows: number;
  readonly #users = new IdIndex();
  readonly #items = new IdIndex();
  readonly #segments: Segment[] = [];
  #open: { plain: PlainEvents; events: Events; begin: number } | undefined;
  #scanned: { scanner: EventScanner; begin: number | undefined } | undefined;

  /** @param rows about how many there may be. */
  constructor({ layout, eventWeights }: EventsTask, rows: number, scanner: EventScanner | undefined) {
    this.#rows = rows;
    this.#scanned = scanner && { scanner, begin: undefined };
    scanner?.begin();
    this.#layout = layout;
    this.#weights = new Map(eventWeights);
  }

  get full(): boolean {
    return this.#segments.length >= MOST_SEGMENTS;
  }

  /** @param place where in the file `bytes` are. @returns where the first row begins that was not read. */
  read(bytes: Uint8Array, from: number, to: number, place: number): number {
    let at = from;
    if (this.#scanned) {
      this.#scanned.begin ??= place + from;
      at = this.#scanned.scanner.read(bytes, from, to);
      if (at === to) return to;
      this.#takeOver(this.#scanned.scanner, this.#scanned.begin);
      this.#scanned = undefined;
    }
    this.#open ??= this.#begin(place + at);
    const end = this.#open.plain.read(bytes, at, to);
    if (end < to) this.#close(place + end);
    return end;
  }

  finish(end: number): RangePart {
    if (this.#scanned) return this.#whole(this.#scanned.scanner, this.#scanned.begin ?? end, end);
    this.#close(end);
    return { end, segments: this.#segments, users: this.#users.packed, items: this.#items.packed };
  }

  /** A range all of which was scanned. */
  #whole(scanner: EventScanner, begin: number, end: number): RangePart {
    const { lines, rows, users, items } = scanner;
    const counts = { users: users.starts.length - 1, items: items.starts.length - 1 };
    const segment = { begin, end, lines, rows, ...counts, events: scanner.finish() };
    return { end, segments: end === begin ? [] : [segment], users, items };
  }

  /** Opens a segment that begins with what was scanned. */
  #takeOver(scanner: EventScanner, begin: number): void {
    const open = this.#begin(begin);
    takeScanned(scanner, open.events, open.plain, new Renumbering(this.#users), new Renumbering(this.#items));
    this.#open = open;
  }

  #begin(begin: number) {
    const events = newEvents(this.#layout, this.#weights);
    // Mostly there is one segment; of many, each grows as it needs.
    if (this.#segments.length === 0) reserveEvents(events, this.#rows);
    return { plain: new PlainEvents(this.#layout, { events, users: this.#users, items: this.#items }), events, begin };
  }

  #close(end: number): void {
    if (!this.#open) return;
    const { plain, events, begin } = this.#open;
    this.#open = undefined;
    if (end === begin) return;
    const { line: lines, rows } = plain;
    this.#segments.push({
      begin,
      end,
      lines,
      rows,
      users: this.#users.size,
      items: this.#items.size,
      events: partOf(events),
    });
  }
}

/** Bytes of a file, in a buffer that is filled again: `bytes[0]` is the byte `place`; lines from `begin` to `end` are whole. */
interface Lines {
  bytes: Uint8Array;
  place: number;
  begin: number;
  end: number;
}

/** A process reads one range after the other. */
let kept: Buffer | undefined;

/** The lines that begin in a range, some at a time; a last line without an end is left out. */
function* wholeLines(file: number, { begin, sizes }: EventsTask, from: number, to: number): Generator<Lines> {
  // A line that begins with the range is told by the line's end before it.
  let inside = from === begin;
  let place = inside ? from : from - 1;
  let buffer = kept?.length === sizes.chunk ? kept : Buffer.allocUnsafe(sizes.chunk);
  kept = buffer;
  let filled = 0;
  for (;;) {
    if (filled === buffer.length) {
      if (filled > MAX_RECORD_BYTES) return;
      buffer = Buffer.concat([buffer], 2 * filled);
    }
    const count = readSync(file, buffer, filled, buffer.length - filled, place + filled);
    if (count === 0) return;
    filled += count;
    const bytes = buffer.subarray(0, filled);
    const first = inside ? 0 : bytes.indexOf(LF) + 1;
    if (!inside && first === 0) {
      place += filled;
      filled = 0;
      continue;
    }
    if (place + first >= to) return;
    inside = true;
    const last = place + filled >= to ? bytes.indexOf(LF, Math.max(0, to - 1 - place)) : -1;
    const end = last >= 0 ? last + 1 : bytes.lastIndexOf(LF) + 1;
    if (end > first) yield { bytes, place, begin: first, end };
    if (last >= 0) return;
    const read = Math.max(first, end);
    buffer.copyWithin(0, read, filled);
    place += read;
    filled -= read;
  }
}
