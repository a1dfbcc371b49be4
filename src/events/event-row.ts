import { isBlank, LONGEST_MISSING, numberCell } from '../csv/cells.js';
import { type RowCutter, textOf } from '../csv/row-cutter.js';
import {
  countSkipped,
  type EventLayout,
  type EventRoles,
  type EventSink,
  keepTitle,
  type RowFilter,
} from './event-columns.js';
import { type EventType, type EventTypes, saysCancelled } from './event-types.js';
import { checkId, hashOf, IdIndex } from './ids.js';

/** 1 for the cells that reading an event needs, for its roles or the filter. */
export function usedCells({ width, roles }: EventLayout, filter?: RowFilter): Uint8Array {
  const used = new Uint8Array(width);
  for (const at of [...Object.values(roles), ...(filter?.columns ?? [])]) used[at] = 1;
  return used;
}

/**
 * Reads rows of events: cells → user, item, strength, time and event type. Ids are compared as bytes and plain numbers are read
 * digit by digit; only unusual cells become strings.
 *
 * Rows that do not count still add their ids, unless the filter skips them: a user whose rows all lack an item gets popular items, and
 * the item of a row that weighs 0 may be recommended.
 * @returns a function that takes the row that was just cut and its last line; it throws BadRow, before it adds anything, if the row is bad.
 */
