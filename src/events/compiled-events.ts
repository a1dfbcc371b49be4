import { randomBytes } from 'node:crypto';
import { compiledProgram, ProgramLayout } from '../kernels/program.js';
import type { Values } from './columns.js';
import { appendEvents, type EventRoles, type EventSink, type EventsPart, noSkippedRows } from './event-columns.js';
import type { Acceleration, Accelerator, AcceleratorOf } from './events-reader.js';
import type { PackedIds } from './ids.js';
import { renumbering } from './ids.js';
import type { TimesSeen } from './times.js';

/** The exports of assembly/events.ts. */
interface Program {
  seedIds: (seed: bigint) => void;
  beginEvents: (places: number) => void;
  goOnWithEvents: (places: number, timeFormat: number) => void;
  readEvents: (places: number, from: number, to: number) => number;
  narrow: (values: number, count: number) => number;
}

/** Room in the program's memory, in bytes: for the chunk that is read at a time, and for the ids of users or items. */
interface EventRoom {
  chunk: number;
  ids: number;
}

const ROOM: EventRoom = { chunk: 1 << 20, ids: 1 << 22 };
/** A row of two cells. */
const FEWEST_BYTES = 4;
/** There is room for one new id in this many bytes, which is usually enough; if there are more ids, the program stops. */
const BYTES_PER_ID = 16;
const FIRST_SLOT_BITS = 10;
/** The program compares ids and looks for line ends eight bytes at a time, so it may read beyond the end. */
const SLACK = 16;
/** The program's results, in this order, one double each. */
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
  'timeFormat',
  'largest',
] as const;
type Fact = (typeof FACTS)[number];
const PLACES = 17;
const TABLE = 10;

const LF = 0x0a;
/** Numbered from 1 in the program, which reads the first two. */
const TIME_FORMATS: NonNullable<TimesSeen['format']>[] = ['numbers', 'dates', 'parted'];

const DELIMITER = 1;
const LINE_END = 2;
const OTHER = 3;

/** Reads the simplest rows of an events file with the compiled program, which is loaded when it is first needed. */
export function compiledEvents(room = ROOM): AcceleratorOf {
  let program: WebAssembly.Module | undefined;
  return ({ delimiter, width, roles }) => {
    const { user, item, rating = width, time = width, ...others } = roles;
    const isOneByte = delimiter.length === 1 && delimiter < '\u0080' && !'"\r\n'.includes(delimiter);
    // The program knows no weights of event types and statuses, and nothing about orders from rows before.
    if (!isOneByte || Object.keys(others).length > 0) return undefined;
    const columns = { user, item, rating, time, width };
    const places = placesOf(width, room);
    if (!places.layout.fits) return undefined;
    program ??= compiledProgram();
    return acceleratorOf(program, delimiter, columns, room, places);
  };
}

/** Fewer bytes are not worth compiling the program. */
const WORTH_COMPILING = 1 << 16;

/** Reads faster, with the same result. */
export const COMPILED: Acceleration = { of: compiledEvents(), least: WORTH_COMPILING };

/** The position of each column; `width` if the file does not have it. */
interface Columns extends Required<Pick<EventRoles, 'user' | 'item' | 'rating' | 'time'>> {
  width: number;
}

/**
 * Reads the rows of an events file in WebAssembly. The program stops at a row that it is not sure about: ids beyond ASCII, numbers
 * and dates in unusual formats, cells with quotes or line ends, an id that might be a missing value.
 *
 * Its results lie in its memory and are valid until it is called again.
 */
