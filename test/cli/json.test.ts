import { expect, test } from 'vitest';
import { temporaryFolders } from '../files/temporary.js';
import { put } from './data.js';
import { runInProcess } from './run.js';
import { keepWorkersInProcess } from './workers-in-process.js';

keepWorkersInProcess();

const newFolder = temporaryFolders();

test('orders in JSON give the same lists as the same events in CSV', async () => {
  const folder = newFolder();
  const users = { ann: ['oak', 'ash'], bob: ['oak', 'elm', 'ash'], cat: ['elm'] };
  const rows = Object.entries(users).flatMap(([user, had]) => had.map((item) => `${user},${item}\n`));
  put(folder, 'e.csv', `user,item\n${rows.join('')}`);
  const orders = Object.entries(users).map(([user, had]) => ({ user, items: had.map((sku) => ({ sku })) }));
  put(folder, 'orders.json', JSON.stringify(orders, undefined, 2));
  const csv = await runInProcess(['-u', 'e.csv', '-j', '1'], { folder });
  const json = await runInProcess(['-u', 'orders.json', '--item-col', 'items.sku', '-j', '1'], { folder });
  expect(csv.code).toBe(0);
  expect(json).toMatchObject({ code: 0, stdout: csv.stdout });
  expect(json.stderr).toContain('orders.json: events, 6 rows');
});

test('a warning without a terminal reports JSON names that appear too late to become columns', async () => {
  const folder = newFolder();
  put(folder, 'e.csv', 'user,item\nann,oak\nbob,ash\n');
  const records = [{ item: 'oak', note: 'x'.repeat(1 << 22) }, { item: 'ash' }, { item: 'elm', kind: 'broad' }];
  put(folder, 'i.jsonl', records.map((record) => JSON.stringify(record)).join('\n'));
  const { code, stderr } = await runInProcess(['-u', 'e.csv', '-i', 'i.jsonl', '-j', '1'], { folder, terminal: false });
  expect(stderr).toContain(
    'i.jsonl: names that no record in the first 4 MB has are not read: "kind" (line 3); put a record',
  );
  expect(code).toBe(0);
});
