import { ExitCode, Failure } from '../failure.js';
import type { Load } from './balance.js';
import { type Child, ChildFailure } from './child.js';
import type { Shard } from './plan.js';
import type { Job, ServeJob } from './protocol.js';
import { limitOf, type Timeouts, type Watch } from './watch.js';

/** Attempts to start a child before giving up. */
const MAX_STARTS = 3;
const WAY_OUT = 'is there memory for one more process, and is the program built (npm run setup)?';
/** Milliseconds between attempts, and milliseconds that a child may idle before it is ended. */
const BETWEEN_STARTS = 100;
const MAX_IDLE = 3000;

/** A slot in the pool. It has one child at a time, which runs one shard or answers one batch of questions at a time. */
export class WorkerSlot {
  /** Its work in the current job. */
  load: Load = { outstanding: 0, done: 0, seconds: 0 };
  /** Resolves when the slot has nothing to do. The caller that gives it work sets this. */
  free: Promise<void> = Promise.resolve();
  /** True: its child is not ended when it idles. */
  isKept = false;
  readonly #fork: () => Child;
  readonly #watch: Watch;
  readonly #timeouts: Timeouts;
  readonly #children = new Set<Child>();
  #child: Child | undefined;
  #idle: NodeJS.Timeout | undefined;

  constructor(fork: () => Child, watch: Watch, timeouts: Timeouts) {
    this.#fork = fork;
    this.#watch = watch;
    this.#timeouts = timeouts;
  }

  /** Starts its child ahead of the work. If no work comes soon, the child is ended again. */
  start(): void {
    if (this.#child) return;
    this.#forked();
    this.#startIdleTimer();
  }

  /**
   * Runs a shard in its child, or in a new one. @returns the path of the shard's file. @throws ChildFailure if the child does anything but
   * answer (unless it merely threw, the child is gone then); Failure 1 or 71 if no child can be started.
   */
  async runShard(number: number, job: Job, shard: Shard): Promise<string> {
    const { done, seconds } = this.load;
    const limit = limitOf(this.#timeouts, shard.cost, seconds > 0 ? done / seconds : 0);
    return this.#use(shard.cost, limit, (child) => child.runShard(number, job, shard));
  }

  /** Asks its child, or a new one, questions. Only `giveUp` limits the time. @returns a reply to each. @throws like `runShard`. */
  async ask(job: ServeJob, index: number, questions: unknown[]): Promise<unknown[]> {
    return this.#use(questions.length, Number.POSITIVE_INFINITY, (child) => child.ask(job, index, questions));
  }

  /** Stops waiting for its child, and kills it. */
  giveUp(why: string): void {
    this.#child?.giveUp(why);
  }

  get hasChild(): boolean {
    return this.#child?.isLost === false;
  }

  async #use<T>(cost: number, limit: number, use: (child: Child) => Promise<T>): Promise<T> {
    clearTimeout(this.#idle);
    this.load.outstanding = cost;
    try {
      const child = await this.#started();
      const startedAt = performance.now();
      const answer = await this.#watched(child, limit, () => use(child));
      this.load.done += cost;
      this.load.seconds += (performance.now() - startedAt) / 1000;
      return answer;
    } finally {
      this.load.outstanding = 0;
      this.#startIdleTimer();
    }
  }

  pids(): number[] {
    return [...this.#children].map(({ pid }) => pid);
  }

  async close(how: 'gently' | 'at once'): Promise<void> {
    clearTimeout(this.#idle);
    this.#child = undefined;
    await Promise.all([...this.#children].map((child) => (how === 'gently' ? child.end() : child.kill())));
  }

  /** Its child, ready to work. @throws Failure 1 or 71 after a few tries. */
  async #started(): Promise<Child> {
    for (let start = 1; ; start++) {
      if (this.#child?.isLost) await this.#lose(this.#child);
      const child = this.#child ?? this.#forked();
      try {
        await this.#watched(child, this.#timeouts.least, () => child.started);
        return child;
      } catch (error) {
        if (!(error instanceof ChildFailure)) throw error;
        if (start === MAX_STARTS) throw notStarting(error);
        await new Promise((resolve) => setTimeout(resolve, BETWEEN_STARTS));
      }
    }
  }

  /** Waits for a child within a time limit, and kills a child that failed. */
  async #watched<T>(child: Child, limit: number, work: () => Promise<T>): Promise<T> {
    const unwatch = this.#watch({ pid: child.pid, limit, giveUp: (why) => child.giveUp(why) });
    try {
      return await work();
    } catch (error) {
      if (error instanceof ChildFailure && error.ending !== 'threw') await this.#lose(child);
      throw error;
    } finally {
      unwatch();
    }
  }

  #forked(): Child {
    const child = this.#fork();
    this.#child = child;
    this.#children.add(child);
    return child;
  }

  async #lose(child: Child): Promise<void> {
    if (this.#child === child) this.#child = undefined;
    await child.kill();
    this.#children.delete(child);
  }

  #startIdleTimer(): void {
    if (this.isKept) return;
    const endIdle = () => {
      const child = this.#child;
      this.#child = undefined;
      child?.end().then(() => this.#children.delete(child));
    };
    this.#idle = setTimeout(endIdle, MAX_IDLE).unref();
  }
}

/** If the system refused or killed the child, resources are short; otherwise the program is at fault. */
function notStarting({ ending, message }: ChildFailure): Failure {
  const isShort = ending === 'could not start' || ending === 'was killed';
  const exitCode = isShort ? ExitCode.noMemory : ExitCode.unexpected;
  return new Failure(exitCode, `workers do not start: ${message}\n  ${WAY_OUT}`);
}
