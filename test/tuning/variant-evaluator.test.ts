import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compiledKernel, type Kernel, PLAIN_KERNEL } from '../../src/kernels/kernel.js';
import { sideBySide } from '../../src/matrix/combined.js';
import type { Settings } from '../../src/model/settings.js';
import { recentPopularity } from '../../src/model/trend.js';
import { type Audience, withRecency } from '../../src/ranking/audience.js';
import { modelOf } from '../../src/ranking/model.js';
import { variantBatches, variantEvaluator } from '../../src/tuning/variant-evaluator.js';
import { type Learnt, learnt, plainRecommender } from '../model/learned.js';
import {
  anySettings,
  factorsFor,
  largeWorld,
  observationsOf,
  rowsOf,
  settingsWith,
  table,
  type World,
  worlds,
} from '../model/worlds.js';

type Variant = Pick<
  Settings,
  'targetDamping' | 'power' | 'lowRankWeight' | 'popularityWeight' | 'popularityHalfLife' | 'recency'
>;

interface Case {
  world: World;
  preferences: number[][];
  heldOut: number[][];
  settings: Settings;
  variants: Variant[];
}

const variant: fc.Arbitrary<Variant> = fc.record({
  targetDamping: fc.constantFrom(0, 0.3),
  power: fc.constantFrom(1, 1.25),
  lowRankWeight: fc.constantFrom(0, 0.5),
  popularityWeight: fc.constantFrom(0, 3, 30),
  popularityHalfLife: fc.constantFrom(0, 0.1),
  recency: fc.constantFrom(0, 1),
});

/** Worlds with and without preferences and groups: only without them can rows be added up once for several variants. */
const cases: fc.Arbitrary<Case> = fc.record({ world: worlds, isBare: fc.boolean() }).chain(({ world, isBare }) => {
  const bare = { ...world, attributes: world.attributes.map(() => []), groups: world.groups.map(() => []) };
  const used = isBare ? bare : world;
  return fc.record({
    world: fc.constant(used),
    preferences: table(used.interactions.length, used.attributes[0]!.length, [0, 0, 1]),
    heldOut: table(used.interactions.length, used.offered.length, [0, 0, 1]),
    settings: anySettings,
    variants: fc.array(variant, { minLength: 1, maxLength: 6 }),
  });
});

function audienceOf({ world, preferences }: Case, recency: number): Audience {
  const { interactions, times, groups, offered } = observationsOf(world);
  return {
    signals: sideBySide(
      withRecency(interactions, times, { recency: recency, popularityGrowth: 0 }),
      rowsOf(preferences, preferences[0]!.length),
      groups,
    ),
    excluded: interactions,
    offered,
  };
}

/** By user, the utility of their list when everything is learned again with the settings of the variant. */
function slowUtility(some: Case, variant: Settings, length: number): number[] {
  const { counts, rows, statistics } = learnt(some.world, variant);
  const model = modelOf(counts, [rows], [0], statistics, variant, factorsFor(counts.items));
  const recommender = plainRecommender(model, audienceOf(some, variant.recency), length);
  return some.heldOut.map((row, user) => {
    const wanted = row.filter((x) => x > 0).length;
    if (wanted === 0) return 0;
    const list = [...recommender.recommend(user).items];
    const discount = (place: number) => 1 / Math.log2(place + 2);
    const total = (values: number[]) => values.reduce((a, b) => a + b, 0);
    const gains = list.map((item, place) => (row[item]! > 0 ? discount(place) : 0));
    const best = [...Array(Math.min(wanted, length)).keys()].map(discount);
    return gains.filter((gain) => gain > 0).length / wanted + total(gains) / total(best);
  });
}

function evaluatorOf(
  some: Case,
  { counts, rows, statistics, evidence }: Learnt,
  length: number,
  { sumsOf }: Kernel,
): ReturnType<typeof variantEvaluator> {
  const { interactions, times } = observationsOf(some.world);
  const audiences = new Map([0, 1].map((recency) => [recency, audienceOf(some, recency)]));
  const variants = some.variants.map((variant) => ({
    settings: { ...some.settings, ...variant },
    audience: audiences.get(variant.recency)!,
    statistics: {
      ...statistics,
      trend: recentPopularity(interactions, times, variant.popularityHalfLife, evidence.popularity),
    },
  }));
  return variantEvaluator(
    { counts, parts: [rows], from: [0], factors: factorsFor(counts.items) },
    variants,
    rowsOf(some.heldOut, counts.items),
    length,
    sumsOf,
  );
}

/** Utilities by variant and user. */
function utilitiesByVariant(some: Case, evaluator: ReturnType<typeof variantEvaluator>): number[][] {
  const users = some.heldOut.length;
  const batches = variantBatches(some.variants.map((settings) => ({ settings })));
  const values = [...evaluator(0, batches.length * users)];
  const table = some.variants.map(() => Array<number>(users).fill(Number.NaN));
  for (const batch of batches)
    for (let user = 0; user < users; user++) for (const variant of batch) table[variant]![user] = values.shift()!;
  expect(values).toEqual([]);
  return table;
}

