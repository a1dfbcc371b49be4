import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PLAIN_KERNEL } from '../../../src/kernels/kernel.js';
import { RowWriter } from '../../../src/matrix/row-writer.js';
import { evidenceOf } from '../../../src/model/evidence.js';
import { ridgeCosts, ridgeRow } from '../../../src/model/rows/ridge.js';
import type { Settings } from '../../../src/model/settings.js';
import { countedRows, learnt, rowNormalised } from '../learned.js';
import { expectClose, slowCooccurrence, slowEase, slowItems, slowRidge } from '../slow-model.js';
import { anySettings, columnsOf, denseOf, observationsOf, settingsWith, table, type World, worlds } from '../worlds.js';

const ridgeSettings = anySettings.map((settings): Settings => ({ ...settings, method: 'ridge' }));

function itemRows(world: World, settings: Settings): number[][] {
  return denseOf(rowNormalised(world, settings).rows).slice(0, world.offered.length);
}

test('with all candidates and many steps the rows match the dense formulas, solved exactly', () => {
  fc.assert(
    fc.property(worlds, ridgeSettings, (world, some) => {
      const settings = { ...some, neighbors: 100, steps: 50 };
      const { weights } = slowRidge(world, settings);
      const rows = itemRows(world, settings);
      weights.forEach((row, i) => {
        row.forEach((weight, j) => {
          // A weight that is 0 except for rounding may be stored or not; a power below 1 makes it larger.
          expect(Math.abs(rows[i]![j]! - weight)).toBeLessThanOrEqual(1e-3 * weight + 1e-5 ** settings.power);
        });
      });
    }),
  );
});

test('with few candidates and few steps the rows match the formulas, solved by as many steps of textbook conjugate gradients', () => {
  fc.assert(
    fc.property(worlds, ridgeSettings, (world, settings) => {
      const { candidates } = countedRows(evidenceOf(observationsOf(world), settings), settings);
      const given = world.offered.map((_, item) => columnsOf(candidates.parts[0]!, item));
      const { weights, precision } = slowRidge(world, settings, given);
      const { rows, statistics } = rowNormalised(world, settings);
      const dense = denseOf(rows);
      weights.forEach((row, i) => {
        expectClose(statistics.precision[i]!, precision[i]!, 1e-4);
        row.forEach((weight, j) => {
          expect(Math.abs(dense[i]![j]! - weight)).toBeLessThanOrEqual(1e-3 * weight + 1e-5 ** settings.power);
        });
      });
    }),
  );
});

test('the precision of an item is its diagonal cell in the inverse of its sub-matrix', () => {
  fc.assert(
    fc.property(worlds, ridgeSettings, (world, some) => {
      const settings = { ...some, neighbors: 100, steps: 50 };
      const { precision } = learnt(world, settings).statistics;
      slowRidge(world, settings).precision.forEach((p, item) => {
        expectClose(precision[item]!, p, 1e-4);
      });
    }),
  );
});

test('all weights are positive, no row holds its own item or one that is not offered, and no row is longer than K', () => {
  fc.assert(
    fc.property(worlds, ridgeSettings, (world, settings) => {
      const { rows } = rowNormalised(world, settings);
      const { keys } = slowItems(world, settings);
      world.offered.forEach((_, i) => {
        const targets = columnsOf(rows, i);
        expect(targets.length).toBeLessThanOrEqual(settings.neighbors);
        expect(targets).toEqual([...new Set(targets)].sort((a, b) => a - b));
        for (const j of targets) {
          expect(keys[i]![j]!).toBeGreaterThan(0);
          expect(denseOf(rows)[i]![j]!).toBeGreaterThan(0);
        }
      });
    }),
  );
});

test('with a huge λ the rows are normalised co-occurrence times one factor', () => {
  fc.assert(
    fc.property(worlds, ridgeSettings, (world, some) => {
      const settings: Settings = { ...some, neighbors: 100, power: 1, lambda: 1e6 };
      const rows = itemRows(world, settings);
      const ratios = slowCooccurrence(world, { ...settings, method: 'normalised' }).flatMap((row, i) =>
        row.flatMap((weight, j) => {
          expect(rows[i]![j]! > 0).toBe(weight > 0);
          return weight > 0 ? [rows[i]![j]! / weight] : [];
        }),
      );
      for (const ratio of ratios) expectClose(ratio, ratios[0]!, 1e-4);
    }),
  );
});

test('without damping, and if one user had all items, the rows are those of EASE with negative weights at 0', () => {
  const binary = worlds.map(
    (world): World => ({
      ...world,
      interactions: [world.offered.map(() => 1), ...world.interactions.map((row) => row.map((x) => (x > 0 ? 1 : 0)))],
      groups: [...world.groups, world.groups[0]!.map(() => 0)],
      times: undefined,
      offered: world.offered.map(() => 1),
    }),
  );
  fc.assert(
    fc.property(binary, fc.constantFrom(0.1, 1, 12), (world, lambda) => {
      const settings = settingsWith({
        basketDamping: 0,
        sourceDamping: 0,
        targetDamping: 0,
        attributeWeight: 0,
        neighbors: 100,
        steps: 50,
        lambda,
        dropout: 0,
      });
      const rows = itemRows(world, settings);
      slowEase(world, settings).weights.forEach((row, i) => {
        row.forEach((weight, j) => {
          expect(rows[i]![j]!).toBeCloseTo(Math.max(0, weight), 4);
        });
      });
    }),
  );
});

