import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compare } from '../../src/evaluation/paired-test.js';
import { Random } from '../../src/matrix/sampling.js';

const compared = (a: readonly number[], b: readonly number[], seed = 1) =>
  compare(Float64Array.from(a), Float64Array.from(b), seed);
const zeros = (count: number) => new Array<number>(count).fill(0);

/** p by looking at every way to sign the differences. */
function slowP(differences: readonly number[]): number {
  const sums = differences.reduce((all, d) => all.flatMap((sum) => [sum + d, sum - d]), [0]);
  const seen = Math.abs(differences.reduce((a, b) => a + b, 0));
  return sums.filter((sum) => Math.abs(sum) >= seen - 1e-9).length / sums.length;
}

describe('compare', () => {
  it('by hand: three users who all gain have the two unanimous ways of eight to sign them', () => {
    expect(compared([1, 1, 1], [0, 0, 0])).toMatchObject({ difference: 1, p: 2 / 8 });
  });

  it('by hand: gains of 1 and 3, a loss of 2', () => {
    // Sums of ±1 ±2 ±3: 6, 4, 2, 0 and their mirrors; all but the two zeros are as far off as 2.
    expect(compared([1, 0, 3], [0, 2, 0]).p).toBe(6 / 8);
  });

  it('agrees with looking at every way, for users few enough', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 9 }), (differences) => {
        expect(compared(differences, zeros(differences.length)).p).toBeCloseTo(slowP(differences), 12);
      }),
    );
  });

  it('comes close to looking at every way where it draws some of them', () => {
    const differences = Array.from({ length: 16 }, (_, at) => (at % 3 === 0 ? -1 : 0.7 + at / 40));
    // Five standard deviations of a share among 10,000 draws.
    expect(Math.abs(compared(differences, zeros(16)).p - slowP(differences))).toBeLessThan(0.025);
  });

  it('finds chance where there is nothing else: p below 0.05 about once in twenty', () => {
    const chance = new Random(3);
    let found = 0;
    const runs = 200;
    for (let run = 0; run < runs; run++) {
      const differences = Array.from({ length: 40 }, () => chance.next() / 2 ** 32 - 0.5);
      if (compared(differences, zeros(40), run).p < 0.05) found++;
    }
    // Four standard deviations: √(200 · 0.05 · 0.95) = 3.1.
    expect(found).toBeLessThan(10 + 13);
    expect(found).toBeGreaterThan(0);
  });

  it('finds a small gain of many users', () => {
    const chance = new Random(4);
    const before = Array.from({ length: 9000 }, () => chance.next() / 2 ** 32);
    const after = before.map((value) => value + 0.02 + (chance.next() / 2 ** 32 - 0.5) / 4);
    const { difference, low, high, p } = compared(after, before);
    expect(difference).toBeCloseTo(0.02, 2);
    expect(low).toBeGreaterThan(0.015);
    expect(high).toBeLessThan(0.025);
    expect(p).toBe(1 / 10_001);
  });

  it('turned around has the other sign and the same p', () => {
    const a = Array.from({ length: 30 }, (_, at) => (at * 7) % 11);
    const b = Array.from({ length: 30 }, (_, at) => (at * 5) % 13);
    const there = compared(a, b);
    const back = compared(b, a);
    expect(back.difference).toBeCloseTo(-there.difference, 12);
    expect(back.p).toBe(there.p);
    expect(back.low).toBeCloseTo(-there.high!, 12);
  });

  it('of a thing with itself is no difference, and p = 1', () => {
    expect(compared([1, 2, 3], [1, 2, 3])).toEqual({ difference: 0, low: 0, high: 0, p: 1 });
  });
});
