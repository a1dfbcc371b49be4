import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Random } from '../../../src/matrix/sampling.js';
import { shortlist } from '../../../src/model/rows/shortlist.js';

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

interface Cell {
  rank: number;
  value: number;
}

function rowOf(cells: Cell[]) {
  return {
    count: cells.length,
    index: Uint32Array.from(cells, ({ rank }) => rank),
    value: Float64Array.from(cells, ({ value }) => value),
  };
}

const cases = fc.record({
  seed: fc.nat(),
  items: fc.integer({ min: 1, max: 400 }),
  most: fc.integer({ min: 0, max: 90 }),
});

test('the shortlist is that of a full sort, ties go to the lower item, and cells with factor 0 or a rank that is too high are left out', () => {
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
      const choose = shortlist(Math.min(most, items), Uint32Array.from(itemOf));
      // One shortlist for several rows: a row must leave nothing behind for the next.
      for (let again = 0; again < 3; again++) {
        const row = shuffled(items).map((rank) => ({ rank, value: 1 + random.below(values) }));
        const factor = itemOf.map(() => random.below(3) / 2);
        const below = random.below(items + 2);
        const { count, index: chosen, value: kept } = choose(rowOf(row), Float64Array.from(factor), below);
        const pairs = Array.from({ length: count }, (_, k) => [chosen[k]!, kept[k]!]);
        expect(pairs).toEqual(slowChoice(row, factor, itemOf, Math.min(most, items), below));
      }
    }),
    { numRuns: 300 },
  );
});
