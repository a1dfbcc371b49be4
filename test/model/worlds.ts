import fc from 'fast-check';
import { Random, type SampleKeys } from '../../src/matrix/sampling.js';
import type { SparseRows } from '../../src/matrix/sparse.js';
import { algorithmNamed } from '../../src/model/algorithms.js';
import type { Observations } from '../../src/model/evidence.js';
import type { LowRank } from '../../src/model/low-rank.js';
import { DEFAULT_SETTINGS, type ItemRowMethod, type Settings, type Weighting } from '../../src/model/settings.js';

/* Small worlds as dense tables, 0 where a sparse matrix has no cell. All numbers are sums of powers of two. */

export function rowsOf(dense: readonly (readonly number[])[], columns: number): SparseRows {
  const start = [0];
  const index: number[] = [];
  const value: number[] = [];
  for (const row of dense) {
    row.forEach((cell, column) => {
      if (cell === 0) return;
      index.push(column);
      value.push(cell);
    });
    start.push(index.length);
  }
  return {
    rows: dense.length,
    columns,
    start: Uint32Array.from(start),
    index: Uint32Array.from(index),
    value: Float32Array.from(value),
  };
}

export function denseOf(matrix: SparseRows): number[][] {
  return Array.from({ length: matrix.rows }, (_, r) => {
    const row = new Array<number>(matrix.columns).fill(0);
    for (let e = matrix.start[r]!; e < matrix.start[r + 1]!; e++) row[matrix.index[e]!] = matrix.value[e]!;
    return row;
  });
}

/** The columns of one row, as they are stored. */
export function columnsOf(matrix: SparseRows, row: number): number[] {
  return Array.from(matrix.index.subarray(matrix.start[row]!, matrix.start[row + 1]!));
}

export function table(rows: number, columns: number, cells: readonly number[]): fc.Arbitrary<number[][]> {
  const row = fc.array(fc.constantFrom(...cells), { minLength: columns, maxLength: columns });
  return fc.array(row, { minLength: rows, maxLength: rows });
}

export interface World {
  interactions: number[][];
  attributes: number[][];
  groups: number[][];
  offered: number[];
  /** users × attribute values: the stated preferences; left out: none. */
  preferences?: number[][];
  /** users × items: the times of interactions, NaN if unknown; left out: there are no times. */
  times?: number[][] | undefined;
}

export const worlds: fc.Arbitrary<World> = fc
  .record({
    users: fc.integer({ min: 1, max: 7 }),
    items: fc.integer({ min: 1, max: 8 }),
    values: fc.integer({ min: 0, max: 3 }),
    kinds: fc.integer({ min: 0, max: 3 }),
  })
  .chain(({ users, items, values, kinds }) =>
    fc.record({
      interactions: table(users, items, [-1, 0, 0, 0.5, 1, 1, 2]),
      attributes: table(items, values, [0, 0, 0.5, 1, 1]),
      groups: table(users, kinds, [0, 1]),
      offered: fc.array(fc.constantFrom(0, 1, 1, 1), { minLength: items, maxLength: items }),
      times: fc.option(table(users, items, [10, 20, 20, 40, Number.NaN]), { nil: undefined }),
    }),
  );

export function observationsOf(world: World): Observations {
  return {
    interactions: rowsOf(world.interactions, world.offered.length),
    times: world.times && cellsAtEntries(world.interactions, world.times),
    offered: Uint8Array.from(world.offered),
    attributes: rowsOf(world.attributes, world.attributes[0]?.length ?? 0),
    groups: rowsOf(world.groups, world.groups[0]?.length ?? 0),
    preferences: rowsOf(world.preferences ?? world.interactions.map(() => []), world.attributes[0]?.length ?? 0),
  };
}

/** The cells of one table at the places where another has entries, in the order of the entries. */
export function cellsAtEntries(dense: readonly (readonly number[])[], cells: readonly (readonly number[])[]) {
  return Float64Array.from(dense.flatMap((row, r) => row.flatMap((cell, c) => (cell === 0 ? [] : [cells[r]![c]!]))));
}

export function settingsWith(changes: Partial<Settings>): Settings {
  return { ...DEFAULT_SETTINGS, ...changes };
}

/** Factors of rank 4, for models with a low-rank part. */
export function factorsFor(items: number): Float32Array {
  return Float32Array.from({ length: 4 * items }, (_, at) => [0.5, -0.25, 1, 0, 0.25][(3 * at) % 5]!);
}

