import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { Interactions } from '../../src/dataset/interactions.js';
import { type Holdout, splitInteractions } from '../../src/evaluation/split.js';
import { strengthsOfRatings } from '../../src/model/strength.js';
import { placeKeys, rowsOf, table } from '../model/worlds.js';

/** One interaction, in a form that is easy to compare. */
interface Entry {
  user: number;
  item: number;
  value: number;
  time: number;
}

function entriesOf({ interactions, times }: Interactions): Entry[] {
  const { rows, start, index, value } = interactions;
  return Array.from({ length: rows }, (_, user) =>
    Array.from(index.subarray(start[user]!, start[user + 1]!), (item, at) => ({
      user,
      item,
      value: value[start[user]! + at]!,
      time: times?.[start[user]! + at] ?? Number.NaN,
    })),
  ).flat();
}

function split(seen: Interactions, how: Holdout, users = seen.interactions.rows) {
  const { train, test } = splitInteractions(seen, how, placeKeys(seen.interactions), users);
  return {
    train: entriesOf(train),
    test: entriesOf({ interactions: test, times: undefined, rated: undefined }),
  };
}

const cellOf = ({ user, item }: Entry) => `${user},${item}`;

/** Interactions from dense tables; a 2 in `values` means an interaction of strength 0, since a 0 means no interaction. */
function seenOf(values: number[][], times: number[][] | undefined): Interactions {
  const matrix = rowsOf(values, values[0]!.length);
  const flat = values.flatMap((row, user) => row.flatMap((cell, item) => (cell === 0 ? [] : [times?.[user]?.[item]])));
  return {
    interactions: { ...matrix, value: matrix.value.map((value) => (value === 2 ? 0 : value)) },
    times: times && Float64Array.from(flat, (time) => time ?? Number.NaN),
    rated: undefined,
  };
}

const tables = fc
  .record({ users: fc.integer({ min: 1, max: 6 }), items: fc.integer({ min: 1, max: 8 }) })
  .chain(({ users, items }) =>
    fc.record({
      values: table(users, items, [0, 0, 1, 1, 1, 2, -0.5]),
      times: table(users, items, [10, 20, 20, 30, 40, Number.NaN]),
    }),
  );
const worlds = tables.map(({ values, times }) => seenOf(values, times));
const holdouts = fc.constantFrom(0.01, 0.2, 0.5, 0.99, 1, 2, 100);
const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const kinds = fc.constantFrom('last' as const, 'random' as const, 'time' as const);
const anyHoldout = fc.record({ kind: kinds, holdout: holdouts, seed: seeds });
const byUser = fc.record({ kind: fc.constantFrom('last' as const, 'random' as const), holdout: holdouts, seed: seeds });

describe('splitInteractions, every kind of split', () => {
  it('puts no entry into both parts or twice into one, and loses no liked entry', () => {
    fc.assert(
      fc.property(worlds, anyHoldout, (seen, how) => {
        const { train, test } = split(seen, how);
        const parts = [...train, ...test].map(cellOf);
        expect(new Set(parts).size).toBe(parts.length);
        const all = entriesOf(seen);
        const liked = all.filter((entry) => entry.value > 0).map(cellOf);
        expect(parts).toEqual(expect.arrayContaining(liked));
        expect(all.map(cellOf)).toEqual(expect.arrayContaining(parts));
      }),
    );
  });

  it('keeps the value and time of training entries, and holds out liked entries only', () => {
    fc.assert(
      fc.property(worlds, anyHoldout, (seen, how) => {
        const { train, test } = split(seen, how);
        expect(entriesOf(seen)).toEqual(expect.arrayContaining(train));
        for (const entry of test) expect(entry.value).toBeGreaterThan(0);
      }),
    );
  });

  it('gives the same parts for the same seed, and does not change its input', () => {
    fc.assert(
      fc.property(tables, anyHoldout, ({ values, times }, how) => {
        const seen = seenOf(values, times);
        expect(split(seen, how)).toEqual(split(seen, how));
        expect(seen).toEqual(seenOf(values, times));
      }),
    );
  });

  it('keeps the shape of the matrix in both parts', () => {
    const seen = seenOf(
      [
        [1, 1, 0],
        [0, 0, 0],
      ],
      [
        [1, 2, 3],
        [1, 2, 3],
      ],
    );
    const { train, test } = splitInteractions(
      seen,
      { kind: 'last', holdout: 1, seed: 1 },
      placeKeys(seen.interactions),
      2,
    );
    for (const part of [train.interactions, test]) expect(part).toMatchObject({ rows: 2, columns: 3 });
    expect([Array.from(train.interactions.start), Array.from(test.start)]).toEqual([
      [0, 1, 1],
      [0, 1, 1],
    ]);
  });
});

