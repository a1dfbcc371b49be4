import { describe, expect, test } from 'vitest';
import { BALANCES, balanceOf, type Load } from '../../src/workers/balance.js';

const load = (outstanding: number, done = 0, seconds = 0): Load => ({ outstanding, done, seconds });
const shard = (index: number, cost = 1) => ({ index, from: index, to: index + 1, cost });

test('least-loaded picks the first worker with the least outstanding cost', () => {
  const pick = balanceOf('least-loaded');
  expect(pick([load(3), load(0), load(0)], shard(0))).toBe(1);
  expect(pick([load(3), load(2), load(5)], shard(1))).toBe(1);
});

test('round-robin picks by the shard’s index, whichever worker is free', () => {
  const pick = balanceOf('round-robin');
  const loads = [load(9), load(0), load(0)];
  expect([0, 1, 2, 3, 4].map((index) => pick(loads, shard(index)))).toEqual([0, 1, 2, 0, 1]);
});

test('random is the same in every job, and picks every worker about equally often', () => {
  const picks = () => {
    const pick = balanceOf('random');
    return Array.from({ length: 3000 }, (_, index) => pick([load(0), load(0), load(0)], shard(index)));
  };
  expect(picks()).toEqual(picks());
  for (const worker of [0, 1, 2]) expect(picks().filter((at) => at === worker).length).toBeGreaterThan(900);
});

describe('weighted', () => {
  const pick = balanceOf('weighted');

  test('picks the worker that would finish first at its measured speed', () => {
    // An idle worker with a tenth of the speed needs 10 s for a shard of cost 1; the other has 4 to do and needs 5 s in total.
    expect(pick([load(0, 10, 100), load(4, 100, 100)], shard(0))).toBe(1);
    expect(pick([load(0, 10, 100), load(12, 100, 100)], shard(0))).toBe(0);
  });

  test('assumes average speed for a worker without measurements', () => {
    expect(pick([load(5, 100, 10), load(0)], shard(0))).toBe(1);
    expect(pick([load(0), load(0)], shard(0))).toBe(0);
  });
});

test.each(BALANCES)('%s always picks an existing worker, also when there is only one', (name) => {
  const pick = balanceOf(name);
  for (let index = 0; index < 50; index++) {
    expect(pick([load(index % 3, index, 1)], shard(index))).toBe(0);
    expect([0, 1, 2, 3]).toContain(pick([load(1), load(0, 2, 1), load(0), load(4, 1, 9)], shard(index, index)));
  }
});
