import { countsOf } from '../matrix/sparse.js';
import { doublingPart } from '../report/distributions.js';
import type { Ranking } from './evaluation.js';
import type { TestSet } from './test-set.js';

/** The shares of the catalogue at which `tail` is computed: 0.1 % to all, ten per factor of 10. */
export const TAIL = Array.from({ length: 31 }, (_, k) => 10 ** (-3 + k / 10));

/** The series of the held-out items, beside those of the algorithms. */
export const HELD_OUT = 'held out';

/** The shapes of what was held out and of the lists of each algorithm, by name. */
export function shapesOf({ train, relevant, offered }: TestSet, rankings: readonly Ranking[]) {
  const popularity = countsOf(train.index, train.columns);
  const items = [
    [HELD_OUT, relevant.index] as const,
    ...rankings.map(({ algorithm, lists }) => [algorithm, lists.items] as const),
  ];
  return items.map(([name, own]) => [name, shapeOf(own, popularity, offered)] as const);
}

/**
 * How the items of lists, or of the held-out interactions, are distributed. @param items one per entry. @param popularity by item, how many
 * users had it; nobody had items beyond its end, outside the catalogue.
 * @returns `byPopularity`: shares of items by the users who had them: by nobody, 1, 2, 3 to 4, 5 to 8, and so on; they add up to 1. `tail`: for
 * each share of the catalogue in `TAIL`, the share of all entries that its most frequent items get.
 */
export function shapeOf(items: Uint32Array, popularity: Uint32Array, offered: Uint8Array) {
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

/** The part of `byPopularity` for items that this many users had. */
export function partOf(users: number): number {
  return users === 0 ? 0 : 1 + doublingPart(users);
}
