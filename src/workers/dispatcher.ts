import { messageOf } from '../failure.js';
import { type BalanceName, balanceOf } from './balance.js';
import { ChildFailure } from './child.js';
import type { Pool } from './pool.js';
import type { ServeJob } from './protocol.js';
import type { WorkerSlot } from './worker-slot.js';

/** A question got no answer: too many are waiting, no child starts, it took too long, or every child that was asked died. */
export class NoAnswer extends Error {
  readonly why: 'full' | 'no child' | 'late' | 'failed';

  constructor(why: NoAnswer['why'], message: string) {
    super(message);
    this.why = why;
  }
}

export interface DispatcherOptions {
  balance: BalanceName;
  /** Maximum number of waiting questions. */
  most: number;
  /** Seconds that an answer may take. */
  deadline: number;
  /** The first question to every child: the child is ready once it has replied. */
  first: unknown;
  /** True for questions that take so little time that several may go in one message. */
  isQuick: (question: unknown) => boolean;
  /** Called for every question that is asked again, and for children that do not start. */
  onRetry: (message: string) => void;
}

interface Waiting {
  index: number;
  question: unknown;
  tries: number;
  /** The slot picked for it. */
  slot?: WorkerSlot | undefined;
  isLate: boolean;
  /** True if it goes in a message of its own: it was lost together with others, and one of them may have killed the child. */
  isAlone: boolean;
  resolve: (reply: unknown) => void;
  reject: (why: unknown) => void;
}

/** Attempts per question: enough to lose two children by bad luck and still get an answer. */
const MAX_TRIES = 3;
/** Maximum questions per message. Messages are a third of the work on both ends, but each question waits for the others in its message. */
const MAX_BATCH = 8;
/** After this many failed starts in a row, all waiting questions are refused. */
const MAX_STARTS = 3;
/** Milliseconds before the next attempt to start a child. */
const BETWEEN_STARTS = 1000;

/**
 * Hands questions to the children of a pool, first come, first served. A balance picks one of the ready children. If that child is busy,
 * the question and all behind it wait for it (with `least-loaded`, for the first free child). Another child is forked when a question
 * waits and the pool has room; all but the first are ended when they idle. When the pool is full, a child gets its share of the waiting
 * quick questions in one message.
 */
