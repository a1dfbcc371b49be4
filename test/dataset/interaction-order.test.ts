import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { latestTimes } from '../../src/dataset/interaction-order.js';
import { type Interactions, joinedInteractions } from '../../src/dataset/interactions.js';
import { pairsOf } from '../../src/dataset/pairs.js';
import { readDataset } from '../../src/dataset/read.js';
import { sparseFromEntries } from '../../src/matrix/sparse.js';
import { byName, inputsOf, useTemporaryFolder } from '../csv/temporary.js';

const folder = useTemporaryFolder();
const USERS = 4;
const ITEMS = 5;

interface Row {
  user: number;
  item: number;
  time: number;
}

const rows = fc.array(
  fc.record({
    user: fc.nat(USERS - 1),
    item: fc.nat(ITEMS - 1),
    time: fc.oneof(fc.constant(Number.NaN), fc.integer({ min: -5, max: 5 })),
  }),
  { maxLength: 40 },
);

function timedOf(events: readonly Row[]): Interactions {
  const user = events.map((row) => row.user);
  const item = events.map((row) => row.item);
  const ones = events.map(() => 1);
  const matrix = sparseFromEntries(USERS, ITEMS, user, item, ones, events.length);
  const pairs = pairsOf(Uint32Array.from(user), Uint32Array.from(item), USERS, ITEMS);
  return {
    interactions: matrix,
    rated: undefined,
    times: latestTimes(
      pairs,
      { values: Float64Array.from(pairs.order, (row) => events[row]!.time), none: Number.NaN },
      1,
    ),
  };
}

const whole = (times: Float64Array | undefined) => times && Array.from(times, Math.floor);

/** The slow model of the offsets within a second: by pair, from the order of the last rows of a user's pairs with the same time. */
function slowSteps(events: readonly Row[]): Map<number, number> {
  const last = new Map<number, { row: number; time: number }>();
  events.forEach(({ user, item, time }, row) => {
    const pair = user * ITEMS + item;
    if (time >= (last.get(pair)?.time ?? Number.NEGATIVE_INFINITY)) last.set(pair, { row, time });
  });
  return new Map(
    [...last].map(([pair, { row, time }]) => {
      const user = Math.floor(pair / ITEMS);
      const before = [...last].filter(
        ([other, seen]) => Math.floor(other / ITEMS) === user && seen.time === time && seen.row < row,
      ).length;
      return [pair, before / (2 * (before + 1))];
    }),
  );
}

/** The slow model: each pair's latest known time, in the order of users and then items; undefined if no time is known. */
function slowTimes(events: readonly Row[]): number[] | undefined {
  const latest = new Map<number, number>();
  for (const { user, item, time } of events) {
    const pair = user * ITEMS + item;
    const before = latest.get(pair) ?? Number.NaN;
    latest.set(pair, Number.isNaN(before) ? time : Number.isNaN(time) ? before : Math.max(before, time));
  }
  if (events.every(({ time }) => Number.isNaN(time))) return undefined;
  return [...latest].sort(([a], [b]) => a - b).map(([, time]) => time);
}

describe('latestTimes', () => {
  it('has the latest time of each entry of the matrix, whatever the order of the rows', () => {
    fc.assert(
      fc.property(rows, (events) => {
        expect(whole(timedOf(events).times)).toEqual(slowTimes(events));
      }),
    );
  });

  it('orders pairs within a second by their rows', () => {
    fc.assert(
      fc.property(rows, (events) => {
        const { interactions: matrix, times } = timedOf(events);
        const steps = slowSteps(events);
        for (let user = 0; user < USERS; user++) {
          for (let e = matrix.start[user]!; e < matrix.start[user + 1]!; e++) {
            const step = steps.get(user * ITEMS + matrix.index[e]!);
            if (times && step !== undefined) expect(times[e]! - Math.floor(times[e]!)).toBeCloseTo(step, 9);
          }
        }
      }),
    );
  });
});

