import { expect, test } from 'vitest';
import { evidenceOf } from '../../src/model/evidence.js';
import { writePreferenceRow } from '../../src/model/preferences.js';
import { RowWriter } from '../../src/model/rows.js';
import { observationsOf, settingsWith } from './worlds.js';

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
