import { lineEnd, type PlainReader } from '../csv/lanes.js';
import type { EventScanner, EventScannerOf } from './compiled-events.js';
import { appendEvents, type EventLayout, type Events } from './event-columns.js';
import { type EventSink, PlainEvents } from './plain-events.js';
import { Renumbering } from './renumbering.js';

/** How plain rows are read faster. */
export interface Scanning {
  scannerOf: EventScannerOf;
  /** The fewest bytes at a time that are worth it. */
  least: number;
}

/** What is scanned at a time, at most. */
const ROOM = { range: 1 << 22, chunk: 1 << 20 };
/** With more ids than this, and more of their bytes, the scanner begins anew: it has room for twice as many. */
const CROWD = 1 << 17;
const CROWD_BYTES = 1 << 21;
/** What `PlainEvents` reads where the scanner has stopped: twice as much each time that it stops again. */
const FEWEST_BYTES = 1 << 12;
const LF = 0x0a;

/** Plain rows by a compiled reader, and from where that stops, for a while, by `PlainEvents`; into the same columns. */
export class ScannedEvents implements PlainReader {
  readonly #layout: EventLayout;
  readonly #sink: EventSink;
  readonly #plain: PlainEvents;
  readonly #scanning: Scanning;
  /** Null: nothing was worth it yet; undefined: there is none for this layout. */
  #scanner: EventScanner | undefined | null = null;
  #users: Renumbering;
  #items: Renumbering;
  #leave = FEWEST_BYTES;

  constructor(layout: EventLayout, sink: EventSink, scanning: Scanning) {
    this.#layout = layout;
    this.#sink = sink;
    this.#plain = new PlainEvents(layout, sink);
    this.#scanning = scanning;
    this.#users = new Renumbering(sink.users);
    this.#items = new Renumbering(sink.items);
  }

  get line(): number {
    return this.#plain.line;
  }

  set line(line: number) {
    this.#plain.line = line;
  }

  get rows(): number {
    return this.#plain.rows;
  }

  set rows(rows: number) {
    this.#plain.rows = rows;
  }

  get width(): number {
    return this.#plain.width;
  }

  read(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    while (at < to) {
      at = this.#scan(bytes, at, to);
      if (at === to) break;
      const end = lineEnd(bytes, at + this.#leave, to);
      const read = this.#plain.read(bytes, at, end);
      if (read < end) return read;
      this.#leave *= 2;
      at = end;
    }
    return at;
  }

  /** @returns where the first row begins that the scanner left. */
  #scan(bytes: Uint8Array, from: number, to: number): number {
    let at = from;
    while (to - at >= this.#scanning.least || at > from) {
      const scanner = this.#begun();
      if (!scanner || at === to) return at;
      const end = at + ROOM.chunk < to ? bytes.lastIndexOf(LF, at + ROOM.chunk - 1) + 1 : to;
      if (end <= at) return at;
      const stop = scanner.read(bytes, at, end);
      if (stop > at) takeScanned(scanner, this.#sink.events, this.#plain, this.#users, this.#items);
      at = stop;
      if (stop < end) return at;
      this.#leave = FEWEST_BYTES;
    }
    return at;
  }

  /** The scanner, about to read rows behind those that were read. */
  #begun(): EventScanner | undefined {
    if (this.#scanner === null) {
      this.#scanner = this.#scanning.scannerOf(this.#layout, ROOM);
      this.#scanner?.begin();
    }
    const scanner = this.#scanner;
    if (!scanner) return undefined;
    if (
      [scanner.users, scanner.items].some(({ bytes, starts }) => starts.length > CROWD || bytes.length > CROWD_BYTES)
    ) {
      scanner.begin();
      this.#users = new Renumbering(this.#sink.users);
      this.#items = new Renumbering(this.#sink.items);
    }
    scanner.goOn(this.#sink.events.timeColumn?.seen.way);
    return scanner;
  }
}

/** Takes over what was scanned, behind what `plain` has read so far into the same columns. */
export function takeScanned(
  scanner: EventScanner,
  events: Events,
  plain: PlainEvents,
  userOf: Renumbering,
  itemOf: Renumbering,
): void {
  const { users, items } = scanner;
  const part = scanner.finish();
  if (part.times) events.timeColumn?.follow(part.times);
  const [userIndex, itemIndex] = [
    userOf.upTo(users, users.starts.length - 1),
    itemOf.upTo(items, items.starts.length - 1),
  ];
  appendEvents(events, part, userIndex, itemIndex, plain.line);
  plain.line += scanner.lines;
  plain.rows += scanner.rows;
}