describe('joinedInteractions', () => {
  it('has the latest time of each cell in any of the joined matrices', () => {
    fc.assert(
      fc.property(rows, rows, (first, second) => {
        const parts = [timedOf(first), timedOf(second)];
        const { times } = joinedInteractions(parts, USERS, ITEMS);
        expect(whole(times)).toEqual(slowTimes([...first, ...second]));
      }),
    );
  });

  it('has no time for cells that only a part without times has', () => {
    const timed = timedOf([{ user: 0, item: 1, time: 9 }]);
    const untimed = timedOf([{ user: 0, item: 0, time: Number.NaN }]);
    const { times } = joinedInteractions([timed, untimed], USERS, ITEMS);
    expect(Array.from(times ?? [])).toEqual([Number.NaN, 9]);
  });
});

describe('readDataset with times', () => {
  const timesOf = async (events: string, rest = {}) => {
    const { dataset } = await readDataset(inputsOf(folder.file('events.csv', events), rest));
    const { times, interactions } = dataset;
    return times && byName(dataset, { ...interactions, value: Float32Array.from(times, Math.floor) });
  };

  it.each([
    ['seconds', '100', '300', '200', { a: 300, b: 200 }],
    ['milliseconds', '1000000000000', '1000000001000', '999999999000', { a: 1e9, b: 999999999 }],
    ['dates', '1970-01-01 00:00:01', '1970-01-01 00:00:03', '1970-01-01', { a: 3, b: 0 }],
  ])('reads %s and keeps the latest time of a pair in seconds', async (_, first, last, other, expected) => {
    const rounded = Object.fromEntries(Object.entries(expected).map(([item, time]) => [item, Math.fround(time)]));
    const events = `user,item,time\nu,b,${other}\nu,a,${last}\nu,a,${first}\n`;
    expect(await timesOf(events)).toEqual({ u: rounded });
  });

  it('keeps seconds that a 32-bit float could not represent', async () => {
    const users = folder.file('users.csv', 'user,item,time\nu,a,1537799251\n');
    const { dataset } = await readDataset(inputsOf(users));
    expect(Array.from(dataset.times ?? [])).toEqual([1537799251]);
  });

  it('orders rows within a second as in the file', async () => {
    const rows = 'u,late,5\nu,first,3\nu,second,3\nu,third,3\n';
    const users = folder.file('users.csv', `user,item,time\n${rows}`);
    const { dataset } = await readDataset(inputsOf(users));
    const times = Array.from(dataset.times ?? [], (time, entry) => ({
      item: dataset.itemIds[dataset.interactions.index[entry] ?? 0],
      time,
    }));
    const inOrder = times.toSorted((a, b) => a.time - b.time);
    expect(inOrder.map(({ item }) => item)).toEqual(['first', 'second', 'third', 'late']);
    expect(inOrder.map(({ time }) => Math.floor(time))).toEqual([3, 3, 3, 5]);
  });

  it.each([
    ['no file has times', 'user,item\nu,a\n', {}],
    ['every time is empty', 'user,item,time\nu,a,\n', {}],
    ['times are not wanted', 'user,item,time\nu,a,5\n', { named: { time: 'none' } }],
  ])('has no times if %s', async (_, events, rest) => {
    expect(await timesOf(events, rest)).toBeUndefined();
  });

  it('keeps the time of an interaction that is in a profile too, and has none for items that only the profile has', async () => {
    const interactions = folder.file('events.csv', 'user,item,time\nother,x,7\nu,a,5\nu,b,6\n');
    const users = folder.file('users.csv', 'user_id,history\nu,a:-1|c\nv,\n');
    const { dataset } = await readDataset(inputsOf(users, { interactions }));
    const value = Float32Array.from(dataset.times ?? [], Math.floor);
    expect(byName(dataset, dataset.interactions)).toEqual({ u: { a: -1, b: 1, c: 1 }, other: { x: 1 } });
    expect(byName(dataset, { ...dataset.interactions, value })).toEqual({
      u: { a: 5, b: 6, c: Number.NaN },
      other: { x: 7 },
    });
  });
});
