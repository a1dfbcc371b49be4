import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { shellWords } from '../exports.js';
import { temporaryFolders } from '../files/temporary.js';
import { run, runInProcess } from './run.js';

const newFolder = temporaryFolders();

/** A folder with the export of a shop: orders, order lines and a catalogue. */
function shop(): string {
  const folder = newFolder();
  const write = (name: string, lines: readonly string[]) => writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
  const orders = Array.from(
    { length: 12 },
    (_, k) => `o${k},c${k % 4},${k === 7 ? 'cancelled' : 'paid'},${k + 1}/3/2020`,
  );
  write('orders.csv', ['order_id,customer_id,status,created', ...orders, 'o12,c1,paid,25/3/2020']);
  const lines = Array.from({ length: 30 }, (_, k) => `o${k % 13};p${(k * k) % 5};${1 + (k % 3)}`);
  write('lines.csv', ['order_id;sku;qty', ...lines]);
  write('products.csv', ['sku,name,tags', ...[0, 1, 2, 3, 4].map((k) => `p${k},Product ${k},a|b${k % 2}`)]);
  return folder;
}

const FILES = ['-u', 'lines.csv', '--orders', 'orders.csv', '-i', 'products.csv'];

test('describe shows roles, examples, distributions, suspicious findings, and the command to run', async () => {
  const { code, stdout, stderr } = await runInProcess(['describe', ...FILES], { folder: shop(), terminal: false });
  expect(stderr).toBe('');
  expect(code).toBe(0);
  expect(stdout).toContain('columns  order = order_id, item = sku, rating = qty');
  expect(stdout).toMatch(/customer_id +user +c0 {2}c1 {2}c2/);
  expect(stdout).toMatch(/tags +attribute +a\|b0 {2}a\|b1/);
  expect(stdout).toContain('cancelled: 1 row, not counted');
  expect(stdout).toMatch(/^items a user has +2 to 3, the median 3$/m);
  expect(stdout).toMatch(/^dates +2020-03-01 to 2020-03-25$/m);
  expect(stdout).toMatch(/^Understood: 11 interactions of 4 users with 5 items. Nothing is suspicious.\n/);
  expect(stdout).toContain(`recommend ${FILES.join(' ')} --user-col customer_id`);
});

test('--format json has the same facts for programs, and -o writes them to a file', async () => {
  const folder = shop();
  const args = ['describe', ...FILES, '--format', 'json', '-o', 'd.json'];
  const { code, stdout } = await runInProcess(args, { folder, terminal: false });
  expect([code, stdout]).toEqual([0, '']);
  const description = JSON.parse(readFileSync(join(folder, 'd.json'), 'utf8'));
  expect(description.data).toEqual({ users: 4, items: 5, interactions: expect.any(Number) });
  expect(
    description.inputs.map(({ path, kind, rows }: { path: string; kind: string; rows: number }) => [path, kind, rows]),
  ).toEqual([
    ['orders.csv', 'orders', 13],
    ['products.csv', 'items', 5],
    ['lines.csv', 'events', 30],
  ]);
  expect(description.inputs[0].statuses).toEqual([
    { name: 'paid', rows: 12, counts: true },
    { name: 'cancelled', rows: 1, counts: false },
  ]);
  expect(description.inputs[2]).toMatchObject({ columns: { order: 'order_id', item: 'sku' }, rating: 'count' });
  expect(description.warnings).toEqual([]);
});

test('the command that describe prints gives the same bytes as the original command', async () => {
  const folder = shop();
  const described = await runInProcess(['describe', ...FILES, '--format=json'], { folder, terminal: false });
  const [, ...frozen] = shellWords(JSON.parse(described.stdout).command);
  for (const option of ['--ratings', '--duplicates', '--date-order', '--status-col', '--unrated', '--item-col']) {
    expect(frozen).toContain(option);
  }
  const plain = await runInProcess(FILES, { folder, terminal: false });
  const again = await runInProcess(frozen, { folder, terminal: false });
  expect(plain.code, plain.stderr).toBe(0);
  expect(again).toEqual(plain);
});

test('--dry-run describes the run and does not write its output', async () => {
  const folder = shop();
  const args = [...FILES, '-n', '7', '-o', 'recs.csv', '--dry-run'];
  const { code, stdout, stderr } = await runInProcess(args, { folder, terminal: false });
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/recommend -u lines\.csv .* -n 7 -o recs\.csv --user-col/);
  expect(existsSync(join(folder, 'recs.csv'))).toBe(false);
});

test('describe reads standard input, and refuses a file without a user column as a run does', async () => {
  const folder = newFolder();
  const events = `user_id,item_id\n${['u,a', 'u,b', 'v,a', 'v,c', 'w,b'].join('\n')}\n`;
  const described = await run(['describe', '-u', '-'], { folder, stdin: events, terminal: false });
  expect(described.stdout).toContain('3 users, 3 items, 5 interactions');
  const refused = await run(['describe', '-u', '-'], { folder, stdin: 'who,what\nu,a\n', terminal: false });
  expect(refused.code).toBe(65);
  expect(refused.stdout).toBe('');
  expect(refused.stderr).toContain('standard input:1: no column that looks like the user');
});

test('warnings are listed as suspicious, and also printed to stderr without a terminal', async () => {
  const folder = newFolder();
  writeFileSync(join(folder, 'e.csv'), `session_id,item\n${['s,a', 's,b', 't,a'].join('\n')}\n`);
  const { stdout, stderr } = await runInProcess(['describe', '-u', 'e.csv'], { folder, terminal: false });
  expect(stdout).toMatch(/Suspicious:\n {2}e\.csv: no column is clearly the user/);
  expect(stderr).toContain('recommend: warning: e.csv: no column is clearly the user');
});
