import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TopN } from '../../src/matrix/top-n.js';

/** Few different scores, so that ties are common; every index once, in any order. */
const offers = fc
  .array(fc.constantFrom(-1, -0, 0, 0.5, 1, 2, Number.NEGATIVE_INFINITY), { maxLength: 200 })
  .chain((scores) =>
    fc.shuffledSubarray([...scores.keys()], { minLength: scores.length }).map((order) => ({ scores, order })),
  );

function best({ scores, order }: { scores: number[]; order: number[] }, n: number): number[] {
  return order.toSorted((a, b) => (scores[a]! === scores[b]! ? a - b : scores[a]! < scores[b]! ? 1 : -1)).slice(0, n);
}

test('TopN keeps the first N of a full sort, in order and with their scores', () => {
  const tops = new Map([0, 1, 2, 3, 5, 8, 20, 40, 90].map((n) => [n, new TopN(n)]));
  fc.assert(
    fc.property(offers, fc.constantFrom(...tops.keys()), (offered, n) => {
      // One instance for all runs, since draining has to leave it empty.
      const top = tops.get(n)!;
      for (const index of offered.order) top.offer(index, offered.scores[index]!);
      const expected = best(offered, n);
      expect(top.size).toBe(expected.length);
      const scores = new Float64Array(top.size);
      expect(Array.from(top.drain(scores))).toEqual(expected);
      expected.forEach((index, place) => {
        expect(scores[place]! === offered.scores[index]!).toBe(true);
      });
      expect(top.size).toBe(0);
    }),
  );
});

test('TopN refuses an offer only if N better pairs are known, and soon refuses a run of worse ones', () => {
  fc.assert(
    fc.property(offers, fc.nat(8), (offered, n) => {
      const top = new TopN(n);
      offered.order.forEach((index, k) => {
        const sofar = { scores: offered.scores, order: offered.order.slice(0, k + 1) };
        const isKept = top.offer(index, offered.scores[index]!);
        expect(isKept || !best(sofar, n).includes(index)).toBe(true);
        expect(top.threshold <= offered.scores[index]! || !isKept).toBe(true);
      });
    }),
  );
  const top = new TopN(3);
  // All scores are equal, so that only the index decides.
  expect(Array.from({ length: 1000 }, (_, index) => top.offer(index, 1)).lastIndexOf(true)).toBeLessThan(100);
  expect([...top.drain()]).toEqual([0, 1, 2]);
});

test('TopN keeps nothing if N is 0', () => {
  const top = new TopN(0);
  expect(top.offer(3, 1)).toBe(false);
  expect(top.size).toBe(0);
  expect(top.drain()).toEqual(new Uint32Array(0));
});

test('TopN refuses NaN before any comparison, full or not', () => {
  const top = new TopN(1);
  expect(() => top.offer(7, Number.NaN)).toThrow(new RangeError('item 7 has no score'));
  top.offer(1, 1);
  expect(() => top.offer(8, Number.NaN)).toThrow(RangeError);
  expect(() => new TopN(0).offer(9, Number.NaN)).toThrow(RangeError);
  expect(Array.from(top.drain())).toEqual([1]);
});
