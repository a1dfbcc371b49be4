import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../../src/model/settings.js';
import { type Keeping, workAll } from '../../src/pipeline/handing-on.js';
import { ChildFailure } from '../../src/workers/child.js';
import type { Shard } from '../../src/workers/plan.js';
import type { Pool } from '../../src/workers/pool.js';
import type { GramAnswer, GramJob } from '../../src/workers/protocol.js';

const JOB: GramJob = { kind: 'gram', evidence: '', settings: DEFAULT_SETTINGS, rows: '' };
const shardsOf = (count: number): Shard[] =>
  Array.from({ length: count }, (_, index) => ({ index, from: 2 * index, to: 2 * index + 2, cost: 2 }));

/** A pool that answers in the order of the shards, but loses shards that begin with such a row. */
function poolLosing(lost: (row: number) => boolean, worked: Shard[], before: number): Pick<Pool, 'run'> {
  return {
    run: async (_, shards, onAnswer, onLost, lostBefore) => {
      expect(lostBefore).toBe(before);
      for (const [place, shard] of shards.entries()) {
        expect(shard.index).toBe(place);
        worked.push(shard);
        if (lost(shard.from)) await onLost?.(shard, new ChildFailure('was killed', `lost ${shard.from}`));
        else await onAnswer({ kind: 'gram', path: `worked ${shard.from}` } as never, shard);
      }
    },
  };
}

test('whatever is at hand or lost, every row is handed on once, in order, and what was worked is kept', async () => {
  const fate = fc.constantFrom('to work', 'to lose', 'at hand', 'in halves', 'moved', 'lost before');
  await fc.assert(
    fc.asyncProperty(fc.array(fate, { maxLength: 8 }), async (fates) => {
      const fateOf = (row: number) => fates[row >> 1];
      const kept: string[] = [];
      const keeping: Keeping<GramAnswer> = {
        atHand: (shard) => {
          const { from, to } = shard;
          const answer = (row: number): GramAnswer => ({ kind: 'gram', path: `kept ${row}` });
          const isMoved = fateOf(from) === 'moved';
          if (isMoved || fateOf(from) === 'at hand') return [{ shard, isMoved, answer: () => answer(from) }];
          const first = { ...shard, to: from + 1 };
          const second = { shard: { ...shard, from: from + 1, to }, answer: () => answer(from + 1) };
          if (fateOf(from) === 'lost before') return [{ shard: first, answer: undefined }, second];
          return fateOf(from) === 'in halves' ? [{ shard: first, answer: () => answer(from) }, second] : undefined;
        },
        keep: ({ path }) => kept.push(path),
        lose: (_, why) => kept.push(why),
      };
      const worked: Shard[] = [];
      const handed: string[] = [];
      let next = 0;
      const take = ({ from, to }: Shard, what: string) => {
        expect(from).toBe(next);
        next = to;
        handed.push(what);
      };
      const before = fates.filter((each) => each === 'lost before').length;
      const pool = poolLosing((row) => fateOf(row) === 'to lose', worked, before);
      await workAll(pool, JOB, shardsOf(fates.length), keeping, (answer, shard) => take(shard, answer.path), take);
      expect(next).toBe(2 * fates.length);
      const work = fates.flatMap((each, k) => (/^(to|lost) /.test(each) ? [2 * k] : []));
      expect(worked.map(({ from }) => from)).toEqual(work);
      const isKept = (what: string) =>
        /^(worked|lost)/.test(what) || fateOf(Number(/^kept (\d+)/.exec(what)?.[1])) === 'moved';
      expect(kept).toEqual(handed.filter(isKept));
    }),
  );
});
