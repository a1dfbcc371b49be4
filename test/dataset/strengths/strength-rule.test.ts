import { describe, expect, it } from 'vitest';
import { GradeTally } from '../../../src/dataset/strengths/grade-tally.js';
import {
  defaultDuplicates,
  type Ratings,
  strengthRule,
  strengthsOf,
} from '../../../src/dataset/strengths/strength-rule.js';
import { sparseFromEntries } from '../../../src/matrix/sparse.js';

/** A tally with each value as often as given. */
function values(tally: [value: number, count: number][]): GradeTally {
  return numbers(tally.flatMap(([value, count]) => new Array<number>(count).fill(value)));
}

function numbers(values: readonly number[]): GradeTally {
  return GradeTally.of({ values: Float64Array.from(values), none: Number.NaN });
}

/** The grades of a column that become dislikes. */
function disliked(tally: [number, number][]): number[] {
  const grades = tally.map(([value]) => value);
  const at = grades.map((_, index) => index);
  const row = sparseFromEntries(1, grades.length, new Array(grades.length).fill(0), at, grades, grades.length);
  const strengths = strengthsOf(row, strengthRule(values(tally)));
  return grades.filter((_, index) => (strengths[index] ?? 0) < 0);
}

const MOVIELENS: [number, number][] = [
  [0.5, 1],
  [1, 3],
  [1.5, 2],
  [2, 7],
  [2.5, 5],
  [3, 20],
  [3.5, 13],
  [4, 27],
  [4.5, 8],
  [5, 13],
];

describe('strengthRule', () => {
  it('reads half stars from 0.5 to 5 as a scale', () => {
    expect(strengthRule(values(MOVIELENS))).toEqual({ kind: 'scale', low: 0.5, high: 5 });
  });

  it.each([
    ['1 to 5', [2, 3, 8, 9, 7].map((count, at) => [at + 1, count]), 1, 5],
    ['1 to 5 without a 1', [3, 8, 9, 7].map((count, at) => [at + 2, count]), 1, 5],
    ['1 to 5 of which 4 and 5 are given', [4, 5].map((grade) => [grade, grade]), 1, 5],
    ['1 to 10', [1, 1, 1, 1, 2, 0, 9, 9, 3].map((count, at) => [at + 1, count]), 1, 10],
    ['0, 1, 2', [2, 3, 5].map((count, at) => [at, count]), 0, 2],
    ['five grades up to 1', [1, 2, 3, 5, 4].map((count, at) => [(at + 1) / 5, count]), 0.2, 1],
  ] as [string, [number, number][], number, number][])(
    'reads %s as a scale without dislikes',
    (_, tally, low, high) => {
      expect(strengthRule(values(tally))).toEqual({ kind: 'scale', low, high });
      expect(disliked(tally)).toEqual([]);
    },
  );

  it.each([
    ['thumbs, -1 and 1', [-1, 1], [-1]],
    ['thumbs, 0 and 1', [0, 1], [0]],
    ['thumbs, 1 and 2', [1, 2], [1]],
    ['two of five stars, the best and the worst', [1, 5], [1]],
    ['-2 to 2', [-2, -1, 0, 1, 2], [-2, -1]],
    ['-1 to 5, in halves', [-1, -0.5, 0, 1, 3, 5], [-1, -0.5, 0]],
  ] as [string, number[], number[]][])('finds dislikes in %s', (_, grades, dislikes) => {
    const tally = grades.map((grade, at): [number, number] => [grade, at + 1]);
    expect(strengthRule(values(tally)).kind).toBe('thumbs');
    expect(disliked(tally)).toEqual(dislikes);
  });

  it.each([
    [
      'play counts',
      [
        [1, 50],
        [2, 20],
        [3, 9],
        [17, 1],
        [512, 1],
      ],
    ],
    [
      'small counts that pile up on 1',
      [
        [1, 50],
        [2, 20],
        [3, 9],
      ],
    ],
    [
      'quantities with returns',
      [
        [-12, 1],
        [-1, 2],
        [1, 40],
        [6, 20],
        [12, 30],
      ],
    ],
    ['nothing but ones', [[1, 9]]],
    ['more grades than scales have', Array.from({ length: 22 }, (_, at) => [at / 4, at + 1])],
    ['no value at all', []],
  ] as [string, [number, number][]][])('reads %s as counts', (_, tally) => {
    expect(strengthRule(values(tally)).kind).toBe('count');
    expect(disliked(tally)).toEqual([]);
  });

  it('ignores empty cells', () => {
    const some = [1, 2, 3, 4, 4, 5].flatMap((value) => [Number.NaN, value]);
    expect(strengthRule(numbers(some))).toMatchObject({ kind: 'scale', low: 1, high: 5 });
    const whole = Uint32Array.from(some, (value) => (Number.isNaN(value) ? 99 : value));
    expect(strengthRule(GradeTally.of({ values: whole, none: 99 }))).toMatchObject({ kind: 'scale', low: 1, high: 5 });
  });
});

describe('strengthRule with --ratings', () => {
  const as = (ratings: Ratings, ...grades: number[]) => strengthRule(numbers(grades), ratings);

  it('reads stars as counts, or counts as a scale', () => {
    expect(as('count', 1, 2, 3, 4, 4, 5)).toEqual({ kind: 'count' });
    expect(as('scale', 1, 1, 1, 2, 3)).toEqual({ kind: 'scale', low: 1, high: 3 });
  });

  it('takes the ends of other scales than those up to 10 from the values', () => {
    expect(as('scale', 80, 100, 93.5, 88)).toEqual({ kind: 'scale', low: 80, high: 100 });
    expect(as('scale', -10, 2.5, 9.75)).toMatchObject({ kind: 'thumbs', low: -10, high: 10, dislikeUpTo: -5 });
  });

  it('reads a column without numbers as counts', () => {
    expect(as('scale', Number.NaN)).toEqual({ kind: 'count' });
  });
});

describe('defaultDuplicates', () => {
  it('is last for ratings and sum for counts', () => {
    expect(defaultDuplicates('scale')).toBe('last');
    expect(defaultDuplicates('thumbs')).toBe('last');
    expect(defaultDuplicates('count')).toBe('sum');
  });
});
