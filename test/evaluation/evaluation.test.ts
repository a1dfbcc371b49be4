import { describe, expect, it } from 'vitest';
import { ALL, COLD, evaluateRankings, type Figure } from '../../src/evaluation/evaluation.js';
import { USER_METRICS } from '../../src/evaluation/user-metrics.js';
import { MEASURES, RANKINGS, TEST_SET } from './example.js';

const evaluation = evaluateRankings(TEST_SET, RANKINGS, MEASURES);

function figure(algorithm: string, group: string, metric: string, at?: number): Figure {
  const found = evaluation.figures.filter(
    (each) => each.algorithm === algorithm && each.group === group && each.metric === metric && each.at === at,
  );
  expect(found).toHaveLength(1);
  return found[0]!;
}

describe('evaluateRankings', () => {
  it('averages each user’s recall, as calculated by hand', () => {
    // At 2: user 0's list has 2 of 2 ("good") or 1 of 2 ("popular"), user 1's 1 of 1, user 3's 1 of 2.
    expect(figure('good', ALL, 'recall', 2)).toMatchObject({ value: (1 + 1 + 0.5) / 3, users: 3 });
    expect(figure('popular', ALL, 'recall', 2)).toMatchObject({ value: (0.5 + 1 + 0.5) / 3, users: 3 });
    expect(figure('good', ALL, 'hit_rate', 1).value).toBe(1);
  });

  it('puts each mean between the ends of its interval', () => {
    for (const { metric, value, low, high } of evaluation.figures.filter((each) => each.users > 1)) {
      if (!USER_METRICS.some((each) => each === metric)) continue;
      expect(low).toBeLessThanOrEqual(value!);
      expect(high).toBeGreaterThanOrEqual(value!);
    }
  });

  it('averages a group over its members, and gives no value for an empty group', () => {
    expect(figure('good', 'country:FR', 'recall', 2)).toMatchObject({ value: 0.75, users: 2 });
    const none = { value: undefined, low: undefined, high: undefined, users: 0 };
    expect(figure('good', 'country:DE', 'recall', 2)).toMatchObject(none);
  });

  it('measures cold items over the users who have one to find, counting only those items', () => {
    expect(evaluation.cold).toEqual({ items: 1, pairs: 2 });
    expect(figure('good', COLD, 'recall', 2)).toMatchObject({ value: 0.5, users: 2 });
    expect(figure('popular', COLD, 'recall', 2)).toMatchObject({ value: 0, users: 2 });
    // User 0 has the only cold item at rank 2, which gives 1 / log₂ 3; user 3 misses it.
    expect(figure('good', COLD, 'ndcg', 2).value).toBeCloseTo(1 / Math.log2(3) / 2);
  });

  it('measures the catalogue over all lists, without intervals', () => {
    expect(figure('good', ALL, 'coverage', 2)).toMatchObject({ value: 1, low: undefined, high: undefined });
    expect(figure('popular', ALL, 'coverage', 2).value).toBeCloseTo(4 / 5);
    expect(figure('popular', ALL, 'coverage', 1).value).toBeCloseTo(3 / 5);
  });

  it('reports the users served and the speed, but no rate when the measured time is 0', () => {
    expect(figure('good', ALL, 'users_served').value).toBe(3);
    expect(figure('good', ALL, 'learn_seconds').value).toBe(1.5);
    expect(figure('good', ALL, 'users_per_second').value).toBe(1500);
    expect(figure('popular', ALL, 'users_per_second').value).toBeUndefined();
  });

  it('compares the first algorithm with every other, for each metric and cut', () => {
    expect(evaluation.comparisons).toHaveLength(2 * USER_METRICS.length);
    const recall = evaluation.comparisons.find(({ metric, at }) => metric === 'recall' && at === 2)!;
    // One of three users gains 1/2; flipping signs at random always gives a difference of that size.
    expect(recall).toMatchObject({ first: 'good', second: 'popular', p: 1 });
    expect(recall.difference).toBeCloseTo(0.5 / 3);
  });

  it('finds no difference between the first algorithm and a copy of it under another name', () => {
    const twin = { ...RANKINGS[0]!, algorithm: 'twin' };
    const { comparisons } = evaluateRankings(TEST_SET, [...RANKINGS, twin], MEASURES);
    const differences = (second: string) =>
      comparisons.filter((pair) => pair.second === second).map(({ difference }) => difference);
    expect(new Set(differences('twin'))).toEqual(new Set([0]));
    expect(differences('popular').some((difference) => difference > 0)).toBe(true);
  });

  it('lists its groups, all users first and the cold items last', () => {
    expect(evaluation.groups).toEqual([
      { name: 'all', users: 3 },
      { name: 'country:FR', users: 2 },
      { name: 'country:DE', users: 0 },
      { name: 'cold items', users: 2 },
    ]);
  });

  it('gives the same result for the same seed, and the same means for every seed', () => {
    expect(evaluateRankings(TEST_SET, RANKINGS, MEASURES)).toEqual({ ...evaluation, find: expect.any(Function) });
    const values = (seed: number) =>
      evaluateRankings(TEST_SET, RANKINGS, { ...MEASURES, seed }).figures.map(({ value }) => value);
    expect(values(2)).toEqual(values(1));
  });
});
