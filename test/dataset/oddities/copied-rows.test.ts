import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copiesOf, findCopies } from '../../../src/dataset/oddities/copied-rows.js';
import { byDay, DAY, type EventRow, JANUARY, purchases, seeded, shuffled, sortedRows } from '../event-rows.js';

function copied(files: readonly (readonly EventRow[])[], since?: number) {
  const { pairs, rows, fileRows } = sortedRows(files);
  return findCopies(pairs, rows, fileRows, since);
}

/** All copies in pairs of files, whether they are suspected or not. */
function allCopies(files: readonly (readonly EventRow[])[]) {
  const { pairs, rows } = sortedRows(files);
  const starts = files.map((_, file) => files.slice(0, file).flat().length);
  return copiesOf(pairs, rows, starts, -Infinity);
}

const overlaps = (files: readonly (readonly EventRow[])[], since?: number) => copied(files, since).overlaps;

/** Files with exactly the rows of an earlier one. */
const repeated = (...files: readonly (readonly EventRow[])[]) =>
  copied(files).repeated.map(({ file, earlier }) => ({ file, of: earlier }));

/** The purchases of the first two months of 2024, as one shop had them. */
const ALL = purchases(1, 0, 60);
const days = (from: number, to: number, rows = ALL) =>
  rows.filter(({ time }) => time >= JANUARY + from * DAY && time < JANUARY + to * DAY);
const last = (rows: readonly { time: number }[]) => rows.at(-1)?.time;

