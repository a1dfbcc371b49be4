import { numberCell } from '../csv/cells.js';
import { type RowCutter, textOf } from '../csv/row-cutter.js';
import { isBlankCell, plainNumber } from './byte-cells.js';
import { countSkipped, type EventLayout, type EventSink, keepTitle } from './event-columns.js';
import type { EventType, EventTypes } from './event-types.js';
import { checkIdBytes, hashOf, IdIndex } from './ids.js';
import { saysCancelled } from './order-status.js';

/** The cells that say something about an event. */
export function usedCells({ width, roles }: EventLayout): Uint8Array {
  const used = new Uint8Array(width);
  for (const at of Object.values(roles)) used[at] = 1;
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
  readonly #userAt: number;
  readonly #itemAt: number;
  /** -1 where there is no such column. */
  readonly #ratingAt: number;
  readonly #timeAt: number;
  readonly #statusAt: number;
  readonly #cancelledAt: number;
  readonly #orderAt: number;
  readonly #titleAt: number;
  readonly #keepsCancelled: boolean;
  readonly #types: TypeCells | undefined;
  readonly #statuses: EventTypes | undefined;
  readonly #statusCells: TypeCells | undefined;
  /** What the first row said of the order that the rows before this one belong to. */
  #order: Order = { id: '', user: -1, time: Number.NaN, status: undefined };

  constructor({ roles, ratingName, keepsCancelled = false }: EventLayout, sink: EventSink) {
    this.#sink = sink;
    this.#ratingName = ratingName;
    this.#userAt = roles.user;
    this.#itemAt = roles.item;
    this.#ratingAt = roles.rating ?? -1;
    this.#timeAt = roles.time ?? -1;
    this.#statusAt = roles.status ?? -1;
    this.#cancelledAt = roles.cancelled ?? -1;
    this.#orderAt = roles.order ?? -1;
    this.#titleAt = roles.title ?? -1;
    this.#keepsCancelled = keepsCancelled;
    const { types, statuses } = sink.events;
    this.#types = types && roles.event !== undefined ? new TypeCells(types, roles.event) : undefined;
    this.#statuses = statuses;
    this.#statusCells = statuses && roles.status !== undefined ? new TypeCells(statuses, roles.status) : undefined;
  }

  /** Takes the row that was cut: whole, or not at all. @param line the last one it stands on. @throws BadRow where it cannot be read. */
  take({ bytes, from, to }: RowCutter, line: number): void {
    const { events, users, items } = this.#sink;
    const order = this.#orderAt < 0 ? undefined : this.#orderOf(bytes, from, to);
    const userFrom = from[this.#userAt]!;
    const userTo = to[this.#userAt]!;
    const itemFrom = from[this.#itemAt]!;
    const itemTo = to[this.#itemAt]!;
    const noUserCell = isBlankCell(bytes, userFrom, userTo);
    const noUser = noUserCell && (order === undefined || order.user < 0);
    const noItem = isBlankCell(bytes, itemFrom, itemTo);
    const userHash = noUserCell ? 0 : hashOf(bytes, userFrom, userTo);
    const itemHash = noItem ? 0 : hashOf(bytes, itemFrom, itemTo);
    let user = noUserCell ? (order?.user ?? -1) : users.find(bytes, userFrom, userTo, userHash);
    let item = noItem ? -1 : items.find(bytes, itemFrom, itemTo, itemHash);
    const isNewUser = !noUser && user < 0;
    const isNewItem = !noItem && item < 0;
    // What refuses the row comes before anything is added.
    if (isNewUser) checkIdBytes(bytes, userFrom, userTo);
    if (isNewItem) checkIdBytes(bytes, itemFrom, itemTo);

    const isWhole = !noUser && !noItem;
    const type = isWhole ? this.#types?.of(bytes, from, to) : undefined;
    const status = this.#statuses ? this.#statusOf(bytes, from, to, order) : undefined;
    const isCancelled = status?.weight === 0;
    const counts = isWhole && type?.weight !== 0 && (!isCancelled || this.#keepsCancelled);
    let strength = Number.NaN;
    let time = Number.NaN;
    if (counts && this.#ratingAt >= 0) strength = this.#strength(bytes, from[this.#ratingAt]!, to[this.#ratingAt]!);
    if ((counts || order) && this.#timeAt >= 0) time = this.#time(bytes, from[this.#timeAt]!, to[this.#timeAt]!);

    if (isNewUser) user = users.addBytes(bytes, userFrom, userTo, userHash);
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
    if (this.#titleAt >= 0 && !events.titles?.[item]) {
      keepTitle(events.titles, item, textOf(bytes, from[this.#titleAt]!, to[this.#titleAt]!));
    }
    events.line.push(line);
  }

  /** What earlier rows said of the order of this row. */
  #orderOf(bytes: Uint8Array, from: Int32Array, to: Int32Array): Order {
    const id = textOf(bytes, from[this.#orderAt]!, to[this.#orderAt]!);
    if (id !== this.#order.id || id === '') this.#order = { id, user: -1, time: Number.NaN, status: undefined };
    return this.#order;
  }

  /** The status of the row's order: that of the order's first row, where the cell is empty. */
  #statusOf(bytes: Uint8Array, from: Int32Array, to: Int32Array, order: Order | undefined): EventType | undefined {
    const at = this.#cancelledAt;
    const isCancelled = at >= 0 && saysCancelled(textOf(bytes, from[at]!, to[at]!));
    if (isCancelled) return this.#statuses?.of('cancelled');
    const inherits = order?.status && (this.#statusAt < 0 || from[this.#statusAt] === to[this.#statusAt]);
    return inherits ? order.status : this.#statusCells?.of(bytes, from, to);
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
  /** -1: no row has said so far. */
  user: number;
  /** NaN, likewise. */
  time: number;
  status: EventType | undefined;
}

/** The types that a column names, by the bytes of its cells. */
class TypeCells {
  readonly #types: EventTypes;
  readonly #at: number;
  readonly #cells = new IdIndex();
  readonly #typeOf: EventType[] = [];

  constructor(types: EventTypes, at: number) {
    this.#types = types;
    this.#at = at;
  }

  of(bytes: Uint8Array, cellFrom: Int32Array, cellTo: Int32Array): EventType {
    const from = cellFrom[this.#at]!;
    const to = cellTo[this.#at]!;
    const hash = hashOf(bytes, from, to);
    const known = this.#typeOf[this.#cells.find(bytes, from, to, hash)];
    if (known) return known;
    const type = this.#types.of(textOf(bytes, from, to));
    const added = this.#cells.addBytes(bytes, from, to, hash);
    if (added >= 0) this.#typeOf[added] = type;
    return type;
  }
}
