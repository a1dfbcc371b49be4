import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Sorter } from '../../src/events/sorter.js';

it('sorts stably by whole numbers, also where they are too large to be packed', () => {
  const keys = fc.array(fc.oneof(fc.nat(5), fc.integer(), fc.maxSafeInteger()), { maxLength: 60 });
  const sorter = new Sorter();
  fc.assert(
    fc.property(keys, (key) => {
      const things = Array.from(key.keys()).reverse();
      const order = sorter.begin(things.length);
      order.set(things);
      sorter.sortBy(Float64Array.from(key), 0, things.length);
      const expected = things.toSorted((a, b) => key[a]! - key[b]! || b - a);
      expect([...order.subarray(0, things.length)]).toEqual(expected);
    }),
  );
});
