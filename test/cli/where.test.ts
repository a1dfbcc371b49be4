import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { temporaryFolders } from '../files/temporary.js';
import { listsOf, put } from './data.js';
import { runInProcess } from './run.js';
import { keepWorkersInProcess } from './workers-in-process.js';

keepWorkersInProcess();

const newFolder = temporaryFolders();

const ITEMS = `item_id,title,price,categories,language,stock,available_until
A,Apple,10,Food|Fruit,en,5,
B,Beer,60,Food|Adult,de,1,2025-12-31
C,Cake,,Food,en,0,
D,Drill,"1,299.00",Tools,de,,
E,Eel,call us,Food,fr,2,2026-12-31
F,Fork,3,Tools|Kitchen,en,9,
`;
const EVENTS = `user_id,item_id,timestamp,state,channel
u1,A,2025-12-01,paid,web
u1,B,2025-12-02,paid,web
u2,A,2025-12-03,paid,app
u2,C,2025-12-04,void,app
u3,D,2025-12-04,paid,bot
u3,F,2025-12-04,,web
`;
const PROFILES = `user_id,language,budget
u1,en,20
u2,de,2000
u3,,100
u4,fr,5
`;

async function recommend(args: readonly string[], files: Record<string, string | Uint8Array> = {}) {
  const folder = newFolder();
  const all = { 'items.csv': ITEMS, 'events.csv': EVENTS, 'profiles.csv': PROFILES, ...files };
  for (const [name, text] of Object.entries(all)) put(folder, name, text);
  const ended = await runInProcess(args, { folder });
  return { ...ended, lists: ended.code === 0 && args[0] === '-u' ? Object.fromEntries(listsOf(ended.stdout)) : {} };
}

const PLAIN = ['-u', 'events.csv', '-i', 'items.csv', '--algorithm', 'cosine', '--now', '2026-02-01'];
const BY_USER = ['-u', 'profiles.csv', '--interactions', 'events.csv', ...PLAIN.slice(2)];

/** Each list as one string with its items in the order of the catalogue: these tests do not depend on ranks. */
const sorted = (lists: Record<string, string[]>) =>
  Object.fromEntries(Object.entries(lists).map(([user, items]) => [user, items.toSorted().join('')]));

describe('--where', () => {
  test('items for which the condition does not hold are in no list, and the lists are filled with others', async () => {
    const { code, stderr, lists } = await recommend([...PLAIN, '--availability', 'ignore', '--where', 'price < 100']);
    expect(code, stderr).toBe(0);
    expect(sorted(lists)).toEqual({ u1: 'F', u2: 'BF', u3: 'AB' });
    expect(stderr).toContain('--where price < 100: holds for 3 of 6 items');
    expect(stderr).toContain(
      'warning: --where: 1 of 6 cells of the items\' column "price" are not numbers, such as "call us"',
    );
  });

  test('a condition on columns of the users is evaluated for each user', async () => {
    const where = ['--availability', 'ignore', '--where', 'item.language = user.language or price <= budget'];
    const one = await recommend([...BY_USER, ...where, '-j', '1']);
    expect(one.code, one.stderr).toBe(0);
    expect(sorted(one.lists)).toEqual({ u1: 'CF', u2: 'BDF', u3: 'AB', u4: 'EF' });
    expect(one.stderr).toContain('asked for each user');
  });

  test('without a catalogue, the condition can use the ids, titles and latest times of the events', async () => {
    const events = EVENTS.replaceAll(/,([A-F]),/g, ',$1,Title of $1,').replace('item_id,', 'item_id,name,');
    const where = ['--where', 'not name contains "of f" and timestamp >= now - 60d'];
    const args = ['-u', 'events.csv', ...PLAIN.slice(4), ...where];
    const { code, stderr, lists } = await recommend(args, { 'events.csv': events });
    expect(code, stderr).toBe(0);
    // C is in no list: the only event with it is void.
    expect(sorted(lists)).toEqual({ u1: 'D', u2: 'D', u3: 'A' });
    expect(stderr).toContain('and timestamp >= now - 60d: holds for 2 of 5 items');
  });

  test('with a catalogue, timestamp is the latest time of the events or orders, unless the catalogue has that column', async () => {
    const where = [...PLAIN, '--availability', 'ignore', '--where', 'timestamp >= now - 60d'];
    expect(sorted((await recommend(where)).lists)).toEqual({ u1: 'DF', u2: 'DF', u3: 'A' });
    const sold = 'item_id,Timestamp\nA,2026-01-31\nE,2026-01-31\n';
    expect(sorted((await recommend(where, { 'items.csv': sold })).lists)).toEqual({ u1: 'E', u2: 'E', u3: 'AE' });
    const orders = `order_id,${EVENTS.replace('item_id,', '').replaceAll(/,[A-F],/g, ',')}`.split('\n');
    const numbered = orders.map((row, k) => (k === 0 || row === '' ? row : `${k},${row}`)).join('\n');
    const lines = `order_id,item_id\n${EVENTS.trim()
      .split('\n')
      .slice(1)
      .map((row, k) => `${k + 1},${row.split(',')[1]}\n`)
      .join('')}`;
    const files = { 'lines.csv': lines, 'orders.csv': numbered };
    const ordered = await recommend(['-u', 'lines.csv', '--orders', 'orders.csv', ...where.slice(2)], files);
    expect(ordered.code, ordered.stderr).toBe(0);
    expect(sorted(ordered.lists)).toEqual({ u1: 'DF', u2: 'DF', u3: 'A' });
    const { code, stderr } = await recommend([...where.slice(0, -1), 'timestamp >= now - 9d']);
    expect([code, stderr]).toEqual([65, expect.stringContaining('none of 6 items\n  now is 2026-02-01')]);
  });

  test('evaluate applies the condition: if only an item without events is left, recall is 0', async () => {
    const events = `user_id,item_id\n${Array.from({ length: 12 }, (_, k) => `u${k % 4},${'ABCDF'[(k * 3 + (k >> 2)) % 5]}`).join('\n')}\n`;
    const args = [
      'evaluate',
      ...PLAIN.slice(0, 4),
      '--algorithms',
      'popular',
      '--format',
      'csv',
      '--where',
      'title = "eel"',
    ];
    const { code, stdout, stderr } = await recommend(args, { 'events.csv': events });
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^popular,all,recall,10,0,0,0,4$/m);
    expect(stdout).toMatch(/^popular,all,coverage,10,0.166667,/m);
    expect(stderr).toContain('"stock", "available_until" not looked at; --availability honour would take 4 of 6 items');
  });

  test.each([
    [
      ['--where', 'price <= and stock > 0'],
      2,
      '--where: expected a value after "<=" (character 10)\n  price <= and stock > 0\n           ^',
    ],
    [['--where', 'prise < 5'], 2, '--where: no column "prise"; did you mean "price"? (character 1)'],
    [['--where', 'country = "FR"'], 2, 'columns of items: "item_id", "title", "price"'],
    [['--where', 'price < 0'], 65, 'nothing is left to recommend: --where price < 0 holds for none of 4 items'],
    [['--events-where', 'state ='], 2, '--events-where: expected a value after "="'],
    [['--events-where', 'stat = "paid"'], 2, 'events.csv: --events-where: no column "stat"; did you mean "state"?'],
    [
      ['--events-where', 'state = "gone"'],
      65,
      'skipped 5 rows for which --events-where does not hold, the first on line 2',
    ],
    [['--now', '31.01.2026'], 2, 'Expected a date like 2026-01-31'],
  ])('%j is refused', async (args, code, message) => {
    const ended = await recommend([...PLAIN.slice(0, 6), ...args]);
    expect([ended.code, ended.stdout]).toEqual([code, '']);
    expect(ended.stderr).toContain(message);
  });
});

