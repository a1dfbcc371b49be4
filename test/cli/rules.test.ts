import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import { temporaryFolders } from '../files/temporary.js';
import { put, type Row, rowsOf } from './data.js';
import { runInProcess } from './run.js';
import { keepWorkersInProcess } from './workers-in-process.js';

keepWorkersInProcess();

const newFolder = temporaryFolders();
const USERS = 40;
const ITEMS = 30;
const N = 4;
const DAY = 86_400;
const NOW = Date.UTC(2024, 5, 30) / 1000;

interface Event {
  user: string;
  item: string;
  rating: number;
  daysAgo: number;
}

/** Every user has rated from 2 to 9 of 30 items, of two tastes, over half a year; u7 and u8 only recently. */
const EVENTS: Event[] = Array.from({ length: USERS }, (_, u) =>
  Array.from({ length: 2 + (u % 8) }, (_, k) => ({
    user: `u${u}`,
    item: `i${(2 * (u * 3 + k * k) + (k % 4 === 3 ? 1 : u % 2)) % ITEMS}`,
    rating: 1 + ((u + 2 * k) % 5),
    daysAgo: (u * 7 + k * 31) % 180,
  })),
).flat();

const csv = (header: string, rows: readonly (readonly (string | number)[])[]) =>
  `${[header, ...rows.map((row) => row.join(','))].join('\n')}\n`;

/** Two new users as well: one with a country, one without. */
const COUNTRIES = [
  ...Array.from({ length: USERS }, (_, u) => [`u${u}`, u % 3 ? 'FR' : 'DE']),
  ['new', 'FR'],
  ['none', ''],
];

let folder = '';
beforeEach(() => {
  folder = newFolder();
  put(
    folder,
    'events.csv',
    csv(
      'user_id,item_id,rating,timestamp',
      EVENTS.map(({ user, item, rating, daysAgo }) => [user, item, rating, NOW - daysAgo * DAY]),
    ),
  );
  put(
    folder,
    'items.csv',
    csv(
      'item_id,kind',
      Array.from({ length: ITEMS }, (_, i) => [`i${i}`, i % 2 ? 'odd' : 'even']),
    ),
  );
  put(folder, 'users.csv', csv('user_id,country', COUNTRIES));
});

const EVENTS_FORM = '-u events.csv -i items.csv';
const PROFILES_FORM = '-u users.csv --interactions events.csv -i items.csv';

async function recommended(args: string, more: string): Promise<string> {
  const words = `${args} ${more} --algorithm ridge -q`.trim().split(/ +/);
  const { code, stdout, stderr } = await runInProcess(words, { folder });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

describe('the lists of a run on events', () => {
  const files = EVENTS_FORM;
  /** All items for every user, best first. */
  let ranked: Row[] = [];
  const eventOf = (row: Row) => EVENTS.find(({ user, item }) => user === row.user_id && item === row.item_id);

  beforeEach(async () => {
    if (ranked.length === 0) ranked = rowsOf(await recommended(files, `--include-seen -n ${ITEMS}`));
  });

  /** The slow, obvious reference: rank all items, remove those that are not allowed, number the rest. */
  function slowLists(isAllowed: (row: Row) => boolean, count = N): Row[] {
    const places = new Map<string, number>();
    return ranked.filter(isAllowed).flatMap((row) => {
      const rank = (places.get(row.user_id) ?? 0) + 1;
      places.set(row.user_id, rank);
      return rank > count ? [] : [{ ...row, rank: String(rank) }];
    });
  }

  test('--only-users, --exclude-items, --exclude-pairs and --seen-window together give the lists of the slow reference', async () => {
    put(folder, 'some.txt', 'u3\nu8\nnobody\nu25\nu16\n');
    put(folder, 'never.csv', 'sku;why\ni4;broken\ni7;sold\n');
    const isPair = ({ user_id, item_id }: Row) => (Number(user_id.slice(1)) + Number(item_id.slice(1))) % 3 === 0;
    put(
      folder,
      'pairs.csv.gz',
      gzipSync(
        csv(
          'item_id,user_id',
          ranked.filter(isPair).map((row) => [row.item_id, row.user_id]),
        ),
      ),
    );
    const rules = '--only-users some.txt --exclude-items never.csv --exclude-pairs pairs.csv.gz --seen-window 60d';
    const answer = await recommended(files, `${rules} -n ${N} -j 1`);
    expect(rowsOf(answer)).toEqual(
      slowLists((row) => {
        const isIn = ['u3', 'u8', 'u25', 'u16'].includes(row.user_id) && !['i4', 'i7'].includes(row.item_id);
        return isIn && !isPair(row) && (eventOf(row)?.daysAgo ?? 1000) > 60;
      }),
    );
  });

  test('--exclude-previous leaves out items of earlier lists; --repeat-after 7d lets those return that are a week old', async () => {
    const first = slowLists((row) => !eventOf(row));
    const dated = first.map((row, at) => [row.user_id, row.item_id, at % 2 ? '2024-06-20' : '2024-06-25']);
    put(folder, 'dated.csv', csv('user_id,item_id,date', dated));
    const isRecent = new Set(
      dated.filter(([, , date]) => date === '2024-06-25').map(([user, item]) => `${user} ${item}`),
    );
    const rules = '--exclude-previous dated.csv --repeat-after 7d --now 2024-06-30';
    expect(rowsOf(await recommended(files, `${rules} -n ${N}`))).toEqual(
      slowLists((row) => !eventOf(row) && !isRecent.has(`${row.user_id} ${row.item_id}`)),
    );
    await recommended(files, `-n ${N} -o before.jsonl`);
    const again = await recommended(files, `--exclude-previous before.jsonl -n ${N}`);
    expect(rowsOf(again)).toEqual(
      slowLists((row) => !eventOf(row), 2 * N)
        .filter(({ rank }) => Number(rank) > N)
        .map((row) => ({ ...row, rank: String(Number(row.rank) - N) })),
    );
  });
});

test('--cold-users content gives lists only to those new users who have attributes', async () => {
  const rows = rowsOf(await recommended(PROFILES_FORM, '--cold-users content -n 1'));
  expect(rows.slice(USERS).map(({ user_id }) => user_id)).toEqual(['new']);
});

test('the log and the summary report the rule files and the users without a list', async () => {
  put(folder, 'who.csv', 'user_id\nu1\nu2\nux\nu3\n');
  const args = `${EVENTS_FORM} --only-users who.csv --min-history 4 --algorithm popular -o out.csv --log-format json`;
  const { stderr } = await runInProcess(args.split(' '), { folder });
  expect(stderr).toContain('who.csv (--only-users): 4 users, 1 unknown (the first \\"ux\\", line 4)');
  expect(stderr).toContain(
    'no list for 37 users not in its file (--only-users), 1 user with a shorter history (--min-history)',
  );
  const { served, inputs } = JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '');
  expect(served).toMatchObject({ users: 2, left_out: { only_users: 37, min_history: 1 } });
  expect(inputs.map(({ path }: { path: string }) => path)).toEqual(['events.csv', 'items.csv', 'who.csv']);
});

