import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { measureList, measureLists, USER_METRICS, type UserMetric } from '../../src/evaluation/user-metrics.js';
import { rowsOf } from '../model/worlds.js';
import { listsOf } from './lists.js';

type Measured = Record<UserMetric, number>;

function measured(list: readonly number[], relevant: readonly number[], cuts: readonly number[]): Measured[] {
  const out = new Float64Array(cuts.length * USER_METRICS.length);
  measureList(list, Uint32Array.from(relevant), cuts, out);
  return cuts.map((_, c) => {
    const values = USER_METRICS.map((metric, m) => [metric, out[c * USER_METRICS.length + m]!]);
    return Object.fromEntries(values) as Measured;
  });
}

/** The textbook definitions, each computed separately. */
function textbookMetrics(list: readonly number[], relevant: ReadonlySet<number>, cut: number): Measured {
  const top = list.slice(0, cut);
  const isHit = top.map((item) => relevant.has(item));
  const hits = isHit.filter(Boolean).length;
  const gainOf = (flags: readonly boolean[]) =>
    flags.map((flag, at) => (flag ? 1 / Math.log2(at + 2) : 0)).reduce((a, b) => a + b, 0);
  const ideal = Array.from({ length: Math.min(cut, relevant.size) }, () => true);
  const precisionAt = (rank: number) => isHit.slice(0, rank).filter(Boolean).length / rank;
  const precisions = isHit.map((flag, at) => (flag ? precisionAt(at + 1) : 0)).reduce((a, b) => a + b, 0);
  return {
    recall: hits / relevant.size,
    precision: hits / cut,
    ndcg: gainOf(isHit) / gainOf(ideal),
    map: precisions / Math.min(cut, relevant.size),
    mrr: hits === 0 ? 0 : 1 / (isHit.indexOf(true) + 1),
    hit_rate: hits === 0 ? 0 : 1,
  };
}

const items = fc.uniqueArray(fc.nat(15), { maxLength: 12 });
const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 15 }), { minLength: 1, maxLength: 4 });
const rising = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);

describe('measureList', () => {
  it('matches a hand calculation: hits at ranks 2 and 4 of 5, three items to find', () => {
    const [at5] = measured([10, 2, 11, 4, 12], [2, 4, 9], [5]);
    expect(at5!.recall).toBeCloseTo(2 / 3);
    expect(at5!.precision).toBeCloseTo(2 / 5);
    // (1/log₂3 + 1/log₂5) / (1 + 1/log₂3 + 1/2) = 1.06161 / 2.13093
    expect(at5!.ndcg).toBeCloseTo(0.49819, 5);
    // (1/2 + 2/4) / 3
    expect(at5!.map).toBeCloseTo(1 / 3);
    expect(at5!.mrr).toBeCloseTo(1 / 2);
    expect(at5!.hit_rate).toBe(1);
  });

  it('agrees with the textbook definitions at several cuts at once', () => {
    fc.assert(
      fc.property(items, items, cuts, (list, found, at) => {
        fc.pre(found.length > 0);
        const all = measured(list, rising(found), rising(at));
        rising(at).forEach((cut, c) => {
          const slow = textbookMetrics(list, new Set(found), cut);
          for (const metric of USER_METRICS) expect(all[c]![metric]).toBeCloseTo(slow[metric], 12);
        });
      }),
    );
  });

  it('is 1 in every metric for a list of exactly the items to find, cut at its end', () => {
    const ones = { recall: 1, precision: 1, ndcg: 1, map: 1, mrr: 1, hit_rate: 1 };
    expect(measured([3, 1, 2], [1, 2, 3], [3])).toEqual([ones]);
  });

  it('divides precision by the cut even if the list is shorter', () => {
    expect(measured([1], [1], [10])[0]).toMatchObject({ precision: 0.1, recall: 1, ndcg: 1, map: 1 });
  });

  it('is 0 in every metric for an empty list', () => {
    expect(new Set(Object.values(measured([], [1], [10])[0]!))).toEqual(new Set([0]));
  });

  it('can reach 1 in every metric but recall when there are more items to find than the cut holds', () => {
    expect(measured([1, 2], [1, 2, 3, 4], [2])[0]).toMatchObject({ recall: 0.5, precision: 1, ndcg: 1, map: 1 });
  });

  it('never lowers recall, hit rate and reciprocal rank as the cut grows, and stays between 0 and 1', () => {
    fc.assert(
      fc.property(items, items, (list, found) => {
        fc.pre(found.length > 0);
        const all = measured(
          list,
          rising(found),
          Array.from({ length: 15 }, (_, c) => c + 1),
        );
        all.forEach((now, c) => {
          for (const value of Object.values(now)) expect(value >= 0 && value <= 1 + 1e-12).toBe(true);
          const before = all[c - 1] ?? now;
          for (const metric of ['recall', 'hit_rate', 'mrr'] as const) {
            expect(now[metric]).toBeGreaterThanOrEqual(before[metric]);
          }
        });
      }),
    );
  });
});

describe('measureLists', () => {
  const recallOf = (columns: readonly Float64Array[], block: number) =>
    Array.from(columns[block * USER_METRICS.length + USER_METRICS.indexOf('recall')] ?? []);
  const relevant = rowsOf(
    [
      [1, 0, 0],
      [0, 1, 0],
    ],
    3,
  );
  const rankings = [listsOf([2, 0], [1, 0]), listsOf([0, 1], [2, 0])];

  it('has columns with a number for each user, by algorithm, then by cut, then by metric', () => {
    const columns = measureLists(rankings, relevant, [1, 2]);
    expect(columns).toHaveLength(2 * 2 * USER_METRICS.length);
    expect([0, 1, 2, 3].map((block) => recallOf(columns, block))).toEqual([
      [0, 1],
      [1, 1],
      [1, 0],
      [1, 0],
    ]);
  });

  it('measures the lists of selected users against their own relevant items', () => {
    const columns = measureLists(rankings, rowsOf([[0, 1, 0]], 3), [2], Uint32Array.of(1));
    expect([recallOf(columns, 0), recallOf(columns, 1)]).toEqual([[1], [0]]);
  });
});
