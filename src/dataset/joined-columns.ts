import { entryOf, type SparseRows } from '../matrix/sparse.js';
import type { Rated } from '../model/strength.js';

/** Interactions with a time each: `times` stands beside `matrix.index`, in seconds since 1970, NaN where unknown. */
export interface TimedRows {
  matrix: SparseRows;
  /** Undefined: no time is known of any. */
  times: Float64Array | undefined;
}

/** Interactions with the ratings behind them. */
interface RatedRows {
  matrix: SparseRows;
  rated: Rated | undefined;
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
        if (Number.isNaN(times[e]!)) continue;
        const entry = entryOf(joined, user, matrix.index[e]!);
        // Not `<`: that is false beside the NaN of a cell without a time yet.
        if (!(latest[entry]! >= times[e]!)) latest[entry] = times[e]!;
      }
    }
  }
  return latest;
}

/**
 * The ratings behind `joined` matrices, taken from the first file with ratings. A cell that was put together from several files
 * keeps its strength: it is not one rating any more.
 */
export function joinedRatings(joined: SparseRows, parts: readonly RatedRows[]): Rated | undefined {
  const part = parts.find(({ rated }) => rated !== undefined);
  if (!part?.rated || part.matrix === joined) return part?.rated;
  const { rating, weight, span } = part.rated;
  const placed: Rated = {
    rating: new Float32Array(joined.index.length).fill(Number.NaN),
    weight: weight && new Float32Array(joined.index.length),
    span,
  };
  const { rows, start, index, value } = part.matrix;
  for (let user = 0; user < rows; user++) {
    for (let e = start[user]!; e < start[user + 1]!; e++) {
      const entry = entryOf(joined, user, index[e]!);
      if (joined.value[entry] !== value[e]) continue;
      placed.rating[entry] = rating[e]!;
      if (weight && placed.weight) placed.weight[entry] = weight[e]!;
    }
  }
  return placed;
}