describe('files whose periods overlap', () => {
  it('are found by the rows that both have, with their number and their period', () => {
    const shared = days(28, 31);
    expect(overlaps([days(0, 31), days(28, 60)])).toMatchObject([
      { file: 1, earlier: 0, copies: shared.length, from: shared[0]?.time, to: last(shared) },
    ]);
  });

  it('are found if they share only one day, if they are given in reverse order, and if their rows have no order', () => {
    const shared = days(30, 31);
    const found = { file: 1, earlier: 0, copies: shared.length };
    const period = { from: shared[0]?.time, to: last(shared) };
    for (const files of [
      [days(0, 31), days(30, 60)],
      [days(30, 60), days(0, 31)],
      [shuffled(days(30, 60)), shuffled(days(0, 31))],
    ]) {
      expect(overlaps(files)).toMatchObject([{ ...found, ...period }]);
    }
  });

  it('are found in each of three files, each beside the file that it overlaps', () => {
    expect(overlaps([days(0, 20), days(18, 40), days(37, 60)])).toMatchObject([
      { file: 2, earlier: 1, copies: days(37, 40).length },
      { file: 1, earlier: 0, copies: days(18, 20).length },
    ]);
    expect(overlaps([days(0, 20), days(20, 40), days(18, 22)])).toMatchObject([{ file: 2 }, { file: 2 }]);
    // The first and the last overlap, and none of the files between.
    expect(overlaps([days(0, 12), days(20, 30), days(30, 60), days(10, 20)])).toMatchObject([
      { file: 3, earlier: 0, copies: days(10, 12).length },
    ]);
  });

  it('are not found if they only follow each other, though both have rows of the same second', () => {
    expect(overlaps([days(0, 31), days(31, 60)])).toEqual([]);
    const noon = JANUARY + 12 * 3600;
    const busy = Array.from({ length: 200 }, (_, user) => ({ user, item: user % 7, time: noon }));
    expect(overlaps([busy.slice(0, 100), busy.slice(100)])).toEqual([]);
  });

  it('are not found if another shop sold in the same period', () => {
    expect(overlaps([days(0, 60), purchases(2, 0, 60)])).toEqual([]);
    expect(overlaps([byDay(days(0, 60)), byDay(purchases(2, 0, 60))])).toEqual([]);
  });

  it('are found if one of them holds only a part of the rows of the period', () => {
    const some = days(20, 60).filter(({ user }) => user % 4 === 0);
    expect(overlaps([days(0, 31), some])).toMatchObject([
      { copies: days(20, 31).filter((row) => row.user % 4 === 0).length },
    ]);
    const [north, south, west] = [purchases(5, 0, 30), purchases(6, 0, 30), purchases(7, 0, 30)];
    expect(
      overlaps([
        [...north, ...south],
        [...south, ...west],
      ]),
    ).toMatchObject([{ copies: south.length }]);
  });

  it('are found if each also has a row without a time or with a wrong one', () => {
    const odd = (user: number) => [
      { user, item: 1, time: 0, strength: 1 },
      { user, item: 2, time: Number.NaN, strength: 1 },
      { user, item: 3, time: 4e9, strength: 1 },
    ];
    const found = overlaps([
      [...odd(1), ...days(0, 31)],
      [...days(28, 60), ...odd(2)],
    ]);
    expect(found).toMatchObject([{ copies: days(28, 31).length, from: days(28, 31)[0]?.time }]);
  });

  it('are found whatever digits of seconds they keep', () => {
    const exact = days(28, 60).map((row) => ({ ...row, time: row.time + 0.875 }));
    expect(overlaps([days(0, 31), exact])).toMatchObject([{ copies: days(28, 31).length }]);
    expect(overlaps([exact, days(0, 31)])).toMatchObject([{ copies: days(28, 31).length }]);
  });

  it('are found only by what is the same in every column', () => {
    const changed = (change: (row: (typeof ALL)[number]) => Partial<EventRow>) =>
      overlaps([days(0, 31), days(28, 60).map((row) => ({ ...row, ...change(row) }))]);
    expect(changed(() => ({}))).toHaveLength(1);
    expect(changed(({ strength }) => ({ strength: strength + 1 }))).toEqual([]);
    expect(changed(({ strength }) => ({ strength: -strength }))).toEqual([]);
    expect(changed(({ time }) => ({ time: time + 1 }))).toEqual([]);
    expect(changed(({ item }) => ({ item: item + 100 }))).toEqual([]);
    expect(changed(({ user }) => ({ user: user + 200 }))).toEqual([]);
    const weighing = (weight: number) => (row: EventRow) => ({ ...row, weight });
    expect(overlaps([days(0, 31).map(weighing(1)), days(28, 60).map(weighing(3))])).toEqual([]);
    expect(overlaps([days(0, 31).map(weighing(3)), days(28, 60).map(weighing(3))])).toHaveLength(1);
  });

  it('are not found where --since leaves their copies out', () => {
    expect(overlaps([days(0, 31), days(28, 60)], JANUARY + 31 * DAY)).toEqual([]);
    expect(overlaps([days(0, 31), days(28, 60)], JANUARY + 30 * DAY)).toMatchObject([{ copies: days(30, 31).length }]);
    const late = days(35, 40).length;
    expect(overlaps([days(0, 40), days(10, 40), days(11, 60)], JANUARY + 35 * DAY)).toMatchObject([
      { file: 1, earlier: 0, copies: late },
      { file: 2, earlier: 0, copies: late },
      { file: 2, earlier: 1, copies: late },
    ]);
  });

  it('are not suspected for a few rows of a long time that happen to be the same', () => {
    const coincidences = ALL.filter((_, at) => at % 50 === 0);
    expect(coincidences.length).toBeGreaterThan(40);
    expect(overlaps([days(0, 60), [...purchases(2, 0, 60), ...coincidences]])).toEqual([]);
  });

  it('are not suspected for less than 20 copies', () => {
    const [first, second] = [ALL.slice(0, 500), ALL.slice(480)];
    expect(overlaps([first, second])).toMatchObject([{ copies: 20 }]);
    expect(overlaps([first, second.slice(1)])).toEqual([]);
  });
});

