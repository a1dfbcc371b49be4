import type { SparseRows } from '../model/sparse.js';

/** Interactions with a time each: `times` stands beside `matrix.index`, in seconds since 1970, NaN where unknown. */
export interface TimedRows {
  matrix: SparseRows;
  /** Undefined: no time is known of any. */
  times: Float64Array | undefined;
}

/**
 * The latest known time of each cell of users × items.
 *
 * @param user,item,time one row of a file each, in any order; equally long. Every pair has a cell in the matrix.
 * @returns one time beside each of `matrix.index`, NaN where no row of the pair has one; undefined where none has.
 */
export function latestTimes(
  matrix: SparseRows,
  user: ArrayLike<number>,
  item: ArrayLike<number>,
  time: ArrayLike<number>,
): Float64Array | undefined {
  const latest = new Float64Array(matrix.index.length).fill(Number.NaN);
  let known = false;
  for (let row = 0; row < time.length; row++) {
    if (Number.isNaN(time[row]!)) continue;
    known = true;
    takeLatest(latest, entryOf(matrix, user[row]!, item[row]!), time[row]!);
  }
  return known ? latest : undefined;
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
