import { numberCell } from '../csv/cells.js';
import { type RowCutter, textOf } from '../csv/row-cutter.js';
import { isBlankCell, plainNumber } from './byte-cells.js';
import {
  countSkipped,
  type EventLayout,
  type EventRoles,
  type EventSink,
  keepTitle,
  type RowFilter,
} from './event-columns.js';
import type { EventType, EventTypes } from './event-types.js';
import { checkIdBytes, hashOf, IdIndex } from './ids.js';
import { saysCancelled } from './order-status.js';

/** The cells that say something about an event, or whether it is read. */
export function usedCells({ width, roles }: EventLayout, filter?: RowFilter): Uint8Array {
  const used = new Uint8Array(width);
  for (const at of [...Object.values(roles), ...(filter?.columns ?? [])]) used[at] = 1;
  return used;
}

/**
 * What a row of events means: its cells → user, item, strength, time and type of event. Ids go by their bytes, plain numbers
 * are read digit by digit; strings are made of unusual cells only.
 *
 * A user whose rows all lack an item is still a user: they get what is popular. Likewise for rows that weigh nothing,
 * whose items are items still.
 */
export class EventRow {
  readonly #sink: EventSink;
  readonly #ratingName: string;
  /** Where the columns are; -1 where there is no such column. */
  readonly #at: Required<EventRoles>;
  readonly #keepsCancelled: boolean;
  readonly #filter: RowFilter | undefined;
  readonly #typeOf: TypeOf | undefined;
  readonly #statuses: EventTypes | undefined;
  readonly #statusOfCell: TypeOf | undefined;
  /** What the first row said of the order that the rows before this one belong to. */
  #order = newOrder('');

  constructor(
    { roles, ratingName, keepsCancelled = false }: EventLayout,
    sink: EventSink,
    filter: RowFilter | undefined,
  ) {
    this.#filter = filter;
    this.#sink = sink;
    this.#ratingName = ratingName;
    this.#at = { rating: -1, time: -1, event: -1, status: -1, cancelled: -1, order: -1, title: -1, ...roles };
    this.#keepsCancelled = keepsCancelled;
    const { types, statuses } = sink.events;
    this.#typeOf = types && roles.event !== undefined ? typeCells(types, roles.event) : undefined;
    this.#statuses = statuses;
    this.#statusOfCell = statuses && roles.status !== undefined ? typeCells(statuses, roles.status) : undefined;
  }