export function eventRow(
  { roles, ratingName, keepsCancelled = false }: EventLayout,
  { events, users, items }: EventSink,
  filter: RowFilter | undefined,
): (cells: RowCutter, line: number) => void {
  // The positions of the columns; -1 if there is no such column.
  const at: Required<EventRoles> = {
    ...{ rating: -1, time: -1, event: -1, status: -1, cancelled: -1, order: -1, title: -1 },
    ...roles,
  };
  const { types, statuses } = events;
  const typeOf = types && roles.event !== undefined ? typeCells(types, roles.event) : undefined;
  const statusOfCell = statuses && roles.status !== undefined ? typeCells(statuses, roles.status) : undefined;
  let currentOrder = newOrder('');

  /** What earlier rows say about the order of this row. */
  const orderOf = (bytes: Uint8Array, from: Int32Array, to: Int32Array): Order => {
    const id = textOf(bytes, from[at.order]!, to[at.order]!);
    if (id !== currentOrder.id || id === '') currentOrder = newOrder(id);
    return currentOrder;
  };

  /** Applies the filter; undefined: it cannot decide. An empty cell has the value of the order's first row. */
  const isTaken = (bytes: Uint8Array, from: Int32Array, to: Int32Array, order: Order | undefined) => {
    if (!filter) return true;
    const textAt = (column: number) => textOf(bytes, from[column]!, to[column]!);
    if (order) order.cells ??= new Map(filter.columns.map((column) => [column, textAt(column)]));
    return filter.takes((column) => textAt(column) || (order?.cells?.get(column) ?? ''));
  };

  /** The status of the row's order; if the cell is empty, that of the order's earlier rows. */
  const statusOf = (bytes: Uint8Array, from: Int32Array, to: Int32Array, order: Order | undefined) => {
    const isCancelled = at.cancelled >= 0 && saysCancelled(textOf(bytes, from[at.cancelled]!, to[at.cancelled]!));
    if (isCancelled) return statuses?.of('cancelled');
    const inherits = order?.status && (at.status < 0 || isBlankCell(bytes, from[at.status]!, to[at.status]!));
    return inherits ? order.status : statusOfCell?.(bytes, from, to);
  };

  const strengthIn = (bytes: Uint8Array, from: number, to: number): number => {
    if (from === to) return Number.NaN;
    const plain = plainNumber(bytes, from, to);
    return Number.isNaN(plain) ? numberCell(textOf(bytes, from, to), ratingName) : plain;
  };

  const timeIn = (bytes: Uint8Array, from: number, to: number): number => {
    const column = events.timeColumn;
    if (!column || from === to) return Number.NaN;
    const plain = plainNumber(bytes, from, to);
    // After dates, a number is refused: `read` throws the BadRow.
    return !Number.isNaN(plain) && column.takeNumber(plain) ? plain : column.read(textOf(bytes, from, to));
  };

  /** Keeps what a filtered-out row says about its order. */
  const remember = (order: Order, bytes: Uint8Array, from: Int32Array, to: Int32Array): void => {
    const [userFrom, userTo] = [from[at.user]!, to[at.user]!];
    if (!isBlankCell(bytes, userFrom, userTo)) order.userCell = bytes.slice(userFrom, userTo);
    const time = at.time < 0 ? Number.NaN : timeIn(bytes, from[at.time]!, to[at.time]!);
    if (!Number.isNaN(time)) order.time = time;
    if (statuses) order.status = statusOf(bytes, from, to, order) ?? order.status;
  };

  return ({ bytes, from, to }, line) => {
    const order = at.order < 0 ? undefined : orderOf(bytes, from, to);
    const taken = isTaken(bytes, from, to, order);
    if (!taken) {
      countSkipped(taken === false ? events.skipped.unwanted : events.skipped.undecided, line);
      if (order) remember(order, bytes, from, to);
      return;
    }
    const hasUserCell = !isBlankCell(bytes, from[at.user]!, to[at.user]!);
    const userBytes = hasUserCell || !order ? bytes : order.userCell;
    const userFrom = userBytes === bytes ? from[at.user]! : 0;
    const userTo = userBytes === bytes ? to[at.user]! : userBytes.length;
    const itemFrom = from[at.item]!;
    const itemTo = to[at.item]!;
    const noUser = !hasUserCell && (order === undefined || userTo === 0);
    const noItem = isBlankCell(bytes, itemFrom, itemTo);
    const userHash = noUser ? 0 : hashOf(userBytes, userFrom, userTo);
    const itemHash = noItem ? 0 : hashOf(bytes, itemFrom, itemTo);
    let user = noUser ? -1 : users.find(userBytes, userFrom, userTo, userHash);
    let item = noItem ? -1 : items.find(bytes, itemFrom, itemTo, itemHash);
    const isNewUser = !noUser && user < 0;
    const isNewItem = !noItem && item < 0;
    // Everything that may refuse the row comes before anything is added.
    if (isNewUser) checkId(userBytes, userFrom, userTo);
    if (isNewItem) checkId(bytes, itemFrom, itemTo);

    const isWhole = !noUser && !noItem;
    const type = isWhole ? typeOf?.(bytes, from, to) : undefined;
    const status = statuses ? statusOf(bytes, from, to, order) : undefined;
    const isCancelled = status?.weight === 0;
    const counts = isWhole && type?.weight !== 0 && (!isCancelled || keepsCancelled);
    let strength = Number.NaN;
    let time = Number.NaN;
    if (counts && at.rating >= 0) strength = strengthIn(bytes, from[at.rating]!, to[at.rating]!);
    if ((counts || order) && at.time >= 0) time = timeIn(bytes, from[at.time]!, to[at.time]!);

    if (isNewUser) user = users.addBytes(userBytes, userFrom, userTo, userHash);
    if (isNewItem) item = items.addBytes(bytes, itemFrom, itemTo, itemHash);
    if (type) type.rows++;
    if (status && isWhole) status.rows++;
    if (order) {
      if (hasUserCell) order.userCell = bytes.slice(userFrom, userTo);
      if (status) order.status = status;
      if (Number.isNaN(time)) time = order.time;
      else order.time = time;
    }
    if (!counts) {
      const { withoutUser, withoutItem, withoutWeight, cancelled } = events.skipped;
      countSkipped(noUser ? withoutUser : noItem ? withoutItem : isCancelled ? cancelled : withoutWeight, line);
      return;
    }
    events.user.push(user);
    events.item.push(item);
    events.strength?.push(strength);
    events.time?.push(time);
    events.weight?.push(isCancelled ? 0 : (type?.weight ?? 1));
    if (at.title >= 0 && !events.titles?.[item]) {
      keepTitle(events.titles, item, textOf(bytes, from[at.title]!, to[at.title]!));
    }
    events.line.push(line);
  };
}

