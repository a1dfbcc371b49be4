import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evidenceOf } from '../../src/model/evidence.js';
import { recentPopularity } from '../../src/model/trend.js';
import { anySettings, observationsOf, rowsOf, worlds } from './worlds.js';

/** Three users: item 0 was liked at 0, 50 and 100, item 1 at 100, item 2 disliked at 100, item 3 liked at an unknown time. */
const SEEN = rowsOf(
  [
    [1, 0, 0, 0],
    [2, 0, -1, 1],
    [1, 1, 0, 0],
  ],
  4,
);
const TIMES = Float64Array.of(0, 50, 100, Number.NaN, 100, 100);
const POPULARITY = Float64Array.of(3, 1, 0, 1);

test('a like counts half as much for every half-life, measured as a share of all interactions after it', () => {
  // None of the six interactions came after those at 100, three after the one at 50, four after the other two: 2 and 8/3 half-lives of 1/4.
  const trend = recentPopularity(SEEN, TIMES, 0.25, POPULARITY);
  [1 + 1 / 4 + 2 ** (-8 / 3), 1, 0, 2 ** (-8 / 3)].forEach((value, item) => {
    expect(trend[item]).toBeCloseTo(value, 12);
  });
});

test('a date far in the past or future hardly changes the weights of the others', () => {
  const likes = rowsOf([[1, 1, 1, 1, 1]], 5);
  const popularity = new Float64Array(5).fill(1);
  const trend = recentPopularity(likes, Float64Array.of(0, 1e9, 1.1e9, 1.2e9, 4e9), 0.2, popularity);
  expect([...trend]).toEqual([1 / 16, 1 / 8, 1 / 4, 1 / 2, 1].map((value) => expect.closeTo(value, 12)));
});

test('likes count alike without a half-life, without times, and if all times are equal', () => {
  expect(recentPopularity(SEEN, TIMES, 0, POPULARITY)).toBe(POPULARITY);
  expect(recentPopularity(SEEN, undefined, 0.25, POPULARITY)).toBe(POPULARITY);
  expect(recentPopularity(SEEN, new Float64Array(6).fill(7), 0.25, POPULARITY)).toBe(POPULARITY);
  expect(recentPopularity(SEEN, new Float64Array(6).fill(Number.NaN), 0.25, POPULARITY)).toBe(POPULARITY);
});

test('the trend in the evidence equals a slow count and never exceeds popularity', () => {
  fc.assert(
    fc.property(worlds, anySettings, (world, settings) => {
      const { popularity, trend } = evidenceOf(observationsOf(world), settings);
      const { times, interactions } = world;
      // The known times of all interactions; an unknown one counts as the earliest.
      const known = interactions.flatMap((row, u) =>
        row.flatMap((x, i) => (x !== 0 && times && !Number.isNaN(times[u]![i]!) ? [times[u]![i]!] : [])),
      );
      const [from, to] = [Math.min(...known), Math.max(...known)];
      const isEven = settings.popularityHalfLife === 0 || !(to > from);
      // Time is cut into 4,096 parts; likes within one part count alike.
      const partAt = (u: number, i: number) => Math.floor((4096 * ((times?.[u]?.[i] || from) - from)) / (to - from));
      const parts = interactions.flatMap((row, u) => row.flatMap((x, i) => (x === 0 ? [] : [partAt(u, i)])));
      world.offered.forEach((_, item) => {
        const likes = interactions.map((row, u) => {
          if (!(row[item]! > 0)) return 0;
          const later = parts.filter((part) => part > partAt(u, item)).length / parts.length;
          return isEven ? 1 : 0.5 ** (later / settings.popularityHalfLife);
        });
        expect(trend[item]).toBeCloseTo(
          likes.reduce((a, b) => a + b, 0),
          9,
        );
        expect(trend[item]!).toBeLessThanOrEqual(popularity[item]!);
      });
    }),
  );
});
