import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashOf } from '../../src/matrix/sampling.js';
import { emptyRows, entryOf, pickedRows, type SparseRows } from '../../src/matrix/sparse.js';
import { type ValidationSplit, validationSplit } from '../../src/tuning/validation-split.js';
import { columnsOf, denseOf, observationsOf, placeKeys, rowsOf, table, type World, worlds } from '../model/worlds.js';

/** Holds out a share of each user's items, the latest ones if there are times. */
const splitPerUser = ({ times }: { times: Float64Array | undefined }) => ({
  kind: times ? ('last' as const) : ('random' as const),
  holdout: 0.15,
});
const splitOf = (seen: ValidationSplit['seen']) =>
  validationSplit(seen, placeKeys(seen.interactions), splitPerUser(seen));

const scenes = worlds.chain((world) =>
  fc.record({
    world: fc.constant(world),
    preferences: table(world.interactions.length, world.attributes[0]!.length, [0, 1]),
  }),
);

function seenOf({ world, preferences }: { world: World; preferences: number[][] }): ValidationSplit['seen'] {
  const { times, ...seen } = observationsOf(world);
  return {
    ...seen,
    times,
    rated: undefined,
    preferences: rowsOf(preferences, preferences[0]!.length),
    excluded: emptyRows(world.interactions.length, world.offered.length),
  };
}

test('held-out items were liked and are not learned from; 15 % of the items of each user are removed, at least one of two', () => {
  fc.assert(
    fc.property(scenes, (scene) => {
      const { world } = scene;
      const { seen, users, heldOut } = splitOf(seenOf(scene));
      const train = denseOf(seen.interactions);
      expect(heldOut.rows).toBe(users.length);
      users.forEach((user, k) => {
        const items = columnsOf(heldOut, k);
        expect(items.length).toBeGreaterThan(0);
        for (const item of items) {
          expect(world.interactions[user]![item]).toBeGreaterThan(0);
          expect(train[user]![item]).toBe(0);
        }
      });
      world.interactions.forEach((row, user) => {
        const had = row.filter((x) => x !== 0).length;
        const kept = train[user]!.filter((x) => x !== 0).length;
        expect(had - kept).toBe(had < 2 ? 0 : Math.max(1, Math.round(0.15 * had)));
        // The remaining entries keep their values.
        train[user]!.forEach((x, item) => {
          if (x !== 0) expect(x).toBe(row[item]);
        });
      });
    }),
  );
});

test('with times the split holds out the latest items of each user, and the remaining times stay with their entries', () => {
  fc.assert(
    fc.property(scenes, (scene) => {
      const { times } = scene.world;
      const { seen, users, heldOut } = splitOf(seenOf(scene));
      if (!times) {
        expect(seen.times).toBeUndefined();
        return;
      }
      const beside = denseOf(seen.interactions).flatMap((row, user) =>
        row.flatMap((x, item) => (x === 0 ? [] : [times[user]![item]!])),
      );
      expect(Array.from(seen.times ?? [])).toEqual(beside);
      users.forEach((user, k) => {
        const when = (item: number) => (Number.isNaN(times[user]![item]!) ? 0 : times[user]![item]!);
        const last = Math.max(0, ...columnsOf(seen.interactions, user).map(when));
        for (const item of columnsOf(heldOut, k)) expect(when(item)).toBeGreaterThanOrEqual(last);
      });
    }),
  );
});

test('a split leaves attributes, groups, preferences and the offer unchanged, and is reproducible', () => {
  fc.assert(
    fc.property(scenes, (scene) => {
      const seen = seenOf(scene);
      const validation = splitOf(seen);
      const { attributes, groups, preferences, offered } = seen;
      expect(validation.seen).toMatchObject({ attributes, groups, preferences, offered });
      expect(splitOf(seenOf(scene))).toEqual(validation);
    }),
  );
});

