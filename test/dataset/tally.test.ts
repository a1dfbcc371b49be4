import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Tally } from '../../src/dataset/interaction-order.js';

describe('Tally', () => {
  it('counts earlier occurrences of each number, independently of earlier lists', () => {
    const few = fc.array(fc.oneof(fc.integer({ min: -5, max: 5 }), fc.integer()));
    fc.assert(
      fc.property(fc.array(few, { minLength: 1, maxLength: 20 }), (lists) => {
        const tally = new Tally();
        for (const numbers of lists) {
          tally.begin(numbers.length);
          const expected = numbers.map((number, at) => numbers.slice(0, at).filter((other) => other === number).length);
          expect(numbers.map((number) => tally.add(number))).toEqual(expected);
        }
      }),
    );
  });

  it('counts more numbers than its first table holds, and numbers with equal lower 32 bits', () => {
    const rising = Array.from({ length: 10_000 }, (_, k) => k * 2 ** 32);
    const tally = new Tally();
    tally.begin(rising.length);
    expect(rising.every((number) => tally.add(number) === 0)).toBe(true);
    expect(rising.every((number) => tally.add(number) === 1)).toBe(true);
    tally.begin(1);
    expect(tally.add(rising[17]!)).toBe(0);
  });
});
