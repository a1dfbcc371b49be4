import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { Failure } from '../../src/failure.js';
import { type Locking, lockOutput, lockPath } from '../../src/files/lock.js';
import { ownTag } from '../../src/files/owner.js';
import { temporaryFolders } from './temporary.js';

const newFolder = temporaryFolders();
let folder = '';
let output = '';
let told: string[] = [];

const locking = (wait: number, interrupted = new AbortController().signal): Locking => ({
  wait,
  onWait: (holder) => told.push(holder),
  interrupted,
});

beforeEach(() => {
  folder = newFolder();
  output = join(folder, 'recs.csv');
  told = [];
});

test('a lock keeps others out, who are told who holds it, until it is let go', async () => {
  const unlock = await lockOutput(output, locking(0));
  const refused = await lockOutput(output, locking(0)).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(Failure);
  expect(refused).toMatchObject({ exitCode: 75 });
  expect(String(refused)).toContain(`is being written by another run (process ${process.pid}); --lock-wait 10m waits`);
  unlock();
  expect(existsSync(lockPath(output))).toBe(false);
  (await lockOutput(output, locking(0)))();
  expect(told).toEqual([]);
});

test('who waits gets it once it is free, and is told once that they wait', async () => {
  const unlock = await lockOutput(output, locking(0));
  const waiting = lockOutput(output, locking(30));
  setTimeout(unlock, 700);
  (await waiting)();
  expect(told).toEqual([`another run (process ${process.pid})`]);
  expect(readdirSync(folder)).toEqual([]);
});

test('who waits ends at once when interrupted, and the lock stays the holder’s', async () => {
  const unlock = await lockOutput(output, locking(0));
  const interrupted = new AbortController();
  const waiting = lockOutput(output, locking(60, interrupted.signal));
  const reason = new Failure(130, 'stopped');
  setTimeout(() => interrupted.abort(reason), 100);
  await expect(waiting).rejects.toBe(reason);
  expect(existsSync(lockPath(output))).toBe(true);
  unlock();
});

test('the lock of a process that is gone is taken over, that of another machine is not', async () => {
  const [, start, machine] = ownTag().split('-');
  const { pid } = spawnSync('true');
  writeFileSync(lockPath(output), `${pid}-${start}-${machine}`);
  (await lockOutput(output, locking(0)))();
  expect(readdirSync(folder)).toEqual([]);
  writeFileSync(lockPath(output), `${pid}-${start}-00000000`);
  await expect(lockOutput(output, locking(0))).rejects.toThrow('of another machine');
});

test('of many who find the lock of a process that is gone, one gets it', async () => {
  const [, start, machine] = ownTag().split('-');
  writeFileSync(lockPath(output), `${spawnSync('true').pid}-${start}-${machine}`);
  const tries = await Promise.allSettled(Array.from({ length: 20 }, () => lockOutput(output, locking(0))));
  expect(tries.filter(({ status }) => status === 'fulfilled').length).toBe(1);
});

test('a folder that is not there is told of as that of any output', async () => {
  const there = join(folder, 'none', 'recs.csv');
  await expect(lockOutput(there, locking(0))).rejects.toMatchObject({ code: 'ENOENT' });
});