/** The score that the low-rank part of a model adds from one item to another, at strength 1. */
export function sharedBetween({ factors, rank, popularity, weight }: LowRank, item: number, other: number): number {
  const product = Array.from({ length: rank }, (_, k) => factors[item * rank + k]! * factors[other * rank + k]!);
  return weight * popularity[other]! * product.reduce((sum, x) => sum + x, 0);
}

const damping = fc.constantFrom(0, 0.15, 0.5, 0.8, 1);

export const METHODS: readonly ItemRowMethod[] = ['normalised', 'jaccard', 'ridge', 'ease', 'none'];

export const anySettings: fc.Arbitrary<Settings> = fc
  .record<Settings>({
    method: fc.constantFrom(...METHODS),
    weighting: fc.constantFrom<Weighting[]>('plain', 'binary', 'tfidf', 'bm25'),
    userWeight: fc.constantFrom(0, 1, 1, 1),
    longestHistory: fc.constant(1000),
    basketDamping: damping,
    sourceDamping: damping,
    targetDamping: damping,
    candidateDamping: damping,
    neighbors: fc.integer({ min: 1, max: 10 }),
    lambda: fc.constantFrom(0.25, 1, 12),
    dropout: fc.constantFrom(0, 1),
    steps: fc.integer({ min: 1, max: 5 }),
    power: fc.constantFrom(0.5, 1, 1, 1.5),
    lowRankWeight: fc.constantFrom(0, 0.5),
    attributeWeight: fc.constantFrom(0, 0.25, 1),
    attributeReach: fc.integer({ min: 2, max: 8 }),
    popularityWeight: fc.constantFrom(0, 1, 3),
    popularityHalfLife: fc.constantFrom(0, 0, 0.1, 1),
    recency: fc.constantFrom(0, 0.5, 2),
    popularityGrowth: fc.constantFrom(0, 0.5),
    follow: fc.constantFrom(0, 0, 0.5),
    preferenceWeight: fc.constant(1),
    groupWeight: fc.constant(1),
    coldGroupWeight: fc.constant(1),
    groupSmoothing: fc.constantFrom(0.5, 1, 200),
    groupTargets: fc.integer({ min: 1, max: 10 }),
  })
  // Jaccard's coefficient compares sets: with strengths the intersection could exceed the union.
  .map((settings) => (settings.method === 'jaccard' ? { ...settings, weighting: 'binary' } : settings));

/** Settings whose rows follow one formula each and do not depend on other rows. */
export const cooccurrenceSettings = anySettings.map((settings): Settings => {
  return settings.method === 'jaccard' ? settings : { ...settings, method: 'normalised' };
});

/** A seeded world, larger than those above: blocks of taste, with some noise. */
export function largeWorld(seed: number, users: number, items: number): World {
  const chance = new Random(seed);
  const tables = (rows: number, columns: number, cell: (row: number, column: number) => number) =>
    Array.from({ length: rows }, (_, row) => Array.from({ length: columns }, (_, column) => cell(row, column)));
  return {
    interactions: tables(users, items, (user, item) => {
      const isOwn = user % 3 === item % 3;
      return chance.below(100) < (isOwn ? 40 : 6) ? 0.5 + 0.5 * chance.below(4) : 0;
    }),
    attributes: tables(items, 4, (item, value) =>
      value === item % 3 || (value === 3 && chance.below(2) === 0) ? 1 : 0,
    ),
    groups: tables(users, 2, (user, group) => (user % 2 === group ? 1 : 0)),
    offered: Array.from({ length: items }, (_, item) => (item === 5 ? 0 : 1)),
    times: tables(users, items, () => chance.below(1000)),
  };
}

/** Indices as sample keys, for worlds whose users and items have no ids. */
export function placeKeys({ rows, columns }: SparseRows): SampleKeys {
  return {
    users: Uint32Array.from({ length: rows }, (_, at) => at),
    items: Uint32Array.from({ length: columns }, (_, at) => at),
  };
}

/** The settings of an algorithm by name. */
export function presetOf(name: string): Settings {
  const algorithm = algorithmNamed(name);
  if (!algorithm) throw new Error(`there is no algorithm ${name}`);
  return algorithm.settings;
}
