import { NumberColumn } from './columns.js';
import { countSkipped, type Events, noneSkipped, type SkippedKind } from './event-columns.js';
import type { IdIndex } from './ids.js';
import { TimeColumn } from './times.js';

/** The user, time and status of each order, by order index. */
export interface Orders {
  /** Ids of orders. */
  ids: IdIndex;
  /** Ids of users. */
  userIds: readonly string[];
  /** Index into `userIds`; -1: unknown. */
  user: Int32Array;
  /** Seconds since 1970, NaN where unknown. Undefined: the file has no times. */
  time: Float64Array | undefined;
  /** 1 if the order was cancelled, refunded or the like. */
  cancelled: Uint8Array;
  /** How many rows give an order another user than an earlier row, and the first such order. */
  disputed: { rows: number; order: string };
  /** Whether a condition left out some orders. */
  areChosen: boolean;
}

/** Orders from the rows of their file, which are read as events: the order in place of the user, the user in place of the item. */
export function ordersFrom(
  { user, item, weight, time, timeColumn }: Events,
  ids: IdIndex,
  users: IdIndex,
  areChosen: boolean,
): Orders {
  const orders: Orders = {
    ids,
    userIds: users.ids,
    user: new Int32Array(ids.size).fill(-1),
    time: time && new Float64Array(ids.size).fill(Number.NaN),
    cancelled: new Uint8Array(ids.size),
    disputed: { rows: 0, order: '' },
    areChosen,
  };
  for (let row = 0; row < user.length; row++) {
    const order = user.values[row]!;
    const before = orders.user[order]!;
    if (before >= 0 && before !== item.values[row] && orders.disputed.rows++ === 0)
      orders.disputed.order = ids.textOf(order);
    orders.user[order] = item.values[row]!;
    if (weight?.at(row) === 0) orders.cancelled[order] = 1;
    const seconds = time && timeColumn ? timeColumn.seconds(time.at(row)) : Number.NaN;
    if (orders.time && !Number.isNaN(seconds)) orders.time[order] = seconds;
  }
  return orders;
}

/**
 * Replaces the order of each order line by its user, sets the time, and removes lines that do not count.
 * @param lines events with the order in place of the user: an index into `orders.ids`, or a larger one if the orders file lacks it.
 * @param users gets the users, in the order of the lines.
 * @returns the removed lines: of orders that are unknown or have no user, and of cancelled orders.
 */
export function joinOrders(
  lines: Events,
  orders: Orders,
  users: IdIndex,
): Record<'unknown' | 'cancelled', SkippedKind> {
  const known = orders.user.length;
  const lost = { unknown: noneSkipped(), cancelled: noneSkipped() };
  const userOf = new Int32Array(orders.userIds.length).fill(-1);
  const values = lines.user.values;
  const rows = new Uint32Array(values.length);
  let count = 0;
  for (let row = 0; row < values.length; row++) {
    const order = values[row]!;
    const own = order < known ? orders.user[order]! : -1;
    if (own < 0) {
      countSkipped(lost.unknown, lines.line.at(row));
      continue;
    }
    // A user who cancelled every order is still a user.
    if (userOf[own] === -1) userOf[own] = users.add(orders.userIds[own]!);
    if (orders.cancelled[order] === 1) countSkipped(lost.cancelled, lines.line.at(row));
    else rows[count++] = row;
  }
  const kept = rows.subarray(0, count);
  const ordersOfRows = kept.map((row) => values[row]!);
  pickRows(lines, kept);
  const picked = lines.user.values;
  ordersOfRows.forEach((order, row) => {
    picked[row] = userOf[orders.user[order]!]!;
  });
  if (orders.time) {
    const { time } = orders;
    lines.timeColumn = new TimeColumn('time');
    lines.timeColumn.markAsSeconds();
    lines.time = new NumberColumn();
    for (const order of ordersOfRows) lines.time.push(time[order]!);
  }
  return lost;
}

/** Keeps only these rows. */
export function pickRows(events: Events, rows: Uint32Array): void {
  const lines = events.line.picked(rows);
  for (const column of [events.user, events.item, events.strength, events.weight, events.time]) column?.pick(rows);
  events.line = lines;
}
