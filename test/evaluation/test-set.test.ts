import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coldItems, relevantItems } from '../../src/evaluation/test-set.js';
import { columnsOf, denseOf, rowsOf, table } from '../model/worlds.js';

describe('relevantItems', () => {
  const known = {
    interactions: rowsOf(
      [
        [1, 0, 0, 0],
        [0, 0, 0, 0],
        [0, 1, 0, 0],
      ],
      4,
    ),
    excluded: rowsOf(
      [
        [0, 1, 0, 0],
        [0, 0, 0, 0],
        [0, 0, 0, 0],
      ],
      4,
    ),
    offered: Uint8Array.from([1, 1, 1, 0]),
  };

  it('leaves out items a user has or excludes, keeps items that cannot be recommended, and counts each kind', () => {
    const test = rowsOf(
      [
        [1, 1, 1, 1, 1],
        [0, 0, 0, 0, 0],
        [0, 1, 0, 0, 0],
      ],
      5,
    );
    const { users, items, counts } = relevantItems(test, known, Uint32Array.of(0, 1, 2));
    expect(Array.from(users)).toEqual([0]);
    expect(columnsOf(items, 0)).toEqual([2, 3, 4]);
    // Item 3 is not offered, item 4 is unknown; user 1 has no test item, user 2 only one that they already have.
    expect(counts).toEqual({ toFind: 3, outsideCatalogue: 2, hadBefore: 2, excludedByUser: 1, usersWithoutItems: 2 });
  });

  it('counts every liked item as one to find or as left out', () => {
    const tables = fc
      .record({ users: fc.integer({ min: 1, max: 5 }), items: fc.integer({ min: 1, max: 6 }), more: fc.nat(2) })
      .chain(({ users, items, more }) =>
        fc.record({
          test: table(users, items + more, [0, 1]),
          interactions: table(users, items, [0, 0, 1, -0.5]),
          excluded: table(users, items, [0, 0, 1]),
          offered: fc.array(fc.constantFrom(0, 1), { minLength: items, maxLength: items }),
        }),
      );
    fc.assert(
      fc.property(tables, ({ test, interactions, excluded, offered }) => {
        const items = offered.length;
        const matrix = rowsOf(test, test[0]!.length);
        const seen = { interactions: rowsOf(interactions, items), excluded: rowsOf(excluded, items) };
        const relevant = relevantItems(
          matrix,
          { ...seen, offered: Uint8Array.from(offered) },
          Uint32Array.from(test.keys()),
        );
        const { toFind, hadBefore, excludedByUser, usersWithoutItems } = relevant.counts;
        expect(toFind + hadBefore + excludedByUser).toBe(matrix.index.length);
        expect(relevant.users.length + usersWithoutItems).toBe(test.length);
        relevant.users.forEach((user, row) => {
          const wanted = test[user]!.map((cell, item) =>
            interactions[user]![item] || excluded[user]![item] ? 0 : cell,
          );
          expect(denseOf(relevant.items)[row]).toEqual(wanted);
        });
      }),
    );
  });

  it('uses tested users only', () => {
    const offered = Uint8Array.from([1]);
    const { counts } = relevantItems(rowsOf([[0], [1]], 1), { ...known, offered }, Uint32Array.of(0));
    expect([counts.toFind, counts.hadBefore, counts.excludedByUser]).toEqual([0, 0, 0]);
  });
});

describe('coldItems', () => {
  it('keeps the catalogue items without interactions, and the users who have one of them to find', () => {
    // Items: 0 liked, 1 disliked, 2 and 3 without interactions, 3 not offered, 4 unknown.
    const train = rowsOf([[1, -0.5, 0, 0]], 4);
    const relevant = rowsOf(
      [
        [1, 1, 0, 0, 1],
        [0, 1, 1, 1, 0],
        [0, 0, 1, 0, 0],
      ],
      5,
    );
    const offered = Uint8Array.from([1, 1, 1, 0]);
    const { users, relevant: cold, items } = coldItems({ relevant, train, offered });
    expect(Array.from(users)).toEqual([1, 2]);
    expect([columnsOf(cold, 0), columnsOf(cold, 1)]).toEqual([[2], [2]]);
    expect(items).toBe(1);
  });
});
