import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compiledKernel, PLAIN_KERNEL } from '../../../src/kernels/kernel.js';
import { evidenceOf } from '../../../src/model/evidence.js';
import { areCounts, evidenceRanks, gramMatrix } from '../../../src/model/rows/gram.js';
import { larger } from '../larger.js';
import { expectClose, slowItems } from '../slow-model.js';
import { anySettings, observationsOf, worlds } from '../worlds.js';

const plain = PLAIN_KERNEL;
const compiled = compiledKernel();
const kernels = [
  ['the plain kernel', plain],
  ['the compiled kernel', compiled],
] as const;

/** The cells of a row, sorted by column: kernels find them in any order. */
function cellsOf(gram: ReturnType<typeof gramMatrix>, source: number): [index: number, value: number][] {
  const { count, index, value } = gram.row(source);
  const cells = Array.from({ length: count }, (_, at): [number, number] => [index[at]!, value[at]!]);
  return cells.sort(([a], [b]) => a - b);
}

test.each(kernels)('%s computes the nonzero off-diagonal cells of the dense Gram matrix', (_, kernel) => {
  fc.assert(
    fc.property(worlds, anySettings, fc.boolean(), (world, settings, backwards) => {
      const { gram } = slowItems(world, settings);
      const evidence = evidenceOf(observationsOf(world), settings);
      const ranks = evidenceRanks(evidence);
      const rows = gramMatrix(evidence, ranks, kernel);
      for (const source of backwards ? [...gram.keys()].toReversed() : gram.keys()) {
        const cells = new Map(cellsOf(rows, source).map(([r, value]) => [ranks.item[r]!, value]));
        gram[source]!.forEach((g, other) => {
          expect(cells.has(other)).toBe(g > 0 && other !== source);
          if (other !== source) expectClose(cells.get(other) ?? 0, g);
        });
      }
    }),
  );
});

test.each([
  ['sums of fractions', 'any'],
  ['counts', 'ones'],
] as const)('the compiled kernel gives the same bits as the plain one for %s', (_, strengths) => {
  const evidence = larger(3, 200, 2000, strengths);
  expect(areCounts(evidence)).toBe(strengths === 'ones');
  const ranks = evidenceRanks(evidence);
  const fast = gramMatrix(evidence, ranks, compiled);
  const slow = gramMatrix(evidence, ranks, plain);
  // Rows of both kinds must occur: those that fill less than half of the columns, and fuller ones.
  const isSparse = new Set<boolean>();
  for (let source = 0; source < evidence.items; source++) {
    const cells = cellsOf(slow, source);
    isSparse.add(2 * cells.length < evidence.items);
    expect(cellsOf(fast, source)).toEqual(cells);
  }
  expect(isSparse.size).toBe(2);
});

test.each([
  ['sums of fractions', 'any'],
  ['counts', 'ones'],
] as const)('the kernels agree on more than 65,536 items too, for %s', (_, strengths) => {
  const small = larger(4, 40, 300, strengths);
  // The same baskets among 70,000 items, of which only the first 300 are in baskets.
  const items = 70_000;
  const basketsByItem = {
    ...small.basketsByItem,
    rows: items,
    start: new Uint32Array(items + 1).fill(small.basketsByItem.index.length),
  };
  basketsByItem.start.set(small.basketsByItem.start);
  const evidence = { ...small, items, basketsByItem, baskets: { ...small.baskets, columns: items } };
  const item = Uint32Array.from({ length: items }, (_, at) => items - 1 - at);
  // The reverse of the reverse is the same.
  const ranks = { rank: item, item };
  const fast = gramMatrix(evidence, ranks, compiled);
  const slow = gramMatrix(evidence, ranks, plain);
  for (let source = 0; source < 310; source++) expect(cellsOf(fast, source)).toEqual(cellsOf(slow, source));
});
