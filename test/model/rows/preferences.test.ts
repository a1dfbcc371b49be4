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

test('a value that every item has weighs one half', () => {
  expect(preferenceRow([[1], [1], [1], [1]], [1, 1, 1, 1])).toEqual([
    [0, 0.5],
    [1, 0.5],
    [2, 0.5],
    [3, 0.5],
  ]);
});

test('a value that one item has weighs one', () => {
  expect(preferenceRow([[0], [1], [0], [0]], [1, 1, 1, 1])).toEqual([[1, 1]]);
});

test('a value on the square root of all items weighs three quarters', () => {
  expect(preferenceRow([[1], [1], [0], [0]], [1, 1, 1, 1])).toEqual([
    [0, 0.75],
    [1, 0.75],
  ]);
});

test('an item that is not offered is in no preference’s row', () => {
  expect(preferenceRow([[1], [1], [1], [1]], [1, 0, 1, 0]).map(([item]) => item)).toEqual([0, 2]);
  expect(preferenceRow([[1], [0]], [0, 1])).toEqual([]);
});

test('the only item of a catalogue has a weight as well', () => {
  expect(preferenceRow([[1]], [1])).toEqual([[0, 1]]);
});

/** Four items, the first two comedies; popularity 3, 1, 3, 1 of 8. */
function trustOf(wishes: number[][], histories: number[][]): number {
  const itemsByAttribute = rowsOf([[1, 1, 0, 0]], 4);
  return preferenceTrust(rowsOf(wishes, 1), itemsByAttribute, rowsOf(histories, 4), Float64Array.of(3, 1, 3, 1));
}

test('preferences are believed where nobody who states one has done anything', () => {
  expect(trustOf([[1], [0]], [[], [0, 0, 1, 1]])).toBe(1);
  expect(trustOf([], [])).toBe(1);
});

test('who asks for comedies and has them as often as everybody has is believed the less the more they did', () => {
  // Half of what everybody has are comedies, and so are half of theirs: e = 1, n = 1.
  expect(trustOf([[1]], [[1, 0, 1, 0]])).toBeCloseTo(((1 + 20 * 4) / (1 + 20) - 1) / 3, 12);
  const often = Array.from({ length: 200 }, () => [1, 0, 1, 0]);
  const trust = trustOf(
    often.map(() => [1]),
    often,
  );
  expect(trust).toBeCloseTo(((200 + 80) / (200 + 20) - 1) / 3, 12);
});

test('preferences that nobody follows are not believed at all, and dislikes have no say', () => {
  const away = Array.from({ length: 200 }, () => [0, 0, 1, 1]);
  expect(
    trustOf(
      away.map(() => [1]),
      away,
    ),
  ).toBe(0);
  expect(
    trustOf(
      away.map(() => [-1]),
      away,
    ),
  ).toBe(1);
});

test('trust stays between 0 and 1, whatever the world', () => {
  fc.assert(
    fc.property(table(5, 2, [-1, 0, 1]), table(5, 4, [0, 1]), table(2, 4, [0, 1]), (wishes, histories, carried) => {
      const popularity = Float64Array.from({ length: 4 }, (_, item) =>
        histories.reduce((total, row) => total + row[item]!, 0),
      );
      const trust = preferenceTrust(rowsOf(wishes, 2), rowsOf(carried, 4), rowsOf(histories, 4), popularity);
      expect(trust).toBeGreaterThanOrEqual(0);
      expect(trust).toBeLessThanOrEqual(1);
    }),
  );
});
