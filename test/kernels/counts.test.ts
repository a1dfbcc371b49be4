import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compiledKernel, type Kernel, PLAIN_KERNEL } from '../../src/kernels/kernel.js';
import { Random } from '../../src/matrix/sampling.js';
import { type SparseRows, sparseFromEntries } from '../../src/matrix/sparse.js';

const KERNELS = [
  ['plain', PLAIN_KERNEL],
  ['compiled', compiledKernel()],
] as const;

/** items × baskets. @param holds whether a basket holds an item. */
function basketsByItem(items: number, baskets: number, holds: (item: number, basket: number) => boolean): SparseRows {
  const cells: [item: number, basket: number][] = [];
  for (let item = 0; item < items; item++)
    for (let basket = 0; basket < baskets; basket++) if (holds(item, basket)) cells.push([item, basket]);
  const [row, column] = [cells.map(([item]) => item), cells.map(([, basket]) => basket)];
  return sparseFromEntries(items, baskets, row, column, Array(cells.length).fill(1), cells.length);
}

function shuffled(count: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, k) => k);
  for (let k = count - 1; k > 0; k--) {
    const other = random.below(k + 1);
    [order[k], order[other]] = [order[other]!, order[k]!];
  }
  return order;
}

/** The counts of an item by the other item, found by comparing all pairs of entries. */
function slowCounts({ rows, start, index }: SparseRows, item: number): Map<number, number> {
  const own = new Set(index.subarray(start[item]!, start[item + 1]!));
  const counts = Array.from({ length: rows }, (_, other): [number, number] => [
    other,
    other === item ? 0 : index.subarray(start[other]!, start[other + 1]!).filter((basket) => own.has(basket)).length,
  ]);
  return new Map(counts.filter(([, count]) => count > 0));
}

function expectCounts({ countsOf }: Kernel, baskets: SparseRows, rank: Uint32Array, items: Iterable<number>): void {
  const itemOf = new Map([...rank].map((place, item) => [place, item]));
  const counts = countsOf(baskets, rank, 0);
  for (const item of items) {
    const { count, index, value } = counts.row(item);
    expect(new Map(Array.from({ length: count }, (_, k) => [itemOf.get(index[k]!), value[k]]))).toEqual(
      new Map(slowCounts(baskets, item)),
    );
  }
}

const worlds = fc.record({
  seed: fc.nat(),
  items: fc.integer({ min: 1, max: 400 }),
  baskets: fc.integer({ min: 1, max: 60 }),
  /** Popularity of the item of rank r: (1 − r / items)^steepness. */
  steepness: fc.constantFrom(0, 1, 4, 20),
});

test.each(KERNELS)('a row has the number of baskets with both items, with the %s loops', (_, kernel) => {
  fc.assert(
    fc.property(worlds, fc.boolean(), ({ seed, items, baskets, steepness }, byEvidence) => {
      const random = new Random(seed);
      const rank = shuffled(items, random);
      const popularity = (item: number) => (byEvidence ? (1 - rank[item]! / items) ** steepness : 0.1);
      const byItem = basketsByItem(items, baskets, (item) => random.next() / 2 ** 32 < popularity(item));
      // Twice, and in another order: a row must leave nothing behind for the next.
      expectCounts(kernel, byItem, rank, [...rank, ...rank.slice(0, 5)]);
    }),
    { numRuns: 25 },
  );
});