/** What the rows of an order share. */
interface Order {
  id: string;
  /** The user's cell in an earlier row of the order, even one that the filter left out; empty if no earlier row had a user. */
  userCell: Uint8Array;
  /** The cells of its first row in the columns of the filter. */
  cells: ReadonlyMap<number, string> | undefined;
  /** NaN: not known so far. */
  time: number;
  status: EventType | undefined;
}

function newOrder(id: string): Order {
  return { id, userCell: new Uint8Array(0), cells: undefined, time: Number.NaN, status: undefined };
}

type TypeOf = (bytes: Uint8Array, cellFrom: Int32Array, cellTo: Int32Array) => EventType;

/** Looks up the event types in column `at` by the bytes of its cells. */
function typeCells(types: EventTypes, at: number): TypeOf {
  const cells = new IdIndex();
  const typeOf: EventType[] = [];
  return (bytes, cellFrom, cellTo) => {
    const from = cellFrom[at]!;
    const to = cellTo[at]!;
    const hash = hashOf(bytes, from, to);
    const known = typeOf[cells.find(bytes, from, to, hash)];
    if (known) return known;
    const type = types.of(textOf(bytes, from, to));
    const added = cells.addBytes(bytes, from, to, hash);
    if (added >= 0) typeOf[added] = type;
    return type;
  };
}

/** First bytes of white space in UTF-8: U+0000 to U+0020, U+00A0, U+1680, U+2000 and following, U+3000, U+FEFF. */
const MAY_BE_SPACE = new Uint8Array(256).fill(1, 0, 0x21);
for (const byte of [0xc2, 0xe1, 0xe2, 0xe3, 0xef]) MAY_BE_SPACE[byte] = 1;
/** First two bytes of missing values: NA, N/A, NULL, null, NaN, nan, None, \N, (null), <NA>, [NULL]. */
const MISSING = new Set(
  'NA N/ n/ NU nu Na na No \\N (n <N <n [N [n'.split(' ').map((text) => Buffer.from(text).readUInt16BE()),
);
const FIRST = new Set(Buffer.from('Nn\\(<['));

/** `isBlank` for the bytes of a cell. */
export function isBlankCell(bytes: Uint8Array, from: number, to: number): boolean {
  if (from === to) return true;
  const first = bytes[from]!;
  if (MAY_BE_SPACE[first] === 0) {
    // Nearly all ids begin with another byte.
    if (!FIRST.has(first)) return false;
    if (to - from > LONGEST_MISSING || !MISSING.has((first << 8) | (bytes[from + 1] ?? 0))) return false;
  }
  return isBlank(textOf(bytes, from, to));
}

const POWERS_OF_TEN = Float64Array.from({ length: 16 }, (_, power) => 10 ** power);
const MOST_DIGITS = 15;

/**
 * A number of at most 15 digits, with an optional sign and fraction, as `Number` reads it; NaN for any other text. Both the digits
 * and the power of ten are exact doubles, so their quotient is the double nearest to the decimal number (Clinger 1990), which is
 * what `Number` returns.
 */
export function plainNumber(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  const sign = bytes[at];
  if (sign === 0x2d || sign === 0x2b) at++;
  const begin = at;
  let digits = 0;
  let point = -1;
  for (; at < to; at++) {
    const byte = bytes[at]!;
    if (byte >= 0x30 && byte <= 0x39) digits = digits * 10 + byte - 0x30;
    else if (byte === 0x2e && point < 0 && at > begin) point = at;
    else return Number.NaN;
  }
  const length = to - begin - (point < 0 ? 0 : 1);
  if (length === 0 || length > MOST_DIGITS || point === to - 1) return Number.NaN;
  const value = point < 0 ? digits : digits / POWERS_OF_TEN[to - 1 - point]!;
  return sign === 0x2d ? -value : value;
}
