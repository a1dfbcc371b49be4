import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { Random } from '../../src/matrix/sampling.js';
import { hashOf } from '../../src/pipeline/finished/hash.js';
import { temporaryFolders } from '../files/temporary.js';
import { put } from './data.js';
import { type Ended, runInProcess } from './run.js';

const newFolder = temporaryFolders();

/** Events that depend on the popularity of items only, so that the default settings are far from the best. */
export const POPULAR = (() => {
  const random = new Random(5);
  const rows = Array.from({ length: 300 * 120 }, (_, at) => [Math.floor(at / 120), at % 120] as const).filter(
    ([, item]) => random.next() / 2 ** 32 < 0.25 / Math.sqrt(item + 1),
  );
  return rows.map(([user, item]) => `u${user},i${item}`);
})();
export const events = (rows: readonly string[]) => `user,item\n${rows.join('\n')}\n`;

/** Fixes every setting but β, so that tuning takes one fit. */
const FIXED = ['target-damping=0.15', 'power=1', 'lambda=12', 'basket-damping=0.5', 'source-damping=0.5'];
export const QUICK = FIXED.flatMap((assignment) => ['--set', assignment]);
export const TUNED = ['-u', 'events.csv', '--tuned', 'a.tuned'];

export const tunedText = (folder: string) => readFileSync(join(folder, 'a.tuned'), 'utf8');
export const tunedIn = (folder: string) => JSON.parse(tunedText(folder));
export const hoursAgo = (hours: number) => new Date(Date.now() - 3_600_000 * hours).toISOString();

/** Changes the tuned file and renews its checksum, as if --tuned had written it. */
export function rewrite(folder: string, changes: object): void {
  const { check: _, ...before } = tunedIn(folder);
  const after = { ...before, ...changes };
  put(folder, 'a.tuned', JSON.stringify({ ...after, check: hashOf(after) }));
}

export async function good(args: readonly string[], folder: string): Promise<Ended> {
  const ended = await runInProcess(args, { folder });
  expect(ended.code, ended.stderr).toBe(0);
  return ended;
}

let once = '';

/** A folder with an a.tuned that a run with only β free wrote. */
export async function tunedFolder(): Promise<string> {
  const folder = newFolder();
  put(folder, 'events.csv', events(POPULAR));
  if (once === '') await good([...TUNED, ...QUICK], folder);
  else put(folder, 'a.tuned', once);
  once = tunedText(folder);
  return folder;
}
