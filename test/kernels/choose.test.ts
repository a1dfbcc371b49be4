import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compiledKernel, PLAIN_KERNEL } from '../../src/kernels/kernel.js';
import { Random } from '../../src/matrix/sampling.js';

interface Cell {
  rank: number;
  value: number;
}

/** Chooses by a full sort: the K largest keys, among equal keys the lower items; returned by item. */
function slowChoice(row: Cell[], factor: number[], itemOf: number[], most: number, below: number): [number, number][] {
  return row
    .filter(({ rank, value }) => rank < below && value * factor[rank]! > 0)
    .map(({ rank, value }) => ({ item: itemOf[rank]!, value, key: value * factor[rank]! }))
    .sort((a, b) => b.key - a.key || a.item - b.item)
    .slice(0, most)
    .sort((a, b) => a.item - b.item)
    .map(({ item, value }) => [item, value]);
}

const cases = fc.record({
  seed: fc.nat(),
  // Several times as many values as are held against one bound, or few.
  items: fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 301, max: 1500 })),
  most: fc.integer({ min: 0, max: 90 }),
});

test.each([
  ['plain', PLAIN_KERNEL],
  ['compiled', compiledKernel()],
] as const)(
  'the choice is that of a full sort, ties go to the lower item, and cells with factor 0 or a rank that is too high are left out, with the %s loops',
  (_, kernel) => {
    fc.assert(
      fc.property(cases, fc.constantFrom(1, 3, 50, 1e6), ({ seed, items, most }, values) => {
        const random = new Random(seed);
        const shuffled = (count: number) => {
          const order = Array.from({ length: count }, (_, k) => k);
          for (let k = count - 1; k > 0; k--) {
            const other = random.below(k + 1);
            [order[k], order[other]] = [order[other]!, order[k]!];
          }
          return order;
        };
        const itemOf = shuffled(items);
        const rows = [1, 2, 3].map(() => {
          const kept = 1 + random.below(items);
          return shuffled(items)
            .slice(0, kept)
            .map((rank) => ({ rank, value: 1 + random.below(values) }));
        });
        const cells = rows.flat();
        const part = {
          index: Uint32Array.from(cells, ({ rank }) => rank),
          value: Float32Array.from(cells, ({ value }) => value),
        };
        const sums = kernel.sumsOf({ columns: items, parts: [part] }, 1, { chosen: Math.max(1, most) });
        // Few factors make equal keys, many make keys of all sizes.
        const factors = random.below(2) === 0 ? 3 : 1 << 20;
        const factor = itemOf.map(() => random.below(factors) / 2);
        sums.choosing.factor.set(factor);
        sums.choosing.itemOf.set(itemOf);
        const { segments } = sums;
        segments.count = 1;
        segments.weight[0] = 1;
        // The same sums for several rows, and several choices of a row: one must leave nothing behind for the next.
        for (const row of rows) {
          segments.from[0] = segments.to[0]!;
          segments.to[0] = segments.from[0]! + row.length;
          sums.addUp(-1);
          for (const many of [most, Math.ceil(most / 2)]) {
            const below = random.below(items + 2);
            const { count, index: chosen, value: kept } = sums.choose(many, below);
            const pairs = Array.from({ length: count }, (_, k) => [chosen[k]!, kept[k]!]);
            expect(pairs).toEqual(slowChoice(row, factor, itemOf, many, below));
          }
        }
      }),
      { numRuns: 300 },
    );
  },
);