export function dispatcherFor(pool: Pool, job: ServeJob, options: DispatcherOptions) {
  const { onRetry } = options;
  const balance = balanceOf(options.balance);
  const queue: Waiting[] = [];
  const inProgress = new Set<Waiting>();
  const readySlots = new Set<WorkerSlot>();
  let starting: Promise<void> | undefined;
  let asked = 0;
  // Failed starts since the last successful one.
  let failedStarts = 0;
  let onIdle: (() => void) | undefined;
  let isClosed = false;
  let retries = 0;
  // A child may end while no question is asked.
  const check = setInterval(() => dispatch(), BETWEEN_STARTS).unref();

  const readyNow = (): WorkerSlot[] => [...readySlots].filter(({ hasChild }) => hasChild);

  const dispatch = (): void => {
    for (let [next] = queue; next; [next] = queue) {
      const ready = readyNow();
      // A pick stands until its child is gone. But the least loaded child changes, and a hanging child must not hold up all questions.
      if (!next.slot || !ready.includes(next.slot) || options.balance === 'least-loaded') {
        const loads = ready.map(({ load }) => load);
        // All questions cost the same.
        const asShard = { index: next.index, from: next.index, to: next.index + 1, cost: 1 };
        next.slot = ready[ready.length === 0 ? -1 : balance(loads, asShard)];
      }
      const { slot } = next;
      if (!slot || slot.load.outstanding > 0) break;
      const batch = nextBatch(ready.length);
      for (const each of queue.splice(0, batch.length)) {
        each.slot = slot;
        inProgress.add(each);
      }
      void askBatch(slot, batch);
    }
    grow();
    if (queue.length + inProgress.size === 0) onIdle?.();
  };

  /** The first waiting question and those behind it that go into the same message. @param children number of ready children. */
  const nextBatch = (children: number): Waiting[] => {
    const isFull = children === pool.size;
    const share = isFull ? Math.min(MAX_BATCH, Math.ceil(queue.length / children)) : 1;
    const single = queue.findIndex(({ isAlone, question }) => isAlone || !options.isQuick(question));
    return queue.slice(0, Math.max(1, single < 0 ? share : Math.min(single, share)));
  };

  const askBatch = async (slot: WorkerSlot, batch: readonly Waiting[]): Promise<void> => {
    const index = batch[0]?.index ?? 0;
    const questions = batch.map(({ question }) => question);
    try {
      const replies = await slot.ask(job, index, questions);
      batch.forEach(({ resolve }, k) => {
        resolve(replies[k]);
      });
    } catch (error) {
      const open = batch.filter(({ isLate }) => !isLate);
      retryOrReject(open, error, batch.length);
    }
    for (const each of batch) inProgress.delete(each);
    dispatch();
  };

  const retryOrReject = (open: readonly Waiting[], error: unknown, count: number): void => {
    const [waiting] = open;
    if (!waiting) return;
    if (count > 1) {
      onRetry(`${messageOf(error)}; its ${count} requests are given to other workers, one by one`);
      retries += open.length;
      for (const each of open) Object.assign(each, { slot: undefined, isAlone: true });
      queue.unshift(...open);
      return;
    }
    waiting.tries++;
    const isRetry = isLoss(error) && waiting.tries < MAX_TRIES;
    const stack = error instanceof ChildFailure && error.childStack ? `\n${error.childStack}` : '';
    onRetry(`${messageOf(error)}${stack}; the request is ${isRetry ? 'given to another worker' : 'lost'}`);
    if (!isRetry) {
      waiting.reject(new NoAnswer('failed', 'no worker could answer'));
      return;
    }
    retries++;
    waiting.slot = undefined;
    queue.unshift(waiting);
  };

  const timeOut = (waiting: Waiting): void => {
    waiting.isLate = true;
    waiting.reject(new NoAnswer('late', `there was no answer within ${options.deadline} s`));
    const at = queue.indexOf(waiting);
    if (at >= 0) queue.splice(at, 1);
    else waiting.slot?.giveUp('took longer than a request may');
    dispatch();
  };

  /** Starts a child if none is ready, or if a question waits and all are busy. */
  const grow = (): void => {
    const ready = readyNow();
    const isNeeded = ready.length === 0 || (queue.length > 0 && ready.every(({ load }) => load.outstanding > 0));
    const slot = pool.slots.find((each) => !ready.includes(each));
    if (!isNeeded || !slot || starting || isClosed) return;
    startUp(slot).catch((error) => {
      onRetry(messageOf(error));
      // One child being killed while it starts says nothing about the next.
      if (failedStarts < MAX_STARTS || readyNow().length > 0) return;
      for (const waiting of queue.splice(0)) waiting.reject(new NoAnswer('no child', 'no worker starts'));
      dispatch();
    });
  };

  const startUp = async (slot: WorkerSlot): Promise<void> => {
    readySlots.delete(slot);
    const own = slot.ask(job, 0, [options.first]).then(() => void readySlots.add(slot));
    starting = own;
    try {
      await own;
      failedStarts = 0;
      starting = undefined;
      dispatch();
    } catch (error) {
      // No pause after the first failures, which may be bad luck.
      const pause = ++failedStarts < MAX_STARTS ? 0 : BETWEEN_STARTS;
      setTimeout(() => {
        if (starting === own) starting = undefined;
        dispatch();
      }, pause).unref();
      throw error;
    }
  };

  return {
    /** Starts the first child. @throws ChildFailure or Failure if it does not get ready. */
    async start(): Promise<void> {
      const [first] = pool.slots;
      if (!first) throw new RangeError('a pool of no children answers nothing');
      first.isKept = true;
      for (let tries = 1; ; tries++) {
        try {
          return await startUp(first);
        } catch (error) {
          if (!isLoss(error) || tries === MAX_STARTS) throw error;
          onRetry(`${messageOf(error)}; another is started`);
        }
      }
    },

    get waiting(): number {
      return queue.length;
    },
    /** Number of ready children. */
    get children(): number {
      return readyNow().length;
    },
    get retries(): number {
      return retries;
    },

    /** @returns the reply of a child. @throws NoAnswer */
    ask(question: unknown): Promise<unknown> {
      const { most, deadline } = options;
      if (queue.length >= most) throw new NoAnswer('full', `${most} requests wait already`);
      let timer: NodeJS.Timeout;
      const reply = new Promise((resolve, reject) => {
        const waiting = { index: asked++, question, tries: 0, isLate: false, isAlone: false, resolve, reject };
        timer = setTimeout(() => timeOut(waiting), 1000 * deadline);
        queue.push(waiting);
        dispatch();
      });
      return reply.finally(() => clearTimeout(timer));
    },

    /** Waits for the answers to all questions so far, then ends the children. */
    async close(): Promise<void> {
      if (queue.length + inProgress.size > 0) {
        await new Promise<void>((resolve) => {
          onIdle = resolve;
        });
      }
      isClosed = true;
      clearInterval(check);
      await pool.close('gently');
    },
  };
}
export type Dispatcher = ReturnType<typeof dispatcherFor>;

/** True if the child was lost rather than just throwing. */
function isLoss(error: unknown): boolean {
  return error instanceof ChildFailure && error.ending !== 'threw';
}
