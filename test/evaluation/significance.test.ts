import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adjusted, bootstrapIntervals, compare, inBatches } from '../../src/evaluation/significance.js';
import { Random } from '../../src/matrix/sampling.js';

/** Numbers of one distribution, from 0 to 1 each as likely. */
function uniform(count: number, seed: number): Float64Array {
  const chance = new Random(seed, 99);
  return Float64Array.from({ length: count }, () => chance.next() / 2 ** 32);
}

function oneColumn(values: Float64Array) {
  return { rows: values.length, columns: 1, values };
}

function interval(values: Float64Array, seed: number): [number, number] {
  const ends = bootstrapIntervals(oneColumn(values), seed)!;
  return [ends.low[0]!, ends.high[0]!];
}

/** 1.96 standard errors to either side: what the interval of a mean comes down to where there are many rows. */
function normalReach(values: Float64Array): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
  return 1.96 * Math.sqrt(variance / values.length);
}

describe('bootstrapIntervals', () => {
  it('lie around the mean of many rows as the normal approximation does', () => {
    const values = uniform(2000, 1);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const [low, high] = interval(values, 1);
    // The 25th of 1,000 values is known to about a fifteenth of the reach.
    expect(Math.abs((mean - low) / normalReach(values) - 1)).toBeLessThan(0.2);
    expect(Math.abs((high - mean) / normalReach(values) - 1)).toBeLessThan(0.2);
  });

  it('hold the true mean about 95 times in 100', () => {
    const runs = 300;
    let held = 0;
    for (let run = 0; run < runs; run++) {
      const [low, high] = interval(uniform(60, run), run);
      if (low <= 0.5 && 0.5 <= high) held++;
    }
    // Three standard deviations of 300 draws at 94 %, which is what 60 rows give, are 4 %.
    expect(held / runs).toBeGreaterThan(0.9);
    expect(held / runs).toBeLessThan(0.985);
  });

  it('of 20,000 rows, put into batches, are as wide as the rows themselves say', () => {
    const values = uniform(20_000, 3);
    const [low, high] = interval(values, 3);
    expect(Math.abs((high - low) / 2 / normalReach(values) - 1)).toBeLessThan(0.15);
  });

  it('have no width where all rows are alike, and are the same for the same seed', () => {
    expect(interval(new Float64Array(50).fill(0.25), 1)).toEqual([0.25, 0.25]);
    expect(interval(uniform(50, 1), 7)).toEqual(interval(uniform(50, 1), 7));
    expect(interval(uniform(50, 1), 7)).not.toEqual(interval(uniform(50, 1), 8));
  });

  it('of columns that move together move together: whole rows are drawn', () => {
    const values = uniform(40, 5);
    const both = Float64Array.from([...values].flatMap((value) => [value, 1 + 2 * value]));
    const table = { rows: 40, columns: 2, values: both };
    const { low, high } = bootstrapIntervals(table, 1)!;
    expect(low[1]).toBeCloseTo(1 + 2 * low[0]!, 12);
    expect(high[1]).toBeCloseTo(1 + 2 * high[0]!, 12);
  });

  it('of a single row, or none, there are none', () => {
    expect(bootstrapIntervals(oneColumn(uniform(1, 1)), 1)).toBeUndefined();
    expect(bootstrapIntervals(oneColumn(uniform(0, 1)), 1)).toBeUndefined();
  });
});

describe('inBatches', () => {
  it('leaves few rows as they are', () => {
    const table = oneColumn(uniform(4000, 1));
    const { sums, size } = inBatches(table, 1);
    expect(sums).toBe(table);
    expect(new Set(size)).toEqual(new Set([1]));
  });

  it('deals many rows to 4,000 batches of nearly one size, each row to one', () => {
    const rows = 10_001;
    const values = Float64Array.from({ length: rows * 2 }, (_, at) => (at % 2 === 0 ? 1 : at >> 1));
    const { sums, size } = inBatches({ rows, columns: 2, values }, 1);
    expect(new Set(size)).toEqual(new Set([2, 3]));
    const counts = Array.from(size, (_, batch) => sums.values[batch * 2]);
    expect(counts).toEqual(Array.from(size));
    const total = Array.from(size, (_, batch) => sums.values[batch * 2 + 1]!).reduce((a, b) => a + b, 0);
    expect(total).toBe((rows * (rows - 1)) / 2);
  });

  it('deals them at random: neighbouring rows part', () => {
    const rows = 8000;
    const values = Float64Array.from({ length: rows }, (_, row) => (row < rows / 2 ? 1 : 0));
    const { sums } = inBatches(oneColumn(values), 1);
    // Two of a batch come from different halves about half of the time.
    const mixed = sums.values.filter((sum) => sum === 1).length;
    expect(Math.abs(mixed / 4000 - 0.5)).toBeLessThan(0.05);
  });
});

const compared = (a: readonly number[], b: readonly number[], seed = 1) =>
  compare(
    Float64Array.from(a, (value, user) => value - b[user]!),
    seed,
  );
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

describe('adjusted', () => {
  it('leaves one p alone, and gives the example of a textbook', () => {
    expect(adjusted([0.03])).toEqual([0.03]);
    expect(adjusted([])).toEqual([]);
    expect(adjusted([0.01, 0.04, 0.03, 0.005]).map((p) => Number(p.toFixed(10)))).toEqual([0.03, 0.06, 0.06, 0.02]);
  });

  it('never makes a p smaller, keeps their order, and leaves the smallest at Bonferroni’s', () => {
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

  it('calls one of ten that are alike better in about one evaluation of twenty at the most', () => {
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
