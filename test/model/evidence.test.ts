import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evidenceOf } from '../../src/model/evidence.js';
import { expectClose, slowItems } from './slow-model.js';
import { anySettings, columnsOf, denseOf, observationsOf, settingsWith, type World, worlds } from './worlds.js';

/** Two users and four items; attribute value 0 is on items 0 and 1, value 1 only on item 2, value 2 on all. */
const WORLD: World = {
  interactions: [
    [1, -1, 0.5, 0],
    [2, 1, 1, 1],
  ],
  attributes: [
    [1, 0, 1],
    [1, 0, 1],
    [0, 1, 1],
    [0, 0, 1],
  ],
  groups: [[1], [1]],
  offered: [1, 0, 1, 1],
};

test('a disliked item is not in the user’s basket and does not count as popular', () => {
  const evidence = evidenceOf(observationsOf(WORLD), settingsWith({ attributeWeight: 0 }));
  expect(columnsOf(evidence.baskets, 0)).toEqual([0, 2]);
  expect(Array.from(evidence.popularity)).toEqual([2, 1, 2, 1]);
});

test('an attribute value that several items share is a basket after those of the users', () => {
  const evidence = evidenceOf(
    observationsOf(WORLD),
    settingsWith({ attributeWeight: 0.5, attributeReach: 4, basketDamping: 0.5 }),
  );
  expect(evidence.users).toBe(2);
  expect([2, 3, 4].map((basket) => columnsOf(evidence.baskets, basket))).toEqual([[0, 1], [], [0, 1, 2, 3]]);
  const weights = [1 / Math.sqrt(2), 1 / Math.sqrt(4), 0.5 / Math.sqrt(2), 0, 0.5 / Math.sqrt(4)];
  weights.forEach((weight, basket) => {
    expect(evidence.basketWeight[basket]).toBeCloseTo(weight, 12);
  });
  expect(Array.from(evidence.degree)).toEqual([3, 2, 2.5, 1.5]);
});

test('an attribute value on more items than its reach is not learned from', () => {
  const evidence = evidenceOf(observationsOf(WORLD), settingsWith({ attributeWeight: 0.5, attributeReach: 3 }));
  expect([2, 3, 4].map((basket) => columnsOf(evidence.baskets, basket))).toEqual([[0, 1], [], []]);
});

test('with an attribute weight of 0 the evidence is the users’ alone', () => {
  const evidence = evidenceOf(observationsOf(WORLD), settingsWith({ attributeWeight: 0 }));
  expect(evidence.degree).toEqual(evidence.popularity);
  expect(evidence.baskets.index.length).toBe(6);
});

test('itemsByAttribute lists the offered items of each value, even if attributes weigh 0', () => {
  const evidence = evidenceOf(observationsOf(WORLD), settingsWith({ attributeWeight: 0 }));
  expect([0, 1, 2].map((value) => columnsOf(evidence.itemsByAttribute, value))).toEqual([[0], [2], [0, 2, 3]]);
});

test('popularity, degree and diagonal equal the dense count, and basketsByItem is the transpose of the baskets', () => {
  fc.assert(
    fc.property(worlds, anySettings, (world, settings) => {
      const evidence = evidenceOf(observationsOf(world), settings);
      const slow = slowItems(world, settings);
      expect(Array.from(evidence.popularity)).toEqual(slow.popularity);
      slow.degree.forEach((degree, item) => {
        expectClose(evidence.degree[item]!, degree);
        expectClose(evidence.diagonal[item]!, slow.gram[item]![item]!);
      });
      const baskets = denseOf(evidence.baskets);
      expect(denseOf(evidence.basketsByItem)).toEqual(world.offered.map((_, item) => baskets.map((row) => row[item]!)));
    }),
  );
});
