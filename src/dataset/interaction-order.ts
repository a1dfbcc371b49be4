import type { Numbers } from '../events/columns.js';
import { forEachChunk } from '../matrix/chunks.js';
import { float64s } from '../matrix/memory.js';
import type { Pairs } from './pairs.js';

/**
 * The time of each pair in seconds: the latest known time of its rows. Interactions with the same time are ordered by their rows,
 * because exports are written in the order of events (the lines of an invoice, the rows of a day): the k-th interaction of a user
 * within a second (counted from 0) is ½ k / (k + 1) seconds later. So later rows never change the time of earlier ones.
 *
 * @param times sorted like `pairs.order`. @param scale how many units of `times` are a second.
 * @returns one time for each of `pairs.index`, NaN if no row of the pair has a time; undefined if no pair has one.
 */
export function latestTimes(pairs: Pairs, times: Numbers, scale: number): Float64Array | undefined {
  const { index, rows } = pairs;
  const { values, none } = times;
  const latest = float64s(index.length);
  const secondAt = (at: number) => (values[at] === none ? Number.NaN : Math.floor(values[at]! / scale));
  // The common case: no pair is repeated.
  const isOnce = index.length === values.length;
  let known = 0;
  forEachChunk(index.length, (first, last) => {
    let knownHere = 0;
    for (let entry = first; entry < last; entry++) {
      let second = secondAt(isOnce ? entry : rows[entry]!);
      for (let at = rows[entry]! + 1; !isOnce && at < rows[entry + 1]!; at++) {
        const other = secondAt(at);
        if (!(second >= other) && !Number.isNaN(other)) second = other;
      }
      latest[entry] = second;
      if (!Number.isNaN(second)) knownHere++;
    }
    known += knownHere;
  });
  if (known === 0) return undefined;
  addSteps(latest, pairs, times, scale);
  return latest;
}

/** Adds the steps between interactions of a user in the same second, in the order of the rows. @param latest whole seconds; NaN: unknown. */
function addSteps(
  latest: Float64Array,
  { start, rows, order }: Pairs,
  { values, none }: Numbers,
  timesASecond: number,
): void {
  const seconds = new Tally();
  let packed = new Float64Array(1024);
  /** The last row of a pair in that second. */
  const lastRow = (entry: number, second: number) => {
    let at = rows[entry + 1]! - 1;
    while (values[at] === none || Math.floor(values[at]! / timesASecond) !== second) at--;
    return order[at]!;
  };
  /** Most users never have two interactions in a second, and this check takes a tenth of the time for sorting. */
  const areNeeded = (from: number, to: number) => {
    seconds.begin(to - from);
    for (let entry = from; entry < to; entry++) {
      const second = latest[entry]!;
      if (!Number.isNaN(second) && seconds.add(second) > 0) return true;
    }
    return false;
  };
  for (let user = 0; user + 1 < start.length; user++) {
    const [from, to] = [start[user]!, start[user + 1]!];
    if (!areNeeded(from, to)) continue;
    const count = to - from;
    if (count > packed.length) packed = new Float64Array(2 * count);
    // Row and entry are packed into one double, because doubles sort without a comparison function: row · 2^k + entry is exact below
    // 2^53, which is enough for a user with 2 million entries among 4 billion rows.
    const scale = 2 ** (32 - Math.clz32(count));
    let filled = 0;
    for (let at = 0; at < count; at++) {
      const second = latest[from + at]!;
      if (!Number.isNaN(second)) packed[filled++] = lastRow(from + at, second) * scale + at;
    }
    packed.subarray(0, filled).sort();
    seconds.begin(count);
    for (let k = 0; k < filled; k++) {
      const entry = from + (packed[k]! % scale);
      const second = latest[entry]!;
      const before = seconds.add(second);
      if (before > 0) latest[entry] = second + before / (2 * (before + 1));
    }
  }
}

/**
 * Counts how often numbers occur. It can start again without clearing its table.
 *
 *     value       │ 17 │    │ 4 │ …     open addressing, at most half full
 *     count       │ 2  │ 1  │ 1 │ …
 *     generation  │ 3  │ 1  │ 3 │ …     a slot is free unless its generation is the current one
 */
export class Tally {
  #value = new Float64Array(1024);
  #count = new Uint32Array(1024);
  #generation = new Uint32Array(1024);
  #current = 0;

  /** Starts again with all counts 0. @param most the largest number of different values to count. */
  begin(most: number): void {
    if (++this.#current > 0xfffffffe || 2 * most > this.#value.length) {
      const room = Math.max(this.#value.length, 2 ** (33 - Math.clz32(most)));
      this.#value = new Float64Array(room);
      this.#count = new Uint32Array(room);
      this.#generation = new Uint32Array(room);
      this.#current = 1;
    }
  }

  /** Counts a number, not NaN. @returns how often it was added before. */
  add(value: number): number {
    const generation = this.#generation;
    const mask = generation.length - 1;
    const high = Math.imul(Math.floor(value / 2 ** 32), 0x85ebca6b);
    let slot = (Math.imul(value ^ high, 0x9e3779b1) >>> 8) & mask;
    while (generation[slot] === this.#current) {
      if (this.#value[slot] === value) return this.#count[slot]!++;
      slot = (slot + 1) & mask;
    }
    generation[slot] = this.#current;
    this.#value[slot] = value;
    this.#count[slot] = 1;
    return 0;
  }
}
