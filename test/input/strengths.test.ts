import { describe, expect, it } from 'vitest';
import { DISLIKE, defaultDuplicates, meaning, plainValue, strengthRule } from '../../src/input/strengths.js';

/** Each value as often as its tally says. */
function values(tally: [value: number, count: number][]): Float64Array {
  return Float64Array.from(tally.flatMap(([value, count]) => new Array<number>(count).fill(value)));
}

function disliked(tally: [number, number][]): number[] {
  const rule = strengthRule(values(tally));
  return tally.map(([value]) => value).filter((value) => meaning(value, rule) < 0);
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
  it('takes half stars from 0.5 to 5 for a scale whose lowest grades are dislikes', () => {
    expect(strengthRule(values(MOVIELENS))).toMatchObject({ kind: 'scale', low: 0.5, high: 5 });
    expect(disliked(MOVIELENS)).toEqual([0.5, 1, 1.5]);
  });

  it.each([
    [
      '1 to 5',
      [
        [1, 2],
        [2, 3],
        [3, 8],
        [4, 9],
        [5, 7],
      ],
      [1, 2],
    ],
    [
      '1 to 5 without a 1',
      [
        [2, 3],
        [3, 8],
        [4, 9],
        [5, 7],
      ],
      [2],
    ],
    [
      '1 to 10',
      [
        [1, 1],
        [2, 1],
        [3, 1],
        [4, 1],
        [5, 2],
        [8, 9],
        [10, 3],
      ],
      [1, 2, 3],
    ],
    [
      '0, 1, 2',
      [
        [0, 2],
        [1, 3],
        [2, 5],
      ],
      [0],
    ],
    [
      'thumbs',
      [
        [-1, 2],
        [1, 5],
      ],
      [-1],
    ],
    [
      'five grades up to 1',
      [
        [0.2, 1],
        [0.4, 2],
        [0.6, 3],
        [0.8, 5],
        [1, 4],
      ],
      [0.2, 0.4],
    ],
  ] as [string, [number, number][], number[]][])('takes %s for a scale', (_, tally, dislikes) => {
    expect(strengthRule(values(tally)).kind).toBe('scale');
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
  ] as [string, [number, number][]][])('takes %s for a count', (_, tally) => {
    expect(strengthRule(values(tally)).kind).toBe('count');
    expect(disliked(tally)).toEqual([]);
  });

  it('takes the values apart from the empty cells among them', () => {
    const some = [1, 2, 3, 4, 4, 5].flatMap((value) => [Number.NaN, value]);
    expect(strengthRule(Float64Array.from(some))).toMatchObject({ kind: 'scale', low: 1, high: 5 });
  });
});

describe('meaning', () => {
  const counts = strengthRule(
    values([
      [-1, 1],
      [1, 30],
      [40, 2],
    ]),
  );
  const scale = strengthRule(
    values([
      [1, 1],
      [3, 2],
      [5, 4],
    ]),
  );

  it('takes a count above nothing for liked, and a sum of nothing or less for merely had', () => {
    expect([40, 1, 0, -3].map((value) => meaning(value, counts))).toEqual([1, 1, 0, 0]);
  });

  it('takes the lowest quarter of a scale for dislike', () => {
    expect([1, 2, 3, 5].map((value) => meaning(value, scale))).toEqual([DISLIKE, DISLIKE, 1, 1]);
  });

  it('takes a row without a strength for a plain like on either', () => {
    expect(meaning(plainValue(counts), counts)).toBe(1);
    expect(meaning(plainValue(scale), scale)).toBe(1);
  });
});

describe('defaultDuplicates', () => {
  it('lets a later rating replace an earlier one and adds counts up', () => {
    expect(defaultDuplicates('scale')).toBe('last');
    expect(defaultDuplicates('count')).toBe('sum');
  });
});
