import { everyChunk, forEachChunk } from '../matrix/chunks.js';
import { type EventRows, FACTORS, hashRows, ROWS_AT_A_TIME, type RowRange } from './row-hash.js';

/** Fewer rows may be the same by coincidence. */
const FEWEST_ROWS = 100;

/** A file that holds exactly the rows of an earlier one, in any order. */
export interface RepeatedFile {
  file: number;
  of: number;
}

/**
 * Finds files that are copies of others, whatever the order of their rows. Only files with equally many rows are compared, first by the sum of
 * their users, which is quick, and then by a sum of the hashes of their rows.
 *
 * @param files the rows of each.
 */
export function repeatedFiles(events: EventRows, files: readonly RowRange[]): RepeatedFile[] {
  const candidates = [...files.keys()].filter((file) => files[file]!.to - files[file]!.from >= FEWEST_ROWS);
  const alike = [
    (file: number) => files[file]!.to - files[file]!.from,
    (file: number) => sumOfUsers(events, files[file]!),
    (file: number) => sumOfRows(events, files[file]!),
  ].reduce((groups, keyOf) => groups.flatMap((group) => groupsBy(group, keyOf)), [candidates]);
  const found = alike.flatMap(([of = 0, ...copies]) => copies.map((file) => ({ file, of })));
  return found.sort((a, b) => a.file - b.file);
}

/** Groups of at least two files with the same key. */
function groupsBy(files: readonly number[], keyOf: (file: number) => number | string): number[][] {
  const groups = new Map<number | string, number[]>();
  for (const file of files) {
    const key = keyOf(file);
    groups.set(key, [...(groups.get(key) ?? []), file]);
  }
  return [...groups.values()].filter((group) => group.length > 1);
}

function sumOfUsers({ user: { values } }: EventRows, { from, to }: RowRange): number {
  let all = 0;
  forEachChunk(to - from, (first, end) => {
    let sum = 0;
    for (let row = from + first; row < from + end; row++) sum += values[row]!;
    all += sum;
  });
  return all;
}

function sumOfRows(events: EventRows, { from, to }: RowRange): string {
  const rows = new Uint32Array(ROWS_AT_A_TIME);
  const hashes = new Int32Array(ROWS_AT_A_TIME);
  const sums = FACTORS.map(() => 0);
  for (let first = from; first < to; first += ROWS_AT_A_TIME) {
    const count = Math.min(ROWS_AT_A_TIME, to - first);
    for (let at = 0; at < count; at++) rows[at] = first + at;
    for (const [at, factor] of FACTORS.entries()) {
      hashRows(events, rows.subarray(0, count), factor, hashes);
      sums[at] = hashes.subarray(0, count).reduce((sum, hash) => (sum + hash) | 0, sums[at]!);
    }
  }
  return sums.join();
}

/** True if the second half of the rows repeats the first, in the same order: then the first rows that differ end the comparison. */
export function repeatsItself({ user, item, strength, weight, time }: EventRows): boolean {
  const half = user.length / 2;
  if (half < FEWEST_ROWS || !Number.isInteger(half)) return false;
  const columns = [user, item, strength, weight, time].flatMap((column) => (column ? [column.values] : []));
  return everyChunk(half, (from, to) => {
    for (const values of columns) {
      for (let row = from; row < to; row++) if (!Object.is(values[row], values[row + half])) return false;
    }
    return true;
  });
}
