import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evidenceOf } from '../../src/model/evidence.js';
import { recentPopularity } from '../../src/model/trend.js';
import { anySettings, observationsOf, rowsOf, worlds } from './worlds.js';

/** Three users; item 0 was liked at 0, 50 and 100, item 1 at 100, item 2 disliked then, item 3 at a time unknown. */
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

test('a like counts half as much for every half-life, as a share of the time that the data spans', () => {
  // A quarter of 100: likes of ages 0, 50 and 100 are 0, 2 and 4 half-lives old.
  const trend = recentPopularity(SEEN, TIMES, 0.25, POPULARITY);
  [1 + 1 / 4 + 1 / 16, 1, 0, 1 / 16].forEach((value, item) => {
    expect(trend[item]).toBeCloseTo(value, 12);
  });
});

test('without a half-life, without times, and where all times are one, likes count alike', () => {
  expect(recentPopularity(SEEN, TIMES, 0, POPULARITY)).toBe(POPULARITY);
  expect(recentPopularity(SEEN, undefined, 0.25, POPULARITY)).toBe(POPULARITY);
  expect(recentPopularity(SEEN, new Float64Array(6).fill(7), 0.25, POPULARITY)).toBe(POPULARITY);
  expect(recentPopularity(SEEN, new Float64Array(6).fill(Number.NaN), 0.25, POPULARITY)).toBe(POPULARITY);
});

test('the evidence has the trend of a slow count, between nothing and popularity', () => {
  fc.assert(
    fc.property(worlds, anySettings, (world, settings) => {
      const { popularity, trend } = evidenceOf(observationsOf(world), settings);
      const { times, interactions } = world;
      const known = interactions.flatMap((row, u) =>
        row.flatMap((x, i) => (x !== 0 && times && !Number.isNaN(times[u]![i]!) ? [times[u]![i]!] : [])),
      );
      const [from, to] = [Math.min(...known), Math.max(...known)];
      const isEven = settings.popularityHalfLife === 0 || !(to > from);
      world.offered.forEach((_, item) => {
        const likes = interactions.map((row, u) => {
          if (!(row[item]! > 0)) return 0;
          const time = times?.[u]?.[item] ?? Number.NaN;
          return isEven
            ? 1
            : 0.5 ** ((to - (Number.isNaN(time) ? from : time)) / (to - from) / settings.popularityHalfLife);
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
