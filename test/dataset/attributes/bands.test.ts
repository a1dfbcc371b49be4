import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numberIn } from '../../../src/csv/cell-number.js';
import { bandOf, bandsOf } from '../../../src/dataset/attributes/bands.js';

const textsOf = (numbers: number[]) => bandsOf(numbers.map(String)).map((band) => band.text);
const many = (value: number, count: number) => new Array<number>(count).fill(value);

describe('numberIn', () => {
  it.each([
    ['12', 12],
    [' -1.5 ', -1.5],
    ['.5', 0.5],
    ['9.78e12', 9.78e12],
    ['1,5', 1.5],
    ['1,234', 1234],
    ['1,234,567.89', 1234567.89],
    ['€12.50', 12.5],
    ['12,50 €', 12.5],
    ['$1,299', 1299],
    ['1.234,56', 1234.56],
    ['1.234.567', 1234567],
    ['1.234.567,8 €', 1234567.8],
    ['1.234', 1.234],
    ['1 234,50 €', 1234.5],
    ['1\u202f234', 1234],
    ["CHF 1'299.90", 1299.9],
    ['1’299', 1299],
    ['R$ 10,90', 10.9],
    ['1.299,00 zł', 1299],
    ['EUR 9.99', 9.99],
  ])('reads %j', (cell, value) => {
    expect(numberIn(cell)).toBe(value);
  });

  it.each([
    '',
    'x',
    '12 oz',
    '1.2.3',
    '1,2,3',
    '1-2',
    '12%',
    '1 23',
    '12 3456',
    'SKU 12',
    "1'23",
    '1.234.56',
    '1234 567',
  ])('does not read %j as a number', (cell) => {
    expect(numberIn(cell)).toBeNaN();
  });
});

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