test('candidates counted for a larger K are truncated to the K best', () => {
  fc.assert(
    fc.property(worlds, fc.constantFrom(0, 0.5, 1), (world, candidateDamping) => {
      // With undamped baskets all counts are exact in single floats, so both truncations see the same ties.
      const settings = settingsWith({ basketDamping: 0, candidateDamping, neighbors: 2 });
      const evidence = evidenceOf(observationsOf(world), settings);
      const rowsFrom = (counted: Settings) => {
        const writeRow = ridgeRow(evidence, settings, countedRows(evidence, counted), PLAIN_KERNEL.systemsOf);
        const out = new RowWriter(evidence.items, evidence.items);
        const precision = Array.from({ length: evidence.items }, (_, item) => {
          const p = writeRow(item, out);
          out.endRow();
          return p;
        });
        return { rows: out.finish(), precision };
      };
      expect(rowsFrom({ ...settings, neighbors: 6 })).toEqual(rowsFrom(settings));
    }),
  );
});

test('two identical items share the weight that one of them alone would have', () => {
  // Items 1 and 2 always occur together: for item 0 they are interchangeable, and the ridge halves the weight of each.
  const world: World = {
    interactions: Array.from({ length: 8 }, (_, user) => (user < 6 ? [1, 1, 1] : [1, 0, 0])),
    attributes: [[], [], []],
    groups: Array(8).fill([]),
    offered: [1, 1, 1],
  };
  const settings = settingsWith({
    basketDamping: 0,
    sourceDamping: 0,
    targetDamping: 0,
    attributeWeight: 0,
    lambda: 1e-3,
    dropout: 0,
    steps: 50,
  });
  const [row] = itemRows(world, settings);
  const alone = itemRows({ ...world, interactions: world.interactions.map(([x, y]) => [x!, y!, 0]) }, settings)[0]!;
  const { precision } = learnt(world, settings).statistics;
  expect(row![1]).toBe(row![2]);
  // In the row, y is divided by the precision of the target; y itself is halved.
  const single = learnt(
    { ...world, interactions: world.interactions.map(([x, y]) => [x!, y!, 0]) },
    settings,
  ).statistics;
  const y = (weight: number, of: Float64Array) => (weight * of[1]!) / of[0]!;
  expect(y(row![1]!, precision) / y(alone[1]!, single.precision)).toBeCloseTo(0.5, 2);
});

test('λ and δ shrink in proportion if items have more than 20 likes on average', () => {
  // One item, n users: d = n, G̃ = n, P = 1 / (n + (λ + δ) n · min(1, 20 / n)).
  const precisionOf = (users: number) => {
    const world: World = {
      interactions: Array(users).fill([1]),
      attributes: [[]],
      groups: Array(users).fill([]),
      offered: [1],
    };
    return learnt(world, settingsWith({ basketDamping: 0, sourceDamping: 0, lambda: 2, dropout: 1 })).statistics
      .precision[0]!;
  };
  expect(precisionOf(20)).toBeCloseTo(1 / (20 + 3 * 20), 12);
  expect(precisionOf(320)).toBeCloseTo(1 / (320 + (3 * 320) / 16), 12);
});

test('the cost of a row covers gathering its sub-matrix and the solver’s steps', () => {
  const liked = (items: number) => ({ items, degree: new Float64Array(items), popularity: new Float64Array(items) });
  expect(Array.from(ridgeCosts(liked(3), settingsWith({ neighbors: 2, steps: 2 })))).toEqual([403, 403, 403]);
  expect(Array.from(ridgeCosts(liked(2), settingsWith({ neighbors: 200, steps: 4 })))).toEqual([405, 405]);
});

test('items that nobody liked change no weight between the others, even if they are most of the catalogue', () => {
  const withUnliked = (interactions: number[][], more: number): World => ({
    interactions: interactions.map((row) => [...row, ...Array(more).fill(0)]),
    attributes: [...interactions[0]!.map(() => [0]), ...Array(more).fill([1])],
    groups: interactions.map(() => []),
    offered: Array(interactions[0]!.length + more).fill(1),
  });
  fc.assert(
    fc.property(table(30, 5, [0, 1, 1, 1]), ridgeSettings, (interactions, some) => {
      // The other weightings depend on the size of the catalogue.
      const settings: Settings = { ...some, weighting: 'plain' };
      fc.pre(interactions[0]!.every((_, item) => interactions.some((row) => row[item]! > 0)));
      const [alone, beside] = [0, 6].map((more) => learnt(withUnliked(interactions, more), settings));
      const rows = (model: typeof alone) => denseOf(model!.rows).slice(0, 5);
      expect(rows(beside).map((row) => row.slice(0, 5))).toEqual(rows(alone));
    }),
    { numRuns: 30 },
  );
});

test('an item that nobody liked is learned from its 50 closest items, unless nobody liked any item', () => {
  const items = 80;
  const settings = settingsWith({ method: 'ridge', neighbors: 200 });
  const world = (likes: number[]): World => ({
    interactions: [Array.from({ length: items }, (_, item) => (likes.includes(item) ? 1 : 0))],
    attributes: Array.from({ length: items }, () => [1]),
    groups: [[]],
    offered: new Array<number>(items).fill(1),
  });
  const rowLengths = (likes: number[]) =>
    itemRows(world(likes), settings).map((row) => row.filter((w) => w > 0).length);
  const lengths = rowLengths([0, 1]);
  expect(lengths.slice(0, 2)).toEqual([items - 1, items - 1]);
  expect(new Set(lengths.slice(2))).toEqual(new Set([50]));
  expect(new Set(rowLengths([]))).toEqual(new Set([items - 1]));
  const { degree, popularity } = learnt(world([0, 1]), settings).evidence;
  const costs = ridgeCosts({ items, degree, popularity }, settings);
  expect(costs[2]).toBeLessThan(costs[1]! / 1.5);
});
