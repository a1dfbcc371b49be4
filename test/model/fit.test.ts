import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evidenceOf } from '../../src/model/evidence.js';
import { Fitter, fitCosts, rowFacts, signalCounts } from '../../src/model/fit.js';
import { stacked } from '../../src/model/sparse.js';
import { anySettings, observationsOf, rowsOf, settingsWith, worlds } from './worlds.js';

test('the signals cut into any shards have the rows that they have together', () => {
  fc.assert(
    fc.property(
      worlds,
      anySettings,
      fc.array(fc.nat(20), { maxLength: 5 }),
      fc.boolean(),
      (world, settings, cuts, backwards) => {
        const evidence = evidenceOf(observationsOf(world), settings);
        const { items, preferences, groups } = signalCounts(evidence);
        const signals = items + preferences + groups;
        const bounds = [0, ...cuts.filter((cut) => cut < signals).sort((a, b) => a - b), signals];
        const shards = bounds.slice(1).map((to, k) => ({ from: bounds[k]!, to }));
        // One fitter for all shards, in either order: no row may leave a trace for the next.
        const fitter = new Fitter(evidence, settings);
        const worked = (backwards ? shards.toReversed() : shards).map(({ from, to }) => fitter.rows(from, to));
        const whole = new Fitter(evidence, settings).rows(0, signals);
        expect(stacked(...(backwards ? worked.toReversed() : worked))).toEqual(whole);
      },
    ),
  );
});

test('signals are the items, then the attribute values, then the groups, and each has a cost', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const evidence = evidenceOf(observationsOf(world), settingsWith({}));
      const counts = signalCounts(evidence);
      expect(counts).toEqual({
        items: world.offered.length,
        preferences: world.attributes[0]!.length,
        groups: world.groups[0]!.length,
      });
      const costs = fitCosts(evidence);
      expect(costs.length).toBe(counts.items + counts.preferences + counts.groups);
      expect(costs.every((cost) => cost >= 1)).toBe(true);
    }),
  );
});

test('the facts of a row are its sum, its largest value and its length', () => {
  const rows = rowsOf(
    [
      [0.5, 0, 2],
      [0, 0, 0],
      [-1, 0, -0.5],
    ],
    3,
  );
  expect(rowFacts(rows)).toEqual({
    sum: Float64Array.of(2.5, 0, -1.5),
    largest: Float64Array.of(2, 0, 0),
    length: Float64Array.of(2, 0, 2),
  });
});
