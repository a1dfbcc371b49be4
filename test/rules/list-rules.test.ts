import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type List, Mark } from '../../src/ranking/list-rules.js';
import { freshItems, isFor, isOpen, listsOf, slowList, valuesOf, type World, worlds } from './worlds.js';

const usersOf = (world: World) => [...world.countries.keys()];
const entriesOf = ({ items, scores, marks }: List) =>
  Array.from(items, (item, place) => ({ item, score: scores[place]!, mark: marks?.[place] ?? Mark.byScore }));

/** One user without signals, for whom items are ranked by index: scores 1, 1/2, 1/3 … */
function popularityAlone(rules: World['rules'], kinds: string, count: number): World {
  const items = kinds.length;
  return {
    scene: {
      counts: { items, preferences: 0, groups: 0, latest: 0 },
      scales: { items: 1, preferences: 1, groups: 1 },
      prior: Array.from(kinds, (_, item) => 1 / (item + 1)),
      rows: Array.from(kinds, () => Array(items).fill(0)),
      cuts: [],
      signals: [Array(items).fill(0)],
      excluded: [Array(items).fill(0)],
      offered: Array(items).fill(1),
    },
    rules,
    kinds: [...kinds].map((kind) => kind.trim()),
    prices: Array(items).fill(0),
    popularity: Array(items).fill(0),
    countries: [''],
    budgets: [0],
    candidates: undefined,
    count,
    seed: 1,
  };
}
const itemsOf = (world: World) => [...listsOf(world, [0])[0]!.items];
const cap = (most: number) => ({ maxPer: [{ column: 'kind', most }] });

test('a cap skips items of a full kind, however far down the next kind begins', () => {
  expect(itemsOf(popularityAlone(cap(1), `${'a'.repeat(30)}b`, 2))).toEqual([0, 30]);
  expect(itemsOf(popularityAlone(cap(2), `${'a'.repeat(30)}bbb`, 5))).toEqual([0, 1, 30, 31]);
  expect(itemsOf(popularityAlone(cap(1), 'aa  b ', 4))).toEqual([0, 2, 3, 4]);
});

test('pinned items count towards caps, but caps never remove them', () => {
  const pin = [
    { item: 2, rank: 1 },
    { item: 1, rank: 3 },
  ];
  expect(itemsOf(popularityAlone({ ...cap(1), pin }, 'aaabb', 4))).toEqual([2, 3, 1]);
});

test('diversity skips items similar to those in the list, and a diversity of 1 ignores the score', () => {
  const world = popularityAlone({ diversity: 0.5 }, 'abcdefg', 3);
  // Items 0 and 1 have the largest weights for each other; item 2 has a weight for item 0, but not the other way round.
  world.scene.rows[0]![1] = 1;
  world.scene.rows[1]![0] = 0.5;
  world.scene.rows[2]![0] = 0.25;
  expect(itemsOf(world)).toEqual([0, 3, 4]);
  expect(itemsOf({ ...world, rules: { diversity: 0.1 } })).toEqual([0, 1, 2]);
  expect(itemsOf({ ...world, rules: { diversity: 1 } })).toEqual([0, 3, 4]);
});

test('diversity chooses among the best 5·N items; if caps leave too few of these, the list goes on by score', () => {
  const world = popularityAlone({ ...cap(1), diversity: 1 }, 'aaaaaaaaaabcd', 2);
  world.scene.rows[0]![10] = 1;
  world.scene.rows[10]![0] = 1;
  expect(itemsOf(world)).toEqual([0, 10]);
});

test('an item whose boosted score is below the minimum is left out, a pinned item is not', () => {
  const rules = { minScore: 0.3, boost: [{ item: 0, factor: 0.25 }], pin: [{ item: 5, rank: 2 }] };
  expect(itemsOf(popularityAlone(rules, 'abcdef', 4))).toEqual([1, 5, 2]);
});

