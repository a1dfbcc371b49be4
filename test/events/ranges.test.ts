import { expect, it } from 'vitest';
import { planRanges } from '../../src/events/ranges.js';

it('cuts a file into ranges of one size, the last one shorter', () => {
  expect(planRanges(10, 45, 10)).toEqual([
    { from: 10, to: 20 },
    { from: 20, to: 30 },
    { from: 30, to: 40 },
    { from: 40, to: 45 },
  ]);
  expect(planRanges(10, 10, 10)).toEqual([]);
});

it('makes larger ranges of a huge file rather than more and more', () => {
  const ranges = planRanges(0, 2 ** 40, 1);
  expect(ranges.length).toBeLessThanOrEqual(512);
  expect(ranges.at(-1)?.to).toBe(2 ** 40);
});
