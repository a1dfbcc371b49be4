import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pickedRows } from '../../../src/matrix/sparse.js';
import { scalesOf } from '../../../src/model/scales.js';
import type { Settings } from '../../../src/model/settings.js';
import { rowNormalised } from '../learned.js';
import { columnsOf, denseOf, presetOf, settingsWith, type World, worlds } from '../worlds.js';

/** The rows of the groups, and the scales of the model. */
function fitted(world: World, settings: Settings) {
  const { statistics, facts, counts, rows } = rowNormalised(world, settings);
  const first = counts.items + counts.preferences;
  const groups = Array.from({ length: counts.groups }, (_, group) => first + group);
  return { rows: pickedRows(rows, groups), scales: scalesOf(statistics, facts, counts, settings) };
}

/** Country A (users 0, 1, 2) and country B (user 3); item 0 is liked only in A, item 2 only in B. */
const COUNTRIES: World = {
  interactions: [
    [1, 1, 0],
    [1, 1, 0],
    [1, -1, 0],
    [0, 1, 1],
  ],
  attributes: [[], [], []],
  groups: [
    [1, 0, 0],
    [1, 0, 0],
    [1, 0, 0],
    [0, 1, 0],
  ],
  offered: [1, 1, 1],
};

test('a group’s row is how much more its members like each item than all users do, shrunk towards 0 by the smoothing', () => {
  const { rows } = fitted(COUNTRIES, settingsWith({ groupSmoothing: 5 }));
  // A: 5 of 7 likes, p = 3/7, 3/7, 1/7.
  const expected = [3, 3, 1].map((likes, item) => {
    const expectedLikes = (5 * likes) / 7;
    return ((likes / 7) * ([3, 2, 0][item]! - expectedLikes)) / (expectedLikes + 5);
  });
  expected.forEach((value, item) => {
    expect(denseOf(rows)[0]![item]).toBeCloseTo(value, 6);
  });
});

test('the prior plus a group’s row is the smoothed popularity within the group', () => {
  fc.assert(
    fc.property(
      worlds,
      fc.constantFrom(1, 3),
      fc.constantFrom(0.5, 2, 200),
      (world, popularityWeight, groupSmoothing) => {
        const { rows, scales } = fitted(
          world,
          settingsWith({ popularityWeight, groupSmoothing, groupTargets: 100, groupWeight: 1, popularityHalfLife: 0 }),
        );
        const likes = (users: number[][], item: number) => users.filter((row) => row[item]! > 0).length;
        const all = (users: number[][]) => users.flat().filter((x) => x > 0).length;
        const total = all(world.interactions);
        denseOf(rows).forEach((row, group) => {
          const members = world.interactions.filter((_, user) => world.groups[user]![group] === 1);
          if (all(members) === 0) {
            expect(columnsOf(rows, group)).toEqual([]);
            return;
          }
          world.offered.forEach((offered, item) => {
            if (offered === 0) {
              expect(row[item]).toBe(0);
              return;
            }
            const share = likes(world.interactions, item) / total;
            const lift = (likes(members, item) + groupSmoothing) / (share * all(members) + groupSmoothing);
            expect(scales.prior[item]! + scales.groups * row[item]!).toBeCloseTo(popularityWeight * share * lift, 5);
          });
        });
      },
    ),
  );
});

test('a group without interactions has an empty row', () => {
  expect(columnsOf(fitted(COUNTRIES, settingsWith({})).rows, 2)).toEqual([]);
});

test('a truncated row keeps the items that differ most from the average, liked more or less', () => {
  // A: excess of 6/7, -1/7, -5/7 before smoothing. B: 2 likes, excess -6/7, 1/7, 5/7.
  const { rows } = fitted(COUNTRIES, settingsWith({ groupTargets: 2 }));
  expect([0, 1].map((group) => columnsOf(rows, group))).toEqual([
    [0, 2],
    [0, 2],
  ]);
});

test.each(['content', 'tfidf', 'bm25', 'popular'])(
  'the rows of groups under %s are those of the default settings',
  (name) => {
    // Each user has two of the three items, so the baskets of tfidf and bm25 are empty.
    const world = { ...COUNTRIES, interactions: COUNTRIES.interactions.map((row) => row.map((x) => Math.abs(x))) };
    const plain = fitted(world, settingsWith({}));
    const other = fitted(world, presetOf(name));
    expect(denseOf(other.rows)).toEqual(denseOf(plain.rows));
  },
);
