import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { bothWays, does, putWorld, worked } from '../cli/array-jobs.js';
import { griefOver, killed } from '../cli/resuming.js';
import { exitOf, leftBehind, start } from '../cli/run.js';
import { temporaryFolders } from '../files/temporary.js';

const newFolder = temporaryFolders();
const ALONE = ['-u', 'events.csv'];
const EVENTS = ['-u', 'events.csv', '-i', 'items.csv', '-n', '4'];
const PROFILES = ['-u', 'profiles.csv', '--interactions', 'events.csv', '-i', 'items.csv', '-n', '4'];

describe.each([
  ['events alone, tuned', 'recs.csv', ALONE],
  ['a method that counts nothing', 'recs.csv', [...EVENTS, '--algorithm', 'popular']],
  ['wide lists', 'recs.csv', [...EVENTS, '--format', 'wide', '--algorithm', 'ridge']],
  ['objects with reasons', 'recs.jsonl', [...PROFILES, '--format', 'jsonl', '--reasons', '--algorithm', 'cosine']],
  ['Parquet with titles and sources', 'recs.parquet', [...PROFILES, '--format', 'parquet', '--titles', '--source']],
])('%s', (_, output, args) => {
  const many = args === ALONE ? [40] : [];
  test.each([1, 2, 7, ...many])('with %i shards give the bytes of one run', { timeout: 300_000 }, async (shards) => {
    const folder = newFolder();
    putWorld(folder, 25);
    await worked(args, shards, folder);
    const [whole, merged] = await bothWays(args, output, folder);
    expect(merged?.equals(whole ?? Buffer.of())).toBe(true);
  });
});

test('the remains of a killed shard are cleaned up by its next try', {
  timeout: 120_000,
}, async () => {
  const folder = newFolder();
  const tmp = newFolder();
  putWorld(folder, 25);
  await worked(EVENTS, 2, folder);
  for (const name of readdirSync(join(folder, 'w'))) if (name.startsWith('recommend-')) rmSync(join(folder, 'w', name));
  const second = ['score', '--work', 'w', '--shard', '2/2', '-j', '1'];
  const child = start(second, { folder, tmp, env: griefOver('recommend', 24, 'hold') });
  const ended = exitOf(child);
  while (leftBehind(tmp).length < 2 && child.exitCode === null) await sleep(20);
  await killed(child, ended, tmp);
  for (const shard of ['1', '2']) await does(['score', '--work', 'w', '--shard', shard], { folder, tmp });
  const [whole, merged] = await bothWays(EVENTS, 'recs.csv', folder);
  expect(merged?.equals(whole ?? Buffer.of())).toBe(true);
  expect(readdirSync(join(folder, 'w')).filter((name) => name.startsWith('.'))).toEqual([]);
});

test('shards that are done twice at the same time give the same output as one run', { timeout: 120_000 }, async () => {
  const folder = newFolder();
  putWorld(folder, 25);
  await worked(EVENTS, 2, folder);
  for (const name of readdirSync(join(folder, 'w'))) if (name.startsWith('recommend-')) rmSync(join(folder, 'w', name));
  const all = ['1', '1', '2', '2'].map((shard) =>
    exitOf(start(['score', '--work', 'w', '--shard', shard], { folder })),
  );
  expect(await Promise.all(all)).toEqual([0, 0, 0, 0]);
  const [whole, merged] = await bothWays(EVENTS, 'recs.csv', folder);
  expect(merged?.equals(whole ?? Buffer.of())).toBe(true);
});
