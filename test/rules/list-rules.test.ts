import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type List, Mark } from '../../src/ranking/list-rules.js';
import { freshItems, isFor, isOpen, listsOf, slowList, valuesOf, type World, worlds } from './worlds.js';

const usersOf = (world: World) => [...world.countries.keys()];
const entriesOf = ({ items, scores, marks }: List) =>
  Array.from(items, (item, place) => ({ item, score: scores[place]!, mark: marks?.[place] ?? Mark.byScore }));

test('every list is that of scoring all items, filtering, weighing, pinning, exploring and choosing one after the other', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const lists = listsOf(world, usersOf(world)).map(entriesOf);
      expect(lists).toEqual(usersOf(world).map((user) => slowList(world, user)));
    }),
    { numRuns: 400 },
  );
});

test('lists are full while something is left that may enter, and hold nothing excluded, nothing twice, nothing over a cap', () => {
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

test('a pin stands at its rank, or further up where the list ends before; fresh items alone are explored', () => {
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

test('whoever else is served, in whatever order, a user gets the same list', () => {
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
