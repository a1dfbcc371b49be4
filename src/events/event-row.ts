import { numberCell } from '../csv/cells.js';
import { type RowCutter, textOf } from '../csv/row-cutter.js';
import { isBlankCell, plainNumber } from './byte-cells.js';
import { countSkipped, type EventLayout, type EventSink } from './event-columns.js';
import type { EventType } from './event-types.js';
import { checkIdBytes, hashOf, IdIndex } from './ids.js';

/** The cells that say something about an event. */
export function usedCells({ width, roles }: EventLayout): Uint8Array {
  const used = new Uint8Array(width);
  for (const at of [roles.user, roles.item, roles.rating, roles.time, roles.event]) if (at !== undefined) used[at] = 1;
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
  readonly #eventAt: number;
  /** Types by the bytes of their cells. */
  readonly #typeCells = new IdIndex();
  readonly #typeOf: EventType[] = [];

  constructor({ roles, ratingName }: EventLayout, sink: EventSink) {
    this.#sink = sink;
    this.#ratingName = ratingName;
    this.#userAt = roles.user;
    this.#itemAt = roles.item;
    this.#ratingAt = roles.rating ?? -1;
    this.#timeAt = roles.time ?? -1;
    this.#eventAt = roles.event ?? -1;
  }

  /**
   * Takes the row that was cut: whole, or not at all.
   * @param line the last one it stands on. @throws BadRow where it cannot be read.
   */
  take({ bytes, from, to }: RowCutter, line: number): void {
    const { events, users, items } = this.#sink;
    const userFrom = from[this.#userAt]!;
    const userTo = to[this.#userAt]!;
    const itemFrom = from[this.#itemAt]!;
    const itemTo = to[this.#itemAt]!;
    const noUser = isBlankCell(bytes, userFrom, userTo);
    const noItem = isBlankCell(bytes, itemFrom, itemTo);
    const userHash = noUser ? 0 : hashOf(bytes, userFrom, userTo);
    const itemHash = noItem ? 0 : hashOf(bytes, itemFrom, itemTo);
    let user = noUser ? -1 : users.find(bytes, userFrom, userTo, userHash);
    let item = noItem ? -1 : items.find(bytes, itemFrom, itemTo, itemHash);
    const isNewUser = !noUser && user < 0;
    const isNewItem = !noItem && item < 0;
    // What refuses the row comes before anything is added.
    if (isNewUser) checkIdBytes(bytes, userFrom, userTo);
    if (isNewItem) checkIdBytes(bytes, itemFrom, itemTo);

    const type = noUser || noItem || this.#eventAt < 0 ? undefined : this.#type(bytes, from, to);
    const counts = !noUser && !noItem && type?.weight !== 0;
    let strength = Number.NaN;
    let time = Number.NaN;
    if (counts && this.#ratingAt >= 0) strength = this.#strength(bytes, from[this.#ratingAt]!, to[this.#ratingAt]!);
    if (counts && this.#timeAt >= 0) time = this.#time(bytes, from[this.#timeAt]!, to[this.#timeAt]!);

    if (isNewUser) user = users.addBytes(bytes, userFrom, userTo, userHash);
    if (isNewItem) item = items.addBytes(bytes, itemFrom, itemTo, itemHash);
    if (type) type.rows++;
    if (!counts) {
      const { withoutUser, withoutItem, withoutWeight } = events.skipped;
      countSkipped(noUser ? withoutUser : noItem ? withoutItem : withoutWeight, line);
      return;
    }
    events.user.push(user);
    events.item.push(item);
    events.strength?.push(strength);
    events.time?.push(time);
    if (type) events.weight?.push(type.weight);
    events.line.push(line);
  }

  #type(bytes: Uint8Array, cellFrom: Int32Array, cellTo: Int32Array): EventType | undefined {
    const from = cellFrom[this.#eventAt]!;
    const to = cellTo[this.#eventAt]!;
    const hash = hashOf(bytes, from, to);
    const known = this.#typeCells.find(bytes, from, to, hash);
    if (known >= 0) return this.#typeOf[known];
    const type = this.#sink.events.types?.of(textOf(bytes, from, to));
    const added = this.#typeCells.addBytes(bytes, from, to, hash);
    if (type && added >= 0) this.#typeOf[added] = type;
    return type;
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
