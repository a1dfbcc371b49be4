import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect } from 'vitest';
import { sharedFolder, temporaryFolders } from '../files/temporary.js';
import { manyEvents, put } from './data.js';
import { exitOf, leftBehind, runInProcess, start, textOf } from './run.js';

export { alter } from './data.js';
export const newFolder = temporaryFolders();
const grief = new URL('./faults/grief.mjs', import.meta.url).href;
export const MANY = manyEvents(6000, 1500, 25);
export const ARGS = ['-u', 'events.csv', '-o', 'recs.csv', '-n', '5', '--algorithm', 'ridge'];
export const FOREVER = 1e6;

/** For each job, a row in a shard that is not the first of its stage. */
export const HELD = { count: 1490, learn: 1000, recommend: 4000 } as const;
export const STAGES = { count: 'counting', learn: 'learning', recommend: 'recommending' } as const;
export type Kind = keyof typeof HELD;

/** The output of an uninterrupted run. */
let whole = '';

beforeAll(async () => {
  const folder = newFolder();
  put(folder, 'events.csv', MANY);
  const { code, stderr } = await runInProcess([...ARGS, '-q'], { folder });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  whole = readFileSync(join(folder, 'recs.csv'), 'utf8');
});

export function griefOver(kind: string, row: number, how: string): NodeJS.ProcessEnv {
  return { NODE_OPTIONS: `--import ${grief}`, GRIEF: `${kind} ${row} ${how} ${FOREVER}`, GRIEF_FOLDER: newFolder() };
}

/** The folder of a running or interrupted run; undefined if there is none. */
export function runFolder(folder: string): string | undefined {
  const name = readdirSync(folder).find((each) => each.endsWith('.run'));
  return name === undefined ? undefined : join(folder, name);
}

/** The names of the finished shards of a stage, or of the files with the tuned settings. */
export function finishedIn(folder: string, kind: Kind | 'settings'): string[] {
  const path = runFolder(folder);
  const name = new RegExp(`^${kind}-[0-9a-f]{16}(-\\d+-\\d+)?$`);
  return path !== undefined && existsSync(path) ? readdirSync(path).filter((each) => name.test(each)) : [];
}

/** The rows in the name of a finished shard. */
export function rowsIn(name: string): { from: number; to: number } {
  const [from = Number.NaN, to = Number.NaN] = name.split('-').slice(-2).map(Number);
  return { from, to };
}

/** True once the first shard of a stage is finished. */
export function hasBegun(folder: string, kind: Kind): boolean {
  return finishedIn(folder, kind).some((name) => rowsIn(name).from === 0);
}

/** Starts a run whose workers hang in a later shard of a job, and waits until the first shard of the stage is finished. */
export async function held(kind: Kind, folder: string, tmp: string, args: readonly string[]) {
  const child = start([...args, '-j', '2'], { folder, tmp, env: griefOver(kind, HELD[kind], 'hold') });
  const ended = exitOf(child);
  const said = textOf(child.stderr);
  while (!hasBegun(folder, kind) && child.exitCode === null) await sleep(20);
  expect(child.exitCode).toBeNull();
  return { child, ended, said };
}

/** Folders of runs that were killed (-9), by stage: made once for the tests of a file, and copied for every test that resumes one. */
const cuts = new Map<Kind, string>();

/** A copy of a folder in which a run was killed (-9) at that stage. */
export async function cut(kind: Kind): Promise<string> {
  const folder = newFolder();
  const made = cuts.get(kind);
  cpSync(made !== undefined && existsSync(made) ? made : await cutOnce(kind), folder, {
    recursive: true,
    preserveTimestamps: true,
  });
  return folder;
}

async function cutOnce(kind: Kind): Promise<string> {
  const folder = sharedFolder();
  cuts.set(kind, folder);
  put(folder, 'events.csv', MANY);
  const tmp = newFolder();
  const { child, ended } = await held(kind, folder, tmp, ARGS);
  await killed(child, ended, tmp);
  return folder;
}

/** A folder in which a run was killed (-9) after some of its lists were finished; its workers had crashed over the given rows of a job. */
export async function cutWithLost(kind: Kind, rows: readonly number[]) {
  const folder = newFolder();
  const tmp = newFolder();
  put(folder, 'events.csv', MANY);
  const args = [...ARGS, '-j', '1'];
  const env = griefOver('recommend', HELD.recommend, 'hold');
  const lost = rows.map((row) => `${kind} ${row} SIGKILL ${FOREVER}`).join(';');
  const child = start(args, { folder, tmp, env: { ...env, GRIEF: `${lost};${env.GRIEF}` } });
  const ended = exitOf(child);
  // Waits until a later shard of lists is finished, and with it all of the first one that can be computed.
  while (!hasListsBehind(folder) && child.exitCode === null) await sleep(20);
  const finished = finishedIn(folder, kind).map(rowsIn);
  for (const row of rows) expect(finished.some(({ from, to }) => from <= row && row < to)).toBe(false);
  await killed(child, ended, tmp);
  return { folder, args };
}

export function hasListsBehind(folder: string): boolean {
  return finishedIn(folder, 'recommend').some((name) => rowsIn(name).from >= 1000);
}

export async function killed(
  child: ChildProcessWithoutNullStreams,
  ended: Promise<unknown>,
  tmp: string,
): Promise<void> {
  child.kill('SIGKILL');
  await ended;
  while (leftBehind(tmp).length > 0) await sleep(20);
}

/** Resumes the run in a folder, and checks that it gives the complete output and leaves no other files. @returns its stderr. */
export async function goesOn(folder: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
  const { code, stderr } = await runInProcess([...ARGS, '--resume', ...args], { folder, env });
  expect(code, stderr).toBe(0);
  expect(readFileSync(join(folder, 'recs.csv'), 'utf8')).toBe(whole);
  expect(readdirSync(folder).sort()).toEqual(['events.csv', 'recs.csv']);
  return stderr;
}

/** The output of an uninterrupted run. */
export const wholeOutput = (): string => whole;
