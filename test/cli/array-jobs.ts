import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { manyEvents, put } from './data.js';
import { type InProcess, runInProcess } from './run.js';

/** A catalogue for the items of `manyEvents`. */
function catalogue(items: number): string {
  const rows = Array.from(
    { length: items },
    (_, k) => `item-${k},"Title, ${k}",${k % 3 ? 'red|round' : 'blue'},${k % 9}`,
  );
  return ['item,title,tags,price', ...rows].join('\n');
}

/** Writes events, profiles and a catalogue into a folder. */
export function putWorld(folder: string, users: number): void {
  put(folder, 'events.csv', manyEvents(users, 20, 5));
  put(folder, 'items.csv', catalogue(20));
  const rows = Array.from(
    { length: users },
    (_, k) => `user-${k},${k % 2 ? 'FR' : 'US'},item-${k % 20},${k % 3 ? '' : 'tags:blue'}`,
  );
  put(folder, 'profiles.csv', ['user,country,history,preferences', 'new,FR,,tags:red', ...rows].join('\n'));
}

/** Runs a command that has to succeed and print nothing to stderr. @returns its stdout. */
export async function does(args: readonly string[], where: InProcess): Promise<string> {
  const { code, stdout, stderr } = await runInProcess(args, { terminal: false, ...where });
  expect({ args, code, stderr }).toEqual({ args, code: 0, stderr: '' });
  return stdout;
}

/** Plans the run, and then runs all shards of all stages. */
export async function worked(args: readonly string[], shards: number, folder: string, work = 'w'): Promise<void> {
  await does(['plan', ...args, '--shards', String(shards), '--work', work], { folder });
  for (const stage of [['fit', '--stage', 'count'], ['fit', '--stage', 'learn'], ['score']]) {
    for (let n = 1; n <= shards; n++)
      await does([...stage, '--work', work, '--shard', `${n}/${shards}`, '-j', '1'], { folder });
  }
}

/** Runs once as a whole and once by merging the shards, both without output to stderr. @returns the bytes of both outputs. */
export async function bothWays(args: readonly string[], output: string, folder: string, work = 'w') {
  await does([...args, '-o', output, '-j', '1'], { folder });
  await does(['merge', '--work', work, '-o', `merged-${output}`], { folder });
  return [output, `merged-${output}`].map((name) => readFileSync(join(folder, name)));
}
