import fc from 'fast-check';
import { ExitCode, Failure } from '../../src/failure.js';
import { PLAIN_KERNEL } from '../../src/kernels/kernel.js';
import { hashOf, sampleKeys } from '../../src/matrix/sampling.js';
import { inversePower } from '../../src/model/settings.js';
import { planRules } from '../../src/pipeline/rules/plan.js';
import { type List, Mark } from '../../src/ranking/list-rules.js';
import { Recommender } from '../../src/ranking/recommender.js';
import { scoresOf } from '../../src/ranking/scores.js';
import type { RuleRow } from '../../src/rules/list-rule.js';
import { listRules } from '../../src/rules/list-rules.js';
import { packed } from '../../src/rules/packed.js';
import { rowsOf } from '../model/worlds.js';
import { modelOf, type Scene, scenes, slowScores } from '../ranking/scenes.js';

/* Worlds with rules, and a slow and simple model of their lists: score everything, filter, sort, choose. */

export interface Pin {
  item: number;
  rank: number;
  user?: number;
  country?: string;
}

export interface Rules {
  boost?: { item: number; factor: number }[];
  boostWhere?: { where: Where; factor: number }[];
  popularityPenalty?: number;
  pin?: Pin[];
  explore?: number;
  minScore?: number;
  maxPer?: { column: string; most: number }[];
  diversity?: number;
}

export interface World {
  scene: Scene;
  rules: Rules;
  /** By item. */
  kinds: string[];
  prices: number[];
  popularity: number[];
  /** By user. */
  countries: string[];
  budgets: number[];
  candidates: number[][] | undefined;
  count: number;
  seed: number;
  /** Left out: i0, i1 … and u0, u1 … */
  itemIds?: readonly string[];
  userIds?: readonly string[];
}

/** Conditions and the plain code of their meaning; NaN is a missing value. */
export const WHERE = {
  'price < 3': (price: number) => price < 3,
  'price = user.budget': (price: number, budget: number) => price === budget,
};
export type Where = keyof typeof WHERE;

export const worlds: fc.Arbitrary<World> = scenes(fc.constantFrom(1, 4, 12, 40, 40)).chain((scene) => {
  const users = scene.signals.length;
  const { items } = scene.counts;
  const perItem = <T>(cell: fc.Arbitrary<T>) => fc.array(cell, { minLength: items, maxLength: items });
  const item = fc.nat(items - 1);
  const pin: fc.Arbitrary<Pin> = fc.record(
    { item, rank: fc.integer({ min: 1, max: 4 }), user: fc.nat(users - 1), country: fc.constantFrom('fr', 'DE') },
    { requiredKeys: ['item', 'rank'] },
  );
  return fc.record({
    scene: fc.constant(scene),
    rules: fc.record(
      {
        boost: fc.uniqueArray(fc.record({ item, factor: fc.constantFrom(0.5, 2, 4) }), { selector: (row) => row.item }),
        boostWhere: fc.array(
          fc.record({ where: fc.constantFrom(...(Object.keys(WHERE) as Where[])), factor: fc.constantFrom(0.25, 2) }),
          { minLength: 1, maxLength: 2 },
        ),
        popularityPenalty: fc.constantFrom(0, 0.5, 1),
        pin: fc.array(pin, { maxLength: 5 }),
        explore: fc.constantFrom(0, 0.3, 1),
        minScore: fc.constantFrom(-1, 0, 0.25, 0.5),
        maxPer: fc.constantFrom(
          [{ column: 'kind', most: 1 }],
          [
            { column: 'kind', most: 2 },
            { column: 'price', most: 1 },
          ],
        ),
        diversity: fc.constantFrom(0, 0.3, 0.7, 1),
      },
      { requiredKeys: [] },
    ),
    kinds: fc.oneof(perItem(fc.constantFrom('', 'a', 'b', 'c', 'a|b', 'B')), perItem(fc.constantFrom('a', 'b'))),
    prices: perItem(fc.nat(5)),
    popularity: perItem(fc.nat(9)),
    countries: fc.array(fc.constantFrom('', 'FR', 'de'), { minLength: users, maxLength: users }),
    budgets: fc.constant(Array.from({ length: users }, (_, user) => user % 3)),
    candidates: fc.oneof(
      { weight: 3, arbitrary: fc.constant(undefined) },
      { weight: 1, arbitrary: fc.array(perItem(fc.constantFrom(0, 1, 1)), { minLength: users, maxLength: users }) },
    ),
    count: fc.constantFrom(1, 2, 3, 6),
    seed: fc.nat(99),
  });
});

