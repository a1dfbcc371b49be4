import { randomBytes } from 'node:crypto';
import { compiledProgram, programArrays } from '../kernels/program.js';
import type { Values } from './columns.js';
import { appendEvents, type EventRoles, type EventSink, type EventsPart, noSkippedRows } from './event-columns.js';
import type { Acceleration, Accelerator, AcceleratorOf } from './events-reader.js';
import { type PackedIds, renumbering } from './ids.js';
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
    program ??= places && compiledProgram();
    return places && program && acceleratorOf(program, delimiter, columns, room, places);
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
  { start, at: addr, arrays, maxIds }: Places,
): Accelerator {
  const program = start<Program>(module);
  const { facts } = arrays;
  let current: { sink: EventSink; userOf: Renumber; itemOf: Renumber } | undefined;

  program.seedIds(randomBytes(8).readBigUInt64LE());
  arrays.places.set([
    ...[delimiter.charCodeAt(0), addr.cells, addr.facts, addr.user, addr.item],
    ...[addr.strength, addr.time, addr.runRow, addr.runShift, arrays.user.length],
    ...[columns.width, columns.user, columns.item, columns.rating, columns.time, addr.users, addr.items],
  ]);
  const setUp = (table: Uint32Array, bytes: number, starts: number, slots: number) =>
    table.set([0, 0, FIRST_SLOT_BITS, 0, maxIds, bytes, room.ids, 0, starts, slots]);
  setUp(arrays.users, addr.userBytes, addr.userStarts, addr.userSlots);
  setUp(arrays.items, addr.itemBytes, addr.itemStarts, addr.itemSlots);

  const fact = (name: Fact): number => facts[FACTS.indexOf(name)] ?? 0;

  const packed = (bytes: Uint8Array, starts: Float64Array, count: number): PackedIds => ({
    bytes: bytes.subarray(0, starts[count]),
    start: starts.subarray(0, count + 1),
  });
  const users = () => packed(arrays.userBytes, arrays.userStarts, fact('users'));
  const items = () => packed(arrays.itemBytes, arrays.itemStarts, fact('items'));

  /** Numbers in the narrowest type, as in a `NumberColumn`. */
  const numbers = ({ buffer, byteOffset }: Float64Array<ArrayBuffer>, rows: number): Values => {
    const kind = program.narrow(byteOffset, rows);
    if (kind === 1) return new Uint32Array(buffer, byteOffset, rows);
    return kind === 2 ? new Float32Array(buffer, byteOffset, rows) : new Float64Array(buffer, byteOffset, rows);
  };

  /** Prepares the program for more rows. It starts anew, without ids, for another sink or if half of the room for ids is taken. */
  const begin = (sink: EventSink) => {
    const half = room.ids / 2;
    const isHalfFull = [users(), items()].some(
      ({ bytes, start }) => bytes.length > half || start.length * BYTES_PER_ID > half,
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
      user: arrays.user.subarray(0, rows),
      item: arrays.item.subarray(0, rows),
      strength: columns.rating < columns.width ? numbers(arrays.strength, rows) : undefined,
      weight: undefined,
      time: columns.time < columns.width ? numbers(arrays.time, rows) : undefined,
      lines: { rows: arrays.runRow.subarray(0, runs), shifts: arrays.runShift.subarray(0, runs) },
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
        arrays.chunk.set(bytes.subarray(at, end));
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

type Places = NonNullable<ReturnType<typeof placesOf>>;

/** The memory of the program, and how many ids there is room for; undefined if the system does not grant it. */
function placesOf(width: number, { chunk, ids: idBytes }: EventRoom) {
  const rows = Math.ceil(chunk / FEWEST_BYTES);
  // Half of the largest table's slots.
  const slotBits = Math.max(FIRST_SLOT_BITS, Math.ceil(Math.log2((2 * idBytes) / BYTES_PER_ID)));
  const ids = 2 ** (slotBits - 1) - 1;
  // The tables of all sizes lie one after the other, each twice as long as the one before.
  const slots = 16 * 2 ** (slotBits + 1);
  const placed = programArrays({
    places: [Uint32Array, PLACES],
    users: [Uint32Array, TABLE],
    items: [Uint32Array, TABLE],
    facts: [Float64Array, FACTS.length],
    cells: [Uint32Array, 2 * width],
    chunk: [Uint8Array, chunk + SLACK],
    user: [Uint32Array, rows],
    item: [Uint32Array, rows],
    // One more than there can be rows: numbers are narrowed in pairs.
    strength: [Float64Array, rows + 1],
    time: [Float64Array, rows + 1],
    runRow: [Uint32Array, rows],
    runShift: [Float64Array, rows],
    userSlots: [Uint8Array, slots],
    userBytes: [Uint8Array, idBytes + SLACK],
    userStarts: [Float64Array, ids + 2],
    itemSlots: [Uint8Array, slots],
    itemBytes: [Uint8Array, idBytes + SLACK],
    itemStarts: [Float64Array, ids + 2],
  });
  return placed && { ...placed, maxIds: ids };
}
