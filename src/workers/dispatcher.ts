import { messageOf } from '../failure.js';
import { type Balance, type BalanceName, balanceOf } from './balance.js';
import { ChildFailure } from './child.js';
import type { Pool } from './pool.js';
import type { ServeJob } from './protocol.js';
import type { WorkerSlot } from './worker-slot.js';

/** Why a question has no answer: too many wait, no child starts, it took too long, or each child that was asked died. */
export class NoAnswer extends Error {
  readonly why: 'full' | 'no child' | 'late' | 'failed';

  constructor(why: NoAnswer['why'], message: string) {
    super(message);
    this.why = why;
  }
}

export interface DispatcherOptions {
  balance: BalanceName;
  /** The most questions that wait. */
  most: number;
  /** Seconds from question to answer. */
  deadline: number;
  /** What every child is asked first: it is ready once it has replied. */
  first: unknown;
  /** True for questions that are answered so quickly that several may go in one message. */
  isQuick: (question: unknown) => boolean;
  /** Hears of every question that is asked again, and of children that do not start. */
  onRetry: (message: string) => void;
}

interface Waiting {
  index: number;
  question: unknown;
  tries: number;
  /** Who was picked for it. */
  slot?: WorkerSlot | undefined;
  isLate: boolean;
  /** It was lost together with others, of which one may have killed the child. */
  isAlone: boolean;
  resolve: (reply: unknown) => void;
  reject: (why: unknown) => void;
}

/** A question is asked so often: one that loses its child, and by bad luck the next one too, is still answered. */
const MOST_TRIES = 3;
/** Questions in a message: messages are a third of the work of both ends. Each question waits for the others. */
const MOST_TOGETHER = 8;
/** So many starts have to fail before those who wait are refused. */
const MOST_STARTS = 3;
/** Milliseconds after which a child that could not start is tried again. */
const BETWEEN_STARTS = 1000;
/** Decides nothing but which child answers. */
const SEED = 1;

/**
 * Hands questions to the children of a pool, in their order. A balance picks one of the children that are ready; if that one is busy, the
 * question waits for it, and those behind it as well (with `least-loaded`, for whoever is free first). Another child is forked when a question waits and there is room for one; all but the
 * first are let go when they idle. Where there is no room for more children, a child is given its share of the quick ones that wait in one message.
 */
export class Dispatcher {
  readonly #pool: Pool;
  readonly #job: ServeJob;
  readonly #options: DispatcherOptions;
  readonly #balance: Balance;
  readonly #queue: Waiting[] = [];
  readonly #atWork = new Set<Waiting>();
  readonly #ready = new Set<WorkerSlot>();
  readonly #check: NodeJS.Timeout;
  #starting: Promise<void> | undefined;
  #asked = 0;
  /** Starts that failed since the last one that did not. */
  #failedStarts = 0;
  #onIdle: (() => void) | undefined;
  #isClosed = false;
  retries = 0;

  constructor(pool: Pool, job: ServeJob, options: DispatcherOptions) {
    this.#pool = pool;
    this.#job = job;
    this.#options = options;
    this.#balance = balanceOf(options.balance, SEED);
    // A child may end while nobody asks it anything.
    this.#check = setInterval(() => this.#dispatch(), BETWEEN_STARTS).unref();
  }

  /** Starts the first child. @throws ChildFailure or Failure where it does not get ready. */
  async start(): Promise<void> {
    const [first] = this.#pool.slots;
    if (!first) throw new RangeError('a pool of no children answers nothing');
    first.isKept = true;
    for (let tries = 1; ; tries++) {
      try {
        return await this.#startUp(first);
      } catch (error) {
        if (!isLoss(error) || tries === MOST_STARTS) throw error;
        this.#options.onRetry(`${messageOf(error)}; another is started`);
      }
    }
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /** How many children are ready. */
  get children(): number {
    return this.#readySlots().length;
  }

  /** @returns the reply of a child. @throws NoAnswer */
  ask(question: unknown): Promise<unknown> {
    const { most, deadline } = this.#options;
    if (this.#queue.length >= most) throw new NoAnswer('full', `${most} requests wait already`);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#tooLate(waiting), 1000 * deadline);
      const settled =
        <T>(settle: (value: T) => void) =>
        (value: T) => {
          clearTimeout(timer);
          settle(value);
        };
      const waiting: Waiting = {
        index: this.#asked++,
        question,
        tries: 0,
        isLate: false,
        isAlone: false,
        resolve: settled(resolve),
        reject: settled(reject),
      };
      this.#queue.push(waiting);
      this.#dispatch();
    });
  }

