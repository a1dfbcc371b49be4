import { describe, expect, test } from 'vitest';
import { BALANCES, balanceOf, type Load } from '../../src/workers/balance.js';

const load = (outstanding: number, done = 0, seconds = 0): Load => ({ outstanding, done, seconds });
const shard = (index: number, cost = 1) => ({ index, from: index, to: index + 1, cost });

test('the least loaded is the first of those with the least to do', () => {
  const pick = balanceOf('least-loaded', 1);
  expect(pick([load(3), load(0), load(0)], shard(0))).toBe(1);
  expect(pick([load(3), load(2), load(5)], shard(1))).toBe(1);
});

test('round-robin goes by the number of the shard, whoever is free', () => {
  const pick = balanceOf('round-robin', 1);
  const loads = [load(9), load(0), load(0)];
  expect([0, 1, 2, 3, 4].map((index) => pick(loads, shard(index)))).toEqual([0, 1, 2, 0, 1]);
});

test('random is the same for one seed, and gives each about as much', () => {
  const picks = (seed: number) => {
    const pick = balanceOf('random', seed);
    return Array.from({ length: 3000 }, (_, index) => pick([load(0), load(0), load(0)], shard(index)));
  };
  expect(picks(4)).toEqual(picks(4));
  expect(picks(4)).not.toEqual(picks(5));
  for (const lane of [0, 1, 2]) expect(picks(4).filter((at) => at === lane).length).toBeGreaterThan(900);
});

describe('weighted', () => {
  const pick = balanceOf('weighted', 1);

  test('gives to whoever would be done first at the pace that was measured', () => {
    // A free one at a tenth of the pace takes 10 for a shard of 1; the other has 4 to do and takes 5.
    expect(pick([load(0, 10, 100), load(4, 100, 100)], shard(0))).toBe(1);
    expect(pick([load(0, 10, 100), load(12, 100, 100)], shard(0))).toBe(0);
  });

  test('takes one that has not been measured for as fast as all', () => {
    expect(pick([load(5, 100, 10), load(0)], shard(0))).toBe(1);
    expect(pick([load(0), load(0)], shard(0))).toBe(0);
  });
});

test.each(BALANCES)('%s picks one of the loads, even the only one', (name) => {
  const pick = balanceOf(name, 7);
  for (let index = 0; index < 50; index++) {
    expect(pick([load(index % 3, index, 1)], shard(index))).toBe(0);
    expect([0, 1, 2, 3]).toContain(pick([load(1), load(0, 2, 1), load(0), load(4, 1, 9)], shard(index, index)));
  }
});
