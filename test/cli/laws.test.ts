import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolders } from '../files/temporary.js';
import { listsOf, manyEvents, put, type Row, rowsIn, rowsOf } from './data.js';
import { fixtures, runInProcess } from './run.js';

const newFolder = temporaryFolders();
const ratings = join(fixtures, 'books', 'ratings.csv');
const books = join(fixtures, 'books', 'books.csv');
const N = 7;

async function recommended(users: string, ...more: string[]): Promise<string> {
  const args = ['-u', users, '-i', books, '-n', String(N), '--algorithm', 'ridge', '-q', ...more];
  const { code, stdout, stderr } = await runInProcess(args, { folder: newFolder() });
  expect(code, stderr).toBe(0);
  return stdout;
}

/** The text of a file of events with its users in reverse order, each with their rows in the original order. */
function usersReversed(path: string): string {
  const [header = '', ...rows] = readFileSync(path, 'utf8').trimEnd().split('\n');
  const byId = new Map<string, string[]>();
  for (const row of rows) {
    const user = row.slice(0, row.indexOf(','));
    byId.set(user, [...(byId.get(user) ?? []), row]);
  }
  return `${[header, ...[...byId.values()].reverse().flat()].join('\n')}\n`;
}

function byUser(rows: readonly Row[]): Map<string, Row[]> {
  const lists = new Map<string, Row[]>();
  for (const row of rows) lists.set(row.user_id, [...(lists.get(row.user_id) ?? []), row]);
  return lists;
}

describe('on the ratings of books', () => {
  const rated = new Map<string, Set<string>>();
  let csv = '';
  let lists = new Map<string, Row[]>();

  beforeAll(async () => {
    for (const { user_id = '', item_id = '' } of rowsIn(ratings)) {
      rated.set(user_id, (rated.get(user_id) ?? new Set()).add(item_id));
    }
    csv = await recommended(ratings);
    lists = byUser(rowsOf(csv));
  });

  test('users come in the order of their first appearance, each in one block', () => {
    const blocks = rowsOf(csv).flatMap((row, at, all) => (row.user_id === all[at - 1]?.user_id ? [] : [row.user_id]));
    expect(blocks).toEqual([...rated.keys()]);
  });

  test('every user gets exactly N items, ranked 1 to N', () => {
    const ranks = Array.from({ length: N }, (_, at) => String(at + 1));
    for (const list of lists.values()) expect(list.map((row) => row.rank)).toEqual(ranks);
  });

  test('no user gets a book twice, one they have rated, or one that is not in the catalogue', () => {
    const catalogue = new Set(rowsIn(books).map((row) => row.item_id));
    for (const [user, list] of lists) {
      expect(new Set(list.map((row) => row.item_id)).size).toBe(N);
      const wrong = list.filter((row) => rated.get(user)?.has(row.item_id) || !catalogue.has(row.item_id));
      expect(wrong).toEqual([]);
    }
  });

  test('scores never rise down a list', () => {
    for (const list of lists.values()) {
      const scores = list.map((row) => Number(row.score));
      expect(scores).toEqual([...scores].sort((a, b) => b - a));
    }
  });

  test.each(['1', '7'])('the bytes are the same with %s workers', async (workers) => {
    expect(await recommended(ratings, '-j', workers)).toBe(csv);
  });

  test('a shorter list is the beginning of a longer one', async () => {
    const longer = byUser(rowsOf(await recommended(ratings, '-n', '12')));
    for (const [user, list] of lists) expect(longer.get(user)?.slice(0, N)).toEqual(list);
  });

  test('users in another order get the same lists, in that order', async () => {
    const permuted = byUser(rowsOf(await recommended(put(newFolder(), 'ratings.csv', usersReversed(ratings)))));
    expect([...permuted.keys()]).toEqual([...rated.keys()].reverse());
    for (const [user, list] of lists) {
      expect(permuted.get(user)?.map((row) => row.item_id)).toEqual(list.map((row) => row.item_id));
    }
  });
});

test('with auto, too, users in another order get the same lists, in that order', async () => {
  const folder = newFolder();
  const events = put(folder, 'events.csv', manyEvents(150, 40, 8));
  put(folder, 'reversed.csv', usersReversed(events));
  const [original, permuted] = await Promise.all(
    ['events.csv', 'reversed.csv'].map(async (name) => {
      const { stdout, stderr } = await runInProcess(['-u', name], { folder });
      expect(stderr).toMatch(/^auto: tuned on /m);
      return listsOf(stdout);
    }),
  );
  expect([...(permuted?.keys() ?? [])]).toEqual([...(original?.keys() ?? [])].reverse());
  expect(permuted).toEqual(original);
});

test('the bytes are the same for any number of workers when learning takes several shards', async () => {
  const folder = newFolder();
  const events = put(folder, 'events.csv', manyEvents(400, 401, 200));
  const runs = await Promise.all(
    ['1', '2', '7'].map((workers) =>
      runInProcess(['-u', events, '--algorithm', 'ridge', '-v', '-j', workers], { folder }),
    ),
  );
  for (const { code, stderr } of runs) {
    expect(code, stderr).toBe(0);
    expect(Number(/learning in (\d+) shards/.exec(stderr)?.[1])).toBeGreaterThan(3);
  }
  expect(new Set(runs.map(({ stdout }) => stdout)).size).toBe(1);
});
