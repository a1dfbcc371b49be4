import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ALGORITHMS, algorithmNamed } from '../../src/model/algorithms.js';
import { DEFAULT_SETTINGS, HYPER_PARAMETERS, type Settings } from '../../src/model/settings.js';
import { rowNormalised } from './learned.js';
import { dot, expectClose, slowWeighted } from './slow-model.js';
import { columnsOf, denseOf, presetOf, type World, worlds } from './worlds.js';

function itemRows(world: World, settings: Settings): number[][] {
  return denseOf(rowNormalised(world, settings).rows).slice(0, world.offered.length);
}

/** Users {0, 1}, {0, 1, 2}, {0, 2}, {0}, at any strength: d = 4, 2, 2. */
const WORLD: World = {
  interactions: [
    [2, 1, 0],
    [1, 1, 0.5],
    [1, 0, 2],
    [1, 0, 0],
  ],
  attributes: [[1], [1], [1]],
  groups: Array(4).fill([]),
  offered: [1, 1, 1],
};

test.each<[string, (pair: { both: number; i: number; j: number; walk: number }) => number]>([
  ['cosine', ({ both, i, j }) => both / Math.sqrt(i * j)],
  ['jaccard', ({ both, i, j }) => both / (i + j - both)],
  // From item i to one of its users, and on to an item of theirs, over d_j^0.3.
  ['rp3beta', ({ walk, i, j }) => walk / i / j ** 0.3],
])('%s follows the formula of its paper on an example computed by hand', (name, formula) => {
  const degree = [4, 2, 2];
  const both = { '01': 2, '02': 2, '12': 1 };
  const walk = { '01': 1 / 2 + 1 / 3, '02': 1 / 2 + 1 / 3, '12': 1 / 3 };
  const rows = itemRows(WORLD, presetOf(name));
  for (const pair of ['01', '02', '12'] as const) {
    const [i, j] = [Number(pair[0]), Number(pair[1])];
    const numbers = { both: both[pair], walk: walk[pair] };
    expect(rows[i]![j]).toBeCloseTo(formula({ ...numbers, i: degree[i]!, j: degree[j]! }), 6);
    expect(rows[j]![i]).toBeCloseTo(formula({ ...numbers, i: degree[j]!, j: degree[i]! }), 6);
  }
});

test('tfidf is the cosine of the weighted item vectors, and bm25 their inner product', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      for (const weighting of ['tfidf', 'bm25'] as const) {
        const rows = itemRows(world, presetOf(weighting));
        const users = slowWeighted(world, weighting);
        const vectors = world.offered.map((_, item) => users.map((row) => row[item]!));
        vectors.forEach((a, i) => {
          vectors.forEach((b, j) => {
            const product = i === j || world.offered[j] === 0 ? 0 : dot(a, b);
            const norms = weighting === 'tfidf' ? Math.sqrt(dot(a, a) * dot(b, b)) : 1;
            expectClose(rows[i]![j]!, product === 0 ? 0 : product / norms);
          });
        });
      }
    }),
  );
});

test('content learns rows from attributes alone, popular learns no rows', () => {
  const world = {
    ...WORLD,
    attributes: [
      [1, 0],
      [1, 0],
      [0, 1],
    ],
  };
  const { rows } = rowNormalised(world, presetOf('content'));
  expect([0, 1, 2].map((item) => columnsOf(rows, item))).toEqual([[1], [0], []]);
  const popular = rowNormalised(world, presetOf('popular')).rows;
  expect([0, 1, 2].map((item) => columnsOf(popular, item))).toEqual([[], [], []]);
});

test('every algorithm sets all settings, within their ranges, and its settings are frozen', () => {
  for (const { name, settings } of ALGORITHMS) {
    expect(Object.keys(settings).sort(), name).toEqual(Object.keys(DEFAULT_SETTINGS).sort());
    expect(Object.isFrozen(settings), name).toBe(true);
    for (const { setting, low, high, whole } of HYPER_PARAMETERS) {
      const value = settings[setting];
      expect(value >= low && value <= high, `${setting} of ${name}`).toBe(true);
      if (whole) expect(Number.isInteger(value), `${setting} of ${name}`).toBe(true);
    }
  }
});

test('algorithm names are unique and case-sensitive, and an unknown name finds no algorithm', () => {
  expect(new Set(ALGORITHMS.map(({ name }) => name)).size).toBe(ALGORITHMS.length);
  expect(algorithmNamed('ridge')?.settings).toBe(DEFAULT_SETTINGS);
  expect(algorithmNamed('Ridge')).toBeUndefined();
});
