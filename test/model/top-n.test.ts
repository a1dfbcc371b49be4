import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TopN } from '../../src/model/top-n.js';

/** Few different scores, so that ties are common; each index once, in any order. */
const offers = fc
  .array(fc.constantFrom(-1, -0, 0, 0.5, 1, 2, Number.NEGATIVE_INFINITY), { maxLength: 40 })
  .chain((scores) =>
    fc.shuffledSubarray([...scores.keys()], { minLength: scores.length }).map((order) => ({ scores, order })),
  );

function best({ scores, order }: { scores: number[]; order: number[] }, n: number): number[] {
  return order.toSorted((a, b) => (scores[a]! === scores[b]! ? a - b : scores[a]! < scores[b]! ? 1 : -1)).slice(0, n);
}

test('the heap keeps what a full sort puts first, in its order and with its scores', () => {
  const top = new Map(Array.from({ length: 9 }, (_, n) => [n, new TopN(n)]));
  fc.assert(
    fc.property(offers, fc.nat(8), (offered, n) => {
      // One heap for all runs: what is drained leaves nothing behind.
      const heap = top.get(n)!;
      for (const index of offered.order) heap.offer(index, offered.scores[index]!);
      const expected = best(offered, n);
      expect(heap.size).toBe(expected.length);
      const scores = new Float64Array(heap.size);
      expect(Array.from(heap.drain(scores))).toEqual(expected);
      expected.forEach((index, place) => {
        expect(scores[place]! === offered.scores[index]!).toBe(true);
      });
      expect(heap.size).toBe(0);
    }),
  );
});

test('an offer is refused exactly where N better pairs are kept', () => {
  fc.assert(
    fc.property(offers, fc.nat(8), (offered, n) => {
      const heap = new TopN(n);
      offered.order.forEach((index, k) => {
        const sofar = { scores: offered.scores, order: offered.order.slice(0, k + 1) };
        expect(heap.offer(index, offered.scores[index]!)).toBe(best(sofar, n).includes(index));
      });
    }),
  );
});

test('a list of none keeps none', () => {
  const heap = new TopN(0);
  expect(heap.offer(3, 1)).toBe(false);
  expect(heap.size).toBe(0);
  expect(heap.drain()).toEqual(new Uint32Array(0));
});

test('NaN is refused before it is compared, full or not', () => {
  const heap = new TopN(1);
  expect(() => heap.offer(7, Number.NaN)).toThrow(new RangeError('item 7 has no score'));
  heap.offer(1, 1);
  expect(() => heap.offer(8, Number.NaN)).toThrow(RangeError);
  expect(() => new TopN(0).offer(9, Number.NaN)).toThrow(RangeError);
  expect(Array.from(heap.drain())).toEqual([1]);
});