/** Users with `each` consecutive items out of 50, in groups by the last digit of their index; every entry has a time of its own. */
function crowd(
  users: number,
  each: number,
): ValidationSplit['seen'] & { interactions: SparseRows; times: Float64Array } {
  const entries = users * each;
  return {
    interactions: {
      rows: users,
      columns: 50,
      start: Uint32Array.from({ length: users + 1 }, (_, user) => user * each),
      index: Uint32Array.from({ length: entries }, (_, e) => (Math.floor(e / each) % (50 - each)) + (e % each)),
      value: new Float32Array(entries).fill(1),
    },
    times: Float64Array.from({ length: entries }, (_, e) => e),
    rated: undefined,
    offered: new Uint8Array(50).fill(1),
    attributes: emptyRows(50, 0),
    groups: {
      rows: users,
      columns: 10,
      start: Uint32Array.from({ length: users + 1 }, (_, user) => user),
      index: Uint32Array.from({ length: users }, (_, user) => user % 10),
      value: new Float32Array(users).fill(1),
    },
    preferences: emptyRows(users, 0),
    excluded: emptyRows(users, 50),
  };
}

test('at most 2,500 users are evaluated: those with the smallest keys, in the order of users', () => {
  const all = crowd(9000, 2);
  const users = Uint32Array.from({ length: 9000 }, (_, user) => 2 ** 32 - 1 - user);
  const {
    users: evaluated,
    heldOut,
    seen,
  } = validationSplit(all, { ...placeKeys(all.interactions), users }, splitPerUser(all));
  expect(seen.interactions.rows).toBe(9000);
  expect(heldOut.rows).toBe(2500);
  expect(Array.from(evaluated)).toEqual(Array.from({ length: 2500 }, (_, k) => 6500 + k));
});

test('the limit on interactions can be set, and users are sampled down to it', () => {
  const all = crowd(100, 4);
  const users = Uint32Array.from({ length: 100 }, (_, user) => user);
  const { seen } = validationSplit(all, { ...placeKeys(all.interactions), users }, splitPerUser(all), 100);
  expect(seen.interactions.rows).toBe(25);
  expect(Array.from(seen.times!.slice(0, 3))).toEqual([0, 1, 2]);
});

test('with more than two million interactions the users are sampled by key, each with all of their data', () => {
  const users = 150_000;
  const all = crowd(users, 14);
  // Every second user has a small key.
  const keys = Uint32Array.from({ length: users }, (_, user) => (user % 2 === 0 ? user : 2 ** 31 + user));
  const {
    seen,
    users: evaluated,
    heldOut,
  } = validationSplit(all, { ...placeKeys(all.interactions), users: keys }, splitPerUser(all));
  expect(seen.interactions.rows).toBe(users / 2);
  expect([seen.groups.rows, seen.preferences.rows, evaluated.length]).toEqual([users / 2, users / 2, 2500]);
  expect(seen.interactions.index.length).toBeLessThanOrEqual(2_000_000);
  expect(new Set(seen.groups.index)).toEqual(new Set([0, 2, 4, 6, 8]));
  for (const k of [0, 1, 2222, users / 2 - 1]) {
    const user = 2 * k;
    // The latest two of 14 items are held out, which are the last two of the row.
    expect(columnsOf(seen.interactions, k)).toEqual(columnsOf(all.interactions, user).slice(0, 12));
    expect(Array.from(seen.times!.subarray(k * 12, k * 12 + 12))).toEqual(
      Array.from({ length: 12 }, (_, at) => user * 14 + at),
    );
  }
  const k = 1234;
  const original = pickedRows(all.interactions, [2 * evaluated[k]!]);
  expect(columnsOf(heldOut, k)).toEqual(columnsOf(original, 0).slice(12));
});

