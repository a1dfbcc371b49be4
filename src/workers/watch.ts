import { statOf } from '../files/owner.js';

/** How long a child may work on a shard without answering. */
export interface Timeouts {
  /** Seconds that every shard may take, however small it is. */
  least: number;
  /** Seconds that a shard may take before the pace of the job is known. */
  first: number;
  /** How many times longer than its cost suggests a shard may take. */
  times: number;
  /** Seconds that a child may stay stopped (SIGSTOP). */
  stopped: number;
}

export const TIMEOUTS: Readonly<Timeouts> = { least: 60, first: 1800, times: 30, stopped: 10 };

/** A child that we are waiting for. */
export interface Watched {
  pid: number;
  /** Seconds that it may take. */
  limit: number;
  /** Called once, with the reason, when it takes too long. */
  giveUp: (why: string) => void;
}

const TICK = 1;
/** A longer tick means that this process was stopped or the machine slept; then the children stood still, too. */
const LONGEST_TICK = 2 * TICK;

export type Watch = ReturnType<typeof watchFor>;

/**
 * Watches children at work, and gives up on one that is stopped or takes far too long. @param stoppedFor seconds that a child may stay stopped.
 * @returns a function that begins to watch a child; it returns one that stops watching it.
 */
export function watchFor(stoppedFor: number) {
  const all = new Map<Watched, { seconds: number; stopped: number }>();
  let timer: NodeJS.Timeout | undefined;
  let last = 0;

  const tick = () => {
    const now = performance.now();
    const elapsed = Math.min((now - last) / 1000, LONGEST_TICK);
    last = now;
    for (const [watched, spent] of all) {
      spent.seconds += elapsed;
      // Stopped by job control; only Linux can tell.
      const isStopped = /[Tt]/.test(statOf(watched.pid)?.state ?? '');
      spent.stopped = isStopped ? spent.stopped + elapsed : 0;
      const isStuck = spent.stopped > stoppedFor;
      if (!isStuck && spent.seconds <= watched.limit) continue;
      all.delete(watched);
      const tooLong = `gave no answer within ${Math.round(watched.limit)} s`;
      watched.giveUp(isStuck ? 'was stopped (SIGSTOP) and did not go on' : tooLong);
    }
  };

  return (watched: Watched): (() => void) => {
    all.set(watched, { seconds: 0, stopped: 0 });
    if (!timer) {
      last = performance.now();
      // The timer of a forgotten pool must not keep the process alive.
      timer = setInterval(tick, 1000 * TICK).unref();
    }
    return () => {
      all.delete(watched);
      if (all.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    };
  };
}

/** Seconds that a shard of that cost may take. @param pace cost per second so far; 0: unknown. */
export function limitOf({ least, first, times }: Timeouts, cost: number, pace: number): number {
  return pace > 0 ? Math.max(least, (times * cost) / pace) : Math.max(least, first);
}
