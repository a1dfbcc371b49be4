import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { strengthsOf } from '../../src/dataset/strengths/strength-rule.js';
import { type SparseRows, sparseFromEntries } from '../../src/matrix/sparse.js';
import { countStrength, DISLIKE, ratingStrength, usualRating } from '../../src/model/strength.js';

/** users × items with the given values: each user's values are those of items 0, 1, 2 … */
function rowsOf(users: number[][]): SparseRows {
  const row = users.flatMap((values, user) => values.map(() => user));
  const column = users.flatMap((values) => values.map((_, item) => item));
  return sparseFromEntries(users.length, 99, row, column, users.flat(), row.length);
}

describe('countStrength', () => {
  it.each([
    [1, 1],
    [10, 1.5],
    [100, 2],
    [1000, 2.5],
    [0.1, 0.5],
    [0.001, 0.25],
    [1e9, 4],
  ])('gives a count of %d the strength %d', (count, strength) => {
    expect(countStrength(count)).toBeCloseTo(strength, 12);
  });

  it('is 0 for a count of 0 or less', () => {
    expect([0, -1, -80].map(countStrength)).toEqual([0, 0, 0]);
  });

  it('rises with the count and stays between 1/4 and 4', () => {
    const count = fc.double({ min: 1e-9, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(count, count, (a, b) => {
        const [less, more] = [countStrength(Math.min(a, b)), countStrength(Math.max(a, b))];
        expect(less).toBeLessThanOrEqual(more);
        expect(less).toBeGreaterThanOrEqual(0.25);
        expect(more).toBeLessThanOrEqual(4);
      }),
    );
  });
});

describe('ratingStrength', () => {
  it.each([
    [3, 3, 4, 1],
    [5, 3, 4, 1.4],
    [1, 3, 4, 0.6],
    [1, 5, 4, 0.25],
    [10, 1, 9, 1.8],
    [99, 0, 1, 2],
    [1, 1, 0, 1],
  ])(
    'gives a rating of %d, with a usual rating of %d and a span of %d, the strength %d',
    (rating, usual, span, strength) => {
      expect(ratingStrength(rating, usual, span)).toBeCloseTo(strength, 12);
    },
  );
});

describe('usualRating', () => {
  it("is the overall mean for a user without ratings, and nearly the user's own mean with many ratings", () => {
    expect(usualRating(0, 0, 3.5)).toBe(3.5);
    expect(usualRating(5, 1, 3.5)).toBe(22.5 / 6);
    expect(usualRating(5000, 1000, 3)).toBeCloseTo(4.99, 2);
  });
});

describe('strengthsOf', () => {
  it('measures a rating relative to the usual rating of its user', () => {
    const strengths = strengthsOf(rowsOf([[4, 5], [4, 2, 3, 3], [5]]), { kind: 'scale', low: 1, high: 5 });
    // m = 26 / 7; m_u = (9 + 5m) / 7, (12 + 5m) / 9, (5 + 5m) / 6
    const m = 26 / 7;
    const [first, second, third] = [(9 + 5 * m) / 7, (12 + 5 * m) / 9, (5 + 5 * m) / 6] as const;
    const expected = [4 - first, 5 - first, 4 - second, 2 - second, 3 - second, 3 - second, 5 - third];
    expect(Array.from(strengths)).toEqual(expected.map((above) => Math.fround(1 + (0.8 * above) / 4)));
  });

  it('reads an interaction without a number as a plain one, which does not affect means', () => {
    const rule = { kind: 'scale', low: 1, high: 5 } as const;
    const [with1, without] = [strengthsOf(rowsOf([[4, Number.NaN, 2]]), rule), strengthsOf(rowsOf([[4, 2]]), rule)];
    expect(Array.from(with1)).toEqual([without[0], 1, without[1]]);
    expect(Array.from(strengthsOf(rowsOf([[Number.NaN, 10]]), { kind: 'count' }))).toEqual([1, 1.5]);
    const thumbs = { kind: 'thumbs', low: 0, high: 1, dislikeUpTo: 0.25 } as const;
    expect(Array.from(strengthsOf(rowsOf([[Number.NaN, 1, 0]]), thumbs))).toEqual([1, 1, DISLIKE]);
  });

  it('equals the formula written out', () => {
    const grade = fc.integer({ min: 1, max: 10 }).map((g) => g / 2);
    fc.assert(
      fc.property(fc.array(fc.array(grade, { maxLength: 8 }), { minLength: 1, maxLength: 6 }), (users) => {
        const all = users.flat();
        const mean = all.reduce((a, b) => a + b, 0) / Math.max(1, all.length);
        const expected = users.flatMap((ratings) => {
          const usual = (ratings.reduce((a, b) => a + b, 0) + 5 * mean) / (ratings.length + 5);
          return ratings.map((r) => Math.fround(Math.min(2, Math.max(0.25, 1 + (0.8 * (r - usual)) / 4.5))));
        });
        const strengths = Array.from(strengthsOf(rowsOf(users), { kind: 'scale', low: 0.5, high: 5 }));
        expect(strengths).toHaveLength(expected.length);
        strengths.forEach((x, at) => {
          expect(x).toBeCloseTo(expected[at]!, 6);
        });
      }),
    );
  });
});