function acceleratorOf(
  module: WebAssembly.Module,
  delimiter: string,
  columns: Columns,
  room: EventRoom,
  { layout, addr, rows: maxRows, ids: maxIds }: Places,
): Accelerator {
  const { program, buffer } = layout.start<Program>(module);
  const facts = new Float64Array(buffer, addr.facts, FACTS.length);
  let current: { sink: EventSink; userOf: Renumber; itemOf: Renumber } | undefined;

  program.seedIds(randomBytes(8).readBigUInt64LE());
  const kinds = new Uint8Array(buffer, addr.kinds, 256);
  kinds[delimiter.charCodeAt(0)] = DELIMITER;
  kinds[LF] = LINE_END;
  for (const odd of '\r"') kinds[odd.charCodeAt(0)] = OTHER;
  new Uint32Array(buffer, addr.places, PLACES).set([
    ...[addr.kinds, addr.cells, addr.facts, addr.user, addr.item],
    ...[addr.strength, addr.time, addr.runRow, addr.runShift, maxRows],
    ...[columns.width, columns.user, columns.item, columns.rating, columns.time, addr.users, addr.items],
  ]);
  for (const [table, slots, bytes, starts] of [
    [addr.users, addr.userSlots, addr.userBytes, addr.userStarts],
    [addr.items, addr.itemSlots, addr.itemBytes, addr.itemStarts],
  ] as const) {
    new Uint32Array(buffer, table, TABLE).set([0, 0, FIRST_SLOT_BITS, 0, maxIds, bytes, room.ids, 0, starts, slots]);
  }

  const fact = (name: Fact): number => facts[FACTS.indexOf(name)] ?? 0;

  const packed = (bytes: number, starts: number, count: number): PackedIds => {
    const bounds = new Float64Array(buffer, starts, count + 1);
    return { bytes: new Uint8Array(buffer, bytes, bounds[count]), starts: bounds };
  };
  const users = () => packed(addr.userBytes, addr.userStarts, fact('users'));
  const items = () => packed(addr.itemBytes, addr.itemStarts, fact('items'));

  /** Numbers in the narrowest type, as in a `NumberColumn`. */
  const numbers = (at: number, rows: number): Values => {
    const kind = program.narrow(at, rows);
    if (kind === 1) return new Uint32Array(buffer, at, rows);
    return kind === 2 ? new Float32Array(buffer, at, rows) : new Float64Array(buffer, at, rows);
  };

  /** Prepares the program for more rows. It starts anew, without ids, for another sink or if half of the room for ids is taken. */
  const begin = (sink: EventSink) => {
    const half = room.ids / 2;
    const isHalfFull = [users(), items()].some(
      ({ bytes, starts }) => bytes.length > half || starts.length * BYTES_PER_ID > half,
    );
    if (current?.sink !== sink || isHalfFull) {
      program.beginEvents(addr.places);
      current = { sink, userOf: renumbering(sink.users), itemOf: renumbering(sink.items) };
    }
    const { format } = sink.events.timeColumn?.seen ?? {};
    program.goOnWithEvents(addr.places, format === undefined ? 0 : TIME_FORMATS.indexOf(format) + 1);
    return current;
  };

  /** The rows that were just read. Call it once: it narrows the numbers in place, so no rows can be added before `begin`. */
  const finish = (): EventsPart => {
    const [rows, runs] = [fact('rows'), fact('runs')];
    const times = {
      format: TIME_FORMATS[fact('timeFormat') - 1],
      dayOrder: undefined,
      ambiguousSpellings: 0,
      clearSpellings: 0,
      largest: fact('largest'),
    };
    return {
      user: new Uint32Array(buffer, addr.user, rows),
      item: new Uint32Array(buffer, addr.item, rows),
      strength: columns.rating < columns.width ? numbers(addr.strength, rows) : undefined,
      weight: undefined,
      time: columns.time < columns.width ? numbers(addr.time, rows) : undefined,
      lines: {
        rows: new Uint32Array(buffer, addr.runRow, runs),
        shifts: new Float64Array(buffer, addr.runShift, runs),
      },
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
        new Uint8Array(buffer, addr.chunk, end - at).set(bytes.subarray(at, end));
        const stop = at + program.readEvents(addr.places, addr.chunk, addr.chunk + end - at) - addr.chunk;
        if (stop > at) {
          const [ofUsers, ofItems] = [userOf(users()), itemOf(items())];
          const events = finish();
          if (events.times) sink.events.timeColumn?.append(events.times);
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

type Places = ReturnType<typeof placesOf>;

/** The addresses of everything in the program's memory, and how many rows and ids there is room for. */
function placesOf(width: number, { chunk, ids: idBytes }: EventRoom) {
  const layout = new ProgramLayout();
  const rows = Math.ceil(chunk / FEWEST_BYTES);
  // Half of the largest table's slots.
  const slotBits = Math.max(FIRST_SLOT_BITS, Math.ceil(Math.log2((2 * idBytes) / BYTES_PER_ID)));
  const ids = 2 ** (slotBits - 1) - 1;
  // The tables of all sizes lie one after the other, each twice as long as the one before.
  const slots = 16 * 2 ** (slotBits + 1);
  const starts = 8 * (ids + 2);
  const addr = {
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
    userStarts: layout.room(starts),
    itemSlots: layout.room(slots),
    itemBytes: layout.room(idBytes + SLACK),
    itemStarts: layout.room(starts),
  };
  return { layout, addr, rows, ids };
}
