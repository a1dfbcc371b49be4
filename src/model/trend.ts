import { forEachChunk } from '../matrix/chunks.js';
import type { SparseRows } from '../matrix/sparse.js';

/** The time that the data spans is cut into this many equal parts; likes in one part count alike. */
const PARTS = 4096;

/**
 * Popularity in which a like counts half as much for every `halfLife` of all interactions that came after it. Shares of the
 * interactions are the same in a shop of a year and in one of twenty, and a few wrong dates hardly move them. A like
 * without a time counts as the oldest.
 *
 * @param times by entry of the interactions, seconds; NaN unknown. @param halfLife 0: all likes count alike.
 * @param popularity the result in that case, and where there are no times.
 */
export function recentPopularity(
  interactions: SparseRows,
  times: Float64Array | undefined,
  halfLife: number,
  popularity: Float64Array,
): Float64Array {
  if (!times || halfLife === 0) return popularity;
  const { from, to } = span(times);
  if (!(to > from)) return popularity;
  // NaN becomes 0, the oldest part.
  const partOf = (entry: number) => ((PARTS * (times[entry]! - from)) / (to - from)) | 0;
  const weight = new Float64Array(PARTS + 1);
  forEachChunk(times.length, (first, end) => {
    for (let e = first; e < end; e++) weight[partOf(e)]!++;
  });
  for (let part = PARTS, later = 0; part >= 0; part--) {
    const count = weight[part]!;
    weight[part] = Math.exp((-Math.LN2 * later) / times.length / halfLife);
    later += count;
  }
  const trend = new Float64Array(interactions.columns);
  const { index, value } = interactions;
  forEachChunk(index.length, (first, end) => {
    for (let e = first; e < end; e++) if (value[e]! > 0) trend[index[e]!]! += weight[partOf(e)]!;
  });
  return trend;
}

/** The first and the last of the times; NaN, unknown, is left out. Infinity and -Infinity if none is known. */
export function span(times: Float64Array): { from: number; to: number } {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  forEachChunk(times.length, (first, end) => {
    for (let e = first; e < end; e++) {
      const time = times[e]!;
      if (time < from) from = time;
      if (time > to) to = time;
    }
  });
  return { from, to };
}
