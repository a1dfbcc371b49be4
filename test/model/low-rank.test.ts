import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compiledKernel, type Kernel, PLAIN_KERNEL } from '../../src/kernels/kernel.js';
import { factorsOf, likesOf, sharedTastes } from '../../src/model/low-rank.js';
import { placeKeys, rowsOf, table } from './worlds.js';

/** d_j · ⟨a_i, a_j⟩ between all items. */
async function projection(likes: number[][], { blockOf }: Kernel = PLAIN_KERNEL): Promise<number[][]> {
  const interactions = rowsOf(likes, likes[0]!.length);
  const keys = placeKeys(interactions);
  const tastes = await sharedTastes(likesOf(interactions, keys.users), keys.items, 256, blockOf, async () => {});
  const rank = tastes.length / likes[0]!.length;
  const degree = likes[0]!.map((_, item) => likes.filter((row) => row[item]! > 0).length);
  const dot = (i: number, j: number) =>
    [...Array(rank).keys()].reduce((sum, k) => sum + tastes[i * rank + k]! * tastes[j * rank + k]!, 0);
  return degree.map((_, i) => degree.map((d, j) => d * dot(i, j)));
}

test('if tastes share no items, an item projects only on the items of its own taste', async () => {
  const [one, other] = [
    [1, 1, 1, 0, 0],
    [0, 0, 0, 1, 1],
  ];
  const found = await projection([one, one, other, one, [0, 0, 1, 0, 0]]);
  found[3]!.forEach((x, j) => {
    expect(x).toBeCloseTo(j < 3 ? 0 : 0.5, 4);
  });
  for (const [i, j] of [
    [0, 3],
    [3, 2],
    [4, 1],
  ] as const)
    expect(found[i]![j]).toBeCloseTo(0, 4);
  expect(found[0]![0]).toBeCloseTo(found[1]![1]!, 4);
});

test('popularity is the strongest taste: a history in proportion to popularity projects on popularity itself', async () => {
  await fc.assert(
    fc.asyncProperty(table(5, 6, [0, 0, 1]), async (likes) => {
      fc.pre(likes.some((row) => row.includes(1)));
      const found = await projection(likes);
      const degree = likes[0]!.map((_, item) => likes.filter((row) => row[item] === 1).length);
      // √d is an eigenvector of every block, with eigenvalue 1.
      degree.forEach((d, j) => {
        expect(degree.reduce((sum, of, i) => sum + of * found[i]![j]!, 0)).toBeCloseTo(d, 1);
      });
    }),
    { numRuns: 100 },
  );
});

test('dislikes do not affect the factors', async () => {
  const likes = [
    [1, 1, 0],
    [0, 1, 1],
  ];
  const disliked = [
    [1, 1, -1],
    [-0.5, 1, 1],
  ];
  expect(await projection(disliked)).toEqual(await projection(likes));
});

/** The factors of items in pairs: exactly the same users have both items of a pair. */
function factorsOfPairs(users: number, items: number, attributes = new Float64Array(items)) {
  const rows = Array.from({ length: users }, (_, user) =>
    Array.from({ length: items }, (_, item) => +((user + item) % (items / 2) === 0)),
  );
  const interactions = rowsOf(rows, items);
  const { blockOf } = compiledKernel();
  return factorsOf(
    interactions,
    attributes,
    () => placeKeys(interactions),
    blockOf,
    async () => {},
  );
}

function products(factors: Float32Array, items: number): (i: number, j: number) => number {
  const rank = factors.length / items;
  return (i, j) =>
    factors.subarray(rank * i, rank * (i + 1)).reduce((sum, x, k) => sum + x * factors[rank * j + k]!, 0);
}

test('fewer than 500 users, or more than 40 likes an item, get no factors', async () => {
  expect(factorsOfPairs(2050, 100)).toBeUndefined();
  expect(await factorsOfPairs(1950, 100)).toBeDefined();
  expect(factorsOfPairs(499, 100)).toBeUndefined();
  expect(await factorsOfPairs(500, 100)).toBeDefined();
});

test('with fewer than 6,400 users the factors count less, in proportion', async () => {
  const dot = products((await factorsOfPairs(1600, 200))!, 200);
  // An item projects half on itself and half on the other item that the same 16 users have.
  expect(16 * dot(0, 100)).toBeCloseTo(0.5 * (1600 / 6400), 5);
  expect(dot(0, 100)).toBeCloseTo(dot(0, 0), 5);
  expect(dot(0, 1)).toBeCloseTo(0, 5);
});

test('an item with attribute evidence counts by the share of users in its evidence', async () => {
  const attributes = new Float64Array(200);
  attributes[0] = 16;
  const plain = products((await factorsOfPairs(1600, 200))!, 200);
  const withAttributes = products((await factorsOfPairs(1600, 200, attributes))!, 200);
  expect(withAttributes(0, 100)).toBeCloseTo(plain(0, 100) / 2, 6);
  expect(withAttributes(0, 0)).toBeCloseTo(plain(0, 0) / 4, 6);
  expect(withAttributes(1, 101)).toBe(plain(1, 101));
});
