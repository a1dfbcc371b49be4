import fc from 'fast-check';
import { expect, it } from 'vitest';
import { numberCell } from '../../src/csv/cells.js';
import { plainNumber } from '../../src/events/event-row.js';

const digits = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 17 }).map((all) => all.join(''));
const numerals = fc
  .tuple(fc.constantFrom('', '-', '+'), digits, fc.constantFrom('', '.'), digits)
  .map(([sign, whole, point, fraction]) => `${sign}${whole}${point}${point && fraction}`);

it('plainNumber reads plain numbers to the same bits as numberCell', () => {
  let plain = 0;
  fc.assert(
    fc.property(numerals, (text) => {
      const bytes = Buffer.from(`,${text},`);
      const value = plainNumber(bytes, 1, bytes.length - 1);
      if (Number.isNaN(value)) return;
      plain++;
      expect(value).toBe(numberCell(text, 'n'));
    }),
    { numRuns: 20_000 },
  );
  expect(plain).toBeGreaterThan(5000);
});

it.each(['', '-', '.', '1.', '.5', '1e3', '1 ', '1,5', '0x1', '1234567890123456', '1.2.3', 'NaN'])(
  'plainNumber does not read %j',
  (text) => {
    expect(plainNumber(Buffer.from(text), 0, text.length)).toBeNaN();
  },
);
