import { forEachChunk } from '../matrix/chunks.js';
import type { SparseRows } from '../matrix/sparse.js';

/**
 * Popularity in which a like counts half as much for every `halfLife` of the time that the data spans. A like without a
 * time counts as the oldest.
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
  const trend = new Float64Array(interactions.columns);
  const { index, value } = interactions;
  forEachChunk(index.length, (first, end) => {
    for (let e = first; e < end; e++) {
      if (!(value[e]! > 0)) continue;
      const time = times[e]!;
      const age = (to - (Number.isNaN(time) ? from : time)) / (to - from);
      trend[index[e]!]! += Math.exp((-Math.LN2 * age) / halfLife);
    }
  });
  return trend;
}

function span(times: Float64Array): { from: number; to: number } {
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
