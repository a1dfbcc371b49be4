import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptyRows } from '../../../src/matrix/sparse.js';
import { evidenceOf } from '../../../src/model/evidence.js';
import { easeCosts, easeRow, MOST_EASE_ITEMS } from '../../../src/model/rows/ease.js';
import type { Settings } from '../../../src/model/settings.js';
import { learnt, rowNormalised } from '../learned.js';
import { expectClose, slowEase } from '../slow-model.js';
import { anySettings, columnsOf, denseOf, rowsOf, settingsWith, type World, worlds } from '../worlds.js';

const easeSettings = anySettings.map((settings): Settings => ({ ...settings, method: 'ease' }));

test('the rows and their precisions follow the formula with a dense inverse', () => {
  fc.assert(
    fc.property(worlds, easeSettings, (world, settings) => {
      const { weights, precision } = slowEase(world, settings);
      const { rows, statistics } = rowNormalised(world, settings);
      const dense = denseOf(rows);
      weights.forEach((row, i) => {
        expectClose(statistics.precision[i]!, precision[i]!, 1e-6);
        row.forEach((weight, j) => {
          // A weight near 0 is what is left of larger 32-bit numbers; if it is 0 except for rounding, it may be stored or not. A power below 1
          // makes it larger.
          expect(Math.abs(dense[i]![j]! - weight)).toBeLessThanOrEqual(
            1e-4 * Math.abs(weight) + 1e-7 ** settings.power,
          );
        });
      });
    }),
  );
});

test('the weights between two items are those of Steck’s closed form, computed by hand', () => {
  // G = [[2, 1], [1, 1]], λ = 1 · mean(2, 1) = 1.5: P = [[2.5, -1], [-1, 3.5]] / 7.75.
  const world: World = {
    interactions: [
      [1, 1],
      [1, 0],
    ],
    attributes: [[], []],
    groups: [[], []],
    offered: [1, 1],
  };
  const settings = settingsWith({
    method: 'ease',
    basketDamping: 0,
    sourceDamping: 0,
    targetDamping: 0,
    attributeWeight: 0,
    lambda: 1,
  });
  const { rows, statistics } = rowNormalised(world, settings);
  expect(Array.from(statistics.precision, (p) => p * 7.75)).toEqual([expect.closeTo(2.5, 9), expect.closeTo(3.5, 9)]);
  expect(denseOf(rows)).toEqual([
    [0, expect.closeTo(1 / 3.5, 6)],
    [expect.closeTo(1 / 2.5, 6), 0],
  ]);
});

test('an item without evidence has an empty row and is in no other row', () => {
  const world: World = { interactions: [[1, 0, 1]], attributes: [[], [], []], groups: [[]], offered: [1, 1, 1] };
  const { rows, statistics } = learnt(world, settingsWith({ method: 'ease' }));
  expect([0, 1, 2].map((item) => columnsOf(rows, item))).toEqual([[2], [], [0]]);
  expect(statistics.precision[1]).toBe(1);
});

test('more than 8,000 items with evidence are refused', () => {
  const items = MOST_EASE_ITEMS + 1;
  const seen = (liked: number) => ({
    interactions: rowsOf([Array.from({ length: items }, (_, item) => (item < liked ? 1 : 0))], items),
    offered: new Uint8Array(items).fill(1),
    attributes: emptyRows(items, 0),
    groups: emptyRows(1, 0),
    preferences: emptyRows(1, 0),
  });
  const settings = settingsWith({ method: 'ease', longestHistory: items });
  expect(() => easeRow(evidenceOf(seen(items), settings), settings)).toThrow(
    new RangeError('ease is for 8000 items, not 8001'),
  );
  expect(() => easeRow(evidenceOf(seen(3), settings), settings)).not.toThrow();
});

test('the cost of each row is the square of the number of items', () => {
  expect(Array.from(easeCosts(3))).toEqual([9, 9, 9]);
});
