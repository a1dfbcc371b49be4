import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkSum, plainCrc32 } from '../../src/files/check-sum.js';

test('a check sum is the CRC-32 of PNG and gzip', () => {
  // The check value of the catalogue of CRCs.
  expect(plainCrc32(Buffer.from('123456789'))).toBe(0xcbf43926);
});

test('the plain implementation gives the same sums as the fast one, in one call or in parts', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), (bytes, cut) => {
      const parts = checkSum(bytes.subarray(cut), checkSum(bytes.subarray(0, cut)));
      expect(plainCrc32(bytes)).toBe(parts);
      expect(plainCrc32(bytes.subarray(cut), plainCrc32(bytes.subarray(0, cut)))).toBe(parts);
    }),
  );
});

test('adding no bytes does not change a sum', () => {
  const sum = checkSum(Buffer.from('abc'));
  expect(checkSum(new Uint8Array(0), sum)).toBe(sum);
});
