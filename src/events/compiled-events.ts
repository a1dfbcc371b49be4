import { randomBytes } from 'node:crypto';
import { compiledProgram, ProgramLayout } from '../kernels/program.js';
import type { Values } from './columns.js';
import { appendEvents, type EventRoles, type EventSink, type EventsPart, noSkippedRows } from './event-columns.js';
import type { Acceleration, Accelerator, AcceleratorOf } from './events-reader.js';
import type { PackedIds } from './ids.js';
import { renumbering } from './renumbering.js';
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
    return acceleratorOf(program, delimiter, columns, room, places);
  };
}

/** The fewest bytes at a time that are worth compiling what reads faster. */
const WORTH_COMPILING = 1 << 16;

/** What makes reading fast; it changes nothing of what is read. */
export const COMPILED: Acceleration = { of: compiledEvents(), least: WORTH_COMPILING };

/** The place of each column; `width` for one that the file does not have. */
interface Columns extends Required<Pick<EventRoles, 'user' | 'item' | 'rating' | 'time'>> {
  width: number;
}

/**
 * The rows of an events file in WebAssembly. The program leaves a row, and all behind it, where it is not sure of it: ids of more than
 * ASCII, numbers and dates of other than the usual ways, cells with quotes or lines in them, an id that might stand for none.
 *
 * What it gives lies in its memory, and is there until it goes on.
 */
function acceleratorOf(
  module: WebAssembly.Module,
  delimiter: string,
  columns: Columns,
  room: EventRoom,
  { layout, at: of, rows: mostRows, ids: mostIds }: Places,
): Accelerator {
  const { program, buffer } = layout.start<Program>(module);
  const facts = new Float64Array(buffer, of.facts, FACTS.length);
  let now: { sink: EventSink; userOf: Renumber; itemOf: Renumber } | undefined;

  program.seedIds(randomBytes(8).readBigUInt64LE());
  const kinds = new Uint8Array(buffer, of.kinds, 256);
  kinds[delimiter.charCodeAt(0)] = DELIMITER;
  kinds[LF] = LINE_END;
  for (const odd of '\r"') kinds[odd.charCodeAt(0)] = OTHER;
  new Uint32Array(buffer, of.places, PLACES).set([
    ...[of.kinds, of.cells, of.facts, of.user, of.item, of.strength, of.time, of.runRow, of.runShift, mostRows],
    ...[columns.width, columns.user, columns.item, columns.rating, columns.time, of.users, of.items],
  ]);
  for (const [table, slots, bytes, starts] of [
    [of.users, of.userSlots, of.userBytes, of.userStarts],
    [of.items, of.itemSlots, of.itemBytes, of.itemStarts],
  ] as const) {
    new Uint32Array(buffer, table, TABLE).set([0, 0, FIRST_SLOT_BITS, 0, mostIds, bytes, room.ids, 0, starts, slots]);
  }

  const fact = (name: Fact): number => facts[FACTS.indexOf(name)] ?? 0;

  const packed = (bytes: number, starts: number, count: number): PackedIds => {
    const bounds = new Float64Array(buffer, starts, count + 1);
    return { bytes: new Uint8Array(buffer, bytes, bounds[count]), starts: bounds };
  };
  const users = () => packed(of.userBytes, of.userStarts, fact('users'));
  const items = () => packed(of.itemBytes, of.itemStarts, fact('items'));

  /** As a `NumberColumn` has them. */
  const numbers = (at: number, rows: number): Values => {
    const kind = program.narrow(at, rows);
    if (kind === 1) return new Uint32Array(buffer, at, rows);
    return kind === 2 ? new Float32Array(buffer, at, rows) : new Float64Array(buffer, at, rows);
  };

  /** Has the program go on behind what is in the sink; anew, for another sink and where half of the room for ids is taken. */
  const begin = (sink: EventSink) => {
    const crowd = room.ids / 2;
    const isCrowded = [users(), items()].some(
      ({ bytes, starts }) => bytes.length > crowd || starts.length * BYTES_AN_ID > crowd,
    );
    if (now?.sink !== sink || isCrowded) {
      program.beginEvents(of.places);
      now = { sink, userOf: renumbering(sink.users), itemOf: renumbering(sink.items) };
    }
    const { way } = sink.events.timeColumn?.seen ?? {};
    program.goOnWithEvents(of.places, way === undefined ? 0 : WAYS.indexOf(way) + 1);
    return now;
  };

  /** What was read, for once: nothing can be read behind it before the program goes on. */
  const finish = (): EventsPart => {
    const [rows, runs] = [fact('rows'), fact('runs')];
    const times = { way: WAYS[fact('way') - 1], dayOrder: undefined, untold: 0, told: 0, largest: fact('largest') };
    return {
      user: new Uint32Array(buffer, of.user, rows),
      item: new Uint32Array(buffer, of.item, rows),
      strength: columns.rating < columns.width ? numbers(of.strength, rows) : undefined,
      weight: undefined,
      time: columns.time < columns.width ? numbers(of.time, rows) : undefined,
      lines: { rows: new Uint32Array(buffer, of.runRow, runs), shifts: new Float64Array(buffer, of.runShift, runs) },
      times: columns.time < columns.width ? times : undefined,
      types: [],
      statuses: [],
      titles: undefined,
      skipped: {
        ...noSkippedRows(),
        withoutUser: { count: fact('withoutUser'), firstLine: fact('firstWithoutUser') },
        withoutItem: { count: fact('withoutItem'), firstLine: fact('firstWithoutItem') },
      },
    };
  };

  return {
    read(bytes, from, to, sink) {
      let at = from;
      while (at < to) {
        const most = at + room.chunk;
        const end = most < to ? bytes.lastIndexOf(LF, most - 1) + 1 : to;
        if (end <= at) return at;
        const { userOf, itemOf } = begin(sink);
        new Uint8Array(buffer, of.chunk, end - at).set(bytes.subarray(at, end));
        const stop = at + program.readEvents(of.places, of.chunk, of.chunk + end - at) - of.chunk;
        if (stop > at) {
          const [ofUsers, ofItems] = [userOf(users()), itemOf(items())];
          const events = finish();
          if (events.times) sink.events.timeColumn?.follow(events.times);
          appendEvents(sink, { events, lines: fact('lines'), rows: fact('taken') }, ofUsers, ofItems);
        }
        at = stop;
        if (stop < end) return at;
      }
      return at;
    },
  };
}

type Renumber = ReturnType<typeof renumbering>;

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
