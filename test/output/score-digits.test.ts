import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GrowingBytes, rounded } from '../../src/output/bytes.js';
import { Decimal, decimalText, writeDecimal } from '../../src/output/score-digits.js';
import { scoreText } from './lists.js';

function written(score: number, digits: number): string {
  const out = new GrowingBytes();
  out.score(score, digits);
  return Buffer.from(out.copy()).toString();
}

const inRange = fc
  .record({ mantissa: fc.double({ min: 1, max: 10, noNaN: true }), power: fc.integer({ min: -3, max: 4 }) })
  .map(({ mantissa, power }) => mantissa * 10 ** power);
/** Numbers with few digits, including those half-way between two numbers of six digits. */
const round = fc
  .record({ digits: fc.integer({ min: 1, max: 9_999_999 }), power: fc.integer({ min: 2, max: 9 }) })
  .map(({ digits, power }) => digits / 10 ** power);
const any = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(0, -0, 1e-7, 0.001, 1e5, -0.25, 1e21, Number.MIN_VALUE, Number.MAX_VALUE),
);
const precision = fc.oneof(fc.constant(6), fc.integer({ min: 1, max: 15 }));

test('a score is written as JavaScript writes the rounded number, for any number of digits', () => {
  fc.assert(
    fc.property(fc.oneof(inRange, round, any), precision, (score, digits) => {
      expect(written(score, digits)).toBe(scoreText(score, digits));
      expect(rounded(score, digits)).toBe(Number(written(score, digits)));
    }),
    { numRuns: 4000 },
  );
});

test('rounding scores to text keeps their order', () => {
  const near = inRange.chain((a) =>
    fc.double({ min: -1e-5, max: 1e-5, noNaN: true }).map((d) => [a, a * (1 + d)] as const),
  );
  fc.assert(
    fc.property(fc.oneof(fc.tuple(any, any), near), precision, ([a, b], digits) => {
      const [low, high] = a <= b ? [a, b] : [b, a];
      expect(Number(written(low, digits))).toBeLessThanOrEqual(Number(written(high, digits)));
    }),
    { numRuns: 1000 },
  );
});

test('scores of ordinary size never need exact arithmetic', () => {
  const decimal = new Decimal();
  const scores = Array.from({ length: 10_000 }, (_, k) => 0.0011 * 1.0018 ** k);
  const exact = scores.filter((score) => {
    decimal.round(score, 6);
    return writeDecimal(new Uint8Array(20), 0, decimal.whole, decimal.decimals) === 0;
  });
  expect(exact).toEqual([]);
});

test('any integer number of units of a decimal place is written exactly', () => {
  const whole = fc.oneof(fc.maxSafeInteger(), fc.integer());
  fc.assert(
    fc.property(whole, fc.integer({ min: -20, max: 30 }), (number, decimals) => {
      const out = new GrowingBytes();
      out.decimal(number, decimals);
      const text = Buffer.from(out.copy()).toString();
      expect(unitsOf(text, decimals)).toBe(BigInt(number));
      if (Math.abs(number) < 1e15) expect(text).toBe(decimalText(number, decimals));
    }),
    { numRuns: 2000 },
  );
});

/** A number as text in units of 10^(-decimals); it has no more decimals than that. */
function unitsOf(text: string, decimals: number): bigint {
  const [, sign, whole = '', part = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/.exec(text) ?? [];
  const zeros = decimals - part.length + Number(exponent);
  const digits = BigInt(`${whole}${part}`) * (zeros >= 0 ? 10n ** BigInt(zeros) : 1n);
  const size = zeros >= 0 ? digits : digits / 10n ** BigInt(-zeros);
  return sign === '-' ? -size : size;
}

test.each([
  [0.25, '0.25'],
  [1, '1'],
  [-0, '0'],
  [12345.678, '12345.7'],
  [1234567, '1234570'],
  [0.0012345649, '0.00123456'],
  [100, '100'],
  [99.99996, '100'],
  [0.1 + 0.2, '0.3'],
  [1e-7, '1e-7'],
])('%d is written as %s', (score, text) => {
  expect(written(score, 6)).toBe(text);
});

test('NaN and infinity are refused as scores', () => {
  for (const score of [Number.NaN, Number.POSITIVE_INFINITY]) expect(() => written(score, 6)).toThrow(RangeError);
});
