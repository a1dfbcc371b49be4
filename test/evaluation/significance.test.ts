import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adjusted, bootstrapIntervals, compare, inBatches } from '../../src/evaluation/significance.js';
import { Random } from '../../src/matrix/sampling.js';

/** Numbers drawn uniformly from 0 to 1. */
function uniform(count: number, seed: number): Float64Array {
  const chance = new Random(seed, 99);
  return Float64Array.from({ length: count }, () => chance.next() / 2 ** 32);
}

function interval(values: Float64Array, seed: number): [number, number] {
  const [{ low, high }] = bootstrapIntervals([values], seed)! as [{ low: number; high: number }];
  return [low, high];
}

/** 1.96 standard errors: half the width of the 95 % interval of a mean, for many rows. */
function normalHalfWidth(values: Float64Array): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
  return 1.96 * Math.sqrt(variance / values.length);
}

describe('bootstrapIntervals', () => {
  it('match the normal approximation for many rows', () => {
    const values = uniform(2000, 1);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const [low, high] = interval(values, 1);
    // The 25th of 1,000 bootstrap means has an error of about a fifteenth of the half-width.
    expect(Math.abs((mean - low) / normalHalfWidth(values) - 1)).toBeLessThan(0.2);
    expect(Math.abs((high - mean) / normalHalfWidth(values) - 1)).toBeLessThan(0.2);
  });

  it('contain the true mean about 95 times in 100', () => {
    const runs = 300;
    let held = 0;
    for (let run = 0; run < runs; run++) {
      const [low, high] = interval(uniform(60, run), run);
      if (low <= 0.5 && 0.5 <= high) held++;
    }
    // 60 rows give a coverage of about 94 %; three standard deviations over 300 runs are 4 %.
    expect(held / runs).toBeGreaterThan(0.9);
    expect(held / runs).toBeLessThan(0.985);
  });

  it('are as wide for 20,000 rows, which are batched, as for the rows themselves', () => {
    const values = uniform(20_000, 3);
    const [low, high] = interval(values, 3);
    expect(Math.abs((high - low) / 2 / normalHalfWidth(values) - 1)).toBeLessThan(0.15);
  });

  it('have no width when all rows are equal, and are the same for the same seed', () => {
    expect(interval(new Float64Array(50).fill(0.25), 1)).toEqual([0.25, 0.25]);
    expect(interval(uniform(50, 1), 7)).toEqual(interval(uniform(50, 1), 7));
    expect(interval(uniform(50, 1), 7)).not.toEqual(interval(uniform(50, 1), 8));
  });

  it('move together for columns that move together, since whole rows are drawn', () => {
    const values = uniform(40, 5);
    const [first, second] = bootstrapIntervals([values, values.map((value) => 1 + 2 * value)], 1)!;
    expect(second!.low).toBeCloseTo(1 + 2 * first!.low, 12);
    expect(second!.high).toBeCloseTo(1 + 2 * first!.high, 12);
  });

  it('are undefined for one row or none', () => {
    expect(bootstrapIntervals([uniform(1, 1)], 1)).toBeUndefined();
    expect(bootstrapIntervals([uniform(0, 1)], 1)).toBeUndefined();
  });
});

describe('inBatches', () => {
  it('leaves 4,000 rows as they are', () => {
    const columns = [uniform(4000, 1)];
    const { sums, size } = inBatches(columns, 1);
    expect(sums).toBe(columns);
    expect(new Set(size)).toEqual(new Set([1]));
  });

  it('puts each of many rows into one of 4,000 batches, whose sizes differ by at most 1', () => {
    const rows = 10_001;
    const numbers = Float64Array.from({ length: rows }, (_, row) => row);
    const { sums, size } = inBatches([new Float64Array(rows).fill(1), numbers], 1);
    expect(new Set(size)).toEqual(new Set([2, 3]));
    const [counts, totals] = sums as [Float64Array, Float64Array];
    expect(counts).toEqual(size);
    expect(totals.reduce((a, b) => a + b, 0)).toBe((rows * (rows - 1)) / 2);
  });

  it('assigns rows to batches at random, so that neighbouring rows are separated', () => {
    const rows = 8000;
    const values = Float64Array.from({ length: rows }, (_, row) => (row < rows / 2 ? 1 : 0));
    const { sums } = inBatches([values], 1);
    // The two rows of a batch come from different halves about half of the time.
    const mixed = sums[0]!.filter((sum) => sum === 1).length;
    expect(Math.abs(mixed / 4000 - 0.5)).toBeLessThan(0.05);
  });
});

const compared = (a: readonly number[], b: readonly number[], seed = 1) =>
  compare(
    Float64Array.from(a, (value, user) => value - b[user]!),
    seed,
  );
const zeros = (count: number) => new Array<number>(count).fill(0);

