import { countsOf } from '../matrix/sparse.js';
import { doublingPart } from '../report/distributions.js';

/** How items are spread over lists, or over what people took. */
export interface Shape {
  /** Shares of items by the users who had them: by nobody, 1, 2, 3 to 4, 5 to 8, and so on; they add up to 1. */
  byPopularity: Float64Array;
  /** What share of all goes to the commonest items, by share of the catalogue as in `TAIL`. */
  tail: Float64Array;
}

/** Shares of the catalogue that tails are told at. */
export const TAIL = Array.from({ length: 31 }, (_, k) => 10 ** (-3 + k / 10));

/** @param items one a place. @param popularity by item, the users who had it; items behind it are in no catalogue, and had by nobody. */
export function shapeOf(items: Uint32Array, popularity: Uint32Array, offered: Uint8Array): Shape {
  const parts = 1 + partOf(popularity.reduce((most, users) => Math.max(most, users), 1));
  const byPopularity = new Float64Array(parts);
  for (const item of items) byPopularity[partOf(popularity[item] ?? 0)]! += 1 / items.length;
  const counts = countsOf(items, offered.length);
  const falling = counts
    .filter((_, item) => offered[item] === 1)
    .sort()
    .reverse();
  const total = falling.reduce((sum, count) => sum + count, 0) || 1;
  let [taken, sum] = [0, 0];
  const tail = TAIL.map((share) => {
    for (const most = Math.max(1, Math.round(share * falling.length)); taken < most; taken++)
      sum += falling[taken] ?? 0;
    return sum / total;
  });
  return { byPopularity, tail: Float64Array.from(tail) };
}

/** The part of `byPopularity` that items of so many users are in. */
export function partOf(users: number): number {
  return users === 0 ? 0 : 1 + doublingPart(users);
}
