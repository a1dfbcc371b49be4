import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sample } from '../../src/evaluation/sample.js';

const members = fc.uniqueArray(fc.nat(1000), { maxLength: 40 }).map((numbers) => Uint32Array.from(numbers).sort());

describe('sample', () => {
  it('draws as many as are wanted, none twice, in the order they had', () => {
    fc.assert(
      fc.property(members, fc.nat(50), fc.nat(), (all, size, seed) => {
        const drawn = Array.from(sample(all, size, seed, 1));
        expect(drawn).toHaveLength(Math.min(size, all.length));
        expect(drawn).toEqual(Array.from(all).filter((member) => drawn.includes(member)));
      }),
    );
  });

  it('grows around a smaller sample of the same seed', () => {
    fc.assert(
      fc.property(members, fc.nat(20), fc.nat(20), fc.nat(), (all, size, more, seed) => {
        expect(Array.from(sample(all, size + more, seed, 1))).toEqual(
          expect.arrayContaining(Array.from(sample(all, size, seed, 1))),
        );
      }),
    );
  });

  it('draws each about as often as any other', () => {
    const tally = new Array<number>(10).fill(0);
    const all = Uint32Array.from(tally.keys());
    for (let seed = 0; seed < 4000; seed++) for (const member of sample(all, 3, seed, 1)) tally[member]!++;
    // Five standard deviations: √(4,000 · 0.3 · 0.7) = 29.
    for (const count of tally) expect(Math.abs(count - 1200)).toBeLessThan(145);
  });
});
