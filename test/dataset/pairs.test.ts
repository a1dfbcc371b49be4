import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pairsOf } from '../../src/dataset/pairs.js';

const USERS = 4;
const ITEMS = 5;

const anyRows = fc.array(fc.record({ user: fc.nat(USERS - 1), item: fc.nat(ITEMS - 1) }), { maxLength: 40 });
type Row = { user: number; item: number };

const byUser = (a: Row, b: Row) => a.user - b.user;
const byUserAndItem = (a: Row, b: Row) => byUser(a, b) || a.item - b.item;

test.each<[string, ((a: Row, b: Row) => number) | undefined]>([
  ['in any order', undefined],
  ['sorted by user', byUser],
  ['sorted by user and item', byUserAndItem],
])('the rows of each user and item are found, in the order of the file, in files %s', (_, order) => {
  fc.assert(
    fc.property(anyRows, fc.boolean(), (unsorted, mayRelease) => {
      const rows = order ? unsorted.toSorted(order) : unsorted;
      const places = rows.map((_, at) => at).sort((a, b) => byUserAndItem(rows[a]!, rows[b]!) || a - b);
      const [user, item] = (['user', 'item'] as const).map((name) => Uint32Array.from(rows, (row) => row[name]));
      const pairs = pairsOf(user!, item!, USERS, ITEMS, mayRelease);
      expect([...pairs.order]).toEqual(places);
      if (pairs.inOrder) expect(places).toEqual(rows.map((_, at) => at));
      const found: (Row & { places: number[] })[] = [];
      for (let u = 0; u < USERS; u++) {
        for (let e = pairs.start[u]!; e < pairs.start[u + 1]!; e++) {
          const own = [...pairs.order.subarray(pairs.rows[e], pairs.rows[e + 1])];
          found.push({ user: u, item: pairs.index[e]!, places: own });
        }
      }
      const expected = [...new Set(places.map((at) => `${rows[at]!.user} ${rows[at]!.item}`))].map((pair) => {
        const own = places.filter((at) => `${rows[at]!.user} ${rows[at]!.item}` === pair);
        return { ...rows[own[0]!], places: own };
      });
      expect(found).toEqual(expected);
    }),
  );
});

test('rows that are sorted by user and item stay where they are', () => {
  expect(pairsOf(Uint32Array.of(0, 0, 2), Uint32Array.of(1, 1, 0), 3, 2).inOrder).toBe(true);
  expect(pairsOf(Uint32Array.of(0, 0, 2), Uint32Array.of(1, 0, 0), 3, 2).inOrder).toBe(false);
  expect(pairsOf(Uint32Array.of(2, 0, 0), Uint32Array.of(0, 0, 1), 3, 2).inOrder).toBe(false);
});
