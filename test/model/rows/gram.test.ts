import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compiledKernel, PLAIN_KERNEL } from '../../../src/kernels/kernel.js';
import { evidenceOf } from '../../../src/model/evidence.js';
import { areCounts, evidenceRanks, gramRow } from '../../../src/model/rows/gram.js';
import { larger } from '../larger.js';
import { expectClose, slowItems } from '../slow-model.js';
import { anySettings, observationsOf, worlds } from '../worlds.js';

const plain = PLAIN_KERNEL.sumsOf;
const compiled = compiledKernel().sumsOf;
const waysToAddUp = [
  ['plain arrays', plain],
  ['the compiled program', compiled],
] as const;

/** The values of a row by column: kernels find them in any order. */
function cellsOf(gram: ReturnType<typeof gramRow>, source: number): [index: number, value: number][] {
  const { count, index, value } = gram(source);
  const cells = Array.from({ length: count }, (_, at): [number, number] => [index[at]!, value[at]!]);
  return cells.sort(([a], [b]) => a - b);
}

test.each(waysToAddUp)(
  '%s give the cells of the dense Gram matrix that are not 0, but for its diagonal',
  (_, sumsOf) => {
    fc.assert(
      fc.property(worlds, anySettings, fc.boolean(), (world, settings, backwards) => {
        const { gram } = slowItems(world, settings);
        const evidence = evidenceOf(observationsOf(world), settings);
        const { rank, item } = evidenceRanks(evidence);
        const rows = gramRow(evidence, rank, sumsOf);
        for (const source of backwards ? [...gram.keys()].toReversed() : gram.keys()) {
          const cells = new Map(cellsOf(rows, source).map(([r, value]) => [item[r]!, value]));
          gram[source]!.forEach((g, other) => {
            expect(cells.has(other)).toBe(g > 0 && other !== source);
            if (other !== source) expectClose(cells.get(other) ?? 0, g);
          });
        }
      }),
    );
  },
);

test.each([
  ['sums', 'any'],
  ['whole numbers', 'ones'],
] as const)('the compiled program gives the same bits as plain arrays, cell by cell: %s', (_, strengths) => {
  const evidence = larger(3, 200, 2000, strengths);
  expect(areCounts(evidence)).toBe(strengths === 'ones');
  const { rank } = evidenceRanks(evidence);
  const fast = gramRow(evidence, rank, compiled);
  const slow = gramRow(evidence, rank, plain);
  const lengths = new Set<boolean>();
  for (let source = 0; source < evidence.items; source++) {
    const cells = cellsOf(slow, source);
    lengths.add(2 * cells.length < evidence.items);
    expect(cellsOf(fast, source)).toEqual(cells);
  }
  expect(lengths.size).toBe(2);
});

test.each(['any', 'ones'] as const)('so it does with more items than two bytes can name (%s)', (strengths) => {
  const small = larger(4, 40, 300, strengths);
  // The same baskets among 70,000 items: those above hold nothing.
  const items = 70_000;
  const basketsByItem = {
    ...small.basketsByItem,
    rows: items,
    start: new Uint32Array(items + 1).fill(small.basketsByItem.index.length),
  };
  basketsByItem.start.set(small.basketsByItem.start);
  const evidence = { ...small, items, basketsByItem, baskets: { ...small.baskets, columns: items } };
  const rank = Uint32Array.from({ length: items }, (_, item) => items - 1 - item);
  const fast = gramRow(evidence, rank, compiled);
  const slow = gramRow(evidence, rank, plain);
  for (let source = 0; source < 310; source++) expect(cellsOf(fast, source)).toEqual(cellsOf(slow, source));
});
