import { randomBytes } from 'node:crypto';
import { compiledProgram, ProgramLayout } from '../kernels/program.js';
import type { Values } from './columns.js';
import { appendEvents, type EventSink, type EventsPart, noSkippedRows } from './event-columns.js';
import type { Acceleration, Accelerator, AcceleratorOf } from './events-reader.js';
import type { PackedIds } from './ids.js';
import { Renumbering } from './renumbering.js';
import type { TimesSeen } from './times.js';

/** What assembly/events.ts exports. */
interface Program {
  seedIds: (seed: bigint) => void;
  beginEvents: (places: number) => void;
  goOnWithEvents: (places: number, way: number) => void;
  readEvents: (places: number, from: number, to: number) => number;
  narrow: (values: number, count: number) => number;
}

/** Room in the program's memory, in bytes: for what is read at a time, and for the ids of users or items. */
export interface EventRoom {
  chunk: number;
  ids: number;
}

const ROOM: EventRoom = { chunk: 1 << 20, ids: 1 << 22 };
/** A row of two cells. */
const FEWEST_BYTES = 4;
/** Of so many bytes not more than one id is new, mostly; what is more is left to others. */
const BYTES_AN_ID = 16;
const FIRST_SLOT_BITS = 10;
/** Ids and lines' ends are looked at eight bytes at a time. */
const SLACK = 16;
/** What the program tells of what it read, in this order: a double each. */
const FACTS = [
  'rows',
  'taken',
  'lines',
  'runs',
  'withoutUser',
  'firstWithoutUser',
  'withoutItem',
  'firstWithoutItem',
  'users',
  'items',
  'way',
  'largest',
] as const;
type Fact = (typeof FACTS)[number];
const PLACES = 17;
const TABLE = 10;

const LF = 0x0a;
/** As the program numbers them, from 1; it reads the first two. */
const WAYS: NonNullable<TimesSeen['way']>[] = ['numbers', 'dates', 'parted'];

const DELIMITER = 1;
const LINE_END = 2;
const OTHER = 3;

/** Reads the plainest rows of an events file by the compiled program, which is loaded when it is needed first. */
export function compiledEvents(room = ROOM): AcceleratorOf {
  let program: WebAssembly.Module | undefined;
  return ({ delimiter, width, roles }) => {
    const { user, item, rating = width, time = width, ...others } = roles;
    const separates = delimiter.length === 1 && delimiter < '\u0080' && !'"\r\n'.includes(delimiter);
    // Types of events and statuses have weights, which a row may be left out for; orders are known by the rows before.
    if (!separates || Object.keys(others).length > 0) return undefined;
    const columns = { user, item, rating, time, width };
    const places = placesOf(width, room);
    if (!places.layout.fits) return undefined;
    program ??= compiledProgram();
    return new CompiledEvents(program, delimiter, columns, room, places);
  };
}

/** The fewest bytes at a time that are worth compiling what reads faster. */
const WORTH_COMPILING = 1 << 16;

/** What makes reading fast; it changes nothing of what is read. */
export const COMPILED: Acceleration = { of: compiledEvents(), least: WORTH_COMPILING };

interface Columns {
  user: number;
  item: number;
  /** As many as there are columns, where there is none. */
  rating: number;
  time: number;
  width: number;
}

/**
 * The rows of an events file in WebAssembly. The program leaves a row, and all behind it, where it is not sure of it: ids of more than
 * ASCII, numbers and dates of other than the usual ways, cells with quotes or lines in them, an id that might stand for none.
 *
 * What it gives lies in its memory, and is there until it goes on.
 */
class CompiledEvents implements Accelerator {
  readonly #program: Program;
  readonly #buffer: ArrayBuffer;
  readonly #at: Places['at'];
  readonly #room: EventRoom;
  readonly #columns: Columns;
  readonly #facts: Float64Array;
  #sink: EventSink | undefined;
  #ids: { users: Renumbering; items: Renumbering } | undefined;

  constructor(
    module: WebAssembly.Module,
    delimiter: string,
    columns: Columns,
    room: EventRoom,
    { layout, at, rows, ids }: Places,
  ) {
    const { program, buffer } = layout.start<Program>(module);
    program.seedIds(randomBytes(8).readBigUInt64LE());
    this.#program = program;
    this.#buffer = buffer;
    this.#at = at;
    this.#room = room;
    this.#columns = columns;
    this.#facts = new Float64Array(buffer, at.facts, FACTS.length);
    const kinds = new Uint8Array(buffer, at.kinds, 256);
    kinds[delimiter.charCodeAt(0)] = DELIMITER;
    kinds[LF] = LINE_END;
    for (const odd of '\r"') kinds[odd.charCodeAt(0)] = OTHER;
    new Uint32Array(buffer, at.places, PLACES).set([
      ...[at.kinds, at.cells, at.facts, at.user, at.item, at.strength, at.time, at.runRow, at.runShift, rows],
      ...[columns.width, columns.user, columns.item, columns.rating, columns.time, at.users, at.items],
    ]);
    for (const [table, slots, bytes, starts] of [
      [at.users, at.userSlots, at.userBytes, at.userStarts],
      [at.items, at.itemSlots, at.itemBytes, at.itemStarts],
    ] as const) {
      new Uint32Array(buffer, table, TABLE).set([0, 0, FIRST_SLOT_BITS, 0, ids, bytes, room.ids, 0, starts, slots]);
    }
  }