const idsOf = (letter: string, count: number) => Array.from({ length: count }, (_, at) => `${letter}${at}`);

function ruleRow(cells: Record<string, string>, others: [string, string][] = []): RuleRow {
  const refused = (why: string) => new Failure(ExitCode.badData, why);
  return { place: 'file:1', cells, others: new Map(others), refused, number: (column) => Number(cells[column]) };
}

/** The lists that the program makes for these users of a world, in their order. */
export function listsOf(world: World, users: readonly number[]): List[] {
  const { scene, rules, kinds, prices, popularity, countries, budgets, candidates, count, seed } = world;
  const { items } = scene.counts;
  const dataset = {
    itemIds: idsOf('i', items),
    userIds: idsOf('u', countries.length),
    served: countries.length,
    offered: Uint8Array.from(scene.offered),
    itemColumns: [
      { name: 'kind', cells: kinds },
      { name: 'price', cells: prices.map(String) },
    ],
    userColumns: [
      { name: 'country', cells: countries },
      { name: 'budget', cells: budgets.map(String) },
    ],
  };
  const read = {
    ...rules,
    ...(rules.boost && {
      boost: rules.boost.map(({ item, factor }) => ruleRow({ item: `i${item}`, factor: `${factor}` })),
    }),
    ...(rules.pin && {
      pin: rules.pin.map(({ item, rank, user, country }) =>
        ruleRow(
          { item: `i${item}`, rank: `${rank}`, user: user === undefined ? '' : `u${user}` },
          country === undefined ? [] : [['Country', country]],
        ),
      ),
    }),
  };
  const known = {
    ...({ includeSeen: false, where: [], availability: 'honour', now: undefined, dayOrder: undefined } as const),
    ...{ seed, lists: {}, read },
  };
  const { plans } = planRules(known as never, {} as never, dataset as never, { listLength: count, now: 0 }, () => {});
  const { spec, arrays } = packed({ users: Uint32Array.from(users), where: [], plans });
  const model = modelOf(scene);
  const ofUsers = (table: number[][], columns: number) =>
    rowsOf(
      users.map((user) => table[user]!),
      columns,
    );
  const audience = {
    signals: ofUsers(scene.signals, scene.rows.length),
    excluded: ofUsers(scene.excluded, items),
    candidates: candidates && ofUsers(candidates, items),
    offered: dataset.offered,
  };
  const facts = { items, popularity: Float64Array.from(popularity), offered: dataset.offered, rows: model.rows };
  const acting = Object.keys(plans).length === 0 ? undefined : listRules(spec, arrays, facts, model.scales.prior);
  const scores = scoresOf(model, audience.signals, PLAIN_KERNEL.sumsOf);
  const recommender = new Recommender(model, audience, count, scores, acting);
  return users.map((_, row) => recommender.recommend(row));
}

export interface Entry {
  item: number;
  score: number;
  mark: number;
}