describe('availability', () => {
  test('items that the catalogue marks as unavailable are not recommended, and a note says so', async () => {
    const { stderr, lists } = await recommend([...PLAIN, '--now', '2026-02-01']);
    expect(sorted(lists)).toEqual({ u1: 'DEF', u2: 'DEF', u3: 'AE' });
    expect(stderr).toContain(
      'note  by "stock", "available_until" on 2026-02-01, 4 of 6 items can be recommended; --availability ignore takes all',
    );
  });

  test('--now sets the date that decides availability', async () => {
    expect(sorted((await recommend([...PLAIN, '--now', '2025-12-31'])).lists)).toMatchObject({ u3: 'ABE' });
  });

  test('if no item is available, a run is refused and describe warns', async () => {
    const items = 'item_id,stock\nA,0\nB,0\nC,0\n';
    const { code, stderr } = await recommend(PLAIN, { 'items.csv': items });
    expect(code).toBe(65);
    expect(stderr).toContain('no item can be sold, as the items file says; --availability ignore takes all');
    const described = await recommend(['describe', ...PLAIN.slice(0, 4)], { 'items.csv': items });
    expect(described.code).toBe(0);
    expect(described.stderr).toContain('warning: no item can be sold, as the items file says');
  });
});

describe('--events-where', () => {
  const FILTER = ['--events-where', 'state = "paid" and channel != "bot"'];
  const KEPT = `${EVENTS.split('\n').slice(0, 4).join('\n')}\n`;

  test('rows for which the condition does not hold are ignored, and counted as skipped', async () => {
    const gz = { 'events.csv.gz': gzipSync(EVENTS) };
    const filtered = await recommend(['-u', 'events.csv.gz', ...PLAIN.slice(2), ...FILTER], gz);
    expect(filtered.code, filtered.stderr).toBe(0);
    expect(filtered.stdout).toBe((await recommend(PLAIN, { 'events.csv': KEPT })).stdout);
    expect(filtered.stderr).toContain('skipped  2 rows for which --events-where does not hold, the first on line 5');
    expect(filtered.stderr).toContain(
      'skipped  1 row for which --events-where cannot tell: a cell is missing, or cannot be read, the first on line 7',
    );
  });

  test('conditions on order lines and on orders each use the columns of their own file', async () => {
    const files = {
      'orders.csv': 'order_id,customer_id,channel\n1,u1,web\n2,u2,bot\n3,u2,web\n4,u3,\n',
      'lines.csv': 'order_id,sku,quantity\n1,A,1\n1,B,5\n2,C,1\n3,A,2\n4,F,1\n',
    };
    const where = ['--events-where', 'quantity < 5', '--events-where', 'channel != "bot"'];
    const args = ['-u', 'lines.csv', '--orders', 'orders.csv', ...PLAIN.slice(2, 6)];
    const { code, stderr, lists } = await recommend([...args, '--availability', 'ignore', ...where], files);
    expect(code, stderr).toBe(0);
    // The channel of order 4 is missing, so u3 has no events; u2 had C only in order 2, and the line with B has quantity 5.
    expect(sorted(lists)).toEqual({ u1: 'BCDEF', u2: 'BCDEF' });
    expect(stderr).toContain(
      'skipped  2 rows of orders that the orders file does not have, or that --events-where leaves out',
    );
  });
});
