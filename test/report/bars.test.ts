import { expect, test } from 'vitest';
import { bars, byDoubling, byPart } from '../../src/report/bars.js';

test('the tallest bar is the most, and a blank is none', () => {
  expect(bars([0, 1, 4, 8])).toBe(' ▁▄█');
  expect(bars([0, 0])).toBe('  ');
  expect(bars([1, 1_000_000])).toBe('▁█');
});

test('doubling counts 1, 2, 3 to 4, 5 to 8', () => {
  expect(byDoubling([1, 1, 2, 3, 4, 5, 8, 9])).toEqual([2, 1, 2, 2, 1]);
  expect(byDoubling([])).toEqual([]);
});

test('parts are equally wide, and the highest value is in the last', () => {
  expect(byPart([0, 1, 4, 5, 10], 0, 10, 2)).toEqual([3, 2]);
  expect(byPart([7, 7], 7, 7, 3)).toEqual([2, 0, 0]);
});
