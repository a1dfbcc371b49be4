import { expect, test } from 'vitest';
import { bars, horizontalBar } from '../../src/report/distributions.js';

test('the largest value gets the tallest bar, and 0 a blank', () => {
  expect(bars([0, 1, 4, 8])).toBe(' ▁▄█');
  expect(bars([0, 0])).toBe('  ');
  expect(bars([1, 1_000_000])).toBe('▁█');
  expect(bars([0.25, 0.5])).toBe('▄█');
});

test('a horizontal bar has the length of its share, to an eighth of a character', () => {
  expect(horizontalBar(1, 3)).toBe('███');
  expect(horizontalBar(0.5, 3)).toBe('█▌');
  expect(horizontalBar(0, 3)).toBe('');
});
