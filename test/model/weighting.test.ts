import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mapped } from '../../src/matrix/sparse.js';
import type { Weighting } from '../../src/model/settings.js';
import { weighted } from '../../src/model/weighting.js';
import { expectClose, slowWeighted } from './slow-model.js';
import { columnsOf, denseOf, rowsOf, worlds } from './worlds.js';

function weigh(liked: number[][], weighting: Weighting) {
  const columns = liked[0]!.length;
  const popularity = Float64Array.from({ length: columns }, (_, item) => liked.filter((row) => row[item]! > 0).length);
  return weighted(rowsOf(liked, columns), weighting, popularity);
}

test.each<Weighting>(['plain', 'binary', 'tfidf', 'bm25'])('%s weights follow the dense formula', (weighting) => {
  fc.assert(
    fc.property(worlds, (world) => {
      const liked = world.interactions.map((row) => row.map((x) => Math.max(0, x)));
      const dense = denseOf(weigh(liked, weighting));
      slowWeighted(world, weighting).forEach((row, user) => {
        row.forEach((value, item) => {
          expect(dense[user]![item]! > 0).toBe(value > 0);
          expectClose(dense[user]![item]!, value);
        });
      });
    }),
  );
});

test('plain weights are the strengths, binary weights are 1', () => {
  const liked = [[0.5, 0, 2]];
  expect(denseOf(weigh(liked, 'plain'))).toEqual(liked);
  expect(denseOf(weigh(liked, 'binary'))).toEqual([[1, 0, 1]]);
});

test('tfidf multiplies the square root of the strength by the rarity of the user', () => {
  // The first user has one item of 4: rarity ln(4 / 2).
  const [first] = denseOf(weigh([[4, 0, 0, 0]], 'tfidf'));
  expect(first![0]).toBeCloseTo(2 * Math.log(2), 6);
});

test('bm25 saturates the strength and weighs a popular item less', () => {
  // d = 1 and 3, 2 on average; the first user has two of 6 items: rarity ln(6 / 3) = ln 2.
  const liked = [
    [1, 1, 0, 0, 0, 0],
    [0, 1, 0, 0, 0, 0],
    [0, 1, 0, 0, 0, 0],
  ];
  const [first] = denseOf(weigh(liked, 'bm25'));
  expect(first![0]).toBeCloseTo((2.2 / 1.75) * Math.log(2), 6);
  expect(first![1]).toBeCloseTo((2.2 / 2.65) * Math.log(2), 6);
});

test('the basket of a user who has nearly everything is empty', () => {
  const liked = [
    [1, 1, 1, 0],
    [1, 1, 1, 1],
    [1, 1, 0, 0],
  ];
  for (const weighting of ['tfidf', 'bm25'] as const) {
    const baskets = weigh(liked, weighting);
    expect([0, 1, 2].map((user) => columnsOf(baskets, user))).toEqual([[], [], [0, 1]]);
    // The result has arrays of its own, with no spare cells behind the last entry.
    expect(mapped(baskets, (value) => value)).toEqual(baskets);
  }
});

test('a matrix without interactions has no weights', () => {
  for (const weighting of ['tfidf', 'bm25'] as const) expect(weigh([[0, 0]], weighting).index.length).toBe(0);
});
