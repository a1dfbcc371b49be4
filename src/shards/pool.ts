import { Child, ChildFailure, WORKER } from './child.js';
import type { Shard } from './plan.js';
import type { AnswerTo, Job } from './protocol.js';

export interface PoolOptions {
  /** The most children at once. */
  size: number;
  /** Told of every shard that is given to another child, and why. */
  onRetry: (message: string) => void;
  worker?: URL;
}

/** A shard is tried this often before the run is given up. */
const MOST_TRIES = 3;
/** Answers that may wait for an earlier shard's, a child: bounds the memory when one shard takes long. */
const AHEAD = 16;

/**
 * Forked children that work shards. A child that is done takes the next shard, so a heavy one holds nobody up; answers
 * come out in the order of the shards all the same. Children are forked when a shard waits for one, and serve any number
 * of jobs.
 */
export class Pool {
  readonly #options: PoolOptions;
  readonly #idle: Child[] = [];
  readonly #children = new Set<Child>();
  #closed = false;
  #jobs = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /** How many children a job of so many shards takes. */
  childrenFor(shards: number): number {
    return Math.max(1, Math.min(this.#options.size, shards));
  }

  /**
   * Has all shards worked.
   *
   * @param onAnswer is given each answer in the order of the shards; what it returns is awaited before the next.
   * @throws ChildFailure when a shard fails for good; children at work are left to `close`.
   */
  async run<J extends Job>(
    job: J,
    shards: readonly Shard[],
    onAnswer: (answer: AnswerTo<J>, shard: Shard) => void | Promise<void>,
  ): Promise<void> {
    const number = ++this.#jobs;
    const width = this.childrenFor(shards.length);
    const waiting = new Map<number, AnswerTo<J>>();
    let next = 0;
    let delivered = 0;
    let delivering = Promise.resolve();
    let failed = false;
    const wake: (() => void)[] = [];

    const deliver = async () => {
      for (let answer = waiting.get(delivered); answer; answer = waiting.get(delivered)) {
        const shard = shards[delivered];
        waiting.delete(delivered);
        if (shard) await onAnswer(answer, shard);
        delivered++;
        for (const resume of wake.splice(0)) resume();
      }
    };
    const lane = async () => {
      while (!failed && next < shards.length) {
        if (next >= delivered + AHEAD * width) {
          await new Promise<void>((resolve) => wake.push(resolve));
          continue;
        }
        const shard = shards[next++];
        if (!shard) return;
        waiting.set(shard.index, await this.#work(number, job, shard));
        delivering = delivering.then(deliver);
        // Its failure is that of the run, which waits for it below; here it only must not count as unheard.
        delivering.catch(() => {
          failed = true;
          for (const resume of wake.splice(0)) resume();
        });
      }
    };
    const guarded = () =>
      lane().catch((error) => {
        failed = true;
        for (const resume of wake.splice(0)) resume();
        throw error;
      });
    await Promise.all(Array.from({ length: width }, guarded));
    await delivering;
  }

  /** Lets all children go; after a failure or an interrupt, at once. */
  async close(how: 'gently' | 'at once'): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#children].map((child) => (how === 'gently' ? child.end() : child.kill())));
    this.#children.clear();
  }

  /** One shard, given to another child where one dies or talks nonsense over it. What a child throws, the next would too. */
  async #work<J extends Job>(number: number, job: J, shard: Shard): Promise<AnswerTo<J>> {
    for (let attempt = 1; ; attempt++) {
      const child = this.#idle.pop() ?? this.#fork();
      try {
        const answer = await child.work(number, job, shard);
        this.#idle.push(child);
        return answer;
      } catch (error) {
        if (!(error instanceof ChildFailure)) throw error;
        const what = `${job.kind} shard ${shard.index} (rows ${shard.from} to ${shard.to - 1}): ${error.message}`;
        if (error.ending !== 'threw') await this.#lose(child);
        if (this.#closed || error.ending === 'threw' || attempt === MOST_TRIES) {
          throw new ChildFailure(error.ending, what, error.childStack);
        }
        this.#options.onRetry(`${what}; given to another worker`);
      }
    }
  }

  #fork(): Child {
    if (this.#closed) throw new Error('the pool is closed');
    const child = new Child(this.#options.worker ?? WORKER);
    this.#children.add(child);
    return child;
  }

  async #lose(child: Child): Promise<void> {
    await child.kill();
    this.#children.delete(child);
  }
}
