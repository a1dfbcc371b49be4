import { EARLIEST_SECONDS } from '../../events/clock.js';
import type { Numbers } from '../../events/columns.js';
import { everyChunk, forEachChunk } from '../../matrix/chunks.js';
import { hashOf } from '../../matrix/sampling.js';
import { lastAtMost } from '../../matrix/search.js';
import { sortBest } from '../../matrix/top-n.js';
import type { Pairs } from '../pairs.js';

/** Fewer copies may be coincidence. */
const FEWEST_COPIES = 20;
/** A copy of a whole file has at least so many rows. */
const FEWEST_OF_FILE = 100;
/** Copies need this share of the rows in their period: of the file with fewer rows there, since the other may hold more shops than this one. */
const LEAST_SHARE = 0.25;
/**
 * The share if times have no clock: of the file with more rows there. Who buys something has usually viewed it on that day, so that all
 * purchases are among the views.
 */
const LEAST_SHARE_OF_DAYS = 0.5;
/** So many overlaps are judged, those with most copies. */
const MOST_OVERLAPS = 64;
/** Time zones differ by multiples of this, in seconds: other times are more than days or hours. */
const QUARTER_HOUR = 900;
const DAY = 86_400;
/** A file in which times fall back more often is not sorted by time. */
const MOST_PARTS = 64;

/** Rows of one file that an earlier one has, too: the same user, item, second, strength and weight. */
export interface Copies {
  file: number;
  earlier: number;
  /** A row that a file has several times, as an invoice may list an item twice, has as many copies as both files have it. */
  copies: number;
  /** Copies without a time, not included in `copies`: somebody may have bought the same again. */
  untimed: number;
  /** Copies that are not the same as another copy: where rows recur within files, they recur across files, too. */
  different: number;
  /** How many of these have a time of day, no mere day or hour, other than that of the one before: at 23:59:59, all times may be days. */
  withClock: number;
  /** The time of day of the copy that was found last. */
  clock: number;
  /** The times of the first and the last copy, in whole seconds. */
  from: number;
  to: number;
  /** How many rows the files have in that time; 0 until they are counted. */
  within: number;
  withinEarlier: number;
}

/** What was probably exported twice. */
export interface CopiedRows {
  /** Files that have exactly the rows of an earlier one, in any order. */
  repeated: Copies[];
  /** Files of which a part is in an earlier one, most copies first. */
  overlaps: Copies[];
}

/** The columns of several files' events, sorted like `Pairs.order`. */
export interface SortedRows {
  /** How many units of time make a second; undefined: times are in seconds. */
  scale?: number;
  strength: Numbers | undefined;
  weight: Numbers | undefined;
  time: Numbers | undefined;
}

/**
 * How many rows each of the exports has that were concatenated into a file: a new one begins where times, which otherwise rise, fall back by more
 * than a day; or the other way round, if the newest rows come first. One number if the file is not sorted by time.
 */
export function partsByTime({ values, none }: Numbers, scale: number): number[] {
  const falls: number[] = [];
  const rises: number[] = [];
  let before = Number.NaN;
  let direction = 0;
  everyChunk(values.length, (from, to) => {
    for (let row = from; row < to; row++) {
      const time = values[row]!;
      if (time === none || Number.isNaN(time)) continue;
      direction += Math.sign(time - before) || 0;
      if (time < before - DAY * scale) falls.push(row);
      if (time > before + DAY * scale) rises.push(row);
      before = time;
      if (falls.length >= MOST_PARTS && rises.length >= MOST_PARTS) return false;
    }
    return true;
  });
  return sizesOf(direction < 0 ? rises : falls, values.length);
}

/** The same for exports that are sorted by users or by items: a new one begins where the rows of an id come again after those of others. */
export function partsByRuns(ids: Uint32Array, count: number): number[] {
  const cuts: number[] = [];
  // The part in which an id was met last, from 1.
  const partOf = new Uint8Array(count);
  for (let row = 0; row < ids.length && cuts.length < MOST_PARTS; row++) {
    const id = ids[row]!;
    if (row > 0 && id === ids[row - 1]) continue;
    if (partOf[id] === cuts.length + 1) cuts.push(row);
    partOf[id] = cuts.length + 1;
  }
  return sizesOf(cuts, ids.length);
}

/** How many rows each part has; one part if there are too many. */
function sizesOf(cuts: readonly number[], rows: number): number[] {
  const kept = cuts.length < MOST_PARTS ? cuts : [];
  return [...kept, rows].map((end, part) => end - (kept[part - 1] ?? 0));
}

