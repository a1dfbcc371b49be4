import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { put } from '../cli/data.js';
import { leftBehind } from '../cli/run.js';
import { temporaryFolders } from '../files/temporary.js';

const newFolder = temporaryFolders();
const built = (file: string) => new URL(`../../dist/${file}`, import.meta.url).href;

/** A program that holds everything a run can hold, with a child busy on a shard that never ends, and then exits at once. */
const PROGRAM = `
  const { Pool } = await import('${built('workers/pool.js')}');
  const { RunDirectory } = await import('${built('files/run-directory.js')}');
  const { openDestination } = await import('${built('files/destination.js')}');
  const { lockOutput } = await import('${built('files/lock.js')}');
  const { writeFileSync } = await import('node:fs');
  await lockOutput('recs.csv', { wait: 0, info() {}, onLost() {}, interrupted: new AbortController().signal });
  const out = openDestination('recs.csv');
  await out.write('user_id');
  const directory = new RunDirectory();
  writeFileSync(directory.file('rows'), 'rows');
  const pool = new Pool({ size: 1, worker: new URL('${new URL('../workers/misbehaving/', import.meta.url)}says-it-works.mjs'), onRetry() {}, onStderr() {
    console.log(pool.pids().length, 'child');
    process.exit(130);
  } });
  await pool.run({ kind: 'count' }, [{ index: 0, from: 0, to: 1, cost: 1 }], () => {});
`;

test('a process that exits at once leaves no child, folder, unfinished output or lock', async () => {
  const folder = newFolder();
  const tmp = newFolder();
  const program = put(newFolder(), 'program.mjs', PROGRAM);
  let ended: { status?: number; stdout?: Buffer } = {};
  try {
    execFileSync(process.execPath, [program], { cwd: folder, env: { ...process.env, TMPDIR: tmp } });
  } catch (error) {
    ended = error as typeof ended;
  }
  expect([ended.status, String(ended.stdout)]).toEqual([130, '1 child\n']);
  expect(readdirSync(folder)).toEqual([]);
  expect(readdirSync(tmp)).toEqual([]);
  if (existsSync('/proc/self/environ')) while (leftBehind(tmp).length > 0) await new Promise(setImmediate);
  expect(existsSync(join(folder, 'recs.csv'))).toBe(false);
});