describe('splitInteractions, per user', () => {
  it('removes at least one entry of each tested user with two or more, and leaves at least one', () => {
    fc.assert(
      fc.property(worlds, byUser, (seen, how) => {
        const { train } = split(seen, how);
        const count = (entries: Entry[], user: number) => entries.filter((entry) => entry.user === user).length;
        for (let user = 0; user < seen.interactions.rows; user++) {
          const before = count(entriesOf(seen), user);
          const wanted = how.holdout < 1 ? Math.round(how.holdout * before) : how.holdout;
          const taken = before < 2 ? 0 : Math.min(before - 1, Math.max(1, wanted));
          expect(count(train, user)).toBe(before - taken);
        }
      }),
    );
  });

  it('removes nothing from users who are not tested', () => {
    fc.assert(
      fc.property(worlds, byUser, (seen, how) => {
        const tested = Math.floor(seen.interactions.rows / 2);
        const { train, test } = split(seen, how, tested);
        const others = (entries: Entry[]) => entries.filter(({ user }) => user >= tested);
        expect(others(train)).toEqual(others(entriesOf(seen)));
        expect(others(test)).toEqual([]);
      }),
    );
  });

  it('splits a user the same way whatever the other users did', () => {
    fc.assert(
      fc.property(tables, byUser, fc.nat(5), ({ values, times }, how, which) => {
        const user = which % values.length;
        const alone = seenOf(
          values.map((row, u) => (u === user ? row : row.map(() => 0))),
          times,
        );
        const own = (entries: Entry[]) => entries.filter((entry) => entry.user === user);
        const whole = split(seenOf(values, times), how);
        expect(split(alone, how)).toEqual({ train: own(whole.train), test: own(whole.test) });
      }),
    );
  });
});

describe('splitInteractions, last', () => {
  it('holds out no entry that is earlier than one it keeps', () => {
    fc.assert(
      fc.property(worlds, holdouts, seeds, (seen, holdout, seed) => {
        const timeOf = new Map(entriesOf(seen).map((entry) => [cellOf(entry), entry.time]));
        const { train, test } = split(seen, { kind: 'last', holdout, seed });
        for (const held of test) {
          for (const kept of train.filter(({ user }) => user === held.user)) {
            const time = timeOf.get(cellOf(held))!;
            // An entry without a time counts as earlier than every entry with one.
            if (Number.isNaN(time)) expect(kept.time).toBeNaN();
            else expect(Number.isNaN(kept.time) || kept.time <= time).toBe(true);
          }
        }
      }),
    );
  });

  it('holds out the two latest of five entries at 40 %, and drops a dislike among them', () => {
    const seen = seenOf([[1, 1, -0.5, 1, 1]], [[50, 10, 40, 30, 20]]);
    const { train, test } = split(seen, { kind: 'last', holdout: 0.4, seed: 1 });
    expect(train.map(({ item }) => item)).toEqual([1, 3, 4]);
    expect(test.map(({ item }) => item)).toEqual([0]);
  });

  it('breaks ties between entries of the same time by the seed', () => {
    const seen = seenOf([[1, 1, 1, 1]], [[7, 7, 7, 7]]);
    const held = Array.from({ length: 50 }, (_, seed) => split(seen, { kind: 'last', holdout: 1, seed }).test[0]!.item);
    expect(new Set(held)).toEqual(new Set([0, 1, 2, 3]));
  });

  it('is refused without times', () => {
    expect(() => split(seenOf([[1, 1]], undefined), { kind: 'last', holdout: 1, seed: 1 })).toThrow(/"last"/);
  });
});

describe('splitInteractions, random', () => {
  it('needs no times, and holds out every entry about equally often', () => {
    const seen = seenOf([[1, 1, 1, 1, 1]], undefined);
    const tally = new Array<number>(5).fill(0);
    for (let seed = 0; seed < 5000; seed++) tally[split(seen, { kind: 'random', holdout: 0.2, seed }).test[0]!.item]!++;
    // Five standard deviations: √(5,000 · 1/5 · 4/5) = 28.
    for (const count of tally) expect(Math.abs(count - 1000)).toBeLessThan(142);
  });
});

