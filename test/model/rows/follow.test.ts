import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pickedRows } from '../../../src/matrix/sparse.js';
import { audienceOf } from '../../../src/ranking/audience.js';
import { modelOf } from '../../../src/ranking/model.js';
import { learnt, plainRecommender } from '../learned.js';
import { anySettings, denseOf, observationsOf, settingsWith, type World, worlds } from '../worlds.js';

/** By item, the row of the items that follow it. */
function followRows(world: World, settings = settingsWith({ follow: 1 })): number[][] {
  const { counts, rows } = learnt(world, settings);
  const first = counts.items + counts.preferences + counts.groups;
  return denseOf(
    pickedRows(
      rows,
      Uint32Array.from({ length: counts.latest }, (_, item) => first + item),
    ),
  );
}

/** By time, the first user had items 0, 1 and 2, the second 0, 1 and 3, the last 3 and 0. */
const CHAIN: World = {
  interactions: [
    [1, 1, 1, 0],
    [1, 1, 0, 1],
    [1, 0, 0, 1],
  ],
  attributes: [[], [], [], []],
  groups: [[], [], []],
  offered: [1, 1, 1, 1],
  times: [
    [10, 20, 30, 0],
    [10, 20, 0, 30],
    [20, 0, 0, 10],
  ],
};

/** The row of an item that has this evidence of each other item. */
function rowOfEvidence(near: readonly number[], popularity: readonly number[]): number[] {
  const all = near.reduce((a, b) => a + b, 0);
  const weights = near.map((sum, j) => (sum > 0 ? sum / popularity[j]! ** 0.2 : 0));
  const total = weights.reduce((a, b) => a + b, 0) || 1;
  return weights.map((weight) => (weight / total) * (all / (all + 10)));
}

test('a row weighs the items that came after an item more than those before it, and nearer ones more; little evidence sums to little', () => {
  const rows = followRows(CHAIN);
  const popularity = [3, 2, 1, 2];
  const second = 1 / Math.sqrt(2);
  const expected = [
    // Item 1 comes next for two users, items 2 and 3 two places later for one user each; item 3 is just before it for the last user.
    [0, 2, second, second + 0.3],
    [2 * 0.3, 0, 1, 1],
    [second * 0.3, 0.3, 0, 0],
    [1 + second * 0.3, 0.3, 0, 0],
  ];
  expect(rows).toEqual(
    expected.map((near) => rowOfEvidence(near, popularity).map((weight) => expect.closeTo(weight, 6))),
  );
});

test('a row equals the one from a slow count over all sequences', () => {
  fc.assert(
    fc.property(worlds, anySettings, (world, some) => {
      const { times, interactions, offered } = world;
      const settings = {
        ...some,
        method: 'none' as const,
        userWeight: 1 as const,
        weighting: 'plain' as const,
        neighbors: 100,
        follow: 1,
      };
      const rows = followRows(world, settings);
      const anyTime = times?.some((row, u) => row.some((time, i) => interactions[u]![i] !== 0 && !Number.isNaN(time)));
      if (!times || !anyTime) return;
      const popularity = offered.map((_, item) => interactions.filter((row) => row[item]! > 0).length);
      const sequences = interactions.map((row, u) =>
        [...row.keys()]
          .filter((i) => row[i]! > 0 && !Number.isNaN(times[u]![i]!))
          // Among equal times, the item with the lower index counts as the later one.
          .sort((a, b) => times[u]![a]! - times[u]![b]! || b - a),
      );
      const between = (i: number, j: number) => {
        const gaps = sequences.map((items) =>
          items.includes(i) && items.includes(j) ? items.indexOf(j) - items.indexOf(i) : 0,
        );
        const weights = gaps
          .filter((gap) => gap !== 0 && Math.abs(gap) <= 10)
          .map((gap) => (gap > 0 ? 1 : 0.3) / Math.sqrt(Math.abs(gap)));
        return weights.reduce((a, b) => a + b, 0);
      };
      rows.forEach((row, i) => {
        const near = row.map((_, j) => between(i, j));
        const all = near.reduce((a, b) => a + b, 0);
        const weights = near.map((sum, j) => (offered[j] === 1 && sum > 0 ? sum / popularity[j]! ** 0.2 : 0));
        const total = weights.reduce((a, b) => a + b, 0) || 1;
        expect(row).toEqual(weights.map((weight) => expect.closeTo((weight / total) * (all / (all + 10)), 5)));
      });
    }),
  );
});

/** Item 2 follows item 1, and item 3 follows item 0, equally often. The third user had item 0, then 1; the last user 1, then 0. */
const NEXT: World = {
  interactions: [
    [0, 1, 1, 0],
    [1, 0, 0, 1],
    [1, 1, 0, 0],
    [1, 1, 0, 0],
  ],
  attributes: [[], [], [], []],
  groups: [[], [], [], []],
  offered: [1, 1, 1, 1],
  times: [
    [0, 10, 20, 0],
    [10, 0, 0, 20],
    [10, 20, 0, 0],
    [20, 10, 0, 0],
  ],
};

test('with follow the first recommendation goes by the latest item of a history, without it the order does not matter', () => {
  const firstOf = (user: number, follow: number) => {
    const settings = settingsWith({ method: 'none', recency: 0, follow, popularityWeight: 0, attributeWeight: 0 });
    const { counts, rows, statistics } = learnt(NEXT, settings);
    const seen = observationsOf(NEXT);
    const nothing = {
      ...seen.interactions,
      start: new Uint32Array(5),
      index: new Uint32Array(0),
      value: new Float32Array(0),
    };
    const known = { ...seen, times: seen.times, excluded: nothing };
    const audience = audienceOf(known, (matrix) => matrix, settings, { includeSeen: false });
    return plainRecommender(modelOf(counts, [rows], [0], statistics, settings), audience, 1).recommend(user).items[0];
  };
  expect([firstOf(2, 1), firstOf(3, 1)]).toEqual([2, 3]);
  expect([firstOf(2, 0), firstOf(3, 0)]).toEqual([2, 2]);
});
