import fc from 'fast-check';
import { expect, test } from 'vitest';
import { thousands } from '../src/quantities.js';

test('thousands() writes whole numbers with commas, as English does', () => {
  expect(thousands(0)).toBe('0');
  fc.assert(
    fc.property(fc.oneof(fc.nat(20_000), fc.maxSafeNat()), (count) => {
      expect(thousands(count)).toBe(count.toLocaleString('en'));
    }),
  );
});
