import { isDiskFull } from '../failure.js';
import { type Balance, type BalanceName, balanceOf } from './balance.js';
import { Child, ChildFailure, WORKER } from './child.js';
import { Delivery } from './delivery.js';
import type { Shard } from './plan.js';
import type { AnswerTo, Job } from './protocol.js';
import { TIMEOUTS, type Timeouts, Watch } from './watch.js';
import { WorkerSlot } from './worker-slot.js';

export interface PoolOptions {
  /** The most children at once. */
  size: number;
  /** Who gets the next shard; `least-loaded` unless said. */
  balance?: BalanceName;
  seed?: number;
  /** Told of every shard that is tried again, and why. */
  onRetry: (message: string) => void;
  timeouts?: Timeouts;
  /** Is given what children say on stderr, which is that of this process otherwise. */
  onWords?: (words: string) => void;
  /** The program that children run. */
  worker?: URL;
}

/** Rows that fail alone, one after the other, before anything of their job has been worked: then it is no matter of rows. */
const HOPELESS = 3;
/** Answers that may wait for an earlier shard's, a child: bounds the memory when one shard takes long. */
const AHEAD = 16;

/** The rows of a shard as they came out: worked, or failing whatever child they are given to. */
type Part<J extends Job> = { shard: Shard; answer: AnswerTo<J> } | { shard: Shard; failure: ChildFailure };

/** A job while it is worked. */
interface Work<J extends Job> {
  number: number;
  job: J;
  worked: boolean;
  /** More than were lost by an earlier run. */
  lost: number;
}

/**
 * Forked children that work shards. Who gets the next shard is a matter of balance; answers come out in the order of the
 * shards all the same. A child is forked when the first shard is for it, or before (`start`), let go when it idles, and serves any number of jobs.
 *
 * A shard over which a child dies, falls silent or talks nonsense is cut in halves, which are given to others, until what
 * does it stands alone; a row that does it twice is lost, and everything else is worked.
 */
