import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RowWriter } from '../../../src/matrix/row-writer.js';
import { evidenceOf } from '../../../src/model/evidence.js';
import { preferenceTrust, writePreferenceRow } from '../../../src/model/rows/preferences.js';
import { observationsOf, rowsOf, settingsWith, table } from '../worlds.js';

function preferenceRow(attributes: number[][], offered: number[], value = 0): [number, number][] {
  const world = { interactions: [offered.map(() => 0)], attributes, groups: [[]], offered };
  const evidence = evidenceOf(observationsOf(world), settingsWith({}));
  const out = new RowWriter(1, offered.length);
  writePreferenceRow(value, evidence, out);
  out.endRow();
  const { index, value: weights } = out.finish();
  return Array.from(index, (item, e) => [item, weights[e]!]);
}

test('an attribute value that every item has weighs one half', () => {
  expect(preferenceRow([[1], [1], [1], [1]], [1, 1, 1, 1])).toEqual([
    [0, 0.5],
    [1, 0.5],
    [2, 0.5],
    [3, 0.5],
  ]);
});

test('an attribute value that only one item has weighs one', () => {
  expect(preferenceRow([[0], [1], [0], [0]], [1, 1, 1, 1])).toEqual([[1, 1]]);
});

test('an attribute value on √n of n items weighs three quarters', () => {
  expect(preferenceRow([[1], [1], [0], [0]], [1, 1, 1, 1])).toEqual([
    [0, 0.75],
    [1, 0.75],
  ]);
});

test('an item that is not offered is in no row of a preference', () => {
  expect(preferenceRow([[1], [1], [1], [1]], [1, 0, 1, 0]).map(([item]) => item)).toEqual([0, 2]);
  expect(preferenceRow([[1], [0]], [0, 1])).toEqual([]);
});

test('an attribute value weighs one if the catalogue has a single item', () => {
  expect(preferenceRow([[1]], [1])).toEqual([[0, 1]]);
});

/** Four items, the first two of them comedies, with popularity 3, 1, 3 and 1. */
function trustOf(preferences: number[][], histories: number[][]): number {
  const itemsByAttribute = rowsOf([[1, 1, 0, 0]], 4);
  return preferenceTrust(rowsOf(preferences, 1), itemsByAttribute, rowsOf(histories, 4), Float64Array.of(3, 1, 3, 1));
}

test('preferences are fully trusted if no user who states one has a history', () => {
  expect(trustOf([[1], [0]], [[], [0, 0, 1, 1]])).toBe(1);
  expect(trustOf([], [])).toBe(1);
});

test('if users who ask for comedies have no more of them than everybody else, trust falls with the number of their interactions', () => {
  // Comedies are half of all interactions, and half of those of this user: e = 1, n = 1.
  expect(trustOf([[1]], [[1, 0, 1, 0]])).toBeCloseTo(((1 + 20 * 4) / (1 + 20) - 1) / 3, 12);
  const histories = Array.from({ length: 200 }, () => [1, 0, 1, 0]);
  const trust = trustOf(
    histories.map(() => [1]),
    histories,
  );
  expect(trust).toBeCloseTo(((200 + 80) / (200 + 20) - 1) / 3, 12);
});

test('preferences that no user follows are not trusted at all, and dislikes do not affect trust', () => {
  const histories = Array.from({ length: 200 }, () => [0, 0, 1, 1]);
  expect(
    trustOf(
      histories.map(() => [1]),
      histories,
    ),
  ).toBe(0);
  expect(
    trustOf(
      histories.map(() => [-1]),
      histories,
    ),
  ).toBe(1);
});

test('trust is always between 0 and 1', () => {
  fc.assert(
    fc.property(
      table(5, 2, [-1, 0, 1]),
      table(5, 4, [0, 1]),
      table(2, 4, [0, 1]),
      (preferences, histories, byValue) => {
        const popularity = Float64Array.from({ length: 4 }, (_, item) =>
          histories.reduce((total, row) => total + row[item]!, 0),
        );
        const trust = preferenceTrust(rowsOf(preferences, 2), rowsOf(byValue, 4), rowsOf(histories, 4), popularity);
        expect(trust).toBeGreaterThanOrEqual(0);
        expect(trust).toBeLessThanOrEqual(1);
      },
    ),
  );
});
