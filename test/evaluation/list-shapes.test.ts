import { expect, test } from 'vitest';
import { partOf, shapeOf, TAIL } from '../../src/evaluation/list-shapes.js';
import { countsOf } from '../../src/matrix/sparse.js';
import { rowsOf } from '../model/worlds.js';

test('items are binned by their number of users: 0, 1, 2, 3 to 4, 5 to 8', () => {
  expect([0, 1, 2, 3, 4, 5, 8, 9].map(partOf)).toEqual([0, 1, 2, 3, 3, 4, 4, 5]);
});

test('shares by popularity add up to 1, and an item outside the catalogue counts as one without users', () => {
  const train = rowsOf(
    [
      [1, 1, 0],
      [1, 0, 0],
      [1, 0, 0],
    ],
    3,
  );
  const popularity = countsOf(train.index, train.columns);
  expect([...popularity]).toEqual([3, 1, 0]);
  const { byPopularity } = shapeOf(Uint32Array.from([0, 0, 1, 7]), popularity, Uint8Array.from([1, 1, 1]));
  expect([...byPopularity]).toEqual([0.25, 0.25, 0, 0.5]);
});

test('the tail accumulates the shares of the most recommended items up to 1, over offered items only', () => {
  const items = Uint32Array.from([0, 0, 0, 0, 0, 0, 1, 1, 2, 3]);
  const { tail } = shapeOf(items, new Uint32Array(10), new Uint8Array(10).fill(1));
  const at = (share: number) => tail[TAIL.findIndex((each) => each >= share - 0.001)];
  expect(at(0.1)).toBeCloseTo(0.6, 12);
  expect(at(0.2)).toBeCloseTo(0.8, 12);
  expect(tail.at(-1)).toBe(1);
  const withoutFirst = shapeOf(items, new Uint32Array(10), Uint8Array.from([0, 1, 1, 1, 1, 1, 1, 1, 1, 1]));
  expect(withoutFirst.tail.at(-1)).toBe(1);
  expect(withoutFirst.tail[0]).toBe(0.5);
  expect([...shapeOf(new Uint32Array(0), new Uint32Array(2), Uint8Array.from([1, 1])).tail]).toEqual(TAIL.map(() => 0));
});
