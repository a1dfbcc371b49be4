import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  coverage,
  diversityMeter,
  diversitySample,
  gini,
  itemFacts,
  measureCatalogue,
  novelty,
  selfInformation,
} from '../../src/evaluation/catalogue-metrics.js';
import { rowsOf, table } from '../model/worlds.js';
import { listsOf } from './lists.js';

/** Four users: all like item 0, two like item 1, one likes item 2, one dislikes item 3, nobody has item 4. */
const TRAIN = rowsOf(
  [
    [1, 1, 1, 0, 0],
    [1, 1, 0, 0, 0],
    [1, 0, 0, -0.5, 0],
    [1, 0, 0, 0, 0],
  ],
  5,
);
const ALL = Uint8Array.from([1, 1, 1, 1, 1]);
const facts = itemFacts(TRAIN, ALL);

describe('coverage', () => {
  it('is the share of items that are recommended to at least one user', () => {
    expect(coverage(Uint32Array.from([3, 0, 1, 0]))).toBe(0.5);
    expect(coverage(new Uint32Array(0))).toBeUndefined();
  });
});

describe('gini', () => {
  it('matches a hand calculation for 0, 1 and 3 recommendations', () => {
    // (−2·0 + 0·1 + 2·3) / (3 · 4)
    expect(gini(Uint32Array.from([3, 0, 1]))).toBeCloseTo(0.5);
  });

  it('is 0 for equal counts, and 1 − 1/n when one item gets all recommendations', () => {
    expect(gini(Uint32Array.from([4, 4, 4]))).toBe(0);
    expect(gini(Uint32Array.from([0, 0, 0, 9]))).toBeCloseTo(3 / 4);
  });

  it('is half the mean absolute difference between two items, divided by the mean', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 1, maxLength: 12 }), (counts) => {
        const total = counts.reduce((a, b) => a + b, 0);
        fc.pre(total > 0);
        const differences = counts.flatMap((a) => counts.map((b) => Math.abs(a - b)));
        const mean = total / counts.length;
        const slow = differences.reduce((a, b) => a + b, 0) / counts.length ** 2 / (2 * mean);
        expect(gini(Uint32Array.from(counts))).toBeCloseTo(slow, 12);
      }),
    );
  });

  it('is undefined when nothing is recommended', () => {
    expect(gini(new Uint32Array(3))).toBeUndefined();
  });
});

describe('novelty', () => {
  const bits = selfInformation(facts);

  it('is 0 bits for an item that all users like, 1 bit for half of them, 2 bits for a quarter', () => {
    expect(Array.from(bits.subarray(0, 3))).toEqual([0, 1, 2]);
    // The list of two items has 1.5 bits per item, the list of one has 0.
    expect(novelty(listsOf([1, 2], [0]), bits, 10)).toBe(0.75);
  });

  it('treats an item that nobody likes as liked by half a user: one bit more than an item with one user', () => {
    expect(Array.from(bits.subarray(3))).toEqual([3, 3]);
  });

  it('uses list items up to the cut only, and skips empty lists', () => {
    expect(novelty(listsOf([1, 2], []), bits, 1)).toBe(1);
    expect(novelty(listsOf([]), bits, 1)).toBeUndefined();
  });

  it('is 0 for every item when nobody likes anything', () => {
    expect(Array.from(selfInformation(itemFacts(rowsOf([[0]], 1), Uint8Array.from([1]))))).toEqual([0]);
  });
});

describe('diversityMeter', () => {
  it('matches a hand calculation: two users like both items, four like item 0, two like item 1', () => {
    // 1 − 2 / √(4 · 2)
    expect(diversityMeter(facts)(Uint32Array.from([0, 1]))).toBeCloseTo(1 - 2 / Math.sqrt(8));
  });

  it('is the mean of 1 − cosine over all pairs of items, unaffected by earlier measurements', () => {
    const worlds = fc
      .record({ users: fc.integer({ min: 1, max: 6 }), items: fc.integer({ min: 2, max: 7 }) })
      .chain(({ users, items }) =>
        fc.record({
          train: table(users, items, [0, 0, 1, 1, -0.5]),
          lists: fc.array(fc.uniqueArray(fc.nat(items - 1), { minLength: 2, maxLength: items }), { maxLength: 4 }),
        }),
      );
    fc.assert(
      fc.property(worlds, ({ train, lists }) => {
        const meter = diversityMeter(
          itemFacts(
            rowsOf(train, train[0]!.length),
            Uint8Array.from(train[0]!, () => 1),
          ),
        );
        const vector = (item: number): number[] => train.map((row) => (row[item]! > 0 ? 1 : 0));
        const dot = (a: number[], b: number[]) => a.reduce((sum, x, at) => sum + x * b[at]!, 0);
        const cosine = (a: number[], b: number[]) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b) || 1);
        for (const list of lists) {
          const distances = list.flatMap((a, at) => list.slice(at + 1).map((b) => 1 - cosine(vector(a), vector(b))));
          const slow = distances.reduce((a, b) => a + b, 0) / distances.length;
          expect(meter(Uint32Array.from(list))).toBeCloseTo(slow, 10);
        }
      }),
    );
  });

  it('is undefined for a list of one item', () => {
    expect(diversityMeter(facts)(Uint32Array.from([0]))).toBeUndefined();
  });
});

describe('measureCatalogue', () => {
  it('uses list items up to the cut and offered items only', () => {
    const offered = Uint8Array.from([1, 1, 1, 0, 0]);
    const figures = measureCatalogue(listsOf([0, 1], [0, 2]), itemFacts(TRAIN, offered), 1, diversitySample(2, 1));
    // Three items are offered; item 0 gets both recommendations, and all users like it.
    expect(figures).toEqual({ coverage: 1 / 3, gini: 4 / 6, novelty: 0, diversity: undefined });
  });

  it('leaves every metric but coverage undefined when nothing is recommended', () => {
    const figures = measureCatalogue(listsOf([], []), facts, 10, diversitySample(2, 1));
    expect(figures).toEqual({ coverage: 0, gini: undefined, novelty: undefined, diversity: undefined });
  });

  it('estimates diversity from a sample of the lists when there are many', () => {
    const lists = Array.from({ length: 5000 }, (_, user) => (user % 2 === 0 ? [0, 1] : [0, 4]));
    const { diversity } = measureCatalogue(listsOf(...lists), facts, 2, diversitySample(5000, 1));
    const ofAll = (1 - 2 / Math.sqrt(8) + 1) / 2;
    // Five standard deviations of the mean of 1,000 lists: the two kinds of list differ by √½.
    expect(Math.abs(diversity! - ofAll)).toBeLessThan((5 * Math.SQRT1_2) / 2 / Math.sqrt(1000));
    expect(diversity).not.toBe(ofAll);
  });
});
