import type { Values } from '../events/columns.js';
import type { Events } from '../events/event-columns.js';

/** The columns that make two rows the same. */
export type EventRows = Pick<Events, 'user' | 'item' | 'strength' | 'weight' | 'time'>;

/** The rows of merged events that come from one file: `from` up to, but not including, `to`. */
export interface RowRange {
  from: number;
  to: number;
}

/** Rows are hashed so many at a time, one column after the other: a loop over one typed array is several times as fast as one over all. */
export const ROWS_AT_A_TIME = 1 << 14;

/** Odd factors of hashes that are independent of each other. */
export const FACTORS = [0x9e3779b1, 0x85ebca77] as const;

/**
 * Hashes whole rows: user, item, second, strength and weight. Fractions of a second do not count, since exports of the same rows keep more or
 * fewer of their digits. Two hashes with different factors tell rows apart almost surely.
 *
 * @param rows at most `ROWS_AT_A_TIME`. @param hashes as many or more, to be filled.
 */
export function hashRows(events: EventRows, rows: Uint32Array, factor: number, hashes: Int32Array): void {
  const { user, item, strength, weight, time } = events;
  hashes.fill(factor, 0, rows.length);
  for (const ids of [user, item]) mixIndices(hashes, rows, ids.values, factor);
  if (time) mixSeconds(hashes, rows, time.values, factor);
  for (const numbers of [strength, weight]) if (numbers) mixNumbers(hashes, rows, numbers.values, factor);
}

/** A hash of users and items alone. */
export function hashPairs({ user, item }: EventRows, rows: Uint32Array, factor: number, hashes: Int32Array): void {
  hashes.fill(factor, 0, rows.length);
  for (const ids of [user, item]) mixIndices(hashes, rows, ids.values, factor);
}

function mixIndices(hashes: Int32Array, rows: Uint32Array, values: Uint32Array, factor: number): void {
  for (let at = 0; at < rows.length; at++) hashes[at] = mixed(hashes[at]! ^ values[rows[at]!]!, factor);
}

function mixSeconds(hashes: Int32Array, rows: Uint32Array, values: Values, factor: number): void {
  for (let at = 0; at < rows.length; at++) {
    hashes[at] = mixed(hashes[at]! ^ wordOf(Math.floor(values[rows[at]!]!)), factor);
  }
}

function mixNumbers(hashes: Int32Array, rows: Uint32Array, values: Values, factor: number): void {
  for (let at = 0; at < rows.length; at++) hashes[at] = mixed(hashes[at]! ^ wordOf(values[rows[at]!]!), factor);
}

function mixed(x: number, factor: number): number {
  const h = Math.imul(x, factor);
  const g = Math.imul(h ^ (h >>> 15), 0xc2b2ae3d);
  return g ^ (g >>> 13);
}

/** 32 bits of a number, different for NaN and 0, and for a whole number and its fractions. */
function wordOf(value: number): number {
  const whole = value | 0;
  return whole === value ? whole : ((value - whole) * 2 ** 32) ^ Math.imul(whole ^ 0x5bd1e995, 0x27d4eb2f);
}
