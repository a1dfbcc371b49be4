import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compiledPairs } from '../../src/model/compiled-pairs.js';
import { type Evidence, evidenceOf } from '../../src/model/evidence.js';
import { evidenceRanks, plainPairs } from '../../src/model/gram.js';
import { areCounts, isThin, type Pairs } from '../../src/model/pairs.js';
import { Random } from '../../src/model/random.js';
import { compiledProgram } from '../../src/storage/compiled-program.js';
import { expectClose, slowItems } from './slow-model.js';
import { anySettings, observationsOf, rowsOf, settingsWith, worlds } from './worlds.js';

const compiled = compiledPairs(compiledProgram('pairs')!);
const waysToAddUp = [
  ['plain arrays', plainPairs],
  ['the compiled program', compiled],
] as const;

function cellsOf(pairs: Pairs, source: number): [rank: number, value: number][] {
  const { cells, rank, value } = pairs.row(source);
  return Array.from({ length: cells }, (_, cell) => [rank[cell]!, value[cell]!]);
}

test.each(waysToAddUp)(
  '%s give the cells of the dense Gram matrix that are not 0, but for its diagonal',
  (_, pairsOf) => {
    fc.assert(
      fc.property(worlds, anySettings, fc.boolean(), (world, settings, backwards) => {
        const { gram } = slowItems(world, settings);
        const evidence = evidenceOf(observationsOf(world), settings);
        const { rank, item } = evidenceRanks(evidence);
        const pairs = pairsOf(evidence, rank);
        for (const source of backwards ? [...gram.keys()].toReversed() : gram.keys()) {
          const cells = new Map(cellsOf(pairs, source).map(([r, value]) => [item[r]!, value]));
          gram[source]!.forEach((g, other) => {
            expect(cells.has(other)).toBe(g > 0 && other !== source);
            if (other !== source) expectClose(cells.get(other) ?? 0, g);
          });
        }
      }),
    );
  },
);

/** Users with a few of many items, so that rows are thin and thick; strengths from a seed, or all 1. */
function larger(seed: number, users: number, items: number, strengths: 'any' | 'ones'): Evidence {
  const random = new Random(seed);
  const rows = Array.from({ length: users }, () => {
    const row: number[] = Array(items).fill(0);
    for (let k = 0; k < 30; k++) {
      const item = Math.floor(items * (random.next() / 2 ** 32) ** 3);
      row[item] = strengths === 'ones' ? 1 : 0.25 + random.next() / 2 ** 32;
    }
    return row;
  });
  const none = (count: number) => rowsOf(Array(count).fill([]), 0);
  const offered = new Uint8Array(items).fill(1);
  const seen = { interactions: rowsOf(rows, items), offered, attributes: none(items), groups: none(users) };
  const settings = settingsWith({ basketDamping: strengths === 'ones' ? 0 : 0.7 });
  return evidenceOf({ ...seen, preferences: none(users) }, settings);
}

test.each([
  ['sums', 'any'],
  ['whole numbers', 'ones'],
] as const)('the compiled program gives the same bits as plain arrays, cell by cell: %s', (_, strengths) => {
  const evidence = larger(3, 200, 2000, strengths);
  expect(areCounts(evidence)).toBe(strengths === 'ones');
  const { rank } = evidenceRanks(evidence);
  const fast = compiled(evidence, rank);
  const slow = plainPairs(evidence, rank);
  const lengths = new Set<boolean>();
  for (let source = 0; source < evidence.items; source++) {
    const cells = cellsOf(slow, source);
    lengths.add(isThin(cells.length, evidence.items));
    expect(cellsOf(fast, source)).toEqual(cells);
  }
  expect(lengths.size).toBe(2);
});

test.each(['any', 'ones'] as const)('so it does with more items than two bytes can name (%s)', (strengths) => {
  const small = larger(4, 40, 300, strengths);
  // The same baskets among 70,000 items: those above hold nothing.
  const items = 70_000;
  const holders = { ...small.holders, rows: items, start: new Uint32Array(items + 1).fill(small.holders.index.length) };
  holders.start.set(small.holders.start);
  const evidence = { ...small, items, holders, baskets: { ...small.baskets, columns: items } };
  const rank = Uint32Array.from({ length: items }, (_, item) => items - 1 - item);
  const fast = compiled(evidence, rank);
  const slow = plainPairs(evidence, rank);
  for (let source = 0; source < 310; source++) expect(cellsOf(fast, source)).toEqual(cellsOf(slow, source));
});
