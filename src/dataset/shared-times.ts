import type { Numbers } from '../events/columns.js';
import { forEachChunk } from '../matrix/chunks.js';
import { ROWS_AT_A_TIME, type RowRange } from './row-hash.js';

/** The times that a file shares with others: before `until`, with files that begin earlier, and from `since` on, with those that begin later. */
interface SharedTimes {
  until: number;
  since: number;
}

/** Rows with times within those of another file, for each file in turn. */
export class SharedRows {
  readonly #times: Numbers;
  readonly #files: readonly RowRange[];
  readonly #since: number;
  readonly #shared: (SharedTimes | undefined)[];

  /** @param since rows before this are ignored. */
  constructor(times: Numbers, files: readonly RowRange[], since: number) {
    this.#times = times;
    this.#files = files;
    this.#since = since;
    this.#shared = sharedTimes(files.map((file) => timesOf(times, file, since)));
  }

  get count(): number {
    let count = 0;
    this.forEach((rows) => {
      count += rows.length;
    });
    return count;
  }

  /** @param work gets rows of a file in their order, several at a time; the array is used again afterwards. */
  forEach(work: (rows: Uint32Array, file: number) => void): void {
    const rows = new Uint32Array(ROWS_AT_A_TIME);
    for (const [file, { from, to }] of this.#files.entries()) {
      const shared = this.#shared[file];
      if (!shared) continue;
      for (let first = from; first < to; first += rows.length) {
        const count = this.#fill(rows, first, Math.min(to, first + rows.length), shared);
        if (count > 0) work(rows.subarray(0, count), file);
      }
    }
  }

  /** Puts those of the rows that are shared into an array. @returns how many. */
  #fill(rows: Uint32Array, from: number, to: number, { until, since }: SharedTimes): number {
    const { values, none } = this.#times;
    const earliest = this.#since;
    let count = 0;
    for (let row = from; row < to; row++) {
      const time = values[row]!;
      if ((time < until || time >= since) && time !== none && time >= earliest) rows[count++] = row;
    }
    return count;
  }
}

/** A file's times in whole seconds, from `first` up to, but not including, `end`; `first` is above `end` if it has none. */
interface Span {
  first: number;
  end: number;
}

function timesOf({ values, none }: Numbers, { from, to }: RowRange, since: number): Span {
  const ends = { first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY };
  forEachChunk(to - from, (begin, end) => {
    let { first, last } = ends;
    for (let row = from + begin; row < from + end; row++) {
      const time = values[row]!;
      if (time === none || !(time >= since)) continue;
      if (time < first) first = time;
      if (time > last) last = time;
    }
    ends.first = first;
    ends.last = last;
  });
  return { first: Math.floor(ends.first), end: Math.floor(ends.last) + 1 };
}

/** What each file shares with others; undefined: nothing. */
function sharedTimes(spans: readonly Span[]): (SharedTimes | undefined)[] {
  const shared: (SharedTimes | undefined)[] = spans.map(() => undefined);
  const byStart = [...spans.entries()].filter(([, { first, end }]) => first < end);
  byStart.sort(([, a], [, b]) => a.first - b.first);
  let until = Number.NEGATIVE_INFINITY;
  for (const [at, [file, { first, end }]] of byStart.entries()) {
    const since = byStart[at + 1]?.[1].first ?? Number.POSITIVE_INFINITY;
    if (first < until || since < end) shared[file] = { until, since };
    until = Math.max(until, end);
  }
  return shared;
}
