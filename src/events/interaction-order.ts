import { forEachChunk } from '../matrix/chunks.js';
import { float64s } from '../matrix/memory.js';
import { entryOf, type SparseRows } from '../matrix/sparse.js';
import type { Numbers } from './columns.js';
import type { Pairs } from './pairs.js';
import { Sorter } from './sorter.js';
import { Ties } from './ties.js';

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
 * @param times by place in `pairs.order`. @param scale how many of them are a second.
 * @returns one time beside each of `pairs.index`, NaN where no row of the pair has one; undefined where none has.
 */
export function latestTimes(pairs: Pairs, times: Numbers, scale: number): Float64Array | undefined {
  const { start, index, rows } = pairs;
  const { values, none } = times;
  const latest = float64s(index.length);
  // Most files say each thing once.
  const isOnce = index.length === values.length;
  let known = false;
  forEachChunk(index.length, (first, last) => {
    for (let entry = first; entry < last; entry++) {
      let second = Number.NaN;
      const end = isOnce ? entry + 1 : rows[entry + 1]!;
      for (let at = isOnce ? entry : rows[entry]!; at < end; at++) {
        const whole = Math.floor(values[at]! / scale);
        // Not `<=`: that is false beside the NaN of a pair without a time yet.
        if (values[at] === none || Number.isNaN(whole) || second >= whole) continue;
        second = whole;
        known = true;
      }
      latest[entry] = second;
    }
  });
  if (!known) return undefined;
  const ties = new Ties();
  const apart = new Apart(pairs, times, scale);
  for (let user = 0; user + 1 < start.length; user++) {
    const [from, to] = [start[user]!, start[user + 1]!];
    if (ties.has(latest, from, to)) apart.set(latest.subarray(from, to), from);
  }
  return latest;
}

/** Sets apart what a user did within a second, by the order of the rows. */
class Apart {
  readonly #pairs: Pairs;
  readonly #times: Numbers;
  readonly #scale: number;
  readonly #sorter = new Sorter();
  #row = new Uint32Array(1024);

  constructor(pairs: Pairs, times: Numbers, scale: number) {
    this.#pairs = pairs;
    this.#times = times;
    this.#scale = scale;
  }

  /** @param times whole seconds of a user's entries, which are those from `first` on; NaN where unknown. */
  set(times: Float64Array, first: number): void {
    if (times.length > this.#row.length) this.#row = new Uint32Array(2 * times.length);
    const row = this.#row;
    const sorter = this.#sorter;
    const order = sorter.begin(times.length);
    let count = 0;
    for (let k = 0; k < times.length; k++) {
      if (Number.isNaN(times[k]!)) continue;
      order[count++] = k;
      row[k] = this.#lastRow(first + k, times[k]!);
    }
    sorter.sortBy(times, 0, count);
    for (let at = 0; at < count; ) {
      const second = times[order[at]!]!;
      let end = at + 1;
      while (end < count && times[order[end]!] === second) end++;
      sorter.sortBy(row, at, end);
      for (let before = 1; at + before < end; before++)
        times[order[at + before]!] = second + before / (2 * (before + 1));
      at = end;
    }
  }

  /** The last row of a pair in that second. */
  #lastRow(entry: number, second: number): number {
    const { rows, order } = this.#pairs;
    const { values, none } = this.#times;
    let at = rows[entry + 1]! - 1;
    while (values[at] === none || Math.floor(values[at]! / this.#scale) !== second) at--;
    return order[at]!;
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
