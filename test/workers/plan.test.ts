import fc from 'fast-check';
import { expect, test } from 'vitest';
import { distributeShards, planShards } from '../../src/workers/plan.js';

const costs = fc.array(fc.oneof(fc.nat(10), fc.nat(1000)), { maxLength: 60 }).map((list) => Float64Array.from(list));
const worthwhile = fc.integer({ min: 1, max: 500 });

test('shards cover all rows once and in order, none is empty, and each costs the sum of its rows', () => {
  fc.assert(
    fc.property(costs, worthwhile, (rows, least) => {
      let next = 0;
      planShards(rows, least).forEach((shard, k) => {
        expect(shard.index).toBe(k);
        expect(shard.from).toBe(next);
        expect(shard.to).toBeGreaterThan(shard.from);
        expect(shard.cost).toBe(rows.slice(shard.from, shard.to).reduce((a, b) => a + b, 0));
        next = shard.to;
      });
      expect(next).toBe(rows.length);
    }),
  );
});

test('a row that costs more than two target shards gets a shard of its own', () => {
  fc.assert(
    fc.property(costs, worthwhile, (rows, least) => {
      const target = Math.max(least, rows.reduce((a, b) => a + b, 0) / 128);
      const shards = planShards(rows, least);
      rows.forEach((cost, row) => {
        if (cost > 2 * target) expect(shards.find(({ to }) => to > row)).toMatchObject({ from: row, to: row + 1 });
      });
    }),
  );
});

test('no shard costs more than the target plus half its most expensive row', () => {
  fc.assert(
    fc.property(costs, worthwhile, (rows, least) => {
      const target = Math.max(least, rows.reduce((a, b) => a + b, 0) / 128);
      for (const { from, to, cost } of planShards(rows, least)) {
        expect(cost).toBeLessThanOrEqual(
          target + Math.max(...rows.subarray(from, to)) / 2 + (to - from === 1 ? cost : 0),
        );
      }
    }),
  );
});

test('a small job is one shard, a large one about 128 and never many more', () => {
  expect(planShards(new Float64Array(1000).fill(1), 1000)).toEqual([{ index: 0, from: 0, to: 1000, cost: 1000 }]);
  expect(planShards(new Float64Array(128_000).fill(1), 10).length).toBe(128);
  const uneven = Float64Array.from({ length: 2000 }, (_, row) => (row % 7 === 0 ? 5000 : 1));
  expect(planShards(uneven, 1).length).toBeLessThanOrEqual(1.5 * 128 + 1);
});

test('no rows give no shards, and rows without cost give one', () => {
  expect(planShards(new Float64Array(0), 10)).toEqual([]);
  expect(planShards(new Float64Array(3), 10)).toEqual([{ index: 0, from: 0, to: 3, cost: 0 }]);
});

test('array jobs get all shards in order, and equal rows are divided about evenly', () => {
  fc.assert(
    fc.property(costs, worthwhile, fc.integer({ min: 1, max: 9 }), (rows, least, jobs) => {
      const shards = planShards(rows, least, jobs);
      const shares = distributeShards(shards, jobs);
      expect(shares.length).toBe(jobs);
      expect(shares.flat()).toEqual(shards);
    }),
  );
  const even = new Float64Array(9000).fill(1);
  expect(distributeShards(planShards(even, 1e6, 3), 3).map((share) => share.length)).toEqual([1, 1, 1]);
  expect(distributeShards(planShards(even, 10, 3), 3).every((share) => share.length >= 42)).toBe(true);
});
