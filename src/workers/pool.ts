import { isDiskFull } from '../failure.js';
import { type BalanceName, balanceOf } from './balance.js';
import { Child, ChildFailure, WORKER } from './child.js';
import type { Shard } from './plan.js';
import type { Job } from './protocol.js';
import { TIMEOUTS, type Timeouts, watchFor } from './watch.js';
import { WorkerSlot } from './worker-slot.js';

export interface PoolOptions {
  /** Maximum number of children at once. */
  size: number;
  /** How to pick the child for the next shard; `least-loaded` by default. */
  balance?: BalanceName;
  /** Called for every shard that is tried again, with the reason. */
  onRetry: (message: string) => void;
  /** Returns true when trying again cannot help. */
  isHopeless?: () => boolean;
  timeouts?: Timeouts;
  /** Gets what children write to stderr; without it, they share the stderr of this process. */
  onStderr?: (words: string) => void;
  /** The program that children run. */
  worker?: URL;
}

/** If this many single rows fail before any shard of the job succeeds, the rows are not to blame and the job fails. */
const MAX_LOST_AT_START = 3;
/** Answers per child that may wait for an earlier shard: this bounds the memory when one shard takes long. */
const MAX_AHEAD = 16;

/** Rows of a shard and their outcome: a file, or a failure if every child failed on them. */
type Part = { shard: Shard; path: string } | { shard: Shard; failure: ChildFailure };

/** A job in progress. */
interface RunningJob {
  number: number;
  job: Job;
  /** True once any of its shards has succeeded. */
  hasSucceeded: boolean;
  /** Rows lost beyond those that an earlier run lost. */
  lost: number;
}

/**
 * Forked children that run shards. A balance picks the child for the next shard; answers still come out in the order of the shards.
 * A child is forked for its first shard or ahead of it (`start`), serves any number of jobs, and is ended when it idles.
 *
 * If a child dies, hangs or breaks the protocol over a shard, the shard is halved and the halves go to other children, until the row
 * to blame is alone. A row that fails twice is lost; all other rows get done.
 */
