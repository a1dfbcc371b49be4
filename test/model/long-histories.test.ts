import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evidenceOf } from '../../src/model/evidence.js';
import { longHistories, withoutLongHistories } from '../../src/model/long-histories.js';
import { denseOf, observationsOf, rowsOf, settingsWith, worlds } from './worlds.js';

const ITEMS = 8;
const cell = fc.record({ value: fc.constantFrom(-1, 1, 1, 2), time: fc.constantFrom(Number.NaN, 1, 2, 3) });
const histories = fc.array(fc.array(fc.option(cell), { minLength: ITEMS, maxLength: ITEMS }), {
  minLength: 1,
  maxLength: 4,
});

test('a history with too many likes keeps its latest ones; all other entries stay as they were', () => {
  fc.assert(
    fc.property(histories, fc.integer({ min: 1, max: ITEMS }), fc.boolean(), (users, most, hasTimes) => {
      const interactions = rowsOf(
        users.map((row) => row.map((entry) => entry?.value ?? 0)),
        ITEMS,
      );
      const times = Float64Array.from(users.flatMap((row) => row.flatMap((entry) => (entry ? [entry.time] : []))));
      const short = withoutLongHistories(interactions, hasTimes ? times : undefined, most);
      const long = longHistories(interactions, most);
      for (let user = 0; user < users.length; user++) {
        const entries = users[user]!.flatMap((entry) => (entry ? [entry] : []));
        const after = entries.map((_, k) => short.value[short.start[user]! + k]!);
        const likes = entries.filter(({ value }) => value > 0).length;
        expect(long.includes(user)).toBe(likes > most);
        expect(after.filter((value) => value > 0).length).toBe(Math.min(likes, most));
        entries.forEach(({ value, time }, k) => {
          expect([value, ...(value > 0 && likes > most ? [0] : [])]).toContain(after[k]!);
          if (!hasTimes || value < 0 || after[k] !== 0) return;
          // A removed like is no later than any that stayed.
          entries.forEach((other, l) => {
            if (after[l]! > 0) expect(Number.isNaN(time) || time <= other.time).toBe(true);
          });
        });
      }
    }),
  );
});

test('without times every item is equally likely to be removed', () => {
  const users = 400;
  const interactions = rowsOf(Array(users).fill(Array(ITEMS).fill(1)), ITEMS);
  const kept = denseOf(withoutLongHistories(interactions, undefined, ITEMS / 2));
  for (let item = 0; item < ITEMS; item++) {
    const stayed = kept.filter((row) => row[item]! > 0).length;
    expect(Math.abs(stayed - users / 2)).toBeLessThan(60);
  }
});

test('pairs are counted in shortened histories, popularity in whole ones', () => {
  fc.assert(
    fc.property(worlds, (world) => {
      const seen = observationsOf(world);
      const whole = evidenceOf(seen, settingsWith({ attributeWeight: 0 }));
      const cut = evidenceOf(seen, settingsWith({ attributeWeight: 0, longestHistory: 2 }));
      expect(cut.popularity).toEqual(whole.popularity);
      expect(cut.trend).toEqual(whole.trend);
      for (let user = 0; user < cut.users; user++) {
        const length = (of: typeof cut) => of.baskets.start[user + 1]! - of.baskets.start[user]!;
        expect(length(cut)).toBe(Math.min(2, length(whole)));
      }
    }),
  );
});
