import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstRows, type SparseRows } from '../../../src/matrix/sparse.js';
import type { Settings } from '../../../src/model/settings.js';
import { rowNormalised } from '../learned.js';
import { expectClose, slowCooccurrence, slowItems } from '../slow-model.js';
import { columnsOf, cooccurrenceSettings, denseOf, settingsWith, type World, worlds } from '../worlds.js';

/** The normalised rows of items. */
function itemRows(world: World, settings: Settings): SparseRows {
  return firstRows(rowNormalised(world, settings).rows, world.offered.length);
}

function normalised(changes: Partial<Settings>): Settings {
  return settingsWith({ method: 'normalised', ...changes });
}

test('rows that keep every target follow the dense formula', () => {
  fc.assert(
    fc.property(worlds, cooccurrenceSettings, (world, some) => {
      const settings = { ...some, neighbors: 100 };
      const rows = denseOf(itemRows(world, settings));
      slowCooccurrence(world, settings).forEach((row, i) => {
        row.forEach((weight, j) => {
          expect(rows[i]![j]! > 0).toBe(weight > 0);
          expectClose(rows[i]![j]!, weight);
        });
      });
    }),
  );
});

test('a truncated row keeps the K largest keys, and among equal keys those with the lower index', () => {
  // Without damping all numbers are exact, so ties are exact too.
  const exact = fc.record({ neighbors: fc.integer({ min: 1, max: 5 }), attributeWeight: fc.constantFrom(0, 0.25, 1) });
  fc.assert(
    fc.property(worlds, exact, (world, { neighbors, attributeWeight }) => {
      const settings = normalised({ neighbors, attributeWeight, basketDamping: 0, candidateDamping: 0 });
      const rows = itemRows(world, settings);
      slowItems(world, settings).keys.forEach((keys, i) => {
        const best = [...keys.keys()]
          .filter((j) => keys[j]! > 0)
          .sort((a, b) => keys[b]! - keys[a]! || a - b)
          .slice(0, neighbors);
        expect(columnsOf(rows, i)).toEqual(best.sort((a, b) => a - b));
      });
    }),
  );
});

test('a truncated row drops no key that is larger than one it keeps', () => {
  fc.assert(
    fc.property(worlds, cooccurrenceSettings, (world, some) => {
      const settings = { ...some, power: 1 };
      const rows = itemRows(world, settings);
      const weights = slowCooccurrence(world, settings);
      slowItems(world, settings).keys.forEach((row, i) => {
        const kept = columnsOf(rows, i);
        const dropped = row.filter((_, j) => !kept.includes(j));
        expect(kept.length).toBe(Math.min(settings.neighbors, row.filter((key) => key > 0).length));
        for (const j of kept) {
          expect(row[j]!).toBeGreaterThanOrEqual(Math.max(0, ...dropped) * (1 - 1e-6));
          expectClose(denseOf(rows)[i]![j]!, weights[i]![j]!);
        }
      });
    }),
  );
});

test('candidate damping prefers a rare co-occurring item to a popular one', () => {
  // Item 1 occurs twice with item 0 and six times without it; item 2 occurs only with item 0.
  const elsewhere = Array.from({ length: 6 }, () => [0, 1, 0]);
  const world: World = {
    interactions: [[1, 1, 1], [1, 1, 0], ...elsewhere],
    attributes: [[], [], []],
    groups: [],
    offered: [1, 1, 1],
  };
  const first = (candidateDamping: number) =>
    columnsOf(itemRows(world, normalised({ neighbors: 1, basketDamping: 0, candidateDamping })), 0);
  expect(first(0)).toEqual([1]);
  expect(first(1)).toEqual([2]);
});

test('with both dampings at 1/2 the weight is the cosine of the two items', () => {
  const world: World = {
    interactions: [
      [1, 1],
      [1, 1],
      [1, 0],
      [1, 0],
      [0, 1],
    ],
    attributes: [[], []],
    groups: [],
    offered: [1, 1],
  };
  const rows = itemRows(world, normalised({ basketDamping: 0, sourceDamping: 0.5, targetDamping: 0.5 }));
  expect(denseOf(rows)[0]![1]!).toBeCloseTo(2 / Math.sqrt(4 * 3), 6);
});

test('an item that is not offered has a row but is in no other row', () => {
  const world: World = { interactions: [[1, 1, 1]], attributes: [[], [], []], groups: [], offered: [1, 0, 1] };
  const rows = itemRows(world, normalised({}));
  expect([0, 1, 2].map((item) => columnsOf(rows, item))).toEqual([[2], [0, 2], [0]]);
});
