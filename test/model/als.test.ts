import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rowProduct } from '../../src/kernels/products.js';
import { CONFIDENCE, foldIn } from '../../src/model/als.js';
import { alsFactorsOf } from './learned.js';
import { inverse, times } from './slow-model.js';
import { rowsOf, table } from './worlds.js';

const ITEMS = 6;

async function learned(likes: number[][], lambda: number) {
  const interactions = rowsOf(likes, ITEMS);
  const factors = await alsFactorsOf({ interactions }, { lambda });
  const rank = factors.length / ITEMS;
  const fold = foldIn(factors, rank);
  const a = Array.from({ length: ITEMS }, (_, item) => [...factors.subarray(item * rank, (item + 1) * rank)]);
  const historyOf = (row: number[]) => {
    const items = [...row.keys()].filter((item) => row[item] !== 0);
    return { items, strengths: items.map((item) => row[item]!) };
  };
  return { fold, a, factors, historyOf };
}

test('folding a user in gives the scores and item weights of the closed form over the history', async () => {
  await fc.assert(
    fc.asyncProperty(table(5, ITEMS, [0, 0, 1, 0.5, 2, -1]), async (likes) => {
      const { fold, a, factors, historyOf } = await learned(likes, 0.5);
      for (const row of likes) {
        const { items, strengths } = historyOf(row);
        const u = fold.of(items, strengths);
        // By Woodbury:  w = (I + K C)⁻¹ c p  with K the products of the history, C = α |x|.
        const more = strengths.map((x) => CONFIDENCE * Math.abs(x));
        const dot = (i: number, j: number) => a[i]!.reduce((sum, x, k) => sum + x * a[j]![k]!, 0);
        const system = items.map((i, r) => items.map((j, c) => +(r === c) + more[r]! * dot(i, j)));
        const weights = times(
          inverse(system),
          strengths.map((x, k) => (x > 0 ? 1 + more[k]! : 0)),
        );
        for (let item = 0; item < ITEMS; item++) {
          const score = items.reduce((sum, j, k) => sum + weights[k]! * dot(j, item), 0);
          expect(rowProduct(factors, item, u)).toBeCloseTo(score, 3);
        }
        items.forEach((item, k) => {
          expect(fold.weightOf(item, strengths[k]!, u)).toBeCloseTo(weights[k]!, 2);
        });
      }
    }),
    { numRuns: 50 },
  );
});

test('with little regularisation and as many factors as items, users score 1 for what they liked and 0 for the rest', async () => {
  const likes = [
    [1, 1, 1, 0, 0, 0],
    [1, 1, 0, 0, 0, 0],
    [0, 0, 0, 1, 1, 1],
    [0, 0, 0, 1, 0, 1],
  ];
  const { fold, factors, historyOf } = await learned(likes, 1e-3);
  for (const row of likes) {
    const { items, strengths } = historyOf(row);
    const u = fold.of(items, strengths);
    row.forEach((like, item) => {
      expect(rowProduct(factors, item, u)).toBeCloseTo(like, 1);
    });
  }
});
