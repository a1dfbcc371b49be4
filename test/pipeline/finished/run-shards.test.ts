import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../../src/model/settings.js';
import { areFinished, runShards } from '../../../src/pipeline/finished/run-shards.js';
import type { Run } from '../../../src/pipeline/run.js';
import { ChildFailure } from '../../../src/workers/child.js';
import type { Shard } from '../../../src/workers/plan.js';
import type { CountJob } from '../../../src/workers/protocol.js';
import { shardPath, writeShard } from '../../../src/workers/shard-file.js';
import { temporaryFolders } from '../../files/temporary.js';

const folder = temporaryFolders();
const KEY = '0123456789abcdef';
/** Rows per shard. */
const ROWS = 4;

const shardsOf = (count: number): Shard[] =>
  Array.from({ length: count }, (_, index) => ({ index, from: ROWS * index, to: ROWS * index + ROWS, cost: ROWS }));

function jobIn(at: string): CountJob {
  return { kind: 'count', evidence: '', settings: DEFAULT_SETTINGS, output: join(at, `count-${KEY}`) };
}

/** A run whose pool does the shards in order, but loses those whose first row `isLost`. */
function runLosing(isLost: (row: number) => boolean, forked = 0) {
  const seen = { worked: [] as Shard[], lostBefore: 0, most: 0, synced: [] as string[], warnings: [] as string[] };
  const work: Run['pool']['run'] = async (job, shards, onAnswer, onLost, lostBefore, most) => {
    seen.lostBefore = lostBefore ?? 0;
    seen.most = most ?? 0;
    for (const [place, shard] of shards.entries()) {
      expect(shard.index).toBe(place);
      if (shard.path !== undefined) {
        await onAnswer(shard.path, shard);
        continue;
      }
      seen.worked.push(shard);
      if (isLost(shard.from)) {
        await onLost?.(shard, new ChildFailure('was killed', `lost ${shard.from}`));
      } else {
        await onAnswer(writeShard(job.output, shard, { made: Uint8Array.of(1) }), shard);
      }
    }
  };
  const runner = {
    warn: (message: string) => seen.warnings.push(message),
    debug: () => {},
    seconds: () => 0,
    workers: 1,
    progress: { at: () => {} },
    directory: { syncSoon: (path: string) => seen.synced.push(path) },
    pool: { run: work, pids: () => Array(forked).fill(1) },
  };
  return { runner: runner as unknown as Run, seen };
}

/** What an interrupted run left of a shard: the row ranges of its files, counted from the start of the shard. */
const LEFT = {
  nothing: [],
  all: [[0, 4]],
  'its halves': [
    [0, 2],
    [2, 4],
  ],
  'the first half': [[0, 2]],
  'the rows around a lost one': [
    [0, 1],
    [2, 4],
  ],
  'all, and a part twice': [
    [0, 4],
    [2, 4],
  ],
  'an altered file': [[0, 4]],
  'an altered file, and its halves': [
    [0, 4],
    [0, 2],
    [2, 4],
  ],
} as const;
type Left = keyof typeof LEFT;

test('every row is delivered once and in order, whatever an interrupted run left and the pool loses', async () => {
  const anyLeft = fc.constantFrom(...(Object.keys(LEFT) as Left[]));
  await fc.assert(
    fc.asyncProperty(fc.array(anyLeft, { maxLength: 6 }), fc.boolean(), async (lefts, losesAll) => {
      const job = jobIn(folder());
      const shards = shardsOf(lefts.length);
      const altered = new Set<string>();
      lefts.forEach((left, k) => {
        for (const [from, to] of LEFT[left]) {
          const path = writeShard(job.output, { from: ROWS * k + from, to: ROWS * k + to }, { left: Uint8Array.of(1) });
          if (!left.startsWith('an altered') || to - from < ROWS) continue;
          altered.add(path);
          writeFileSync(path, 'altered');
        }
      });
      // Names of files that are not these shards: unfinished, with another key, without rows.
      for (const name of [`count-${KEY}-0-4.12-34-0123abcd`, 'count-fedcba9876543210-0-4', `count-${KEY}-0-x`])
        writeFileSync(join(job.output, '..', name), '');
      const { runner, seen } = runLosing(() => losesAll);
      const whole = lefts.every((left) => /^(all|its halves)/.test(left) || left.endsWith('and its halves'));
      expect(areFinished(job.output, shards)).toBe(whole);
      let next = 0;
      const take = ({ from, to }: Shard) => {
        expect(from).toBe(next);
        next = to;
      };
      await runShards(
        runner,
        job,
        shards,
        (path, shard) => {
          expect(path).toBe(shardPath(job.output, shard));
          take(shard);
        },
        take,
      );
      expect(next).toBe(ROWS * lefts.length);
      const gaps = lefts.flatMap((left, k): number[][] => {
        const at = ROWS * k;
        if (left === 'nothing' || left === 'an altered file') return [[at, at + ROWS]];
        if (left === 'the first half') return [[at + 2, at + 4]];
        return left === 'the rows around a lost one' ? [[at + 1, at + 2]] : [];
      });
      expect(seen.worked.map(({ from, to }) => [from, to])).toEqual(gaps);
      expect(seen.lostBefore).toBe(lefts.filter((left) => left === 'the first half' || left.includes('lost')).length);
      expect(seen.warnings.length).toBe(altered.size);
      for (const warning of seen.warnings)
        expect(warning).toMatch(/^rows \d+ to \d+ of an interrupted run are done again/);
      expect(seen.synced.length).toBe(losesAll ? 0 : gaps.length);
    }),
    { numRuns: 60 },
  );
});

test('a small job uses no second child, unless that is running already', async () => {
  const childrenFor = async (cost: number, forked: number) => {
    const { runner, seen } = runLosing(() => false, forked);
    const shards = shardsOf(3).map((shard) => ({ ...shard, cost }));
    await runShards(
      runner,
      jobIn(folder()),
      shards,
      () => {},
      () => {},
    );
    return seen.most;
  };
  expect(await childrenFor(0, 0)).toBe(1);
  expect(await childrenFor(30e6, 0)).toBe(1);
  expect(await childrenFor(30e6, 2)).toBe(2);
  expect(await childrenFor(40e6, 1)).toBe(2);
});
