import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fixtures, run } from '../cli/run.js';
import { temporaryFolders } from '../files/temporary.js';
import { type Fault, pester } from './chaos.js';
import { worlds } from './worlds.js';

/*
 * Real runs on a real data set, to whose processes things happen by lot: every run comes to its end, with all its bytes.
 * `npm run chaos -- --minutes 10 --seed 7` does so for longer.
 */
const MINUTES = Number(process.env.LOT_MINUTES ?? 0);
const SEED = Number(process.env.LOT_SEED ?? 1);
const FEWEST_RUNS = 4;

const newFolder = temporaryFolders();
const BOOKS = ['-u', join(fixtures, 'books', 'ratings.csv'), '-i', join(fixtures, 'books', 'books.csv')];
/** Quick ones, and one that tunes. */
const WAYS = [['--algorithm', 'ridge'], [], ['--algorithm', 'cosine', '-j', '3']];

/** Numbers from 0 to 1 by a seed (mulberry32). */
function lots(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

// Only Linux tells who the processes of a run are.
test.runIf(process.platform === 'linux')(
  'runs whose processes are killed, stopped and starved at random come to all their bytes',
  { timeout: (MINUTES + 10) * 60_000 },
  async () => {
    const output = 'recs.csv';
    const argsOf = (way: readonly string[]) => [...BOOKS, '-o', output, '-n', '20', '-j', '2', '-q', ...way];
    const expected = new Map<readonly string[], Buffer>();
    for (const way of WAYS) {
      const folder = newFolder();
      const { code, stderr } = await run(argsOf(way), { folder });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expected.set(way, readFileSync(join(folder, output)));
    }
    const random = lots(SEED);
    const where = worlds();
    const lived = new Map<string, number>();
    const faults = new Map<Fault, number>();
    const losses: string[] = [];
    let runs = 0;
    let resumes = 0;
    for (const until = performance.now() + 60_000 * MINUTES; runs < FEWEST_RUNS || performance.now() < until; runs++) {
      const way = WAYS[runs % WAYS.length] ?? [];
      const world = where[runs % where.length] ?? 'host';
      const folders = { folder: newFolder(), tmp: newFolder() };
      const victim = { args: argsOf(way), world, ...folders, output, expected: expected.get(way) ?? Buffer.of() };
      const survival = await pester(victim, random);
      lived.set(world, (lived.get(world) ?? 0) + 1);
      for (const fault of survival.faults) faults.set(fault, (faults.get(fault) ?? 0) + 1);
      resumes += survival.resumes;
      if (survival.loss !== undefined) losses.push(`run ${runs + 1} (${world}, ${way.join(' ')}): ${survival.loss}`);
    }
    const injected = [...faults].map(([fault, times]) => `${fault} ${times}`).join(', ');
    const lives = [...lived].map(([world, times]) => `${world} ${times}`).join(', ');
    console.log(
      `chaos, seed ${SEED}: ${runs} runs (${lives}); ${injected}; resumed ${resumes} times; ${losses.length} losses`,
    );
    expect(losses).toEqual([]);
  },
);
