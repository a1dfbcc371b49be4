import type { SparseRows } from '../model/sparse.js';
import type { Pairs } from './pairs.js';

/** Interactions with a time each: `times` stands beside `matrix.index`, in seconds since 1970, NaN where unknown. */
export interface TimedRows {
  matrix: SparseRows;
  /** Undefined: no time is known of any. */
  times: Float64Array | undefined;
}

/**
 * When each pair was, in seconds: the latest known time of its rows. Within a second the order of the rows tells, since
 * exports are written as things happen (the lines of an invoice, the day of a date): what a user did k-th in a second is
 * ½ k / (k + 1) later, which nothing that came after it can change.
 *
 * @param seconds of a row; NaN where unknown.
 * @returns one time beside each of `pairs.index`, NaN where no row of the pair has one; undefined where none has.
 */
export function latestTimes(pairs: Pairs, seconds: (row: number) => number): Float64Array | undefined {
  const { start, index, rows, order } = pairs;
  const latest = new Float64Array(index.length).fill(Number.NaN);
  const lastRow = new Uint32Array(index.length);
  let known = false;
  for (let entry = 0; entry < index.length; entry++) {
    for (let at = rows[entry]!; at < rows[entry + 1]!; at++) {
      const row = order[at]!;
      const second = Math.floor(seconds(row));
      // Not `>`: that is false beside the NaN of a pair without a time yet; and of one second the later row counts.
      if (Number.isNaN(second) || latest[entry]! > second) continue;
      latest[entry] = second;
      lastRow[entry] = row;
      known = true;
    }
  }
  if (!known) return undefined;
  const sorter = new Sorter();
  for (let user = 0; user + 1 < start.length; user++) {
    const [from, to] = [start[user]!, start[user + 1]!];
    setApart(latest.subarray(from, to), lastRow.subarray(from, to), sorter);
  }
  return latest;
}

/** @param seconds of one user's entries, NaN where unknown; becomes their times. @param row what tells within a second. */
function setApart(seconds: Float64Array, row: Uint32Array, sorter: Sorter): void {
  sorter.begin(seconds.length);
  for (let entry = 0; entry < seconds.length; entry++) if (!Number.isNaN(seconds[entry]!)) sorter.add(entry);
  sorter.sortBy(row);
  sorter.sortBy(seconds);
  let second = Number.NaN;
  let before = 0;
  for (let at = 0; at < sorter.count; at++) {
    const entry = sorter.order[at]!;
    const whole = seconds[entry]!;
    before = whole === second ? before + 1 : 0;
    second = whole;
    seconds[entry] = whole + before / (2 * (before + 1));
  }
}

/** Doubles hold whole numbers up to here. */
const EXACT = 2 ** 53;

/**
 * Sorts few things by whole numbers, stably, over and over: number and place go into one double, key · 2^k + place, since
 * doubles sort without a function to compare them.
 */
class Sorter {
  order = new Uint32Array(1024);
  count = 0;
  #packed = new Float64Array(1024);
  #places = new Uint32Array(1024);

  begin(most: number): void {
    this.count = 0;
    if (most <= this.order.length) return;
    this.order = new Uint32Array(2 * most);
    this.#packed = new Float64Array(2 * most);
    this.#places = new Uint32Array(2 * most);
  }

  add(thing: number): void {
    this.order[this.count++] = thing;
  }

  /** @param key whole numbers, by thing. */
  sortBy(key: Float64Array | Uint32Array): void {
    const { order, count } = this;
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    let rises = true;
    let before = Number.NEGATIVE_INFINITY;
    for (let at = 0; at < count; at++) {
      const k = key[order[at]!]!;
      if (k < before) rises = false;
      before = k;
      if (k < low) low = k;
      if (k > high) high = k;
    }
    if (rises) return;
    const scale = 2 ** Math.ceil(Math.log2(count));
    if ((high - low + 1) * scale > EXACT) {
      order.subarray(0, count).sort((a, b) => key[a]! - key[b]!);
      return;
    }
    const packed = this.#packed.subarray(0, count);
    for (let at = 0; at < count; at++) packed[at] = (key[order[at]!]! - low) * scale + at;
    packed.sort();
    const places = this.#places;
    for (let at = 0; at < count; at++) places[at] = order[packed[at]! % scale]!;
    order.set(places.subarray(0, count));
  }
}

/** The times of `joined` matrices: where several have a cell, the latest that is known. */
export function joinedTimes(joined: SparseRows, parts: readonly TimedRows[]): Float64Array | undefined {
  const same = parts.find((part) => part.matrix === joined);
  if (same) return same.times;
  if (parts.every((part) => part.times === undefined)) return undefined;
  const latest = new Float64Array(joined.index.length).fill(Number.NaN);
  for (const { matrix, times } of parts) {
    if (!times) continue;
    for (let user = 0; user < matrix.rows; user++) {
      for (let e = matrix.start[user]!; e < matrix.start[user + 1]!; e++) {
        if (!Number.isNaN(times[e]!)) takeLatest(latest, entryOf(joined, user, matrix.index[e]!), times[e]!);
      }
    }
  }
  return latest;
}

function takeLatest(latest: Float64Array, entry: number, time: number): void {
  // Not `<`: that is false beside the NaN of a cell without a time yet.
  if (!(latest[entry]! >= time)) latest[entry] = time;
}

/** Where (row, column) stands among the matrix's entries, found by halving; the cell has to be there. */
export function entryOf(matrix: SparseRows, row: number, column: number): number {
  let low = matrix.start[row]!;
  let high = matrix.start[row + 1]! - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (matrix.index[middle]! < column) low = middle + 1;
    else high = middle;
  }
  return low;
}
