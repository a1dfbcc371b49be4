import { isDiskFull } from '../failure.js';
import { type Balance, type BalanceName, balanceOf } from './balance.js';
import { Child, ChildFailure, WORKER } from './child.js';
import type { Shard } from './plan.js';
import type { Job } from './protocol.js';
import { TIMEOUTS, type Timeouts, Watch } from './watch.js';
import { WorkerSlot } from './worker-slot.js';

export interface PoolOptions {
  /** The most children at once. */
  size: number;
  /** Who gets the next shard; `least-loaded` unless said. */
  balance?: BalanceName;
  seed?: number;
  /** Hears of every shard that is tried again, and why. */
  onRetry: (message: string) => void;
  /** True where trying again cannot help. */
  isHopeless?: () => boolean;
  timeouts?: Timeouts;
  /** Gets what children write to stderr; without it, they share the stderr of this process. */
  onWords?: (words: string) => void;
  /** The program that children run. */
  worker?: URL;
}

/** So many single rows failing before any shard of the job succeeds: then rows are not to blame, and the job fails. */
const HOPELESS = 3;
/** Answers per child that may wait for that of an earlier shard: bounds the memory when one shard takes long. */
const AHEAD = 16;

/** Rows of a shard and their outcome: worked into a file, or failing with every child they are given to. */
type Part = { shard: Shard; path: string } | { shard: Shard; failure: ChildFailure };

/** A job in progress. */
interface Work {
  number: number;
  job: Job;
  worked: boolean;
  /** Rows lost beyond those that an earlier run lost. */
  lost: number;
}

/**
 * Forked children that work shards. A balance decides who gets the next shard; answers come out in the order of the shards all the
 * same. A child is forked for its first shard, or ahead of it (`start`), serves any number of jobs, and is let go when it idles.
 *
 * A shard over which a child dies, falls silent or talks nonsense is halved, and the halves go to other children, until the row to
 * blame stands alone. A row that fails twice is lost; all others are worked.
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

  /** The places of its children, for whoever asks them questions. */
  get slots(): readonly WorkerSlot[] {
    return this.#slots;
  }

  pids(): number[] {
    return this.#slots.flatMap((slot) => slot.pids());
  }

  /** The most children at once. */
  get size(): number {
    return this.#slots.length;
  }

  /**
   * Limits the number of children from now on; call it between jobs only.
   * @param heap limit of the JavaScript heap, in megabytes, of each child forked from now on; as before unless given.
   */
  async limit(size: number, heap = this.#heap): Promise<void> {
    this.#heap = heap;
    const others = this.#slots.slice(size);
    this.#slots = this.#slots.slice(0, size);
    await Promise.all(others.map((slot) => slot.close('gently')));
  }

  /** Starts so many children, within the size of the pool, ahead of their work. */
  start(children: number): void {
    for (const slot of this.#slots.slice(0, children)) slot.start();
  }

  childrenFor(shards: number): number {
    return Math.max(1, Math.min(this.size, shards));
  }

  /**
   * Works all shards. @param onAnswer is given each file in the order of the rows, with the shard that it answers: one of those that were
   * given, or a part of it. What it returns is awaited before the next.
   * @param onLost is given a row that no child could work, in its place among the answers; without it, such a row ends the run.
   * @param lostBefore how many rows an earlier run lost: losing them again says nothing about the others.
   * @param most children to take.
   * @throws ChildFailure when the job fails for good, Failure 1 where no child can be started; children at work are left to `close`.
   */
  async run(
    job: Job,
    shards: readonly Shard[],
    onAnswer: (path: string, shard: Shard) => void | Promise<void>,
    onLost?: (shard: Shard, failure: ChildFailure) => void | Promise<void>,
    lostBefore = 0,
    most = this.size,
  ): Promise<void> {
    const slots = this.#slots.slice(0, Math.min(most, this.childrenFor(shards.length)));
    if (slots.length === 0) throw new RangeError('a pool of no children works nothing');
    const balance: Balance = balanceOf(this.#options.balance ?? 'least-loaded', this.#options.seed ?? 1);
    const work: Work = { number: ++this.#jobs, job, worked: false, lost: -lostBefore };
    // Measurements of the last job say nothing about this one.
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
    const handAll = async () => {
      /** Resolve when what is before them and their own shard is delivered. */
      const deliveries: Promise<void>[] = [];
      for (const shard of shards) {
        await deliveries[deliveries.length - AHEAD * slots.length];
        await Promise.race(slots.map(({ free }) => free));
        const loads = slots.map(({ load }) => load);
        const slot = slots[balance(loads, shard)];
        if (!slot) throw new RangeError('the balance picks a child that there is not');
        await slot.free;
        failing.signal.throwIfAborted();
        const parts = this.#parts(slot, work, shard);
        slot.free = parts.then(() => {}, fail);
        const delivery = deliver(deliveries.at(-1), parts);
        delivery.catch(fail);
        deliveries.push(delivery);
      }
      await deliveries.at(-1);
    };
    await Promise.race([handAll(), failure]);
  }

  /** Ends all children: gently when they have done their work, at once after a failure or an interrupt. */
  async close(how: 'gently' | 'at once'): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#slots.map((slot) => slot.close(how)));
  }

  /** Works a shard: whole, or in parts where children are lost over it. */
  async #parts(slot: WorkerSlot, work: Work, shard: Shard): Promise<Part[]> {
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

  async #once(slot: WorkerSlot, work: Work, shard: Shard): Promise<Part> {
    const path = await slot.work(work.number, work.job, shard);
    work.worked = true;
    return { shard, path };
  }

  /** True where the rows may be to blame, and not a full disk, a folder that is gone or the end of the run. */
  #isLoss(error: unknown): error is ChildFailure {
    return error instanceof ChildFailure && !this.#closed && !isDiskFull(error) && !this.#options.isHopeless?.();
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
