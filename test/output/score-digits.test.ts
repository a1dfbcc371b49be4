import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scoreText } from '../../src/output/bytes.js';
import { writeDigits } from '../../src/output/score-digits.js';

/** The text that is written; '' where it is left to exact arithmetic. */
function written(score: number): string {
  const bytes = new Uint8Array(20);
  return Buffer.from(bytes.subarray(3, writeDigits(bytes, 3, score))).toString();
}

const inRange = fc
  .record({ mantissa: fc.double({ min: 1, max: 10, noNaN: true }), power: fc.integer({ min: -3, max: 4 }) })
  .map(({ mantissa, power }) => mantissa * 10 ** power);
/** Numbers of few digits, and those half-way between two of six digits. */
const round = fc
  .record({ digits: fc.integer({ min: 1, max: 9_999_999 }), power: fc.integer({ min: 2, max: 9 }) })
  .map(({ digits, power }) => digits / 10 ** power);
const any = fc.oneof(fc.double(), fc.constantFrom(0, -0, 1e-7, 0.001, 1e5, Number.NaN, Number.POSITIVE_INFINITY));

test('the digits written are those of the exact text, or none', () => {
  fc.assert(
    fc.property(fc.oneof(inRange, round, any), (score) => {
      const text = written(score);
      if (text !== '') expect(text).toBe(scoreText(score));
    }),
    { numRuns: 20_000 },
  );
});

test('few are left to exact arithmetic', () => {
  const scores = Array.from({ length: 10_000 }, (_, k) => 0.0011 * 1.0018 ** k);
  expect(scores.filter((score) => written(score) === '').length).toBeLessThan(20);
});

test.each([
  [0.25, '0.25'],
  [1, '1'],
  [12345.678, '12345.7'],
  [0.0012345649, '0.00123456'],
  [100, '100'],
  [99.99996, '100'],
  [0.5, '0.5'],
])('%d is %s', (score, text) => {
  expect(scoreText(score)).toBe(text);
  expect(['', text]).toContain(written(score));
});
