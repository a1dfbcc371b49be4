import { describe, expect, it } from 'vitest';
import { firstSwappedRow } from '../../../src/dataset/oddities/swapped-columns.js';
import { readDataset } from '../../../src/dataset/read.js';
import { IdIndex } from '../../../src/events/ids.js';
import { inputsOf, useTemporaryFolder } from '../../csv/temporary.js';

type Row = readonly [user: string, item: string];

/** A seeded generator of numbers from 0 to 1. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Random rows in which some items are more popular than others, optionally sorted by user. */
function rowsOf(seed: number, count: number, users: number, items: number, prefix: Row, isSorted = false): Row[] {
  const random = seeded(seed);
  const rows = Array.from({ length: count }, () => [Math.floor(random() * users), Math.floor(random() ** 2 * items)]);
  if (isSorted) rows.sort(([a = 0], [b = 0]) => a - b);
  return rows.map(([user, item]) => [`${prefix[0]}${user}`, `${prefix[1]}${item}`]);
}

const swap = (rows: readonly Row[]): Row[] => rows.map(([user, item]) => [item, user]);

function swappedIn(rows: readonly Row[]): number {
  const ids = { users: new IdIndex(), items: new IdIndex() };
  const user = Uint32Array.from(rows, ([id]) => ids.users.add(id));
  const item = Uint32Array.from(rows, ([, id]) => ids.items.add(id));
  const itemOf = Int32Array.from(ids.users.ids, (id) => ids.items.get(id) ?? -1);
  return firstSwappedRow({ user, item }, itemOf, ids.items.size);
}

const SEEDS = Array.from({ length: 20 }, (_, seed) => seed + 1);

describe('firstSwappedRow', () => {
  it.each([false, true])(
    'finds the row from which the columns are swapped, give or take 5 rows (sorted: %s)',
    (isSorted) => {
      for (const seed of SEEDS) {
        const rows = [
          ...rowsOf(seed, 400, 50, 40, ['u', 'i']),
          ...swap(rowsOf(-seed, 400, 60, 50, ['u', 'i'], isSorted)),
        ];
        const found = swappedIn(rows);
        expect(found).toBeGreaterThanOrEqual(400);
        expect(found).toBeLessThan(405);
      }
    },
  );

  it('finds a short swapped section in the middle or at the end', () => {
    const rows = rowsOf(3, 1000, 50, 40, ['u', 'i']);
    const middle = [...rows.slice(0, 400), ...swap(rows.slice(400, 430)), ...rows.slice(430)];
    expect(swappedIn(middle)).toBe(400);
    expect(swappedIn([...rows.slice(0, 960), ...swap(rows.slice(960))])).toBe(960);
  });

  it('finds a swapped second half that has other users', () => {
    const rows = rowsOf(3, 1000, 50, 40, ['u', 'i'], true);
    expect(swappedIn([...rows.slice(0, 500), ...swap(rowsOf(4, 500, 50, 40, ['v', 'i'], true))])).toBe(500);
  });

  it('finds a swapped second half although one id is both a user and an item', () => {
    const rows = rowsOf(4, 600, 50, 40, ['u', 'i']).map(
      ([user, item]): Row => [user === 'u7' ? '0' : user, item === 'i3' ? '0' : item],
    );
    expect(swappedIn([...rows.slice(0, 300), ...swap(rows.slice(300))])).toBeGreaterThanOrEqual(300);
  });

  it('finds nothing if users and items are both plain numbers, dense or sparse, sorted or not', () => {
    for (const isSorted of [false, true]) {
      for (const [count, users, items] of [
        [100, 10, 10],
        [2000, 100, 60],
        [2000, 60, 1000],
        [3000, 1500, 40],
        [5000, 1000, 100_000],
        [300, 150, 150],
      ] as const) {
        for (const seed of SEEDS) expect(swappedIn(rowsOf(seed, count, users, items, ['', ''], isSorted))).toBe(-1);
      }
    }
  });

  it('finds nothing if people follow people, in either or both directions', () => {
    for (const seed of SEEDS) {
      const rows = rowsOf(seed, 1000, 200, 200, ['p', 'p'], true);
      expect(swappedIn(rows)).toBe(-1);
      expect(swappedIn(swap(rows))).toBe(-1);
      expect(swappedIn(rows.flatMap((row) => [row, ...swap([row])]))).toBe(-1);
      expect(swappedIn([...rows, ...swap(rows)])).toBe(-1);
    }
  });

  it('finds a late swap among 50,000 rows, unless users and items share ids', () => {
    const rows = rowsOf(7, 50_000, 3000, 900, ['u', 'i']);
    expect(swappedIn([...rows.slice(0, 40_000), ...swap(rows.slice(40_000))])).toBe(40_000);
    const shared = rowsOf(7, 50_000, 3000, 900, ['', '']);
    expect(swappedIn([...shared.slice(0, 40_000), ...swap(shared.slice(40_000))])).toBe(-1);
  });

  it('finds nothing if users and items have no common ids or there are no rows', () => {
    expect(swappedIn(rowsOf(5, 500, 50, 40, ['u', 'i']))).toBe(-1);
    expect(swappedIn([])).toBe(-1);
  });
});

describe('readDataset', () => {
  const folder = useTemporaryFolder();
  const text = (rows: readonly Row[], header: string) =>
    `${[header, ...rows.map((row) => row.join(','))].join('\n')}\n`;
  const rows = rowsOf(6, 400, 50, 40, ['u', 'i']);
  const [january, february] = [rows.slice(0, 200), rows.slice(200)];
  const warningsOf = async (inputs: Parameters<typeof readDataset>[0]) =>
    (await readDataset(inputs)).reports
      .flatMap(({ table, warnings }) => warnings.map((warning) => `${table.path}: ${warning}`))
      .join('\n');

  it('warns with file and line about columns that swap at a second header', async () => {
    const path = folder.file('both.csv', text(january, 'user,item') + text(swap(february), 'item,user'));
    const warnings = await warningsOf(inputsOf(path));
    expect(warnings).toContain(`${path}: from about line 203 on, the columns of users and items seem to be swapped`);
    expect(warnings).toContain('user "item" is the header, which comes again among the rows');
  });

  it('warns about the second of two files without headers', async () => {
    const [first, second] = [
      folder.file('january.csv', text(january, 'u1,i1')),
      folder.file('february.csv', text(swap(february), 'i1,u1')),
    ];
    const inputs = { ...inputsOf(first, { columns: ['user', 'item'] }), users: [first, second] };
    expect(await warningsOf(inputs)).toContain(`${second}: from about line 1 on`);
  });

  it('does not warn about files with different column orders that have headers', async () => {
    const [first, second] = [
      folder.file('january.csv', text(january, 'user,item')),
      folder.file('february.csv', text(swap(february), 'item,user')),
    ];
    expect(await warningsOf({ ...inputsOf(first), users: [first, second] })).toBe('');
  });
});
