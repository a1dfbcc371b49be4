import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fixtures, run } from '../cli/run.js';
import { temporaryFolders } from '../files/temporary.js';
import { type Fault, runWithFaults } from './chaos.js';
import { worlds } from './worlds.js';

/*
 * Real runs on a real data set with random faults in their processes: every run has to finish with the right output.
 * `npm run chaos -- --minutes 10 --seed 7` runs it for longer.
 */
const MINUTES = Number(process.env.LOT_MINUTES ?? 0);
const SEED = Number(process.env.LOT_SEED ?? 1);
const MIN_RUNS = 4;

const newFolder = temporaryFolders();
const BOOKS = ['-u', join(fixtures, 'books', 'ratings.csv'), '-i', join(fixtures, 'books', 'books.csv')];
/** Options of the runs: quick methods, and one that tunes. */
const VARIANTS = [['--algorithm', 'ridge'], [], ['--algorithm', 'cosine', '-j', '3']];

/** A seeded generator of random numbers from 0 to 1 (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

// Only Linux lists the processes of a run.
test.runIf(process.platform === 'linux')(
  'runs whose processes are killed, stopped and starved at random finish with the right output',
  { timeout: (MINUTES + 10) * 60_000 },
  async () => {
    const output = 'recs.csv';
    const argsOf = (variant: readonly string[]) => [...BOOKS, '-o', output, '-n', '20', '-j', '2', '-q', ...variant];
    const expected = new Map<readonly string[], Buffer>();
    for (const variant of VARIANTS) {
      const folder = newFolder();
      const { code, stderr } = await run(argsOf(variant), { folder });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expected.set(variant, readFileSync(join(folder, output)));
    }
    const random = randomFrom(SEED);
    const available = worlds();
    const runsIn = new Map<string, number>();
    const faults = new Map<Fault, number>();
    const losses: string[] = [];
    let runs = 0;
    let resumes = 0;
    for (const until = performance.now() + 60_000 * MINUTES; runs < MIN_RUNS || performance.now() < until; runs++) {
      const variant = VARIANTS[runs % VARIANTS.length] ?? [];
      const world = available[runs % available.length] ?? 'host';
      const folders = { folder: newFolder(), tmp: newFolder() };
      const victim = {
        args: argsOf(variant),
        world,
        ...folders,
        output,
        expected: expected.get(variant) ?? Buffer.of(),
      };
      const survival = await runWithFaults(victim, random);
      runsIn.set(world, (runsIn.get(world) ?? 0) + 1);
      for (const fault of survival.faults) faults.set(fault, (faults.get(fault) ?? 0) + 1);
      resumes += survival.resumes;
      if (survival.loss !== undefined)
        losses.push(`run ${runs + 1} (${world}, ${variant.join(' ')}): ${survival.loss}`);
    }
    const injected = [...faults].map(([fault, times]) => `${fault} ${times}`).join(', ');
    const places = [...runsIn].map(([world, times]) => `${world} ${times}`).join(', ');
    console.log(
      `chaos, seed ${SEED}: ${runs} runs (${places}); ${injected}; resumed ${resumes} times; ${losses.length} losses`,
    );
    expect(losses).toEqual([]);
  },
);