  /** Answers what was asked, then ends the children. */
  async close(): Promise<void> {
    if (this.#queue.length + this.#atWork.size > 0) {
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
      });
    }
    this.#isClosed = true;
    clearInterval(this.#check);
    await this.#pool.close('gently');
  }

  #dispatch(): void {
    for (let [next] = this.#queue; next; [next] = this.#queue) {
      const ready = this.#readySlots();
      // A pick stands until its child is gone; but who has least to do changes, and one that hangs must not hold up all others.
      if (!next.slot || !ready.includes(next.slot) || this.#options.balance === 'least-loaded') {
        const loads = ready.map(({ load }) => load);
        // All cost the same.
        const asShard = { index: next.index, from: next.index, to: next.index + 1, cost: 1 };
        next.slot = ready[ready.length === 0 ? -1 : this.#balance(loads, asShard)];
      }
      const { slot } = next;
      if (!slot || slot.load.outstanding > 0) break;
      const together = this.#together(ready.length);
      for (const each of this.#queue.splice(0, together.length)) {
        each.slot = slot;
        this.#atWork.add(each);
      }
      void this.#work(slot, together);
    }
    this.#grow();
    if (this.#queue.length + this.#atWork.size === 0) this.#onIdle?.();
  }

  /** The first that waits, and those behind it that go with it to one of so many children. */
  #together(children: number): Waiting[] {
    const isFull = children === this.#pool.size;
    const share = isFull ? Math.min(MOST_TOGETHER, Math.ceil(this.#queue.length / children)) : 1;
    const others = this.#queue.findIndex(({ isAlone, question }) => isAlone || !this.#options.isQuick(question));
    return this.#queue.slice(0, Math.max(1, others < 0 ? share : Math.min(others, share)));
  }

  async #work(slot: WorkerSlot, together: readonly Waiting[]): Promise<void> {
    const index = together[0]?.index ?? 0;
    const questions = together.map(({ question }) => question);
    try {
      const replies = await slot.ask(1, this.#job, index, questions);
      together.forEach(({ resolve }, k) => {
        resolve(replies[k]);
      });
    } catch (error) {
      this.#failed(
        together.filter(({ isLate }) => !isLate),
        error,
        together.length,
      );
    }
    for (const each of together) this.#atWork.delete(each);
    this.#dispatch();
  }

  #failed(together: readonly Waiting[], error: unknown, count: number): void {
    const [waiting] = together;
    if (!waiting) return;
    if (count > 1) {
      this.#options.onRetry(`${messageOf(error)}; its ${count} requests are given to other workers, one by one`);
      this.retries += together.length;
      for (const each of together) Object.assign(each, { slot: undefined, isAlone: true });
      this.#queue.unshift(...together);
      return;
    }
    waiting.tries++;
    const isAgain = isLoss(error) && waiting.tries < MOST_TRIES;
    const stack = error instanceof ChildFailure && error.childStack ? `\n${error.childStack}` : '';
    this.#options.onRetry(
      `${messageOf(error)}${stack}; the request is ${isAgain ? 'given to another worker' : 'lost'}`,
    );
    if (!isAgain) {
      waiting.reject(new NoAnswer('failed', 'no worker could answer'));
      return;
    }
    this.retries++;
    waiting.slot = undefined;
    this.#queue.unshift(waiting);
  }

  #tooLate(waiting: Waiting): void {
    waiting.isLate = true;
    waiting.reject(new NoAnswer('late', `there was no answer within ${this.#options.deadline} s`));
    const at = this.#queue.indexOf(waiting);
    if (at >= 0) this.#queue.splice(at, 1);
    else waiting.slot?.giveUp('took longer than a request may');
    this.#dispatch();
  }

  /** Starts a child where there is none, or a question waits and none is free. */
  #grow(): void {
    const ready = this.#readySlots();
    const isWanted = ready.length === 0 || (this.#queue.length > 0 && ready.every(({ load }) => load.outstanding > 0));
    const slot = this.#pool.slots.find((each) => !ready.includes(each));
    if (!isWanted || !slot || this.#starting || this.#isClosed) return;
    this.#startUp(slot).catch((error) => {
      this.#options.onRetry(messageOf(error));
      // A child that is killed while it starts says nothing of the next.
      if (this.#failedStarts < MOST_STARTS || this.#readySlots().length > 0) return;
      for (const waiting of this.#queue.splice(0)) waiting.reject(new NoAnswer('no child', 'no worker starts'));
      this.#dispatch();
    });
  }

  async #startUp(slot: WorkerSlot): Promise<void> {
    this.#ready.delete(slot);
    const starting = slot.ask(1, this.#job, 0, [this.#options.first]).then(() => void this.#ready.add(slot));
    this.#starting = starting;
    try {
      await starting;
      this.#failedStarts = 0;
      this.#starting = undefined;
      this.#dispatch();
    } catch (error) {
      // Not at once again, where it is not bad luck.
      const pause = ++this.#failedStarts < MOST_STARTS ? 0 : BETWEEN_STARTS;
      setTimeout(() => {
        if (this.#starting === starting) this.#starting = undefined;
        this.#dispatch();
      }, pause).unref();
      throw error;
    }
  }

  #readySlots(): WorkerSlot[] {
    return [...this.#ready].filter(({ hasChild }) => hasChild);
  }
}

/** True where a child was lost, and did not just refuse. */
function isLoss(error: unknown): boolean {
  return error instanceof ChildFailure && error.ending !== 'threw';
}