const KERNELS = [
  ['plain', PLAIN_KERNEL],
  ['compiled', compiledKernel()],
] as const;

test.each(KERNELS)(
  'each variant has the utility of learning everything again with its settings, by the %s kernel',
  (_, kernel) => {
    fc.assert(
      fc.property(cases, fc.integer({ min: 1, max: 4 }), (some, length) => {
        const utilities = utilitiesByVariant(
          some,
          evaluatorOf(some, learnt(some.world, some.settings), length, kernel),
        );
        some.variants.forEach((variant, v) => {
          slowUtility(some, { ...some.settings, ...variant }, length).forEach((value, user) => {
            expect(utilities[v]![user]).toBeCloseTo(value, 12);
          });
        });
      }),
      { numRuns: 200 },
    );
  },
);

/** Every combination of two values a setting, so that some variants share sums that others must not. */
const MANY: Variant[] = [0, 30].flatMap((popularityWeight) =>
  [0, 1].flatMap((recency) =>
    [0, 0.1].flatMap((popularityHalfLife) =>
      [1, 1.5].flatMap((power) =>
        [0, 0.5].map((lowRankWeight) => ({
          targetDamping: 0.15,
          power,
          lowRankWeight,
          popularityWeight,
          popularityHalfLife,
          recency,
        })),
      ),
    ),
  ),
);

test.each([
  ['with preferences and groups', [0, 0, 0, 1]],
  ['with groups alone', []],
  ['without either', undefined],
])('each of many variants has the utility of learning everything again with its settings, %s', (_, preference) => {
  const large = largeWorld(9, 40, 20);
  const isBare = preference === undefined;
  const hasValues = preference !== undefined && preference.length > 0;
  const world = {
    ...large,
    attributes: large.attributes.map((row) => (hasValues ? row : [])),
    groups: large.groups.map((row) => (isBare ? [] : row)),
  };
  const some: Case = {
    world: {
      ...world,
      interactions: large.interactions.map((row, user) => row.map((x, item) => ((user + item) % 4 === 3 ? 0 : x))),
    },
    preferences: large.interactions.map((_, user) =>
      user % 3 === 0 ? (preference ?? []) : (preference ?? []).map(() => 0),
    ),
    heldOut: large.interactions.map((row, user) => row.map((x, item) => ((user + item) % 4 === 3 ? x : 0))),
    settings: settingsWith({ groupSmoothing: 2 }),
    variants: MANY,
  };
  const evaluator = evaluatorOf(some, learnt(some.world, some.settings), 5, PLAIN_KERNEL);
  const utilities = utilitiesByVariant(some, evaluator).flat();
  const slow = MANY.map((variant) => slowUtility(some, { ...some.settings, ...variant }, 5));
  slow.flat().forEach((value, at) => {
    expect(utilities[at]).toBeCloseTo(value, 12);
  });
  // Nearly all variants give other utilities than the first.
  expect(slow.slice(1).filter((values) => `${values}` === `${slow[0]}`).length).toBeLessThan(3);
});

test('shards of the work give the same utilities in any order, and the learned rows stay unchanged', () => {
  fc.assert(
    fc.property(cases, fc.nat(30), (some, at) => {
      const rows = variantBatches(some.variants.map((settings) => ({ settings }))).length * some.heldOut.length;
      const cut = Math.min(at, rows);
      const model = learnt(some.world, some.settings);
      const before = model.rows.value.slice();
      const evaluator = evaluatorOf(some, model, 3, PLAIN_KERNEL);
      const [second, first, whole] = [evaluator(cut, rows), evaluator(0, cut), evaluator(0, rows)];
      expect([...first, ...second]).toEqual([...whole]);
      expect(model.rows.value).toEqual(before);
    }),
  );
});

test('the utility is recall plus NDCG: 2 if both held-out items are found, less if one is found at rank 2, else 0', () => {
  const world: World = {
    interactions: [
      [1, 0, 0, 0],
      [1, 1, 1, 0],
      [1, 1, 1, 0],
      [0, 0, 0, 1],
    ],
    attributes: [[], [], [], []],
    groups: Array(4).fill([]),
    offered: [1, 1, 1, 1],
  };
  const utilityOf = (wanted: number[]) => {
    const heldOut = [wanted, ...Array(3).fill([0, 0, 0, 0])];
    const settings = settingsWith({ recency: 0 });
    const some: Case = { world, preferences: Array(4).fill([]), heldOut, settings, variants: [settings] };
    return [...evaluatorOf(some, learnt(world, settings), 2, PLAIN_KERNEL)(0, 4)];
  };
  expect(utilityOf([0, 1, 1, 0])).toEqual([2, 0, 0, 0]);
  // Item 1 is first, item 2 second: half the recall, and 1 / log₂ 3 of what 1 + 1 / log₂ 3 could be.
  expect(utilityOf([0, 0, 1, 1])[0]).toBeCloseTo(0.5 + 1 / Math.log2(3) / (1 + 1 / Math.log2(3)), 12);
  expect(utilityOf([0, 0, 0, 1])).toEqual([0, 0, 0, 0]);
});