/** The exact p: tries every combination of signs of the differences. */
function slowP(differences: readonly number[]): number {
  const sums = differences.reduce((all, d) => all.flatMap((sum) => [sum + d, sum - d]), [0]);
  const seen = Math.abs(differences.reduce((a, b) => a + b, 0));
  return sums.filter((sum) => Math.abs(sum) >= seen - 1e-9).length / sums.length;
}

describe('compare', () => {
  it('gives p = 2/8 for three equal gains: two of the eight combinations of signs are as extreme', () => {
    expect(compared([1, 1, 1], [0, 0, 0])).toMatchObject({ difference: 1, p: 2 / 8 });
  });

  it('matches a hand calculation for gains of 1 and 3 and a loss of 2', () => {
    // Sums of ±1 ±2 ±3: 6, 4, 2, 0 and their negatives; all but the two zeros are at least 2 in size.
    expect(compared([1, 0, 3], [0, 2, 0]).p).toBe(6 / 8);
  });

  it('equals the exact p for few users', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -4, max: 4 }), { minLength: 1, maxLength: 9 }), (differences) => {
        expect(compared(differences, zeros(differences.length)).p).toBeCloseTo(slowP(differences), 12);
      }),
    );
  });

  it('comes close to the exact p when it samples the combinations of signs', () => {
    const differences = Array.from({ length: 16 }, (_, at) => (at % 3 === 0 ? -1 : 0.7 + at / 40));
    // Five standard deviations of a share among 10,000 draws.
    expect(Math.abs(compared(differences, zeros(16)).p - slowP(differences))).toBeLessThan(0.025);
  });

  it('gives p below 0.05 about once in twenty times when there is no difference', () => {
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

  it('detects a small gain over many users', () => {
    const chance = new Random(4);
    const before = Array.from({ length: 9000 }, () => chance.next() / 2 ** 32);
    const after = before.map((value) => value + 0.02 + (chance.next() / 2 ** 32 - 0.5) / 4);
    const { difference, low, high, p } = compared(after, before);
    expect(difference).toBeCloseTo(0.02, 2);
    expect(low).toBeGreaterThan(0.015);
    expect(high).toBeLessThan(0.025);
    expect(p).toBe(1 / 10_001);
  });

  it('gives the opposite difference and the same p when the two are swapped', () => {
    const a = Array.from({ length: 30 }, (_, at) => (at * 7) % 11);
    const b = Array.from({ length: 30 }, (_, at) => (at * 5) % 13);
    const there = compared(a, b);
    const back = compared(b, a);
    expect(back.difference).toBeCloseTo(-there.difference, 12);
    expect(back.p).toBe(there.p);
    expect(back.low).toBeCloseTo(-there.high!, 12);
  });

  it('gives a difference of 0 and p = 1 for two equal inputs', () => {
    expect(compared([1, 2, 3], [1, 2, 3])).toEqual({ difference: 0, low: 0, high: 0, p: 1 });
  });
});

describe('adjusted', () => {
  it('leaves a single p unchanged, and reproduces a textbook example', () => {
    expect(adjusted([0.03])).toEqual([0.03]);
    expect(adjusted([])).toEqual([]);
    expect(adjusted([0.01, 0.04, 0.03, 0.005]).map((p) => Number(p.toFixed(10)))).toEqual([0.03, 0.06, 0.06, 0.02]);
  });

  it('never lowers a p, keeps their order, and gives the smallest its Bonferroni value', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 1e-4, max: 1, noNaN: true }), { minLength: 1, maxLength: 12 }), (ps) => {
        const answer = adjusted(ps);
        for (const [k, p] of ps.entries()) {
          expect(answer[k]).toBeGreaterThanOrEqual(p);
          expect(answer[k]).toBeLessThanOrEqual(Math.min(1, ps.length * p));
          for (const [other, q] of ps.entries()) if (q < p) expect(answer[other]).toBeLessThanOrEqual(answer[k]!);
        }
        expect(Math.min(...answer)).toBe(Math.min(1, ps.length * Math.min(...ps)));
      }),
    );
  });

  it('finds a false winner among ten equal algorithms in fewer than one in ten evaluations', () => {
    const runs = 150;
    let [plain, corrected] = [0, 0];
    for (let run = 0; run < runs; run++) {
      const ps = Array.from(
        { length: 10 },
        (_, k) =>
          compare(
            uniform(12, 100 * run + k).map((x) => x - 0.5),
            1,
          ).p,
      );
      if (Math.min(...ps) < 0.05) plain++;
      if (Math.min(...adjusted(ps)) < 0.05) corrected++;
    }
    expect(plain / runs).toBeGreaterThan(0.25);
    expect(corrected / runs).toBeLessThan(0.1);
  });
});
