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
  const { partOf, counts } = partsOf(times);
  const weight = new Float64Array(PARTS + 1);
  for (let part = PARTS, later = 0; part >= 0; part--) {
    weight[part] = Math.exp((-Math.LN2 * later) / times.length / halfLife);
    later += counts[part]!;
  }
  const trend = new Float64Array(interactions.columns);
  const { index, value } = interactions;
  forEachChunk(index.length, (first, end) => {
    for (let e = first; e < end; e++) if (value[e]! > 0) trend[index[e]!]! += weight[partOf[e]!]!;
  });
  return trend;
}

/** The part of the time in which each like lies, and how many lie in each: the same for all half-lives that `auto` tries. */
const partsOf = remembered((times: Float64Array) => {
  const { from, to } = span(times);
  const partOf = new Uint16Array(times.length);
  const counts = new Uint32Array(PARTS + 1);
  forEachChunk(times.length, (first, end) => {
    for (let e = first; e < end; e++) {
      // NaN becomes 0, the oldest part.
      const part = ((PARTS * (times[e]! - from)) / (to - from)) | 0;
      partOf[e] = part;
      counts[part]!++;
    }
  });
  return { partOf, counts };
});

/** The first and the last of the times; NaN, unknown, is left out. Infinity and -Infinity if none is known. */
export const span = remembered((times: Float64Array): { from: number; to: number } => {
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
});

/** Several steps of a run ask the same of the same times. They must not change in between. */
function remembered<T>(find: (times: Float64Array) => T): (times: Float64Array) => T {
  const known = new WeakMap<Float64Array, T>();
  return (times) => {
    const found = known.get(times) ?? find(times);
    known.set(times, found);
    return found;
  };
}
