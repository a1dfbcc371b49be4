import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ties } from '../../src/events/ties.js';

describe('Ties', () => {
  it('tells whether a number comes twice, whatever was asked before', () => {
    const few = fc.array(fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constant(Number.NaN), fc.integer()));
    fc.assert(
      fc.property(fc.array(few, { minLength: 1, maxLength: 20 }), (questions) => {
        const ties = new Ties();
        for (const numbers of questions) {
          const known = numbers.filter((number) => !Number.isNaN(number));
          const padded = Float64Array.of(1, 1, ...numbers, 2, 2);
          expect(ties.has(padded, 2, 2 + numbers.length)).toBe(new Set(known).size < known.length);
        }
      }),
    );
  });

  it('tells it of more than its table holds at first, and of numbers that are alike in their last 32 bits', () => {
    const rising = Float64Array.from({ length: 10_000 }, (_, k) => k * 2 ** 32);
    const ties = new Ties();
    expect(ties.has(rising, 0, rising.length)).toBe(false);
    rising[9_999] = rising[17]!;
    expect(ties.has(rising, 0, rising.length)).toBe(true);
    expect(ties.has(rising, 18, rising.length)).toBe(false);
  });
});
