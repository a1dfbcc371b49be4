import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PLAIN_KERNEL } from '../../../src/kernels/kernel.js';
import { evidenceOf } from '../../../src/model/evidence.js';
import { gramRows } from '../../../src/model/rows/counting.js';
import { dampedDegrees, evidenceRanks, gramCosts } from '../../../src/model/rows/gram.js';
import { expectClose, slowItems } from '../slow-model.js';
import { anySettings, columnsOf, denseOf, observationsOf, rowsOf, settingsWith, worlds } from '../worlds.js';

const withoutJaccard = anySettings.filter(({ method }) => method !== 'jaccard');

test('the candidates of a row are the K offered items with the largest keys, ties going to the lower index', () => {
  const exact = fc.record({ neighbors: fc.integer({ min: 1, max: 5 }), attributeWeight: fc.constantFrom(0, 0.25, 1) });
  fc.assert(
    fc.property(worlds, exact, (world, changes) => {
      // Without damping all numbers are exact, so ties are exact too.
      const settings = settingsWith({ ...changes, basketDamping: 0, candidateDamping: 0 });
      const { candidates } = gramRows(
        evidenceOf(observationsOf(world), settings),
        settings,
        PLAIN_KERNEL,
      )(0, world.offered.length);
      const { keys, gram } = slowItems(world, settings);
      keys.forEach((row, i) => {
        const best = [...row.keys()].filter((j) => row[j]! > 0).sort((a, b) => row[b]! - row[a]! || a - b);
        const kept = best.slice(0, settings.neighbors).sort((a, b) => a - b);
        expect(columnsOf(candidates, i)).toEqual(kept);
        for (const j of kept) expect(denseOf(candidates)[i]![j]).toBe(gram[i]![j]);
      });
    }),
  );
});

test('with damped keys no dropped candidate has a larger key than a kept one', () => {
  fc.assert(
    fc.property(worlds, withoutJaccard, (world, settings) => {
      const { candidates } = gramRows(
        evidenceOf(observationsOf(world), settings),
        settings,
        PLAIN_KERNEL,
      )(0, world.offered.length);
      slowItems(world, settings).keys.forEach((row, i) => {
        const kept = columnsOf(candidates, i);
        const dropped = row.filter((_, j) => !kept.includes(j));
        expect(kept.length).toBe(Math.min(settings.neighbors, row.filter((key) => key > 0).length));
        for (const j of kept) expect(row[j]!).toBeGreaterThanOrEqual(Math.max(0, ...dropped) * (1 - 1e-6));
      });
    }),
  );
});

test('the count of each pair of offered items is kept once, in the row of the item with less evidence', () => {
  fc.assert(
    fc.property(worlds, withoutJaccard, (world, settings) => {
      const evidence = evidenceOf(observationsOf(world), settings);
      const { pairs } = gramRows(evidence, settings, PLAIN_KERNEL)(0, evidence.items);
      const dense = denseOf(pairs);
      const { degree } = evidence;
      slowItems(world, settings).gram.forEach((row, i) => {
        row.forEach((g, j) => {
          const hasMore = degree[j]! > degree[i]! || (degree[j]! === degree[i]! && j < i);
          expectClose(dense[i]![j]!, hasMore && world.offered[j] === 1 ? g : 0);
        });
      });
    }),
  );
});

test('a row keeps its 2,000 strongest pairs', () => {
  const items = 2500;
  // One basket with all items, in which items 2,300 to 2,399 have strength 2.
  const strengths = Array.from({ length: items }, (_, item) => (item >= 2300 && item < 2400 ? 2 : 1));
  const seen = {
    interactions: rowsOf([strengths], items),
    offered: new Uint8Array(items).fill(1),
    attributes: rowsOf(
      strengths.map(() => []),
      0,
    ),
    groups: rowsOf([[]], 0),
    preferences: rowsOf([[]], 0),
  };
  const settings = settingsWith({ basketDamping: 0 });
  const { pairs } = gramRows(evidenceOf(seen, settings), settings, PLAIN_KERNEL)(items - 1, items);
  const kept = columnsOf(pairs, 0);
  expect(kept).toEqual([...Array(1900).keys(), ...Array.from({ length: 100 }, (_, k) => 2300 + k)]);
});

test('items are ranked by evidence, most first, ties going to the lower index', () => {
  fc.assert(
    fc.property(worlds, anySettings, (world, settings) => {
      const evidence = evidenceOf(observationsOf(world), settings);
      const { rank, item } = evidenceRanks(evidence);
      const order = [...rank.keys()].sort((a, b) => evidence.degree[b]! - evidence.degree[a]! || a - b);
      expect(Array.from(item)).toEqual(order);
      expect(order.map((at) => rank[at])).toEqual([...order.keys()]);
    }),
  );
});

test('an item without evidence has an inverse damped degree of 0, whatever the power', () => {
  const world = { interactions: [[1, 1, 0]], attributes: [[], [], []], groups: [[]], offered: [1, 1, 1] };
  const evidence = evidenceOf(observationsOf({ ...world, interactions: Array(4).fill([1, 0, 0]) }), settingsWith({}));
  expect([0, 0.5, 1].map((p) => Array.from(dampedDegrees(evidence, p)))).toEqual([
    [1, 0, 0],
    [0.5, 0, 0],
    [0.25, 0, 0],
  ]);
});

test('the cost of a row is the number of cells in all baskets with its item, plus one', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const costs = gramCosts(evidenceOf(observationsOf(world), settingsWith({ attributeWeight: 0 })));
      const expected = world.offered.map((_, item) =>
        world.interactions
          .filter((row) => row[item]! > 0)
          .reduce((total, row) => total + row.filter((x) => x > 0).length, 1),
      );
      expect(Array.from(costs)).toEqual(expected);
    }),
  );
});