describe('rows that are the same within one file', () => {
  it('are no copies, as of an item that an invoice lists twice', () => {
    const twice = days(0, 31).flatMap((row) => [row, row]);
    expect(overlaps([twice, days(31, 60).flatMap((row) => [row, row])])).toEqual([]);
    expect(overlaps([twice])).toEqual([]);
  });

  it('are copies only as often as the other file has them', () => {
    const [once, thrice] = [days(28, 31), days(28, 31).flatMap((row) => [row, row, row])];
    expect(overlaps([[...days(0, 28), ...once], thrice])).toMatchObject([{ copies: once.length }]);
    expect(overlaps([[...days(0, 28), ...thrice], once])).toMatchObject([{ copies: once.length }]);
    expect(overlaps([[...days(0, 28), ...thrice], thrice])).toMatchObject([{ copies: thrice.length }]);
  });
});

describe('dates without a clock', () => {
  it('show an overlap in which most rows are the same', () => {
    const shared = days(28, 31);
    const found = [{ copies: shared.length, from: JANUARY + 28 * DAY, to: JANUARY + 30 * DAY }];
    expect(overlaps([byDay(days(0, 31)), byDay(days(28, 60))])).toMatchObject(found);
    // Exports of another zone, and those that write the last second of the day.
    const at = (clock: number) => (rows: typeof ALL) => byDay(rows).map((row) => ({ ...row, time: row.time + clock }));
    for (const of of [at(22 * 3600), at(DAY - 1), at(5.5 * 3600)]) {
      expect(overlaps([of(days(0, 31)), of(days(28, 60))])).toHaveLength(1);
    }
  });

  it('do not show that purchases are copies of the views of the same day, but a clock does', () => {
    const views = ALL.map((row) => ({ user: row.user, item: row.item, time: row.time }));
    const bought = views.filter((_, at) => at % 3 === 0);
    expect(overlaps([byDay(views), byDay(bought)])).toEqual([]);
    const lateViews = byDay(views).map((row) => ({ ...row, time: row.time + DAY - 1 }));
    expect(overlaps([lateViews, lateViews.filter((_, at) => at % 3 === 0)])).toEqual([]);
    const hourly = views.map((row) => ({ ...row, time: row.time - (row.time % 3600) }));
    expect(overlaps([hourly, hourly.filter((_, at) => at % 3 === 0)])).toEqual([]);
    expect(overlaps([views, bought])).toHaveLength(1);
    expect(overlaps([views, bought.map((row) => ({ ...row, time: row.time + 95 }))])).toEqual([]);
  });

  it('do not show that plays are copies where the same song recurs on a day, in files cut by a hash of the row', () => {
    const random = seeded(9);
    const plays = Array.from({ length: 20_000 }, () => ({
      user: random(20),
      item: random(20),
      time: JANUARY + DAY * random(20),
    }));
    const parts = [0, 1].map((part) => plays.filter((_, at) => at % 2 === part));
    // Two plays of a song on a day and half: most rows recur in the other file.
    expect(allCopies(parts)[0]?.copies).toBeGreaterThan(0.5 * 10_000);
    expect(overlaps(parts)).toEqual([]);
  });

  it('may be numbers of days, or of years', () => {
    const numbered = (from: number, to: number) =>
      days(from, to).map((row) => ({ ...row, time: Math.floor((row.time - JANUARY) / DAY) * DAY }));
    expect(overlaps([numbered(0, 31), numbered(28, 60)])).toMatchObject([{ from: 28 * DAY, to: 30 * DAY }]);
    const random = seeded(4);
    const books = Array.from({ length: 3000 }, () => ({ user: random(300), item: random(50), time: 2001 + random(9) }));
    expect(overlaps([books, books.filter((_, at) => at % 3 === 0)])).toEqual([]);
  });
});

