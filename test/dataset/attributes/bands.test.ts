import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bandOf, bandsOf } from '../../../src/dataset/attributes/attributes.js';

const textsOf = (numbers: number[]) => bandsOf(numbers.map(String)).map((band) => band.text);
const many = (value: number, count: number) => new Array<number>(count).fill(value);

describe('bandsOf', () => {
  it('makes bands of equal counts, named by their ends', () => {
    const hundred = Array.from({ length: 100 }, (_, at) => ((at * 37) % 100) + 1);
    expect(textsOf(hundred.slice(0, 20).map((_, at) => at))).toEqual(['0–9', '10–19']);
    expect(textsOf(hundred)).toEqual(['1–13', '14–25', '26–38', '39–50', '51–63', '64–75', '76–88', '89–100']);
  });

  it('writes the ends as the cells do', () => {
    const cells = Array.from({ length: 20 }, (_, at) => `€${at}.50`);
    expect(bandsOf(cells).map((band) => band.text)).toEqual(['€0.50–€9.50', '€10.50–€19.50']);
  });

  it('gives a frequent number a band of its own, and joins numbers that are too few for a band', () => {
    expect(textsOf([...many(0, 50), ...many(1, 15), ...many(2, 15)])).toEqual(['0', '1', '2']);
    expect(textsOf([...many(0, 50), ...many(1, 3), ...many(2, 15)])).toEqual(['0', '1–2']);
  });

  it('makes no bands if there cannot be two with ten numbers each', () => {
    expect(textsOf(many(5, 100))).toEqual([]);
    expect(textsOf(Array.from({ length: 19 }, (_, at) => at))).toEqual([]);
    expect(textsOf([...many(0, 95), ...many(1, 5)])).toEqual([]);
    expect(textsOf([])).toEqual([]);
  });

  it('puts each number into one of at most eight bands with at least ten numbers each', () => {
    const value = fc.oneof(fc.integer({ min: 0, max: 9 }), fc.double({ min: -1e6, max: 1e6, noNaN: true }));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 200 }), (numbers) => {
        const bands = bandsOf(numbers.map(String));
        if (bands.length === 0) return;
        expect(bands.length).toBeLessThanOrEqual(8);
        bands.forEach((band, at) => {
          expect(band.low).toBeLessThanOrEqual(band.high);
          if (at > 0) expect(band.low).toBeGreaterThan(bands[at - 1]!.high);
          const own = numbers.filter((x) => band.low <= x && x <= band.high);
          expect(own.length).toBeGreaterThanOrEqual(10);
          for (const x of own) expect(bandOf(x, bands)).toBe(band);
        });
        for (const x of numbers) expect(bands).toContain(bandOf(x, bands));
      }),
    );
  });

  it('makes bands of distinct numbers whose sizes differ by at most one', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer(), { minLength: 20, maxLength: 300 }), (numbers) => {
        const bands = bandsOf(numbers.map(String));
        const sizes = bands.map((band) => numbers.filter((x) => bandOf(x, bands) === band).length);
        expect(bands).toHaveLength(Math.min(8, Math.floor(numbers.length / 10)));
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
