import { describe, expect, it } from 'vitest';
import { inBlocks } from '../../src/evaluation/blocks.js';
import { bootstrapIntervals } from '../../src/evaluation/bootstrap.js';
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

  it('of 20,000 rows, put into blocks, are as wide as the rows themselves say', () => {
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

describe('inBlocks', () => {
  it('leaves few rows as they are', () => {
    const table = oneColumn(uniform(4000, 1));
    const { sums, size } = inBlocks(table, 1);
    expect(sums).toBe(table);
    expect(new Set(size)).toEqual(new Set([1]));
  });

  it('deals many rows to 4,000 blocks of nearly one size, each row to one', () => {
    const rows = 10_001;
    const values = Float64Array.from({ length: rows * 2 }, (_, at) => (at % 2 === 0 ? 1 : at >> 1));
    const { sums, size } = inBlocks({ rows, columns: 2, values }, 1);
    expect(new Set(size)).toEqual(new Set([2, 3]));
    const counts = Array.from(size, (_, block) => sums.values[block * 2]);
    expect(counts).toEqual(Array.from(size));
    const total = Array.from(size, (_, block) => sums.values[block * 2 + 1]!).reduce((a, b) => a + b, 0);
    expect(total).toBe((rows * (rows - 1)) / 2);
  });

  it('deals them by lot: rows that stand together part', () => {
    const rows = 8000;
    const values = Float64Array.from({ length: rows }, (_, row) => (row < rows / 2 ? 1 : 0));
    const { sums } = inBlocks(oneColumn(values), 1);
    // Two of a block come from different halves about half of the time.
    const mixed = sums.values.filter((sum) => sum === 1).length;
    expect(Math.abs(mixed / 4000 - 0.5)).toBeLessThan(0.05);
  });
});
