import { NumberColumn } from './columns.js';
import { countSkipped, type Events, noneSkipped, type SkippedKind } from './event-columns.js';
import type { IdIndex } from './ids.js';
import { TimeColumn } from './times.js';

/** Who placed each order, when, and whether it counts; by order index. */
export interface Orders {
  /** The orders' ids. */
  ids: IdIndex;
  /** The users' own ids. */
  userIds: readonly string[];
  /** Index into `userIds`; -1: the orders file does not say. */
  user: Int32Array;
  /** Seconds since 1970, NaN where unknown. Undefined: the file has no times. */
  time: Float64Array | undefined;
  /** 1 where the order was cancelled, refunded or the like. */
  cancelled: Uint8Array;
  /** Rows that give an order another user than a row before, and the first such order. */
  disputed: { rows: number; order: string };
  /** Whether orders that are not wanted were left out. */
  areChosen: boolean;
}

/** Orders from the rows of their file, read as events whose user is the order and whose item is the user. */
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
 * Gives lines of orders the user and the time of their order, and keeps those that count.
 * @param lines events whose user is the order, an index into `orders.ids`, or behind them for orders that are not there.
 * @param users takes the users, in the order of the lines.
 * @returns the lines that are lost: of orders that the orders file does not have, or has without a user, and of cancelled ones.
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
    // Whoever cancelled all of it is a user still.
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
    lines.timeColumn.becomeDates();
    lines.time = new NumberColumn();
    for (const order of ordersOfRows) lines.time.push(time[order]!);
  }
  return lost;
}

/** Keeps these rows alone. */
export function pickRows(events: Events, rows: Uint32Array): void {
  const lines = events.line.picked(rows);
  for (const column of [events.user, events.item, events.strength, events.weight, events.time]) column?.pick(rows);
  events.line = lines;
}