  /** Takes the row that was cut: whole, or not at all. @param line the last one it stands on. @throws BadRow where it cannot be read. */
  take({ bytes, from, to }: RowCutter, line: number): void {
    const { events, users, items } = this.#sink;
    const order = this.#at.order < 0 ? undefined : this.#orderOf(bytes, from, to);
    const isTaken = this.#filter ? this.#isTaken(this.#filter, bytes, from, to, order) : true;
    if (!isTaken) {
      countSkipped(isTaken === false ? events.skipped.unwanted : events.skipped.undecided, line);
      if (order) this.#remember(order, bytes, from, to);
      return;
    }
    // Of an order none of whose rows was read so far, a row that was left out may have said whose it is.
    const isTold =
      order !== undefined && order.user < 0 && isBlankCell(bytes, from[this.#at.user]!, to[this.#at.user]!);
    const userBytes = isTold ? order.userCell : bytes;
    const userFrom = isTold ? 0 : from[this.#at.user]!;
    const userTo = isTold ? userBytes.length : to[this.#at.user]!;
    const itemFrom = from[this.#at.item]!;
    const itemTo = to[this.#at.item]!;
    const noUserCell = isBlankCell(userBytes, userFrom, userTo);
    const noUser = noUserCell && (order === undefined || order.user < 0);
    const noItem = isBlankCell(bytes, itemFrom, itemTo);
    const userHash = noUserCell ? 0 : hashOf(userBytes, userFrom, userTo);
    const itemHash = noItem ? 0 : hashOf(bytes, itemFrom, itemTo);
    let user = noUserCell ? (order?.user ?? -1) : users.find(userBytes, userFrom, userTo, userHash);
    let item = noItem ? -1 : items.find(bytes, itemFrom, itemTo, itemHash);
    const isNewUser = !noUser && user < 0;
    const isNewItem = !noItem && item < 0;
    // What refuses the row comes before anything is added.
    if (isNewUser) checkIdBytes(userBytes, userFrom, userTo);
    if (isNewItem) checkIdBytes(bytes, itemFrom, itemTo);

    const isWhole = !noUser && !noItem;
    const type = isWhole ? this.#typeOf?.(bytes, from, to) : undefined;
    const status = this.#statuses ? this.#statusOf(bytes, from, to, order) : undefined;
    const isCancelled = status?.weight === 0;
    const counts = isWhole && type?.weight !== 0 && (!isCancelled || this.#keepsCancelled);
    let strength = Number.NaN;
    let time = Number.NaN;
    if (counts && this.#at.rating >= 0) strength = this.#strength(bytes, from[this.#at.rating]!, to[this.#at.rating]!);
    if ((counts || order) && this.#at.time >= 0) time = this.#time(bytes, from[this.#at.time]!, to[this.#at.time]!);

    if (isNewUser) user = users.addBytes(userBytes, userFrom, userTo, userHash);
    if (isNewItem) item = items.addBytes(bytes, itemFrom, itemTo, itemHash);
    if (type) type.rows++;
    if (status && isWhole) status.rows++;
    if (order) {
      if (user >= 0) order.user = user;
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
    if (this.#at.title >= 0 && !events.titles?.[item]) {
      keepTitle(events.titles, item, textOf(bytes, from[this.#at.title]!, to[this.#at.title]!));
    }
    events.line.push(line);
  }

  /** What earlier rows said of the order of this row. */
  #orderOf(bytes: Uint8Array, from: Int32Array, to: Int32Array): Order {
    const id = textOf(bytes, from[this.#at.order]!, to[this.#at.order]!);
    if (id !== this.#order.id || id === '') this.#order = newOrder(id);
    return this.#order;
  }

  /** Undefined where nobody can tell. An empty cell is that of the order's first row. */
  #isTaken(filter: RowFilter, bytes: Uint8Array, from: Int32Array, to: Int32Array, order: Order | undefined) {
    const textAt = (at: number) => textOf(bytes, from[at]!, to[at]!);
    if (order) order.cells ??= new Map(filter.columns.map((at) => [at, textAt(at)]));
    return filter.takes((at) => textAt(at) || (order?.cells?.get(at) ?? ''));
  }

  /** Keeps what a row that is left out says of its order. */
  #remember(order: Order, bytes: Uint8Array, from: Int32Array, to: Int32Array): void {
    const [userFrom, userTo] = [from[this.#at.user]!, to[this.#at.user]!];
    if (!isBlankCell(bytes, userFrom, userTo)) {
      order.user = -1;
      order.userCell = bytes.slice(userFrom, userTo);
    }
    const time = this.#at.time < 0 ? Number.NaN : this.#time(bytes, from[this.#at.time]!, to[this.#at.time]!);
    if (!Number.isNaN(time)) order.time = time;
    if (this.#statuses) order.status = this.#statusOf(bytes, from, to, order) ?? order.status;
  }

  /** The status of the row's order: that of the order's first row, where the cell is empty. */
  #statusOf(bytes: Uint8Array, from: Int32Array, to: Int32Array, order: Order | undefined): EventType | undefined {
    const at = this.#at.cancelled;
    const isCancelled = at >= 0 && saysCancelled(textOf(bytes, from[at]!, to[at]!));
    if (isCancelled) return this.#statuses?.of('cancelled');
    const statusAt = this.#at.status;
    const inherits = order?.status && (statusAt < 0 || isBlankCell(bytes, from[statusAt]!, to[statusAt]!));
    return inherits ? order.status : this.#statusOfCell?.(bytes, from, to);
  }

  #strength(bytes: Uint8Array, from: number, to: number): number {
    if (from === to) return Number.NaN;
    const plain = plainNumber(bytes, from, to);
    return Number.isNaN(plain) ? numberCell(textOf(bytes, from, to), this.#ratingName) : plain;
  }

  #time(bytes: Uint8Array, from: number, to: number): number {
    const column = this.#sink.events.timeColumn;
    if (!column || from === to) return Number.NaN;
    const plain = plainNumber(bytes, from, to);
    // What `read` makes of a number behind dates is a BadRow.
    return !Number.isNaN(plain) && column.takeNumber(plain) ? plain : column.read(textOf(bytes, from, to));
  }
}

/** What the rows of an order have in common. */
interface Order {
  id: string;
  /** -1: no row that was read has said so far. */
  user: number;
  /** What a row that was left out says instead; empty: none did. */
  userCell: Uint8Array;
  /** What its first row has in the columns of the filter. */
  cells: ReadonlyMap<number, string> | undefined;
  /** NaN: no row has said so far. */
  time: number;
  status: EventType | undefined;
}

function newOrder(id: string): Order {
  return { id, user: -1, userCell: new Uint8Array(0), cells: undefined, time: Number.NaN, status: undefined };
}

type TypeOf = (bytes: Uint8Array, cellFrom: Int32Array, cellTo: Int32Array) => EventType;

/** Tells the types that column `at` names, by the bytes of its cells. */
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