  read(bytes: Uint8Array, from: number, to: number, sink: EventSink): number {
    const { chunk, places } = this.#at;
    let at = from;
    while (at < to) {
      const most = at + this.#room.chunk;
      const end = most < to ? bytes.lastIndexOf(LF, most - 1) + 1 : to;
      if (end <= at) return at;
      const ids = this.#begin(sink);
      new Uint8Array(this.#buffer, chunk, end - at).set(bytes.subarray(at, end));
      const stop = at + this.#program.readEvents(places, chunk, chunk + end - at) - chunk;
      if (stop > at) {
        const [users, items] = [ids.users.all(this.#users), ids.items.all(this.#items)];
        const events = this.#finish();
        if (events.times) sink.events.timeColumn?.follow(events.times);
        appendEvents(sink, { events, lines: this.#fact('lines'), rows: this.#fact('taken') }, users, items);
      }
      at = stop;
      if (stop < end) return at;
    }
    return at;
  }

  /** Has the program go on behind what is in the sink; anew, for another sink and where half of the room for ids is taken. */
  #begin(sink: EventSink): { users: Renumbering; items: Renumbering } {
    const crowd = this.#room.ids / 2;
    const isCrowded = [this.#users, this.#items].some(
      ({ bytes, starts }) => bytes.length > crowd || starts.length * BYTES_AN_ID > crowd,
    );
    if (!this.#ids || this.#sink !== sink || isCrowded) {
      this.#program.beginEvents(this.#at.places);
      this.#sink = sink;
      this.#ids = { users: new Renumbering(sink.users), items: new Renumbering(sink.items) };
    }
    const { way } = sink.events.timeColumn?.seen ?? {};
    this.#program.goOnWithEvents(this.#at.places, way === undefined ? 0 : WAYS.indexOf(way) + 1);
    return this.#ids;
  }

  get #users(): PackedIds {
    return this.#packed(this.#at.userBytes, this.#at.userStarts, this.#fact('users'));
  }

  get #items(): PackedIds {
    return this.#packed(this.#at.itemBytes, this.#at.itemStarts, this.#fact('items'));
  }

  /** What was read, for once: nothing can be read behind it before the program goes on. */
  #finish(): EventsPart {
    const { user, item, strength, time, runRow, runShift } = this.#at;
    const { rating, time: timeColumn, width } = this.#columns;
    const rows = this.#fact('rows');
    const runs = this.#fact('runs');
    const times = {
      way: WAYS[this.#fact('way') - 1],
      dayOrder: undefined,
      untold: 0,
      told: 0,
      largest: this.#fact('largest'),
    };
    return {
      user: new Uint32Array(this.#buffer, user, rows),
      item: new Uint32Array(this.#buffer, item, rows),
      strength: rating < width ? this.#numbers(strength, rows) : undefined,
      weight: undefined,
      time: timeColumn < width ? this.#numbers(time, rows) : undefined,
      lines: {
        rows: new Uint32Array(this.#buffer, runRow, runs),
        shifts: new Float64Array(this.#buffer, runShift, runs),
      },
      times: timeColumn < width ? times : undefined,
      types: [],
      statuses: [],
      titles: undefined,
      skipped: {
        ...noSkippedRows(),
        withoutUser: { count: this.#fact('withoutUser'), firstLine: this.#fact('firstWithoutUser') },
        withoutItem: { count: this.#fact('withoutItem'), firstLine: this.#fact('firstWithoutItem') },
      },
    };
  }

  #fact(name: Fact): number {
    return this.#facts[FACTS.indexOf(name)] ?? 0;
  }

  /** As a `NumberColumn` has them. */
  #numbers(at: number, rows: number): Values {
    const kind = this.#program.narrow(at, rows);
    if (kind === 1) return new Uint32Array(this.#buffer, at, rows);
    return kind === 2 ? new Float32Array(this.#buffer, at, rows) : new Float64Array(this.#buffer, at, rows);
  }

  #packed(bytes: number, starts: number, count: number): PackedIds {
    const bounds = new Float64Array(this.#buffer, starts, count + 1);
    return { bytes: new Uint8Array(this.#buffer, bytes, bounds[count]), starts: bounds };
  }
}

/** Where everything lies in the program's memory, in bytes, and how much there is room for. */
interface Places {
  layout: ProgramLayout;
  at: ReturnType<typeof addressesOf>;
  rows: number;
  ids: number;
}

function placesOf(width: number, room: EventRoom): Places {
  const layout = new ProgramLayout();
  const rows = Math.ceil(room.chunk / FEWEST_BYTES);
  // Half of the slots of the largest table.
  const slotBits = Math.max(FIRST_SLOT_BITS, Math.ceil(Math.log2((2 * room.ids) / BYTES_AN_ID)));
  const ids = 2 ** (slotBits - 1) - 1;
  return { layout, at: addressesOf(layout, width, room, rows, slotBits), rows, ids };
}

function addressesOf(
  layout: ProgramLayout,
  width: number,
  { ids: idBytes, chunk }: EventRoom,
  rows: number,
  slotBits: number,
) {
  // Tables of all sizes lie behind one another, each twice as long as the one before.
  const slots = 16 * 2 ** (slotBits + 1);
  const ids = 2 ** (slotBits - 1) + 1;
  return {
    places: layout.room(4 * PLACES),
    users: layout.room(4 * TABLE),
    items: layout.room(4 * TABLE),
    kinds: layout.room(256),
    facts: layout.room(8 * FACTS.length),
    cells: layout.room(8 * width),
    chunk: layout.room(chunk + SLACK),
    user: layout.room(4 * rows),
    item: layout.room(4 * rows),
    strength: layout.room(8 * rows),
    time: layout.room(8 * rows),
    runRow: layout.room(4 * rows),
    runShift: layout.room(8 * rows),
    userSlots: layout.room(slots),
    userBytes: layout.room(idBytes + SLACK),
    userStarts: layout.room(8 * ids),
    itemSlots: layout.room(slots),
    itemBytes: layout.room(idBytes + SLACK),
    itemStarts: layout.room(8 * ids),
  };
}
