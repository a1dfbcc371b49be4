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
/** Users at whom their shard of lists is held in its first try only; each is in a different shard. */
const HELD = [100, 250, 400] as const;

/** A test that needs certain programs; if one is missing, it is skipped with a message on stderr. */
export function testWith(programs: readonly string[], name: string, run: () => Promise<void>): void {
  const missing = programs.filter((program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0);
  if (missing.length > 0)
    console.error(
      `\n!!! SKIPPED, NOT TESTED: ${name}: ${missing.join(', ')} not installed (node scripts/engines.js)\n`,
    );
  test.skipIf(missing.length > 0)(name, { timeout: 400_000 }, run);
}

/** A folder with data, the lists of a single run, and the environment for an engine. */
export interface World {
  folder: string;
  /** The lists of a single run. */
  whole: Buffer;
  /** The environment of an engine: `recommend` is in its path, and some shards of lists are held in the middle. */
  env: NodeJS.ProcessEnv;
  /** How many shards were held so far. */
  held: () => number;
  /** The process ids that work on this shard of lists, without their children. */
  working: (shard: string) => number[];
  /** Kills all remaining processes that were started with `env`. */
  clear: () => Promise<void>;
}

/** @param faults how many of the shards of lists are held in the middle. */
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
        .filter((pid) => worksOnShard(pid, shard)),
    clear: () => killAll(`TMPDIR=${tmp}`),
  };
}

/** True if a process works on a shard of lists, according to its arguments or to Slurm's variable. */
function worksOnShard(pid: number, shard: string): boolean {
  try {
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    if (!args.includes(BINARY) || !args.includes('score')) return false;
    const given = args[args.indexOf('--shard') + 1]?.split('/')[0];
    if (given !== 'auto') return given === shard;
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`SLURM_ARRAY_TASK_ID=${shard}`);
  } catch {
    return false;
  }
}

/** A code block of docs/scale.md, adapted to a folder and a few shards. */
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

/** Checks that an engine's lists equal those of a single run, and that nothing unfinished is left. */
export function expectWhole({ folder, whole }: World, work: string): void {
  expect(readFileSync(join(folder, 'recs.csv')).equals(whole)).toBe(true);
  expect(readdirSync(join(folder, work)).filter((name) => name.startsWith('.'))).toEqual([]);
}
