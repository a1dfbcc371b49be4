import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compiledKernel, PLAIN_KERNEL } from '../../src/kernels/kernel.js';

test.each([41, 70_000])('exactly the entries of a segment in wanted columns are picked, with %d columns', (columns) => {
  const entry = fc.record({ column: fc.nat(40), value: fc.integer({ min: 1, max: 9 }) });
  fc.assert(
    fc.property(
      // A segment is part of a row, which has each column at most once.
      fc.uniqueArray(entry, { maxLength: 30, selector: ({ column }) => column }),
      fc.array(fc.nat(40), { maxLength: 30 }),
      fc.nat(30),
      fc.nat(30),
      (entries, some, a, b) => {
        // Odd columns are far apart if there are many columns, so that indices take four bytes.
        const place = (column: number) => (columns - 41) * (column % 2) + column;
        const index = Uint32Array.from(entries, ({ column }) => place(column));
        const value = Float32Array.from(entries, (each) => each.value);
        const [from, to] = [a, b].map((end) => Math.min(end, entries.length)).toSorted((x, y) => x - y) as [
          number,
          number,
        ];
        const expected = entries.slice(from, to).filter(({ column }) => some.includes(column));
        for (const kernel of [PLAIN_KERNEL, compiledKernel()]) {
          const sums = kernel.sumsOf({ columns, parts: [{ index, value }] }, 1);
          for (const column of some) sums.wanted[place(column)] = 1;
          const { count, index: picked, value: values } = sums.pick(from, to);
          expect([...picked.subarray(0, count)]).toEqual(expected.map(({ column }) => place(column)));
          expect([...values.subarray(0, count)]).toEqual(expected.map((each) => each.value));
        }
      },
    ),
    { numRuns: 20 },
  );
});
