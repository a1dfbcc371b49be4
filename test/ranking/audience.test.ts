import fc from 'fast-check';
import { expect, test } from 'vitest';
import { audienceOf, latestItems, meanLength, scoringCosts, withRecency } from '../../src/ranking/audience.js';
import { cellsAtEntries, denseOf, rowsOf, table } from '../model/worlds.js';

test('the cost of a user is a constant and the mean number of cells for each signal', () => {
  const [first, second] = scoringCosts(Float64Array.of(2, 0), 5.5);
  expect(second).toBeGreaterThan(0);
  expect(first! - second!).toBe(11);
});

test('the mean length of rows leaves out empty rows', () => {
  expect(meanLength(Float64Array.of(0, 7, 0, 4))).toBe(5.5);
  expect(meanLength(new Float64Array(3))).toBe(0);
  expect(meanLength(new Float64Array(0))).toBe(0);
});

/** The weights of the items of one history, by the times of the items. */
function weightsOf(times: number[], recency: number): number[] {
  const history = rowsOf([times.map(() => 1)], times.length);
  return Array.from(withRecency(history, Float64Array.from(times), { recency, popularityGrowth: 0 }).value);
}

test('the k-th latest item weighs k^-ρ times the latest, and the weights of n items sum to n', () => {
  // 1, 1/2 and 1/3 of 18/11.
  [6 / 11, 18 / 11, 9 / 11].forEach((weight, item) => {
    expect(weightsOf([10, 30, 20], 1)[item]).toBeCloseTo(weight, 6);
  });
});

test('items with equal times weigh the same, and items without a time rank last, with equal weights', () => {
  const [a, b, c, d, e] = weightsOf([20, Number.NaN, 20, 10, Number.NaN], 1);
  expect([a, b]).toEqual([c, e]);
  // Places 1, 1, 3, 4, 4.
  expect(a! / d!).toBeCloseTo(3, 5);
  expect(a! / b!).toBeCloseTo(4, 5);
});

test('with popularity growth θ the weights of n items sum to n^(1 − θ)', () => {
  const history = rowsOf([[1, 1, 1, 1]], 4);
  const weights = withRecency(history, Float64Array.of(1, 2, 3, 4), { recency: 1, popularityGrowth: 0.5 }).value;
  expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(2, 6);
});

test('the ten latest likes are signals, the k-th weighing k^(-1.5), and sum to κ times the history', () => {
  const history = rowsOf([[1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, -1]], 12);
  const times = Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0);
  const latest = latestItems(history, times, { follow: 2, popularityGrowth: 0 });
  const weights = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1].map((k) => 1 / (k * Math.sqrt(k)));
  const sum = weights.reduce((a, b) => a + b, 0);
  expect(denseOf(latest)[0]).toEqual([0, ...weights, 0].map((w) => expect.closeTo((24 * w) / sum, 5)));
});

test('histories stay as they are without times or with a recency of 0', () => {
  const history = rowsOf([[1, -1, 0.5]], 3);
  expect(withRecency(history, undefined, { recency: 2, popularityGrowth: 0 })).toBe(history);
  expect(withRecency(history, Float64Array.of(3, 2, 1), { recency: 0, popularityGrowth: 0 })).toBe(history);
});

const histories = fc.record({
  values: table(3, 5, [0, -1, 0.5, 1, 1]),
  times: table(3, 5, [10, 20, 30, 30, Number.NaN]),
  recency: fc.constantFrom(0.25, 1, 2),
});

test('a later item weighs more than an earlier one, and the weights of a history sum to its length', () => {
  fc.assert(
    fc.property(histories, ({ values, times, recency }) => {
      const history = rowsOf(values, 5);
      const recent = withRecency(history, cellsAtEntries(values, times), { recency, popularityGrowth: 0 });
      expect({ ...recent, value: history.value }).toEqual(history);
      denseOf(recent).forEach((row, user) => {
        const items = [...row.keys()].filter((item) => values[user]![item] !== 0);
        const weight = (item: number) => row[item]! / values[user]![item]!;
        expect(items.reduce((total, item) => total + weight(item), 0)).toBeCloseTo(items.length, 5);
        const time = (item: number) => (Number.isNaN(times[user]![item]) ? 0 : times[user]![item]!);
        for (const i of items) {
          for (const j of items) {
            if (time(i) === time(j)) expect(weight(i)).toBe(weight(j));
            if (time(i) > time(j)) expect(weight(i)).toBeGreaterThan(weight(j));
          }
        }
      });
    }),
  );
});

test('groups and preferences weigh less beside a longer history; a hidden history adds no signals, and its items stay excluded', () => {
  const known = {
    interactions: rowsOf(
      [
        [0, 0],
        [1, 0],
        [1, 1],
      ],
      2,
    ),
    times: undefined,
    preferences: rowsOf([[1], [1], [1]], 1),
    groups: rowsOf([[1], [1], [1]], 1),
    excluded: rowsOf(
      [
        [0, 0],
        [0, 0],
        [0, 0],
      ],
      2,
    ),
    offered: Uint8Array.of(1, 1),
  };
  const settings = { recency: 0, popularityGrowth: 0, follow: 0, groupWeight: 1, coldGroupWeight: 3 };
  const visible = audienceOf(known, (matrix) => matrix, settings, { includeSeen: false });
  const [sq2, sq3] = [1 / 4, 1 / 9];
  const expected = [
    [0, 0, 1, 3],
    [1, 0, sq2, 1 + 2 * sq2],
    [1, 1, sq3, 1 + 2 * sq3],
  ];
  denseOf(visible.signals).forEach((row, user) => {
    row.forEach((value, signal) => {
      expect(value).toBeCloseTo(expected[user]![signal]!, 6);
    });
  });
  const hidden = audienceOf(known, (matrix) => matrix, settings, { includeSeen: false, hideHistory: true });
  expect(denseOf(hidden.signals)).toEqual([
    [0, 0, 1, 3],
    [0, 0, 1, 3],
    [0, 0, 1, 3],
  ]);
  expect(hidden.excluded).toEqual(visible.excluded);
});