export class Pool {
  readonly #options: PoolOptions;
  readonly #timeouts: Timeouts;
  readonly #watch: Watch;
  #slots: WorkerSlot[];
  #heap: number | undefined;
  #closed = false;
  #jobs = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#timeouts = options.timeouts ?? TIMEOUTS;
    this.#watch = new Watch(this.#timeouts.stopped);
    const fork = () => {
      if (this.#closed) throw new Error('the pool is closed');
      return new Child(options.worker ?? WORKER, { onWords: options.onWords, heap: this.#heap });
    };
    this.#slots = Array.from({ length: options.size }, () => new WorkerSlot(fork, this.#watch, this.#timeouts));
  }

  /** The process ids of the children there are. */
  pids(): number[] {
    return this.#slots.flatMap((slot) => slot.pids());
  }

  /** The most children at once. */
  get size(): number {
    return this.#slots.length;
  }

  /**
   * Has no more than so many children from now on; between jobs alone.
   * @param heap megabytes of objects that each of those that are forked from now on may have.
   */
  async limit(size: number, heap: number): Promise<void> {
    this.#heap = heap;
    const others = this.#slots.slice(size);
    this.#slots = this.#slots.slice(0, size);
    await Promise.all(others.map((slot) => slot.close('gently')));
  }

  /** Has so many children start before there is work for them, as far as there may be so many. */
  start(children: number): void {
    for (const slot of this.#slots.slice(0, children)) slot.start();
  }

  /** How many children a job of so many shards takes. */
  childrenFor(shards: number): number {
    return Math.max(1, Math.min(this.size, shards));
  }

  /**
   * Has all shards worked.
   *
   * @param onAnswer is given each answer in the order of the rows, with the shard that was answered: one of those that were
   *   given, or a part of it. What it returns is awaited before the next.
   * @param onLost is given a row that no child could work, in its place among the answers; without it, such a row ends the run.
   * @param lostBefore how many of the rows an earlier run has lost: that they are lost again says nothing of the others.
   * @throws ChildFailure when the job fails for good, Failure 1 where no child can be started; children at work are left to `close`.
   */
  async run<J extends Job>(
    job: J,
    shards: readonly Shard[],
    onAnswer: (answer: AnswerTo<J>, shard: Shard) => void | Promise<void>,
    onLost?: (shard: Shard, failure: ChildFailure) => void | Promise<void>,
    lostBefore = 0,
  ): Promise<void> {
    const slots = this.#slots.slice(0, this.childrenFor(shards.length));
    const [first] = slots;
    if (!first) throw new RangeError('a pool of no children works nothing');
    const balance: Balance = balanceOf(this.#options.balance ?? 'least-loaded', this.#options.seed ?? 1);
    const work: Work<J> = { number: ++this.#jobs, job, worked: false, lost: -lostBefore };
    for (const slot of slots) slot.begin();
    const delivery = new Delivery<Part<J>[]>(async (parts) => {
      for (const part of parts) {
        if ('answer' in part) await onAnswer(part.answer, part.shard);
        else if (onLost) await onLost(part.shard, part.failure);
        else throw part.failure;
      }
    });
    const hand = async (shard: Shard) => {
      await delivery.roomFor(shard.index, AHEAD * slots.length);
      await Promise.race(slots.map(({ free }) => free));
      const loads = slots.map(({ load }) => load);
      const slot = slots[balance(loads, shard)] ?? first;
      await slot.free;
      delivery.throwIfFailed();
      slot.occupy(this.#parts(slot, work, shard).then((parts) => delivery.take(shard.index, parts), delivery.fail));
    };
    const handAll = async () => {
      for (const shard of shards) await hand(shard);
      await Promise.all(slots.map(({ free }) => free));
    };
    await Promise.race([handAll(), delivery.failure]);
    await delivery.end();
  }

  /** Lets all children go; after a failure or an interrupt, at once. */
  async close(how: 'gently' | 'at once'): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#slots.map((slot) => slot.close(how)));
  }

  /** Works a shard: whole, or in the parts that remain of it when children are lost over it. */
  async #parts<J extends Job>(slot: WorkerSlot, work: Work<J>, shard: Shard): Promise<Part<J>[]> {
    try {
      return [await this.#once(slot, work, shard)];
    } catch (error) {
      if (!this.#isLoss(error)) throw error;
      const what = told(work.job, shard, error);
      if (shard.to - shard.from > 1 && !shard.whole) {
        this.#options.onRetry(`${what}; its halves are given to other workers`);
        const [first, second] = halves(shard);
        return [...(await this.#parts(slot, work, first)), ...(await this.#parts(slot, work, second))];
      }
      this.#options.onRetry(`${what}; given to another worker`);
    }
    try {
      return [await this.#once(slot, work, shard)];
    } catch (error) {
      if (!this.#isLoss(error)) throw error;
      const failure = new ChildFailure(error.ending, told(work.job, shard, error), error.childStack);
      work.lost++;
      if (!work.worked && work.lost >= HOPELESS) throw failure;
      return [{ shard, failure }];
    }
  }

  async #once<J extends Job>(slot: WorkerSlot, work: Work<J>, shard: Shard): Promise<Part<J>> {
    const answer = await slot.work(work.number, work.job, shard);
    work.worked = true;
    return { shard, answer };
  }

  /** True where the rows may be to blame, and not that there is no room, or that all is being stopped. */
  #isLoss(error: unknown): error is ChildFailure {
    return error instanceof ChildFailure && !this.#closed && !isDiskFull(error);
  }
}

function halves({ index, from, to, cost }: Shard): [Shard, Shard] {
  const middle = from + Math.ceil((to - from) / 2);
  return [
    { index, from, to: middle, cost: cost / 2 },
    { index, from: middle, to, cost: cost / 2 },
  ];
}

function told({ kind }: Job, { index, from, to }: Shard, { message }: ChildFailure): string {
  return `${kind} shard ${index} (rows ${from} to ${to - 1}): ${message}`;
}