describe('rows without times', () => {
  it('are not looked at, since somebody may buy the same again', () => {
    const without = (rows: readonly EventRow[]) =>
      rows.map(({ user, item, strength = 1 }) => ({ user, item, strength }));
    expect(overlaps([without(days(0, 31)), without(days(0, 31))])).toEqual([]);
    const empty = (rows: readonly EventRow[]) => rows.map((row) => ({ ...row, time: Number.NaN }));
    expect(overlaps([empty(days(0, 31)), empty(days(0, 31)), days(40, 60)])).toEqual([]);
    const some = empty(days(50, 60));
    const copies = days(28, 31).length;
    expect(overlaps([[...days(0, 31), ...some], [...some, ...days(28, 60)], purchases(2, 60, 70)])).toMatchObject([
      { copies },
    ]);
  });
});

describe('very many rows', () => {
  it('are compared, too', () => {
    const random = seeded(6);
    const many = Array.from({ length: 90_000 }, (_, at) => ({
      user: random(5000),
      item: random(2000),
      time: JANUARY + at,
    }));
    expect(overlaps([many.slice(0, 70_000), many.slice(10_001)])).toMatchObject([{ copies: 59_999 }]);
    expect(overlaps([many.filter((_, at) => at % 2 === 0), many.filter((_, at) => at % 2 === 1)])).toEqual([]);
    expect(repeated(many.slice(0, 40_000), shuffled(many.slice(0, 40_000)))).toEqual([{ file: 1, of: 0 }]);
  });

  it('may be of one user and one item, or be days of a table that grows', () => {
    const plays = Array.from({ length: 60_000 }, (_, at) => ({ user: 1, item: 1, time: JANUARY + (at >> 1) }));
    expect(overlaps([plays.slice(0, 40_000), plays.slice(20_000)])).toMatchObject([{ copies: 20_000 }]);
    expect(repeated(plays, shuffled(plays))).toEqual([{ file: 1, of: 0 }]);
    const tables = Array.from({ length: 20 }, (_, day) => days(0, day + 1));
    expect(overlaps(tables)[0]).toMatchObject({ file: 19, earlier: 18, copies: days(0, 19).length });
  });
});

const MAY: EventRow[] = purchases(1, 0, 5).map((row, at) => ({ ...row, weight: 1 + (at % 2) }));
/** May with one row changed. */
const but = (change: Partial<EventRow>) => MAY.map((row, at) => (at === 77 ? { ...row, ...change } : row));

describe('a file with exactly the rows of another', () => {
  it('is found, also with its rows in another order', () => {
    expect(repeated(MAY, MAY)).toEqual([{ file: 1, of: 0 }]);
    expect(repeated(MAY, purchases(2, 0, 5), shuffled(MAY))).toEqual([{ file: 2, of: 0 }]);
  });

  it('names the first of several copies, and finds copies of several files', () => {
    const june = purchases(3, 5, 9);
    expect(repeated(MAY, june, MAY, shuffled(june), MAY)).toEqual([
      { file: 2, of: 0 },
      { file: 3, of: 1 },
      { file: 4, of: 0 },
    ]);
  });

  it('is not found if one row differs in any column', () => {
    const { user, item, time = 0, strength = 0, weight = 0 } = MAY[77] ?? { user: 0, item: 0 };
    for (const change of [
      ...[{ user: user + 1 }, { item: item + 1 }, { time: time + 1 }, { weight: weight + 1 }],
      ...[{ strength: strength + 0.5 }, { strength: Number.NaN }, { time: Number.NaN }, { weight: -weight }],
    ]) {
      expect(repeated(MAY, but(change)), JSON.stringify(change)).toEqual([]);
    }
    // The same sums of all columns.
    const swapped = MAY.map((row, at) => ({ ...row, user: MAY[MAY.length - 1 - at]?.user ?? 0 }));
    expect(repeated(MAY, swapped)).toEqual([]);
  });

  it('tells a missing number from 0, and fractions from each other', () => {
    for (const [one, other] of [
      [0, Number.NaN],
      [0.5, 0.25],
      [1.1, 1.2],
      [3e9, 3e9 + 1],
    ]) {
      const file = (strength: number | undefined) => but({ strength: strength ?? 0 });
      expect(repeated(file(one), file(other)), `${one} ${other}`).toEqual([]);
      expect(repeated(file(one), file(one))).toHaveLength(1);
    }
  });

  it('ignores fractions of seconds, of which exports keep more or fewer digits', () => {
    expect(
      repeated(
        MAY,
        MAY.map((row) => ({ ...row, time: (row.time ?? 0) + 0.25 })),
      ),
    ).toHaveLength(1);
  });

  it('takes equal files of fewer than 100 rows for coincidence', () => {
    expect(repeated(MAY.slice(0, 100), MAY.slice(0, 100))).toHaveLength(1);
    expect(repeated(MAY.slice(0, 99), MAY.slice(0, 99))).toEqual([]);
    expect(repeated([], [])).toEqual([]);
  });

  it('is found among files with very many rows', () => {
    const many = Array.from({ length: 40_000 }, (_, k) => ({ user: (k * 7) % 1000, item: (k * k) % 777 }));
    const last = many.map((row, at) => (at === 39_999 ? { ...row, item: row.item + 1 } : row));
    expect(repeated(many, last, shuffled(many))).toEqual([{ file: 2, of: 0 }]);
  });
});