describe('splitInteractions, by time', () => {
  it('cuts all users at one moment: it keeps only entries before that moment or without a time', () => {
    fc.assert(
      fc.property(worlds, holdouts, fc.nat(6), (seen, holdout, tested) => {
        const { train, test } = split(seen, { kind: 'time', holdout, seed: 1 }, tested);
        const all = entriesOf(seen);
        const stays = new Set(train.map(cellOf));
        const left = all.filter((entry) => !stays.has(cellOf(entry)));
        const moment = Math.min(...left.map(({ time }) => time));
        for (const { time } of left) expect(time).not.toBeNaN();
        for (const { time } of train) expect(Number.isNaN(time) || time < moment).toBe(true);
        expect(test.map(cellOf)).toEqual(left.filter(({ user, value }) => user < tested && value > 0).map(cellOf));
      }),
    );
  });

  it('holds out the latest quarter of all eight entries, even if they all belong to one user', () => {
    const seen = seenOf(
      [
        [1, 1, 1, 1],
        [1, 1, 1, 1],
      ],
      [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
      ],
    );
    const { train, test } = split(seen, { kind: 'time', holdout: 0.25, seed: 1 });
    expect(test.map(({ user, item }) => [user, item])).toEqual([
      [1, 2],
      [1, 3],
    ]);
    expect(train).toHaveLength(6);
  });

  it('cuts where sorting all times would, whatever they are: crowded, equal, unknown, or one in another century', () => {
    const near = fc.double({ min: 1.6e9, max: 1.6e9 + 10, noNaN: true });
    const time = fc.oneof(
      { arbitrary: near, weight: 20 },
      { arbitrary: fc.constantFrom(-4e9, 1.6e9, 9e9, Number.NaN), weight: 1 },
    );
    fc.assert(
      fc.property(fc.array(time, { minLength: 2, maxLength: 200 }), holdouts, (times, holdout) => {
        const seen = seenOf([times.map(() => 1)], [times]);
        const { train } = split(seen, { kind: 'time', holdout, seed: 1 });
        const known = times.filter((time) => !Number.isNaN(time)).sort((a, b) => a - b);
        const wanted = holdout < 1 ? Math.round(holdout * known.length) : holdout;
        const count = Math.max(1, Math.min(wanted, known.length - 1));
        const moment = known[known.length - count]!;
        const cut = known.length < 2 ? Infinity : moment > known[0]! ? moment : known.find((time) => time > known[0]!);
        const stay = times.filter((time) => !(time >= (cut ?? Infinity)));
        expect(train.map(({ time }) => time)).toEqual(stay);
      }),
    );
  });

  it('never holds out everything: if the cut fell on the first moment, it moves to the next one', () => {
    const seen = seenOf([[1, 1, 1, 1]], [[1, 1, 1, 2]]);
    expect(split(seen, { kind: 'time', holdout: 0.5, seed: 1 }).test.map(({ item }) => item)).toEqual([3]);
    const atOnce = seenOf([[1, 1]], [[1, 1]]);
    expect(split(atOnce, { kind: 'time', holdout: 0.5, seed: 1 }).train).toHaveLength(2);
  });

  it('removes entries after the cut from the training part for untested users too', () => {
    const seen = seenOf(
      [
        [1, 0],
        [1, 1],
      ],
      [
        [1, 0],
        [1, 9],
      ],
    );
    const { train, test } = split(seen, { kind: 'time', holdout: 1, seed: 1 }, 1);
    expect(train.map(({ user, item }) => [user, item])).toEqual([
      [0, 0],
      [1, 0],
    ]);
    expect(test).toEqual([]);
  });
});

describe('strengths computed from ratings', () => {
  const rated = tables.chain(({ values, times }) =>
    fc.record({
      seen: fc.constant(
        seenOf(
          values.map((row) => row.map((cell) => (cell === 0 ? 0 : 1))),
          times,
        ),
      ),
      ratings: table(values.length, values[0]!.length, [1, 2, 3, 4, 5, Number.NaN]),
    }),
  );

  test('depend on the ratings in the training part only, never on held-out ratings', () => {
    fc.assert(
      fc.property(rated, anyHoldout, fc.nat(4), ({ seen, ratings }, how, other) => {
        const { interactions } = seen;
        const ratingsOf = (table: number[][]) =>
          Float32Array.from(entriesOf(seen), ({ user, item }) => table[user]![item]!);
        const withRatings = (rating: Float32Array) => ({
          ...seen,
          interactions: { ...interactions, value: strengthsOfRatings({ ...interactions, value: rating }, 4) },
          rated: { rating, weight: undefined, span: 4 },
        });
        const keys = placeKeys(interactions);
        const original = splitInteractions(withRatings(ratingsOf(ratings)), how, keys, interactions.rows);
        const kept = new Set(entriesOf(original.train).map(cellOf));
        const changed = ratings.map((row, user) =>
          row.map((rating, item) => (kept.has(`${user},${item}`) ? rating : 1 + ((user + item + other) % 5))),
        );
        const altered = splitInteractions(withRatings(ratingsOf(changed)), how, keys, interactions.rows);
        expect(altered.train).toEqual(original.train);
        const { interactions: train } = original.train;
        const own = strengthsOfRatings({ ...train, value: original.train.rated!.rating }, 4);
        expect(train.value).toEqual(
          train.value.map((x, e) => (Number.isNaN(original.train.rated!.rating[e]!) ? x : own[e]!)),
        );
      }),
    );
  });
});