test('by default the last tenth of all interactions is held out, and nothing after that moment is learned from', () => {
  const all = crowd(100, 10);
  const { seen, users, heldOut } = validationSplit(all, placeKeys(all.interactions));
  // The times rise from user to user, so the last ten users have nothing left.
  expect([...users]).toEqual([90, 91, 92, 93, 94, 95, 96, 97, 98, 99]);
  expect(heldOut.index.length).toBe(100);
  expect(Math.max(...seen.times!)).toBe(899);
});

test('the split does not depend on the order of the users', () => {
  const order = Uint32Array.from({ length: 9000 }, (_, k) => (k * 7) % 9000);
  const all = { ...crowd(9000, 9), times: undefined };
  const keys = { users: order.map((k) => hashOf(1, 2, k)), items: placeKeys(all.interactions).items };
  const turned = pickedRows(all.interactions, Array.from(order.keys()).reverse());
  const there = validationSplit(all, keys);
  const back = validationSplit(
    { ...all, interactions: turned, groups: pickedRows(all.groups, Array.from(order.keys()).reverse()) },
    { ...keys, users: keys.users.slice().reverse() },
  );
  const described = ({ users, heldOut }: ValidationSplit, from: Uint32Array) =>
    Array.from(users, (user, k) => `${from[user]}: ${columnsOf(heldOut, k)}`).sort();
  expect(described(back, order.slice().reverse())).toEqual(described(there, order));
});

test('items that no list may contain are not held out: those not offered, and those the user excluded', () => {
  fc.assert(
    fc.property(scenes, fc.infiniteStream(fc.boolean()), (scene, isExcluded) => {
      const seen = seenOf(scene);
      const { interactions } = seen;
      const table = denseOf(interactions).map((row) => row.map(() => (isExcluded.next().value ? 1 : 0)));
      const keys = placeKeys(interactions);
      const plain = validationSplit({ ...seen, offered: new Uint8Array(interactions.columns).fill(1) }, keys);
      const less = validationSplit({ ...seen, excluded: rowsOf(table, interactions.columns) }, keys);
      const heldOutPairs = ({ users, heldOut }: ValidationSplit) =>
        Array.from(users).flatMap((user, k) => columnsOf(heldOut, k).map((item) => [user, item] as const));
      expect(heldOutPairs(less)).toEqual(
        heldOutPairs(plain).filter(([user, item]) => seen.offered[item] === 1 && table[user]![item] === 0),
      );
      expect(less.seen.interactions).toEqual(plain.seen.interactions);
    }),
  );
});

test('ratings below the minimum are neither learned from nor held out, and their items still count as seen', () => {
  fc.assert(
    fc.property(scenes, fc.infiniteStream(fc.constantFrom(1, 2, 3, 4, 5)), (scene, ratings) => {
      const seen = seenOf(scene);
      const { interactions } = seen;
      const rating = Float32Array.from(interactions.index, () => ratings.next().value);
      const plain = { ...seen, rated: { rating, weight: undefined, span: 4 } };
      const keys = placeKeys(interactions);
      const all = validationSplit(plain, keys);
      const { heldOut, users, seen: counting } = validationSplit({ ...plain, evidence: { minRating: 3 } }, keys);
      const ratingOf = (user: number, item: number) => rating[entryOf(interactions, user, item)]!;
      expect(counting.had?.interactions).toEqual(all.seen.interactions);
      const rated = (matrix: SparseRows, rowUser: (row: number) => number) =>
        Array.from({ length: matrix.rows }, (_, row) =>
          columnsOf(matrix, row).map((item) => ratingOf(rowUser(row), item)),
        );
      expect(
        rated(counting.interactions, (row) => row)
          .flat()
          .every((grade) => grade >= 3),
      ).toBe(true);
      expect(
        rated(heldOut, (row) => users[row]!)
          .flat()
          .every((grade) => grade >= 3),
      ).toBe(true);
      expect(counting.interactions.index.length).toBe(
        rated(all.seen.interactions, (row) => row)
          .flat()
          .filter((grade) => grade >= 3).length,
      );
    }),
  );
});
