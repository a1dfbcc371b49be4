import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compiledOrder, plainOrder, timeOrder } from '../../src/kernels/order.js';
import { Random } from '../../src/matrix/sampling.js';

/** Times of a user as they occur: far apart, within a day, in few seconds, steps within a second, before 1970, unknown. */
const KINDS: readonly ((random: Random) => number)[] = [
  (random) => random.next(),
  (random) => 1.6e9 + random.below(86_400),
  (random) => 1.6e9 + random.below(3),
  (random) => 1.6e9 + 1 / (2 + random.below(5)),
  (random) => -random.below(1e9),
  (random) => [0, -0][random.below(2)]!,
  () => Number.NaN,
];

const users = fc.record({
  seed: fc.nat(),
  // Above 64, digits are sorted.
  sizes: fc.array(fc.oneof(fc.nat(70), fc.nat(900)), { minLength: 1, maxLength: 5 }),
  kinds: fc.array(fc.nat(KINDS.length - 1), { minLength: 1, maxLength: 3 }),
});

test.each([
  ['plain', plainOrder],
  ['compiled', compiledOrder],
] as const)('the latest come first, equal ones by position, unknown ones last, with the %s order', (_, orderOf) => {
  fc.assert(
    fc.property(users, ({ seed, sizes, kinds }) => {
      const random = new Random(seed);
      const all = sizes.reduce((sum, size) => sum + size, 0);
      const times = Float64Array.from({ length: all }, () => KINDS[kinds[random.below(kinds.length)]!]!(random));
      const order = orderOf(Math.max(...sizes));
      let from = 0;
      for (const size of sizes) {
        const own = times.slice(from, from + size);
        const key = (at: number) => (Number.isNaN(own[at]) ? Number.NEGATIVE_INFINITY : own[at]!);
        const expected = [...own.keys()].sort((a, b) => (key(a) === key(b) ? a - b : key(b) > key(a) ? 1 : -1));
        expect([...order(times, from, from + size)]).toEqual(expected);
        from += size;
      }
    }),
  );
});

test('few and many times get the same order', () => {
  const random = new Random(5);
  const times = Float64Array.from({ length: 12_000 }, () => random.below(5000));
  const [few, many] = [timeOrder(12_000, 100), timeOrder(12_000, 12_000)];
  expect(many(times, 0, 12_000)).toEqual(few(times, 0, 12_000));
});
