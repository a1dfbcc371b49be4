import fc from 'fast-check';
import { expect, test } from 'vitest';
import { listDiff } from '../../src/evaluation/list-diff.js';
import { listsOf } from './lists.js';

const diffOf = (before: readonly number[][], after: readonly number[][], items = 10) =>
  listDiff(listsOf(...before), listsOf(...after), items);

test('two lists that share one of two items have the change and overlap calculated by hand', () => {
  // X_1 = 0, X_2 = 1: (0.1 / 0.9) · (0 + 1/2 · 0.81) + 1/2 · 0.81 = 0.045 + 0.405
  const diff = diffOf([[1, 2]], [[2, 3]]);
  expect(diff.change).toBe(0.5);
  expect(diff.rankBiasedOverlap).toBeCloseTo(0.45, 12);
  expect(diff.items).toEqual({ before: 2, after: 2, both: 1, came: 1, went: 1 });
});

test('swapping the last two of three items lowers the rank-biased overlap but is no change', () => {
  // X = 1, 1, 3: (0.1 / 0.9) · (0.9 + 0.405 + 0.729) + 0.729
  const diff = diffOf([[1, 2, 3]], [[1, 3, 2]]);
  expect(diff.change).toBe(0);
  expect(diff.rankBiasedOverlap).toBeCloseTo(0.955, 12);
  expect(diff.mostChanged).toEqual([{ user: 0, both: 3, longest: 3, rankBiasedOverlap: diff.rankBiasedOverlap }]);
  expect([diff.inMoreLists, diff.inFewerLists]).toEqual([[], []]);
});

test('users in only one of the files are counted, and affect nothing else', () => {
  const diff = diffOf([[1, 2], [3], [], [4]], [[1, 2], [], [5], [4, 6, 7, 8], [9]]);
  expect(diff.users).toEqual({ before: 3, after: 4, both: 2, came: 2, went: 1 });
  expect(diff.change).toBe(1 - (1 + 1 / 4) / 2);
  expect(diff.mostChanged.map(({ user, both, longest }) => [user, both, longest])).toEqual([[3, 1, 4]]);
  // A list that only grew agrees with the old one over the old one's length.
  expect(diff.rankBiasedOverlap).toBeCloseTo(1, 12);
});

test('the change is 1 when no user is in both files, and 0 when there are no lists at all', () => {
  expect(diffOf([[1]], [[], [1]])).toMatchObject({ change: 1, rankBiasedOverlap: 0 });
  expect(diffOf([], [[1]])).toMatchObject({ change: 1, rankBiasedOverlap: 0 });
  expect(diffOf([], [[]])).toMatchObject({ change: 0, rankBiasedOverlap: 1, mostChanged: [] });
});

test('the ten items that most lists gained and lost are named, most lists first, ties by item index', () => {
  const before = Array.from({ length: 12 }, (_, user) => [user]);
  const after = before.map(([own = 0]) => [own < 11 ? 12 : 13]);
  const { inMoreLists, inFewerLists } = diffOf(before, after, 14);
  expect(inMoreLists).toEqual([
    { item: 12, before: 0, after: 11 },
    { item: 13, before: 0, after: 1 },
  ]);
  expect(inFewerLists).toEqual(Array.from({ length: 10 }, (_, item) => ({ item, before: 1, after: 0 })));
});

/** Formula 32 of the paper, written out literally; X_d is found by counting. */
function slowOverlap(a: readonly number[], b: readonly number[], p = 0.9): number {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  const [s, l] = [short.length, long.length];
  const common = (d: number) => short.slice(0, d).filter((item) => long.slice(0, d).includes(item)).length;
  const depths = Array.from({ length: l }, (_, k) => k + 1);
  const sum = (terms: number[]) => terms.reduce((total, term) => total + term, 0);
  const seen = sum(depths.map((d) => (common(d) / d) * p ** d));
  const unseen = sum(depths.map((d) => (d > s ? ((common(s) * (d - s)) / (s * d)) * p ** d : 0)));
  return ((1 - p) / p) * (seen + unseen) + ((common(l) - common(s)) / l + common(s) / s) * p ** l;
}

const ITEMS = 12;
const anyLists = fc.array(fc.uniqueArray(fc.nat(ITEMS - 1), { maxLength: 8 }), { maxLength: 15 });

test('the diff matches a slow count, and comparing in the other direction mirrors it', () => {
  fc.assert(
    fc.property(anyLists, anyLists, (before, after) => {
      const users = Array.from({ length: Math.max(before.length, after.length) }, (_, user) => {
        const [was = [], is = []] = [before[user], after[user]];
        const both = was.filter((item) => is.includes(item)).length;
        return { user, was, is, both, longest: Math.max(was.length, is.length) };
      });
      const inBoth = users.filter(({ was, is }) => was.length > 0 && is.length > 0);
      const mean = (values: number[]) => values.reduce((total, value) => total + value, 0) / values.length;
      const diff = diffOf(before, after, ITEMS);
      const back = diffOf(after, before, ITEMS);
      expect(diff.users).toEqual({
        before: users.filter(({ was }) => was.length > 0).length,
        after: users.filter(({ is }) => is.length > 0).length,
        both: inBoth.length,
        came: users.filter(({ was, is }) => was.length === 0 && is.length > 0).length,
        went: users.filter(({ was, is }) => was.length > 0 && is.length === 0).length,
      });
      if (inBoth.length > 0) {
        expect(diff.change).toBeCloseTo(1 - mean(inBoth.map(({ both, longest }) => both / longest)), 12);
        expect(diff.rankBiasedOverlap).toBeCloseTo(mean(inBoth.map(({ was, is }) => slowOverlap(was, is))), 12);
      }
      const changed = inBoth.filter(({ was, is }) => `${was}` !== `${is}`);
      expect(diff.mostChanged).toHaveLength(Math.min(10, changed.length));
      const likeness = diff.mostChanged.map((each) => each.both / each.longest + each.rankBiasedOverlap);
      expect(likeness).toEqual([...likeness].sort((a, b) => a - b));
      expect([back.change, back.rankBiasedOverlap]).toEqual([diff.change, diff.rankBiasedOverlap]);
      expect([back.inMoreLists, back.inFewerLists]).toEqual(
        [diff.inFewerLists, diff.inMoreLists].map((all) =>
          all.map(({ item, before: was, after: is }) => ({ item, before: is, after: was })),
        ),
      );
      expect(diffOf(before, before, ITEMS)).toMatchObject({ change: 0, rankBiasedOverlap: 1, mostChanged: [] });
    }),
    { numRuns: 60 },
  );
});