test.each(['I2 ', '"i9,i2"'])('a warning reports ids that the data writes differently: %s', async (ids) => {
  put(folder, 'out.csv', `item_id\ni1\n${ids}\n`);
  const args = `${EVENTS_FORM} --exclude-items out.csv --algorithm popular -o lists.csv --log-format json`;
  const { code, stderr } = await runInProcess(args.split(' '), { folder });
  expect(code).toBe(0);
  expect(stderr).toMatch(
    /"warning".*out\.csv \(--exclude-items\): 2 items, 1 unknown .* the data has \\"i2\\": write ids in one way/,
  );
});

describe('a rule that cannot be applied is refused', () => {
  beforeEach(() => {
    put(folder, 'empty.csv', '');
    put(folder, 'strange.csv', 'user_id\nx1\nx2\n');
    put(folder, 'foo.csv', 'foo,bar\n1,2\n');
    put(folder, 'undated.csv', 'user_id,item_id\nu1,i1\n');
    put(folder, 'untimed.csv', 'user_id,item_id\nu1,i1\nu2,i2\n');
  });
  test.each([
    ['--only-users none.csv', 66, 'none.csv: no such file'],
    ['--only-users empty.csv', 65, 'empty.csv (--only-users) names nothing: nobody would get anything'],
    [
      '--only-users strange.csv',
      65,
      'strange.csv (--only-users): not one of its 2 rows is known: the first user is "x1", on line 2, and the data has users like "u0"\n  is it another column? --user-col NAME says which',
    ],
    ['--exclude-pairs foo.csv', 65, 'foo.csv:1: no column that looks like the user; name it with --user-col NAME'],
    [
      '--only-items undated.csv --exclude-items undated.csv',
      65,
      '--only-items and --exclude-items leave no item of the catalogue',
    ],
    [
      '--exclude-previous undated.csv --repeat-after 7d',
      65,
      'undated.csv:1: no column has the dates that --repeat-after counts from',
    ],
    ['--repeat-after 7d', 2, '--repeat-after needs --exclude-previous FILE'],
    ['--include-seen --seen-window 7d', 2, '--include-seen lets all items come back'],
    ['--now 2020-01-01', 65, 'events.csv holds no users: no row up to 2020-01-01 (--now) has one to recommend to'],
    ['--min-history -1', 2, 'Expected a whole number'],
    ['--since 30/06/2024', 2, 'Expected a date like 2026-01-31'],
    ['--half-life 30', 2, 'Expected an age above 0, in days or hours: 30d, 12h.'],
    ['--only-users - -u -', 2, 'only one of --users and --only-users can be "-"'],
    ['--exclude-items undated.csv -o undated.csv', 2, '--output undated.csv is also an input'],
  ])('%s', async (args, code, message) => {
    const words = `-u events.csv --algorithm popular ${args}`.split(' ');
    const ended = await runInProcess(words, { folder });
    expect(ended).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(message) });
  });

  test('--seen-window without times', async () => {
    const ended = await runInProcess(['-u', 'untimed.csv', '--seen-window', '7d'], { folder });
    expect(ended).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--seen-window: the interactions have no times'),
    });
  });
});
