import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Dataset } from '../../src/dataset/dataset.js';
import { exclusionsUnder } from '../../src/rules/filters.js';
import { cellsAtEntries, denseOf, rowsOf, table } from '../model/worlds.js';

const USERS = 3;
const ITEMS = 5;
const flags = fc.array(fc.constantFrom(0, 1), { minLength: ITEMS, maxLength: ITEMS });
const some = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const cases = fc.record({
  had: table(USERS, ITEMS, [0, 1]),
  times: table(USERS, ITEMS, [1, 5, 9, Number.NaN]),
  byProfile: table(USERS, ITEMS, [0, 0, 1]),
  excluded: some(table(USERS, ITEMS, [0, 0, 1])),
  offered: flags,
  allowed: some(flags),
  includeSeen: fc.boolean(),
  seenWindow: some(fc.constantFrom(1, 4, 8)),
});

test('the excluded pairs of users and items equal a slow check of every pair', () => {
  fc.assert(
    fc.property(cases, ({ had, times, byProfile, excluded, offered, allowed, includeSeen, seenWindow }) => {
      const dataset = {
        had: { interactions: rowsOf(had, ITEMS), times: cellsAtEntries(had, times) },
        excluded: rowsOf(byProfile, ITEMS),
        offered: Uint8Array.from(offered),
      } as unknown as Dataset;
      const filters = {
        allowed: allowed && Uint8Array.from(allowed),
        excluded: excluded && rowsOf(excluded, ITEMS),
        candidates: undefined,
        includeSeen,
        seenWindow,
        clock: 10,
      };
      const barred = exclusionsUnder(filters, dataset);
      const pairsWhere = (holds: (user: number, item: number) => boolean) =>
        had.map((row, user) => row.map((_, item) => (holds(user, item) ? 1 : 0)));
      const isForgotten = (user: number, item: number) => 10 - times[user]![item]! > (seenWindow ?? Infinity);
      expect(denseOf(barred.had.interactions)).toEqual(
        pairsWhere((user, item) => !includeSeen && had[user]![item] === 1 && !isForgotten(user, item)),
      );
      expect(denseOf(barred.excluded)).toEqual(
        pairsWhere((user, item) => byProfile[user]![item] === 1 || excluded?.[user]?.[item] === 1),
      );
      expect([...barred.offered]).toEqual(offered.map((flag, item) => (allowed?.[item] === 0 ? 0 : flag)));
    }),
  );
});
