import type { Numbers } from '../events/columns.js';
import { forEachChunk } from '../matrix/chunks.js';
import { CopyCounter } from './copy-counter.js';
import { EARLIEST_SECONDS } from './events-report.js';
import { type EventRows, FACTORS, hashPairs, hashRows, ROWS_AT_A_TIME, type RowRange } from './row-hash.js';
import { SharedRows } from './shared-times.js';

/** Fewer copies may be coincidence. */
const FEWEST_COPIES = 20;
/** Copies need this share of the rows in their period: of the file with fewer rows there, since the other may hold more shops than this one. */
const LEAST_SHARE = 0.25;
/**
 * The share if times have no clock: of the file with more rows there. Who buys something has usually viewed it on that day, so that all
 * purchases are among the views.
 */
const LEAST_SHARE_OF_DAYS = 0.5;
/** Of more rows that may be copies, a sample of about so many is looked at. */
const MOST_SAMPLED = 1 << 18;
/** An odd factor whose hashes are independent of those that tell rows apart. */
const SAMPLE_FACTOR = 0x7feb352d;
/** So many pairs of files are judged, those with most copies. */
const MOST_PAIRS = 64;
/** Time zones differ by multiples of this, in seconds: other times are more than days or hours. */
const QUARTER_HOUR = 900;
const DAY = 86_400;

/** Rows of one file that are also in an earlier one. */
export interface Overlap {
  file: number;
  earlier: number;
  copies: number;
  /** True if `copies` was extrapolated from a sample. */
  isEstimate: boolean;
  /** The times of the first and the last copy, in whole seconds. */
  from: number;
  to: number;
}

/** The copies among the sampled rows of two files. */
interface Copies extends Omit<Overlap, 'isEstimate'> {
  /** How many are not the same as another copy: where rows recur within files, they recur across files, too. */
  different: number;
  /** How many of these have a time of day, no mere day or hour, other than `firstClock`: at 23:59:59, all times of a file may be days. */
  withClock: number;
  /** The time of day of the copy that was found first. */
  firstClock: number;
}

/**
 * Finds files of which a part was exported twice: the same user, item, second, strength and weight in two files, for most rows of a period.
 * Only rows with times are looked at, since without a time the same row again is somebody who bought again; and only those within the time
 * of another file, so that files that follow each other cost one look at their times.
 *
 * @param events of several files, with times in seconds. @param files the rows of each. @param since earlier rows do not count.
 * @returns most copies first; a pair is left out if its copies may be coincidence.
 */
export function overlappingFiles(events: EventRows, files: readonly RowRange[], since = -Infinity): Overlap[] {
  const times = events.time?.numbers;
  if (!times) return [];
  const { copies, everyNth } = copiesOf(events, times, files, since);
  return copies
    .filter(({ different }) => different >= FEWEST_COPIES)
    .sort((a, b) => b.copies - a.copies || a.file - b.file || a.earlier - b.earlier)
    .slice(0, MOST_PAIRS)
    .filter((each) => {
      const rows = [each.file, each.earlier].map((file) => rowsWithin(times, files[file]!, each));
      const certain = each.different * everyNth;
      return each.withClock > each.different / 2
        ? certain > LEAST_SHARE * Math.min(...rows)
        : certain > LEAST_SHARE_OF_DAYS * Math.max(...rows);
    })
    .map(({ file, earlier, copies, from, to }) => ({
      ...{ file, earlier, from, to },
      copies: copies * everyNth,
      isEstimate: everyNth > 1,
    }));
}

/** Counts the copies in each pair of files. @returns also of how many rows one was looked at. */
export function copiesOf(
  events: EventRows,
  times: Numbers,
  files: readonly RowRange[],
  since: number,
): { copies: Copies[]; everyNth: number } {
  const shared = new SharedRows(times, files, since);
  const { count } = shared;
  const everyNth = 2 ** Math.ceil(Math.log2(Math.max(1, count / MOST_SAMPLED)));
  if (count === 0) return { copies: [], everyNth };
  const counter = new CopyCounter(count / everyNth);
  const [hashes, checks] = [new Int32Array(ROWS_AT_A_TIME), new Int32Array(ROWS_AT_A_TIME)];
  const pairs = new Map<number, Copies>();
  shared.forEach((all, file) => {
    const rows = everyNth === 1 ? all : sampledRows(events, all, everyNth, hashes);
    hashRows(events, rows, FACTORS[0], hashes);
    hashRows(events, rows, FACTORS[1], checks);
    for (let at = 0; at < rows.length; at++) {
      const earlier = counter.add(file, hashes[at]!, checks[at]!);
      if (earlier < 0) continue;
      const key = earlier * files.length + file;
      const time = times.values[rows[at]!]!;
      const pair = pairs.get(key) ?? noCopies(file, earlier, time);
      addCopy(pair, time, counter.nth);
      pairs.set(key, pair);
    }
  });
  return { copies: [...pairs.values()], everyNth };
}

/** A sample that has all rows of a user and an item, or none: so it has both of two equal rows. @param hashes room for them. */
function sampledRows(events: EventRows, rows: Uint32Array, everyNth: number, hashes: Int32Array): Uint32Array {
  hashPairs(events, rows, SAMPLE_FACTOR, hashes);
  let count = 0;
  for (let at = 0; at < rows.length; at++) if ((hashes[at]! & (everyNth - 1)) === 0) rows[count++] = rows[at]!;
  return rows.subarray(0, count);
}

function noCopies(file: number, earlier: number, time: number): Copies {
  const second = Math.floor(time);
  return { file, earlier, copies: 0, from: second, to: second, different: 0, withClock: 0, firstClock: second % DAY };
}

function addCopy(pair: Copies, time: number, nth: number): void {
  const second = Math.floor(time);
  pair.copies++;
  pair.from = Math.min(pair.from, second);
  pair.to = Math.max(pair.to, second);
  if (nth > 1) return;
  pair.different++;
  if (second >= EARLIEST_SECONDS && second % QUARTER_HOUR !== 0 && second % DAY !== pair.firstClock) pair.withClock++;
}

/** How many rows of a file have a time from the first to the last copy. */
function rowsWithin({ values }: Numbers, file: RowRange, { from, to }: Pick<Overlap, 'from' | 'to'>): number {
  let rows = 0;
  forEachChunk(file.to - file.from, (first, end) => {
    for (let row = file.from + first; row < file.from + end; row++) {
      if (values[row]! >= from && values[row]! < to + 1) rows++;
    }
  });
  return rows;
}
