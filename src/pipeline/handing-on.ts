import type { Shard } from '../workers/plan.js';
import type { Pool } from '../workers/pool.js';
import type { AnswerTo, Job } from '../workers/protocol.js';

/** Rows of a shard of which something is at hand. */
export interface AtHand<A> {
  shard: Shard;
  /** Undefined: no worker could work them, and they are tried again. */
  answer: (() => A) | undefined;
  /** The answer is not where it will be: it is kept once more. */
  isMoved?: boolean;
}

/** How the answers to a job are kept. */
export interface Keeping<A> {
  /** What is at hand of a shard, in the order of its rows; undefined: not all of it. */
  atHand(shard: Shard): AtHand<A>[] | undefined;
  /** Keeps an answer that was dealt with. */
  keep(answer: A, shard: Shard): void;
  lose(shard: Shard, why: string): void;
}

/**
 * Has the shards worked that are not at hand, and hands on the answers to all of them in the order of the rows, as `Pool.run` does.
 *
 * @param keeping undefined: nothing is kept.
 */
export async function workAll<J extends Job>(
  pool: Pick<Pool, 'run'>,
  job: J,
  shards: readonly Shard[],
  keeping: Keeping<AnswerTo<J>> | undefined,
  onAnswer: (answer: AnswerTo<J>, shard: Shard) => void | Promise<void>,
  onLost: (shard: Shard, why: string) => void | Promise<void>,
): Promise<void> {
  const atHand = shards.map((shard) => keeping?.atHand(shard));
  const lostBefore = atHand.flat().filter((part) => part && !part.answer).length;
  const parts = shards.flatMap((shard, k) => atHand[k] ?? [{ shard, answer: undefined }]);
  const rest = parts.filter(({ answer }) => !answer).map(({ shard }, index) => ({ ...shard, index }));
  let handed = 0;
  const handOn = async (before: number) => {
    for (let part = parts[handed]; part && part.shard.from < before; part = parts[++handed]) {
      const answer = part.answer?.();
      if (answer === undefined) continue;
      await onAnswer(answer, part.shard);
      if (part.isMoved) keeping?.keep(answer, part.shard);
    }
  };
  if (rest.length > 0) {
    await pool.run(
      job,
      rest,
      async (answer, shard) => {
        await handOn(shard.from);
        await onAnswer(answer, shard);
        keeping?.keep(answer, shard);
      },
      async (shard, { message }) => {
        await handOn(shard.from);
        await onLost(shard, message);
        keeping?.lose(shard, message);
      },
      lostBefore,
    );
  }
  await handOn(Number.POSITIVE_INFINITY);
}
