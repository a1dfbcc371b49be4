import { expect, test } from 'vitest';
import { bars, lyingBar } from '../../src/report/bars.js';

test('the tallest bar is the most, and a blank is none', () => {
  expect(bars([0, 1, 4, 8])).toBe(' ▁▄█');
  expect(bars([0, 0])).toBe('  ');
  expect(bars([1, 1_000_000])).toBe('▁█');
  expect(bars([0.25, 0.5])).toBe('▄█');
});

test('a lying bar is as long as its share, to an eighth of a character', () => {
  expect(lyingBar(1, 3)).toBe('███');
  expect(lyingBar(0.5, 3)).toBe('█▌');
  expect(lyingBar(0, 3)).toBe('');
});