/** Looks for copies among the rows of each user and item. @param fileRows how many rows each file has. @param since earlier rows do not count. */
export function findCopies(pairs: Pairs, rows: SortedRows, fileRows: readonly number[], since = -Infinity): CopiedRows {
  if (fileRows.length < 2) return { repeated: [], overlaps: [] };
  const starts = [0];
  for (const count of fileRows.slice(0, -1)) starts.push(starts.at(-1)! + count);
  const all = copiesOf(pairs, rows, starts, since);
  const wholes = all.filter(
    ({ file, earlier, copies, untimed }) =>
      copies + untimed >= FEWEST_OF_FILE && copies + untimed === fileRows[file] && fileRows[file] === fileRows[earlier],
  );
  const repeated = wholes.filter(({ file }, at) => file !== wholes[at - 1]?.file);
  const parts = all
    .filter(({ file, different }) => different >= FEWEST_COPIES && repeated.every((whole) => whole.file !== file))
    .sort((a, b) => b.copies - a.copies || a.file - b.file || a.earlier - b.earlier)
    .slice(0, MOST_OVERLAPS);
  if (rows.time && parts.length > 0) countWithin(parts, pairs, rows.time, rows.scale ?? 1, starts);
  const overlaps = parts.filter(({ different, withClock, to, within, withinEarlier }) =>
    to >= EARLIEST_SECONDS && withClock > different / 2
      ? different > LEAST_SHARE * Math.min(within, withinEarlier)
      : different > LEAST_SHARE_OF_DAYS * Math.max(within, withinEarlier),
  );
  return { repeated, overlaps };
}

/**
 * Counts the copies in pairs of files, in the order of the files. If many files have a row, each is compared with the first and with the last
 * before it, so that daily copies of a whole table take no longer than other files.
 *
 * @param starts the first row of each file.
 */
export function copiesOf(
  { index, rows, order }: Pairs,
  { scale = 1, strength, weight, time }: SortedRows,
  starts: readonly number[],
  since: number,
): Copies[] {
  const found: Copies[][] = [];
  // The rows of a user and an item: hashes of their other columns, and their places in `order`.
  let key = new Float64Array(64);
  let place = new Uint32Array(64);
  const secondAt = (at: number) =>
    !time || time.values[at] === time.none ? Number.NaN : Math.floor(time.values[at]! / scale);
  const fileOf = (at: number) => lastAtMost(starts, order[at]!);
  const add = (file: number, earlier: number, copies: number, second: number) => {
    found[file] ??= [];
    found[file][earlier] ??= noCopies(file, earlier);
    addCopies(found[file][earlier], copies, second);
  };
  /** Counts the copies among equal rows, which are sorted by file. */
  const count = (from: number, to: number) => {
    const second = secondAt(place[from]!);
    if (second < since) return;
    const first = fileOf(place[from]!);
    let [ofFirst, before, ofBefore] = [0, first, 0];
    for (let k = from, next = from; k < to; k = next) {
      const file = fileOf(place[k]!);
      while (next < to && fileOf(place[next]!) === file) next++;
      const own = next - k;
      if (k === from) ofFirst = own;
      else add(file, first, Math.min(own, ofFirst), second);
      if (before !== first) add(file, before, Math.min(own, ofBefore), second);
      [before, ofBefore] = [file, own];
    }
  };
  forEachChunk(index.length, (begin, end) => {
    for (let entry = begin; entry < end; entry++) {
      const from = rows[entry]!;
      const size = rows[entry + 1]! - from;
      if (size === 1 || fileOf(from) === fileOf(from + size - 1)) continue;
      if (size > key.length) [key, place] = [new Float64Array(2 * size), new Uint32Array(2 * size)];
      for (let k = 0; k < size; k++) {
        place[k] = from + k;
        // Two different rows have the same hash once in 2³² times.
        key[k] = hashOf(secondAt(from + k), bitsAt(strength, from + k), bitsAt(weight, from + k));
      }
      sortBest(0, size - 1, key, place);
      for (let k = 0, next = 0; k < size; k = next) {
        for (next = k + 1; next < size && key[next] === key[k]; ) next++;
        if (next > k + 1) count(k, next);
      }
    }
  });
  return found.flat();
}

/** 32 bits of a number, different for NaN and 0, and for numbers with different fractions. */
function bitsAt(numbers: Numbers | undefined, at: number): number {
  const value = numbers ? numbers.values[at]! : 0;
  return Number.isNaN(value) ? 0x7fc00000 : value * 2 ** 16;
}

function noCopies(file: number, earlier: number): Copies {
  const counts = { copies: 0, untimed: 0, different: 0, withClock: 0, within: 0, withinEarlier: 0 };
  return { file, earlier, ...counts, clock: -1, from: Number.POSITIVE_INFINITY, to: Number.NEGATIVE_INFINITY };
}

function addCopies(pair: Copies, copies: number, second: number): void {
  if (Number.isNaN(second)) {
    pair.untimed += copies;
    return;
  }
  const clock = second % DAY;
  pair.copies += copies;
  pair.different++;
  if (clock % QUARTER_HOUR !== 0 && clock !== pair.clock) pair.withClock++;
  pair.clock = clock;
  pair.from = Math.min(pair.from, second);
  pair.to = Math.max(pair.to, second);
}

/** Counts the rows of both files from the first copy to the last. */
function countWithin(
  parts: readonly Copies[],
  { order }: Pairs,
  { values }: Numbers,
  scale: number,
  starts: readonly number[],
): void {
  const ofFile = starts.map((_, each) => parts.filter(({ file, earlier }) => file === each || earlier === each));
  forEachChunk(order.length, (first, end) => {
    for (let at = first; at < end; at++) {
      const file = lastAtMost(starts, order[at]!);
      const time = values[at]! / scale;
      for (const part of ofFile[file]!) {
        if (time < part.from || !(time < part.to + 1)) continue;
        if (file === part.file) part.within++;
        else part.withinEarlier++;
      }
    }
  });
}