test('an explore share of 0.2 gives about every fifth rank to a fresh item, and another seed draws other items', () => {
  const one = popularityAlone({ explore: 0.2 }, 'a'.repeat(60), 5);
  const forAll = <T>(row: T) => Array<T>(200).fill(row);
  const { signals, excluded } = one.scene;
  const scene = { ...one.scene, signals: forAll(signals[0]!), excluded: forAll(excluded[0]!) };
  const popularity = one.popularity.map((_, item) => 60 - item);
  const world = { ...one, scene, popularity, countries: forAll(''), budgets: forAll(0) };
  const explored = (seed: number) =>
    listsOf({ ...world, seed }, usersOf(world)).flatMap((list, user) =>
      entriesOf(list).flatMap(({ item, mark }) => (mark === Mark.explored ? `${user}: ${item}` : [])),
    );
  expect(explored(1).length / 1000).toBeCloseTo(0.2, 1);
  expect(explored(2)).not.toEqual(explored(1));
});

test('diversity, explore and popularity penalty of 0 change nothing', () => {
  fc.assert(
    fc.property(worlds, ({ rules: { diversity: _, explore: __, popularityPenalty: ___, ...rules }, ...world }) => {
      const users = [...world.countries.keys()];
      const off = { diversity: 0, explore: 0, popularityPenalty: 0 };
      const listsUnder = (some: World['rules']) => listsOf({ ...world, rules: some }, users).map(entriesOf);
      expect(listsUnder({ ...rules, ...off })).toEqual(listsUnder(rules));
    }),
    { numRuns: 50 },
  );
});

test('every list equals scoring all items, then filtering, weighing, pinning, exploring and choosing one after the other', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const lists = listsOf(world, usersOf(world)).map(entriesOf);
      expect(lists).toEqual(usersOf(world).map((user) => slowList(world, user)));
    }),
    { numRuns: 200 },
  );
});

test('a list is full unless no allowed item is left, and has no excluded item, no repeats and nothing over a cap', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const { scene, rules, count } = world;
      listsOf(world, usersOf(world)).forEach((list, user) => {
        const entries = entriesOf(list);
        const items = entries.map(({ item }) => item);
        expect(new Set(items).size).toBe(items.length);
        expect(items.filter((item) => !isOpen(world, user, item))).toEqual([]);
        const pinned = entries.filter(({ mark }) => mark === Mark.pinned);
        const timesOf = (column: string, value: string, among: readonly { item: number }[]) =>
          among.filter(({ item }) => valuesOf(world, column, item).includes(value)).length;
        const isLeft = (item: number) =>
          isOpen(world, user, item) &&
          !items.includes(item) &&
          rules.minScore === undefined &&
          (rules.maxPer ?? []).every(({ column, most }) =>
            valuesOf(world, column, item).every((value) => timesOf(column, value, entries) < most),
          );
        for (const { column, most } of rules.maxPer ?? [])
          for (const item of items)
            for (const value of valuesOf(world, column, item))
              expect(timesOf(column, value, entries)).toBeLessThanOrEqual(
                Math.max(most, timesOf(column, value, pinned)),
              );
        if (items.length < count) expect([...scene.prior.keys()].filter(isLeft)).toEqual([]);
      });
    }),
  );
});

test('a pin is at its rank, or higher if the list is too short, and only fresh items are explored', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const fresh = freshItems(world);
      listsOf(world, usersOf(world)).forEach((list, user) => {
        entriesOf(list).forEach(({ item, mark }, place, { length }) => {
          if (mark === Mark.explored) expect(fresh).toContain(item);
          if (mark !== Mark.pinned) return;
          const ranks = world.rules.pin?.filter((pin) => pin.item === item && isFor(world, pin, user));
          const isThere = (rank: number) => rank === place + 1 || (length < world.count && rank > place + 1);
          expect(ranks?.some(({ rank }) => isThere(rank))).toBe(true);
        });
      });
    }),
  );
});

test('a user gets the same list whoever else is served and in whatever order', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const users = usersOf(world);
      const lists = listsOf(world, users);
      expect(listsOf(world, users.toReversed()).toReversed()).toEqual(lists);
      expect(users.map((user) => listsOf(world, [user])[0])).toEqual(lists);
    }),
    { numRuns: 50 },
  );
});
