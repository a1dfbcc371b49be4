import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { does, putWorld } from '../../cli/array-jobs.js';
import { type Block, blocksOf } from '../../cli/documents.js';
import { withFaults } from '../../cli/faults.js';
import { BINARY, leftBehind } from '../../cli/run.js';
import { temporaryFolders } from '../../files/temporary.js';
import { killAll } from './kill-all.js';

const newFolder = temporaryFolders();
const USERS = 600;
/** Users whose shards of lists stop there, at their first try alone; they are in different ones. */
const HELD = [100, 250, 400] as const;

/** A test that needs programs; where they are missing it is skipped, and that is said loudly. */
export function testWith(programs: readonly string[], name: string, run: () => Promise<void>): void {
  const missing = programs.filter((program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0);
  if (missing.length > 0)
    console.error(
      `\n!!! SKIPPED, NOT TESTED: ${name}: ${missing.join(', ')} not installed (node scripts/engines.js)\n`,
    );
  test.skipIf(missing.length > 0)(name, { timeout: 400_000 }, run);
}

/** A folder with data, the lists of one run on one machine, and what an engine is given. */
export interface World {
  folder: string;
  /** Lists of one run. */
  whole: Buffer;
  /** The environment of an engine: `recommend` is in its path, and shards of lists stop in the middle. */
  env: NodeJS.ProcessEnv;
  /** How many shards stopped so far, and were not tried again. */
  held: () => number;
  /** The programs that work this shard of lists, without their children. */
  working: (shard: string) => number[];
  /** Ends all that was started with `env` and still runs. */
  clear: () => Promise<void>;
}

/** @param faults how many of the shards of lists stop in the middle. */
export async function world(faults: number): Promise<World> {
  const [folder, tmp, grief] = [newFolder(), newFolder(), newFolder()];
  putWorld(folder, USERS);
  await does(['-u', 'events.csv', '-i', 'items.csv', '-o', 'whole.csv', '-j', '1'], { folder });
  mkdirSync(join(folder, 'bin'));
  const program = join(folder, 'bin', 'recommend');
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${BINARY}' "$@"\n`);
  chmodSync(program, 0o755);
  const stops = HELD.slice(0, faults).map((row) => ({ job: 'recommend' as const, row, how: 'hold', times: 1 }));
  const env = { ...process.env, ...withFaults(grief, ...stops), TMPDIR: tmp, HOME: tmp };
  return {
    folder,
    whole: readFileSync(join(folder, 'whole.csv')),
    env: { ...env, PATH: `${join(folder, 'bin')}:${process.env.PATH}` },
    held: () => readdirSync(grief).length,
    working: (shard) =>
      leftBehind(tmp)
        .map(Number)
        .filter((pid) => worksShard(pid, shard)),
    clear: () => killAll(`TMPDIR=${tmp}`),
  };
}

/** True for the program that works a shard of lists, as its arguments or Slurm say. */
function worksShard(pid: number, shard: string): boolean {
  try {
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    if (!args.includes(BINARY) || !args.includes('score')) return false;
    const said = args[args.indexOf('--shard') + 1]?.split('/')[0];
    if (said !== 'auto') return said === shard;
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`SLURM_ARRAY_TASK_ID=${shard}`);
  } catch {
    return false;
  }
}

/** A block of docs/scale.md as it stands there, for a folder and a few shards. */
export function fromDocument(what: RegExp, folder: string, shards: number): string {
  const found = blocksOf('docs/scale.md').filter(({ text }: Block) => what.test(text));
  expect(found.length).toBe(1);
  return (found[0]?.text ?? '')
    .replaceAll('events.csv.gz', 'events.csv')
    .replaceAll('products.csv', 'items.csv')
    .replaceAll('/shared/', `${folder}/`)
    .replace(/^N=32$/m, `N=${shards}`)
    .replace(/^N, WORK = 32,/m, `N, WORK = ${shards},`);
}

/** The lists that an engine came to are those of one run, and nothing unfinished is left. */
export function expectWhole({ folder, whole }: World, work: string): void {
  expect(readFileSync(join(folder, 'recs.csv')).equals(whole)).toBe(true);
  expect(readdirSync(join(folder, work)).filter((name) => name.startsWith('.'))).toEqual([]);
}
