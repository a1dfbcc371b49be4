import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Scales, scalesOf } from '../../src/model/scales.js';
import type { Settings } from '../../src/model/settings.js';
import { rowNormalised } from './learned.js';
import { anySettings, denseOf, settingsWith, type World, worlds } from './worlds.js';

function scaled(world: World, settings: Settings): { scales: Scales; rows: number[][]; popularity: number[] } {
  const { counts, statistics, facts, rows } = rowNormalised(world, settings);
  return {
    scales: scalesOf(statistics, facts, counts, settings),
    rows: denseOf(rows).slice(0, counts.items),
    popularity: Array.from(statistics.popularity),
  };
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

test('the scores that an item of a history adds sum to 1, on average over all liked items', () => {
  fc.assert(
    fc.property(worlds, anySettings, (world, settings) => {
      const { scales, rows, popularity } = scaled(world, settings);
      const mass = sum(rows.map((row, item) => popularity[item]! * sum(row)));
      // Exact EASE has weights below 0, and may have more of them.
      if (mass <= 0) expect(scales.items).toBe(1);
      else expect((scales.items * mass) / sum(popularity)).toBeCloseTo(1, 9);
    }),
  );
});

test('the prior sums to β over all items, in proportion to their likes', () => {
  const world: World = {
    interactions: [
      [1, 1, 0],
      [1, -1, 0],
    ],
    attributes: [[], [], []],
    groups: [],
    offered: [1, 1, 1],
  };
  const { scales } = scaled(world, settingsWith({ popularityWeight: 3, groupWeight: 1 }));
  expect(Array.from(scales.prior)).toEqual([2, 1, 0]);
  expect(scales.groups).toBe(3);
});

test('the weakest preference weighs at least twice the largest prior and half the mean strongest neighbour', () => {
  fc.assert(
    fc.property(worlds, anySettings, (world, settings) => {
      const { scales, rows, popularity } = scaled(world, settings);
      expect(scales.preferences).toBeGreaterThan(0);
      expect(scales.preferences / 2).toBeGreaterThanOrEqual(2 * Math.max(...scales.prior) - 1e-12);
      if (sum(rows.map((row, item) => popularity[item]! * sum(row))) <= 0) return;
      const strongest =
        sum(rows.map((row, item) => popularity[item]! * Math.max(0, ...row))) / Math.max(1, sum(popularity));
      expect(scales.preferences).toBeGreaterThanOrEqual(scales.items * strongest - 1e-9);
    }),
  );
});

test('without any interaction the prior is 0 and the scales are finite', () => {
  const world: World = { interactions: [[0, 0]], attributes: [[1], [1]], groups: [[1]], offered: [1, 1] };
  const { scales } = scaled(world, settingsWith({}));
  expect(scales).toEqual({ items: 1, preferences: 1, groups: 3, prior: new Float64Array(2) });
});
