import { expect, test } from 'vitest';
import {
  bars,
  byDoubling,
  byPart,
  distributionLines,
  distributionOf,
  distributionsOf,
  doublingLabel,
  horizontalBar,
  rangeText,
} from '../../src/report/distributions.js';
import { rowsOf } from '../model/worlds.js';

test('doubling bins are 1, 2, 3 to 4, 5 to 8', () => {
  expect(byDoubling([1, 1, 2, 3, 4, 5, 8, 9])).toEqual([2, 1, 2, 2, 1]);
  expect(byDoubling([])).toEqual([]);
  expect([0, 1, 2, 3, 11].map(doublingLabel)).toEqual(['1', '2', '3–4', '5–8', '1,025–2,048']);
});

test('bins are equally wide, and the highest value is in the last one', () => {
  expect(byPart([0, 1, 4, 5, 10], 0, 10, 2)).toEqual([3, 2]);
  expect(byPart([7, 7], 7, 7, 3)).toEqual([2, 0, 0]);
});

test('range and median ignore counts of 0, NaN and infinity', () => {
  const counts = distributionOf('items', 'counts', [0, 0, 3, 1, 9]);
  expect(counts).toMatchObject({ parts: [1, 0, 1, 0, 1], low: 1, high: 9, median: 3 });
  expect(rangeText(counts)).toBe('1 to 9, the median 3');
  const numbers = distributionOf('ratings', 'numbers', [Number.NaN, -1, 0.5, 4]);
  expect(numbers).toMatchObject({ low: -1, high: 4, median: 0.5 });
  expect(rangeText(distributionOf('dates', 'dates', [0, 86_400, Number.NEGATIVE_INFINITY]))).toBe(
    '1970-01-01 to 1970-01-02',
  );
  expect(rangeText(distributionOf('ratings', 'numbers', [5, 5]))).toBe('5, the median 5');
});

test('a few different values get a labelled bin each, many values get bins of equal width', () => {
  const few = distributionOf('ratings', 'numbers', [5, 1, 4, 5, 4, 5]);
  expect([few.parts, few.labels]).toEqual([
    [1, 2, 3],
    ['1', '4', '5'],
  ]);
  const day = distributionOf('dates', 'dates', [86_400, 86_400]);
  expect([day.parts, day.labels]).toEqual([[2], ['1970-01-02']]);
  const many = distributionOf(
    'ratings',
    'numbers',
    Array.from({ length: 20 }, (_, k) => k),
  );
  expect([many.parts, many.labels]).toEqual([new Array(10).fill(2), undefined]);
});

test('users who are not served are left out of the histories, and empty distributions are left out', () => {
  const interactions = rowsOf(
    [
      [1, 1],
      [1, 0],
      [1, 0],
    ],
    2,
  );
  const distributions = distributionsOf({ interactions, served: 2 });
  expect(distributions.map(({ what, parts }) => [what, parts])).toEqual([
    ['items a user has', [1, 1]],
    ['users an item has', [1, 0, 1]],
  ]);
  expect(distributionLines(distributions, false)).toEqual([
    'items a user has   1 to 2, the median 2',
    'users an item has  1 to 3, the median 3',
  ]);
  expect(distributionLines(distributions, true)[1]).toBe('users an item has  █ █  1 to 3, the median 3');
  expect(distributionsOf({ interactions: rowsOf([], 0), served: 0 })).toEqual([]);
});

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