export class Pool {
  readonly #options: PoolOptions;
  #slots: WorkerSlot[];
  #heap: number | undefined;
  #isClosed = false;
  #jobs = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
    const timeouts = options.timeouts ?? TIMEOUTS;
    const watch = watchFor(timeouts.stopped);
    const fork = () => {
      if (this.#isClosed) throw new Error('the pool is closed');
      return new Child(options.worker ?? WORKER, { onStderr: options.onStderr, heap: this.#heap });
    };
    this.#slots = Array.from({ length: options.size }, () => new WorkerSlot(fork, watch, timeouts));
  }

  /** The slots of its children, for asking them questions. */
  get slots(): readonly WorkerSlot[] {
    return this.#slots;
  }

  pids(): number[] {
    return this.#slots.flatMap((slot) => slot.pids());
  }

  /** Maximum number of children at once. */
  get size(): number {
    return this.#slots.length;
  }

  /**
   * Limits the number of children from now on. Call it between jobs only.
   * @param heap new limit of the JavaScript heap, in megabytes, of each child forked from now on; unchanged by default.
   */
  async limit(size: number, heap = this.#heap): Promise<void> {
    this.#heap = heap;
    const surplus = this.#slots.slice(size);
    this.#slots = this.#slots.slice(0, size);
    await Promise.all(surplus.map((slot) => slot.close('gently')));
  }

  /** Starts up to that many children ahead of their work. */
  start(children: number): void {
    for (const slot of this.#slots.slice(0, children)) slot.start();
  }

  /**
   * Runs all shards that have no file yet. @param onAnswer gets each file in the order of the rows, with the shard that it answers: one of
   * `shards` or a part of one. The promise that it returns is awaited before the next call.
   * @param onLost gets each row that no child could do, in the same order; without it, such a row ends the run.
   * @param lostBefore number of rows that an earlier run lost: losing them again says nothing about the others.
   * @param maxChildren number of children to use, at most.
   * @throws ChildFailure if the job fails for good, Failure 1 or 71 if no child can be started; busy children are left to `close`.
   */
  async run(
    job: Job,
    shards: readonly Shard[],
    onAnswer: (path: string, shard: Shard) => void | Promise<void>,
    onLost?: (shard: Shard, failure: ChildFailure) => void | Promise<void>,
    lostBefore = 0,
    maxChildren = this.size,
  ): Promise<void> {
    const slots = this.#slots.slice(0, Math.max(1, Math.min(maxChildren, shards.length)));
    if (slots.length === 0) throw new RangeError('a pool without children cannot run shards');
    const balance = balanceOf(this.#options.balance ?? 'least-loaded');
    const running: RunningJob = { number: ++this.#jobs, job, hasSucceeded: false, lost: -lostBefore };
    // What the previous job measured says nothing about this one.
    for (const slot of slots) slot.load = { outstanding: 0, done: 0, seconds: 0 };
    const failing = new AbortController();
    const fail = (error: unknown) => failing.abort(error);
    const failure = new Promise<never>((_, reject) => {
      failing.signal.addEventListener('abort', () => reject(failing.signal.reason), { once: true });
    });
    const deliver = async (before: Promise<void> | undefined, parts: Promise<Part[]>) => {
      const done = await parts;
      await before;
      for (const part of done) {
        failing.signal.throwIfAborted();
        if ('path' in part) await onAnswer(part.path, part.shard);
        else if (onLost) await onLost(part.shard, part.failure);
        else throw part.failure;
      }
    };
    const runAll = async () => {
      // Each resolves when its shard and all shards before it have been delivered.
      const deliveries: Promise<void>[] = [];
      for (const shard of shards) {
        await deliveries[deliveries.length - MAX_AHEAD * slots.length];
        let parts: Promise<Part[]>;
        if (shard.path !== undefined) parts = Promise.resolve([{ shard, path: shard.path }]);
        else {
          await Promise.race(slots.map(({ free }) => free));
          const loads = slots.map(({ load }) => load);
          const slot = slots[balance(loads, shard)];
          if (!slot) throw new RangeError('the balance picked a child that does not exist');
          await slot.free;
          failing.signal.throwIfAborted();
          parts = this.#runShard(slot, running, shard);
          slot.free = parts.then(() => {}, fail);
        }
        const delivery = deliver(deliveries.at(-1), parts);
        delivery.catch(fail);
        deliveries.push(delivery);
      }
      await deliveries.at(-1);
    };
    await Promise.race([runAll(), failure]);
  }

  /** Ends all children: 'gently' once their work is done, 'at once' after a failure or an interrupt. */
  async close(how: 'gently' | 'at once'): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#slots.map((slot) => slot.close(how)));
  }

  /** Runs a shard: in one piece, or in parts if children are lost over it. @param isRetry true if a child was lost over it already. */
  async #runShard(slot: WorkerSlot, running: RunningJob, shard: Shard, isRetry = false): Promise<Part[]> {
    try {
      const path = await slot.runShard(running.number, running.job, shard);
      running.hasSucceeded = true;
      return [{ shard, path }];
    } catch (error) {
      if (!this.#isLoss(error)) throw error;
      const what = describeFailure(running.job, shard, error);
      if (isRetry) {
        const failure = new ChildFailure(error.ending, what, error.childStack);
        running.lost++;
        if (!running.hasSucceeded && running.lost >= MAX_LOST_AT_START) throw failure;
        return [{ shard, failure }];
      }
      if (shard.to - shard.from > 1 && !shard.whole) {
        this.#options.onRetry(`${what}; its halves are given to other workers`);
        const [first, second] = halves(shard);
        return [...(await this.#runShard(slot, running, first)), ...(await this.#runShard(slot, running, second))];
      }
      this.#options.onRetry(`${what}; given to another worker`);
      return this.#runShard(slot, running, shard, true);
    }
  }

  /** True if the rows may be to blame, rather than a full disk, a missing folder or the end of the run. */
  #isLoss(error: unknown): error is ChildFailure {
    return error instanceof ChildFailure && !this.#isClosed && !isDiskFull(error) && !this.#options.isHopeless?.();
  }
}

function halves({ index, from, to, cost }: Shard): [Shard, Shard] {
  const middle = from + Math.ceil((to - from) / 2);
  return [
    { index, from, to: middle, cost: cost / 2 },
    { index, from: middle, to, cost: cost / 2 },
  ];
}

function describeFailure({ kind }: Job, { index, from, to }: Shard, { message }: ChildFailure): string {
  return `${kind} shard ${index} (rows ${from} to ${to - 1}): ${message}`;
}
