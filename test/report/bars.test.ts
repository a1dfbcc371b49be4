import { expect, test } from 'vitest';
import { bars, horizontalBar } from '../../src/report/bars.js';

test('the tallest bar is the most, and a blank is none', () => {
  expect(bars([0, 1, 4, 8])).toBe(' ▁▄█');
  expect(bars([0, 0])).toBe('  ');
  expect(bars([1, 1_000_000])).toBe('▁█');
  expect(bars([0.25, 0.5])).toBe('▄█');
});

test('a lying bar is as long as its share, to an eighth of a character', () => {
  expect(horizontalBar(1, 3)).toBe('███');
  expect(horizontalBar(0.5, 3)).toBe('█▌');
  expect(horizontalBar(0, 3)).toBe('');
});
