import { expect, test } from 'vitest';
import { scoringCosts, signalsOf } from '../../src/ranking/audience.js';
import { denseOf, rowsOf } from '../model/worlds.js';

test('a user’s signals are the history, then the preferences, then the groups', () => {
  const signals = signalsOf(
    rowsOf(
      [
        [1, 0, -1],
        [0, 0, 0],
      ],
      3,
    ),
    rowsOf(
      [
        [0, 2],
        [1, 0],
      ],
      2,
    ),
    rowsOf([[1], [0]], 1),
  );
  expect(denseOf(signals)).toEqual([
    [1, 0, -1, 0, 2, 1],
    [0, 0, 0, 1, 0, 0],
  ]);
});

test('a user costs the cells of the rows that the signals add up, and something where there are none', () => {
  const signals = rowsOf(
    [
      [1, 0, -1],
      [0, 0, 0],
    ],
    3,
  );
  const audience = { signals, barred: rowsOf([[0], [0]], 1), offered: Uint8Array.of(1) };
  const [first, second] = scoringCosts(audience, Float64Array.of(7, 50, 4));
  expect(second).toBeGreaterThan(0);
  expect(first! - second!).toBe(11);
});
