import fc from 'fast-check';
import { expect, test } from 'vitest';
import { factorsOf } from '../../src/model/low-rank.js';
import { rowsOf, table } from './worlds.js';

/** d_j · ⟨a_i, a_j⟩ between all items, divided by what few users make it count less. */
function projection(likes: number[][], items: number): number[][] {
  const factors = factorsOf(rowsOf(likes, items))!;
  const rank = factors.length / items;
  const degree = likes.reduce((sum, row) => sum.map((d, item) => d + (row[item]! > 0 ? 1 : 0)), Array(items).fill(0));
  const mean = degree.reduce((a, b) => a + b, 0) / degree.filter((d) => d > 0).length;
  const shrunk = Math.min(1, 20 / mean) * Math.min(1, likes.length / (100 * rank));
  const dot = (i: number, j: number) =>
    [...Array(rank).keys()].reduce((sum, k) => sum + factors[i * rank + k]! * factors[j * rank + k]!, 0);
  return degree.map((_, i) => degree.map((d, j) => (d * dot(i, j)) / shrunk));
}

test('where each taste has items of its own, an item speaks for those of its taste alone, by how many like them', () => {
  const [one, other] = [
    [1, 1, 1, 0, 0],
    [0, 0, 0, 1, 1],
  ];
  const found = projection([one, one, other, one, [0, 0, 1, 0, 0]], 5);
  // The strongest eigenvector of a block is √d, so the projection on it is d_j / Σ d; the block of three has another, of its lonely item.
  expect(found[3]!.map((x) => Math.abs(+x.toFixed(4)))).toEqual([0, 0, 0, 0.5, 0.5]);
  for (const [i, j] of [
    [0, 3],
    [3, 2],
    [4, 1],
  ] as const)
    expect(found[i]![j]).toBeCloseTo(0, 4);
  expect(found[0]![0]).toBeCloseTo(found[1]![1]!, 4);
});

test('popularity is the strongest taste: what is liked as items are in general speaks for what is popular, whatever there is', () => {
  fc.assert(
    fc.property(table(5, 6, [0, 0, 1]), (likes) => {
      fc.pre(likes.some((row) => row.includes(1)));
      const items = likes[0]!.length;
      const found = projection(likes, items);
      const degree = likes[0]!.map((_, item) => likes.filter((row) => row[item] === 1).length);
      // √d is an eigenvector of every block, with the eigenvalue 1.
      degree.forEach((d, j) => {
        expect(degree.reduce((sum, of, i) => sum + of * found[i]![j]!, 0)).toBeCloseTo(d, 1);
      });
    }),
    { numRuns: 100 },
  );
});

test('dislikes and what is only had say nothing, and where nothing is liked there is nothing to factorise', () => {
  const likes = [
    [1, 1, 0],
    [0, 1, 1],
  ];
  const disliked = [
    [1, 1, -1],
    [-0.5, 1, 1],
  ];
  expect(factorsOf(rowsOf(disliked, 3))).toEqual(factorsOf(rowsOf(likes, 3)));
  expect(factorsOf(rowsOf([[0, -1]], 2))).toBeUndefined();
});

test('dense data have no factors: they would gain nothing', () => {
  const everything = Array.from({ length: 60 }, () => [1, 1, 1]);
  expect(factorsOf(rowsOf(everything, 3))).toBeUndefined();
});