describe('copiesOf', () => {
  /** The same, found by comparing texts of rows. */
  function slowly(files: readonly (readonly EventRow[])[]) {
    const textOf = ({ user, item, time = Number.NaN, strength, weight }: EventRow) =>
      [user, item, Math.floor(time), strength, weight].join();
    const timesIn = (file: number, text: string) => files[file]?.filter((each) => textOf(each) === text).length ?? 0;
    type Pair = Record<'copies' | 'untimed' | 'different', number> & { times: number[] };
    const pairs = new Map<string, Pair>();
    for (const [file, rows] of files.entries()) {
      for (const text of new Set(rows.map(textOf))) {
        const others = [...files.keys()].filter((other) => other < file && timesIn(other, text) > 0);
        for (const earlier of new Set([...others.slice(0, 1), ...others.slice(-1)])) {
          const key = `${file} ${earlier}`;
          const pair = pairs.get(key) ?? { copies: 0, untimed: 0, different: 0, times: [] };
          const { time = Number.NaN } = rows.find((row) => textOf(row) === text) ?? {};
          const isTimed = !Number.isNaN(time);
          pair[isTimed ? 'copies' : 'untimed'] += Math.min(timesIn(file, text), timesIn(earlier, text));
          if (isTimed) pair.different++;
          if (isTimed) pair.times.push(Math.floor(time));
          pairs.set(key, pair);
        }
      }
    }
    return [...pairs].map(([key, { times, ...pair }]) => {
      const [file, earlier] = key.split(' ').map(Number);
      return { file, earlier, ...pair, from: Math.min(...times), to: Math.max(...times) };
    });
  }

  it('counts the same copies as a slow comparison of all rows', () => {
    const row = fc.record(
      {
        user: fc.nat(1),
        item: fc.nat(1),
        time: fc.constantFrom(-2, 0, 1, 1.5, 3, 4e9, Number.NaN),
        strength: fc.constantFrom(1, -1, 0, 0.5, Number.NaN),
      },
      { requiredKeys: ['user', 'item'] },
    );
    fc.assert(
      fc.property(fc.array(fc.array(row, { maxLength: 12 }), { minLength: 1, maxLength: 4 }), (files) => {
        // A column that some rows have is missing in the others.
        const has = (name: 'time' | 'strength') => files.flat().some((each) => each[name] !== undefined);
        const rows = files.map((file) =>
          file.map((each) => ({
            ...each,
            ...(has('time') ? { time: each.time ?? Number.NaN } : {}),
            ...(has('strength') ? { strength: each.strength ?? Number.NaN } : {}),
          })),
        );
        const found = allCopies(rows).map(({ withClock, clock, within, withinEarlier, ...pair }) => pair);
        expect(found).toEqual(expect.arrayContaining(slowly(rows)));
        expect(found).toHaveLength(slowly(rows).length);
      }),
      { numRuns: 2000 },
    );
  });
});
