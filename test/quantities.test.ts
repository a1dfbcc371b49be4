import fc from 'fast-check';
import { expect, test } from 'vitest';
import { thousands } from '../src/quantities.js';

test('whole numbers are written as English has them', () => {
  expect(thousands(0)).toBe('0');
  fc.assert(
    fc.property(fc.oneof(fc.nat(20_000), fc.maxSafeNat()), (count) => {
      expect(thousands(count)).toBe(count.toLocaleString('en'));
    }),
  );
});
