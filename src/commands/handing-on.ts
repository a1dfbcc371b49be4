import type { Shard } from '../shards/plan.js';
import type { Pool } from '../shards/pool.js';
import type { AnswerTo, Job } from '../shards/protocol.js';

/** Rows whose answer is at hand, or of which it is known that no worker can work them. */
export type AtHand<A> = { shard: Shard; answer: A } | { shard: Shard; why: string };

/** How the answers to a job are kept. */
export interface Keeping<A> {
  /** What is at hand of a shard, in the order of its rows; undefined: not all of it. */
  atHand(shard: Shard): AtHand<A>[] | undefined;
  /** Keeps an answer that was worked and dealt with. */
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
  const rest = shards.filter((_, k) => atHand[k] === undefined).map((shard, index) => ({ ...shard, index }));
  let handed = 0;
  const handOn = async (before: number) => {
    for (; handed < shards.length && (shards[handed]?.from ?? 0) < before; handed++) {
      for (const part of atHand[handed] ?? []) {
        if ('answer' in part) await onAnswer(part.answer, part.shard);
        else await onLost(part.shard, part.why);
      }
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
    );
  }
  await handOn(Number.POSITIVE_INFINITY);
}
