import { expect, test } from 'vitest';
import { GradeTally } from '../../../src/dataset/strengths/grade-tally.js';

const tallyOf = (values: number[]) => GradeTally.of({ values: Float64Array.from(values), none: Number.NaN });

/** So many different numbers between 0 and 10 that are no halves; the last is the commonest. */
const fractions = (count: number) => {
  const all = Array.from({ length: count }, (_, k) => 0.1 + k / 7);
  return [...all, ...all.slice(-1)];
};

test('21 different values may be a scale, and 22 may not, also with a 99 before them that is left out', () => {
  for (const [count, isScale] of [
    [21, true],
    [22, false],
    [40, false],
  ] as const) {
    expect(tallyOf(fractions(count)).isScale, `${count}`).toBe(isScale);
    expect(tallyOf([99, ...fractions(count)]).without(99).isScale, `99 and ${count}`).toBe(isScale);
  }
});

test('stars, half stars and other numbers are counted alike, and missing numbers are not', () => {
  const tally = tallyOf([3, 3.5, Number.NaN, 3.25, 3, -10, 10, -11]);
  expect([...tally.grades].sort(([a], [b]) => a - b)).toEqual([
    [-11, 1],
    [-10, 1],
    [3, 2],
    [3.25, 1],
    [3.5, 1],
    [10, 1],
  ]);
  expect([tally.low, tally.high]).toEqual([-11, 10]);
});