/** The list of one user, made by the slow model one stage after the other. */
export function slowList(world: World, user: number): Entry[] {
  const { scene, rules, prices, popularity, budgets, count, seed } = world;
  const { itemIds = idsOf('i', scene.counts.items), userIds = idsOf('u', budgets.length) } = world;
  // Filter.
  const scores = slowScores(scene, user);
  const open = scores.flatMap((_, item) => (isOpen(world, user, item) ? [item] : []));
  // Weigh.
  const score = scores.map((plain, item) => {
    let factor = rules.boost?.find((row) => row.item === item)?.factor ?? 1;
    for (const { where, factor: own } of rules.boostWhere ?? [])
      if (WHERE[where](prices[item]!, budgets[user]!)) factor *= own;
    if (rules.popularityPenalty !== undefined) factor *= inversePower(1 + popularity[item]!, rules.popularityPenalty);
    return factor === 1 ? plain : plain > 0 ? plain * factor : plain / factor;
  });
  const list: (Entry | undefined)[] = Array(count).fill(undefined);
  const listed = () => list.flatMap((entry) => entry ?? []);
  const allowed = (item: number) =>
    listed().every((entry) => entry.item !== item) &&
    (rules.maxPer ?? []).every(({ column, most }) =>
      valuesOf(world, column, item).every(
        (value) => listed().filter((entry) => valuesOf(world, column, entry.item).includes(value)).length < most,
      ),
    );
  // Pins.
  const specificity = ({ user: one, country }: Pin) => (one === undefined ? 0 : 2) + (country === undefined ? 0 : 1);
  for (const pin of [...(rules.pin ?? [])].sort((a, b) => specificity(b) - specificity(a))) {
    const place = pin.rank - 1;
    if (place >= count || list[place] || !isFor(world, pin, user) || !open.includes(pin.item)) continue;
    if (listed().some(({ item }) => item === pin.item)) continue;
    list[place] = { item: pin.item, score: score[pin.item]!, mark: Mark.pinned };
  }
  // Explore.
  const keys = sampleKeys(itemIds);
  const fresh = freshItems(world).sort((a, b) => keys[a]! - keys[b]! || a - b);
  const [key = 0] = sampleKeys([userIds[user]!]);
  for (let place = 0; place < count; place++) {
    const draw = (stream: number) => hashOf(hashOf(seed, 0xe891 + stream, place), key, stream) / 2 ** 32;
    if (list[place] || draw(0) >= (rules.explore ?? 0)) continue;
    const first = Math.floor(draw(1) * fresh.length);
    const turned = [...fresh.slice(first), ...fresh.slice(0, first)];
    const item = turned.find((each) => open.includes(each) && allowed(each));
    if (item !== undefined) list[place] = { item, score: score[item]!, mark: Mark.explored };
  }
  // Choose.
  const ranked = open
    .filter((item) => score[item]! >= (rules.minScore ?? Number.NEGATIVE_INFINITY))
    .sort((a, b) => score[b]! - score[a]! || a - b);
  const pool = rules.diversity === undefined ? [] : ranked.slice(0, 5 * count);
  const [most, least] = [score[pool[0]!]!, score[pool.at(-1)!]!];
  for (let place = 0; place < count; place++) {
    if (list[place]) continue;
    const d = rules.diversity ?? 0;
    const worth = (item: number) =>
      (1 - d) * (most > least ? (score[item]! - least) / (most - least) : 1) -
      d * Math.max(0, ...listed().map((entry) => similarity(scene, entry.item, item)));
    const [chosen] = pool.filter(allowed).sort((a, b) => worth(b) - worth(a) || ranked.indexOf(a) - ranked.indexOf(b));
    const item = chosen ?? ranked.find(allowed);
    if (item !== undefined) list[place] = { item, score: score[item]!, mark: Mark.byScore };
  }
  // Cut.
  return listed();
}

export function isOpen({ scene, candidates }: World, user: number, item: number): boolean {
  const isIn = candidates === undefined || candidates[user]![item] === 1;
  return scene.offered[item] === 1 && scene.excluded[user]![item] === 0 && isIn;
}

export function isFor({ countries }: World, { user: one, country }: Pin, user: number): boolean {
  const isThere = country === undefined || countries[user]!.toLowerCase() === country.toLowerCase();
  return (one === undefined || one === user) && isThere;
}

/** The values of an item in a column. */
export function valuesOf({ kinds, prices }: World, column: string, item: number): string[] {
  return column === 'price' ? [String(prices[item])] : kinds[item]!.toLowerCase().split('|').filter(Boolean);
}

/** The tenth of the offered items with the fewest likes, and all others with as few likes. */
export function freshItems({ scene, popularity }: World): number[] {
  const offered = popularity.flatMap((likes, item) => (scene.offered[item] === 1 ? [{ likes, item }] : []));
  const few = offered.sort((a, b) => a.likes - b.likes).slice(0, Math.ceil(offered.length / 10));
  return offered.filter(({ likes }) => likes <= (few.at(-1)?.likes ?? 0)).map(({ item }) => item);
}

export function similarity({ rows }: Scene, i: number, j: number): number {
  const relative = (from: number, to: number) => Math.max(0, rows[from]![to]!) / (Math.max(0, ...rows[from]!) || 1);
  return relative(i, j) / 2 + relative(j, i) / 2;
}
