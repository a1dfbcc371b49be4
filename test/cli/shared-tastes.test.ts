import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { sharedFolder } from '../files/temporary.js';
import { bothWays, does, worked } from './array-jobs.js';
import { listsOf, manyEvents, put, rowsOf } from './data.js';

const folder = sharedFolder();
const ARGS = ['-u', 'events.csv', '--algorithm', 'ridge', '-n', '5'];
const stdoutOf = (...args: string[]) => does([...args, '-j', '1'], { folder });
let plain = '';

beforeAll(async () => {
  // Enough users for shared tastes, with few items each.
  put(folder, 'events.csv', manyEvents(2000, 450, 4));
  plain = await stdoutOf(...ARGS);
});

test('for many users with few items each, the low-rank part changes the output, and all lists are full', async () => {
  const sparse = await stdoutOf(...ARGS, '--set', 'low-rank-weight=0');
  const count = (csv: string) => rowsOf(csv).length;
  expect(count(plain)).toBe(10_000);
  expect(count(sparse)).toBe(10_000);
  expect(plain).not.toBe(sparse);
});

test('the bytes are the same for any number of workers, and the lists for any order of users', async () => {
  expect(await does([...ARGS, '-j', '3'], { folder })).toBe(plain);
  const [header = '', ...lines] = manyEvents(2000, 450, 4).trimEnd().split('\n');
  put(folder, 'reversed.csv', `${[header, ...lines.reverse()].join('\n')}\n`);
  expect(listsOf(await stdoutOf('-u', 'reversed.csv', ...ARGS.slice(2)))).toEqual(listsOf(plain));
});

test('a saved model and an array of shards give the same bytes', async () => {
  await stdoutOf('fit', ...ARGS.slice(0, 4), '--model', 'm.rec', '-q');
  expect(await stdoutOf('score', '--model', 'm.rec', '-n', '5')).toBe(plain);
  await worked(ARGS, 2, folder);
  const [one, merged] = await bothWays(ARGS, 'out.csv', folder);
  expect(String(one)).toBe(plain);
  expect(merged).toEqual(one);
});

test('the reasons include the low-rank part and add up to the score', async () => {
  const csv = await stdoutOf(...ARGS, '--reasons', '9', '--output-columns', 'user_id,item_id,rank,score,reasons');
  for (const { score, reasons } of (rowsOf(csv) as unknown as { score: string; reasons: string }[]).slice(0, 200)) {
    const parts = reasons.split('; ').map((part) => Number(/-?[\d.]+(?:e-\d+)?$/.exec(part)?.[0]));
    expect(parts.reduce((a, b) => a + b, 0)).toBeCloseTo(Number(score), 9);
  }
});

test('an export contains the factors', async () => {
  await does(['export', '--model', 'm.rec', '-o', 'w.npz', '-q'], { folder });
  expect(readFileSync(join(folder, 'w.npz')).includes('factors.npy')).toBe(true);
});