test.each(KERNELS)(
  'the largest of a row are those of a full sort, whatever the size of their factors, with the %s loops',
  (_, kernel) => {
    // Equal ones, some that are not offered, some that differ by a bit, some that no single float holds, and any.
    const factors = {
      equal: () => 1,
      none: (random: Random) => random.below(2),
      close: (random: Random) => 1 + random.below(4) * Number.EPSILON,
      tiny: (random: Random) => 1e-300 * random.below(3),
      small: (random: Random) => 2 ** (-20 - random.below(140)),
      any: (random: Random) => random.next() / 2 ** 32,
    };
    const kinds = fc.constantFrom(...Object.keys(factors)) as fc.Arbitrary<keyof typeof factors>;
    fc.assert(
      fc.property(worlds, kinds, fc.boolean(), fc.integer({ min: 0, max: 60 }), (world, kind, isLarge, most) => {
        const random = new Random(world.seed);
        const items = isLarge ? world.items + 900 : world.items;
        const baskets = isLarge ? 6 : world.baskets;
        const rank = shuffled(items, random);
        const popularity = (item: number) => (1 - rank[item]! / items) ** world.steepness;
        const byItem = basketsByItem(items, baskets, (item) => random.next() / 2 ** 32 < popularity(item));
        const counts = kernel.countsOf(byItem, rank, Math.max(1, most));
        const factor = Float64Array.from(rank, () => factors[kind](random));
        counts.choosing.factor.set(factor);
        rank.forEach((place, item) => {
          counts.choosing.itemOf[place] = item;
        });
        for (const item of rank.subarray(0, 6)) {
          // A row before and after: neither must leave anything behind for the other.
          if (random.below(2) === 0) counts.row(rank[0]!);
          const { count, index, value } = counts.largest(item, most);
          const keyed = [...slowCounts(byItem, item)].map(([other, n]) => ({
            other,
            n,
            key: n * factor[rank[other]!]!,
          }));
          const expected = keyed
            .filter(({ key }) => key > 0)
            .sort((a, b) => b.key - a.key || a.other - b.other)
            .slice(0, most)
            .sort((a, b) => a.other - b.other);
          expect(Array.from({ length: count }, (_, k) => [index[k], value[k]])).toEqual(
            expected.map(({ other, n }) => [other, n]),
          );
          const row = counts.row(item);
          const sum = row.value.subarray(0, row.count).reduce((total, n) => total + n, 0);
          expect(sum).toBe(keyed.reduce((total, { n }) => total + n, 0));
        }
      }),
      { numRuns: 60 },
    );
  },
);

test.each([1, 15, 16, 17, 31, 32, 255, 256, 257, 272, 4095, 4096, 4097, 4352, 65_535, 65_536])(
  'counts that reach a power of 16 are carried to the next level: %i baskets',
  (baskets) => {
    // Four items in all baskets, four in every other one, and one in a single basket, behind and before the others.
    const holds = (item: number, basket: number) =>
      item < 4 || (item < 8 && basket % 2 === item % 2) || (item === 8 && basket === baskets - 1);
    const byItem = basketsByItem(9, baskets, holds);
    const rank = Uint32Array.from(byItem.start.keys()).subarray(0, 9);
    const { countsOf } = compiledKernel();
    const counts = countsOf(byItem, rank, 0);
    for (const item of [0, 5, 8, 3]) {
      const { count, index, value } = counts.row(item);
      const found = Array.from(index.subarray(0, count), (other, k) => [other, value[k]!] as const);
      const together = (other: number) => {
        let sum = 0;
        for (let basket = 0; basket < baskets; basket++) sum += Number(holds(item, basket) && holds(other, basket));
        return sum;
      };
      const expected = [...rank.keys()].filter((other) => other !== item && together(other) > 0);
      expect(found).toEqual(expected.map((other) => [other, together(other)]));
    }
  },
);

test('more than 65,536 items have counts of their own', () => {
  const items = 70_000;
  const random = new Random(9);
  const rank = shuffled(items, random);
  // The 40 items of the highest and of the lowest ranks; all others are in no basket.
  const held = [...rank.keys()].filter((item) => rank[item]! < 40 || rank[item]! >= items - 40);
  const cells = held.flatMap((item) =>
    Array.from({ length: 30 }, (_, basket) => [item, basket] as const).filter(() => random.below(3) > 0),
  );
  const [row, column] = [cells.map(([item]) => item), cells.map(([, basket]) => basket)];
  const byItem = sparseFromEntries(items, 30, row, column, Array(cells.length).fill(1), cells.length);
  const fast = compiledKernel().countsOf(byItem, rank, 0);
  const slow = PLAIN_KERNEL.countsOf(byItem, rank, 0);
  for (const item of [...held, 5]) {
    const expected = slow.row(item);
    const cellsOf = ({ count, index, value }: typeof expected) =>
      new Map(Array.from({ length: count }, (_, k) => [index[k], value[k]]));
    expect(cellsOf(fast.row(item))).toEqual(cellsOf(expected));
  }
});
