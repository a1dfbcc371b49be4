import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PLAIN_KERNEL } from '../../src/kernels/kernel.js';
import { stacked } from '../../src/matrix/combined.js';
import { evidenceOf } from '../../src/model/evidence.js';
import { fitCosts, fitter } from '../../src/model/fit.js';
import { signalCount, signalCounts } from '../../src/model/signals.js';
import { fitterOf } from './learned.js';
import { anySettings, METHODS, observationsOf, settingsWith, worlds } from './worlds.js';

const cuts = fc.array(fc.nat(20), { maxLength: 5 });

/** The first rows of the shards that result from cutting `rows` rows at these places; shards may be empty. */
function firstRowsOf(rows: number, at: readonly number[]): number[] {
  return [0, ...at.filter((cut) => cut < rows).sort((a, b) => a - b)];
}

test.each(METHODS)('rows are the same however the signals are cut into shards (%s)', (method) => {
  fc.assert(
    fc.property(worlds, anySettings, cuts, cuts, fc.boolean(), (world, some, gramCuts, fitCuts, backwards) => {
      const settings = { ...some, method, weighting: method === 'jaccard' ? ('binary' as const) : some.weighting };
      const evidence = evidenceOf(observationsOf(world), settings);
      const { items } = evidence;
      const signals = signalCount(signalCounts(evidence));
      const from = firstRowsOf(signals, fitCuts);
      const shards = from.map((first, k) => ({ first, to: from[k + 1] ?? signals }));
      // One function for all shards, in either order: no row may leave a trace for the next.
      const learn = fitterOf(evidence, settings, firstRowsOf(items, gramCuts));
      const learned = (backwards ? shards.toReversed() : shards).map(({ first, to }) => learn(first, to));
      const parts = backwards ? learned.toReversed() : learned;
      const whole = fitterOf(evidence, settings)(0, signals);
      expect(stacked(...parts.map(({ rows }) => rows))).toEqual(whole.rows);
      expect(parts.flatMap(({ precision }) => Array.from(precision))).toEqual(Array.from(whole.precision));
    }),
  );
});

test('the precision is 1 under every method except ridge and ease, and always for preferences and groups', () => {
  fc.assert(
    fc.property(worlds, anySettings, (world, settings) => {
      const evidence = evidenceOf(observationsOf(world), settings);
      const { items } = evidence;
      const { precision } = fitterOf(evidence, settings)(0, signalCount(signalCounts(evidence)));
      const ones = settings.method === 'ridge' || settings.method === 'ease' ? precision.subarray(items) : precision;
      expect(ones.every((p) => p === 1)).toBe(true);
      expect(precision.every((p) => p > 0 && Number.isFinite(p))).toBe(true);
    }),
  );
});

test('with the method none the rows of items are empty', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const evidence = evidenceOf(observationsOf(world), settingsWith({ method: 'none' }));
      expect(fitterOf(evidence, settingsWith({ method: 'none' }))(0, evidence.items).rows.index.length).toBe(0);
    }),
  );
});

test('fitting a ridge without rows of the Gram matrix is an error', () => {
  const world = { interactions: [[1, 1]], attributes: [[], []], groups: [[]], offered: [1, 1] };
  const evidence = evidenceOf(observationsOf(world), settingsWith({}));
  expect(() => fitter(evidence, settingsWith({}), undefined, PLAIN_KERNEL)).toThrow(
    new RangeError('the ridge takes its sub-matrices from rows of the Gram matrix'),
  );
});

test('the signals are the items, attribute values, groups and latest items, and each has a cost of at least 1', () => {
  fc.assert(
    fc.property(worlds, anySettings, (world, settings) => {
      const evidence = evidenceOf(observationsOf(world), settings);
      const counts = signalCounts(evidence);
      expect(counts).toEqual({
        items: world.offered.length,
        preferences: world.attributes[0]!.length,
        groups: world.groups[0]!.length,
        latest: world.times && settings.follow > 0 ? world.offered.length : 0,
      });
      const costs = fitCosts(evidence, settings);
      expect(costs.length).toBe(signalCount(counts));
      expect(costs.every((cost) => cost >= 1)).toBe(true);
    }),
  );
});
