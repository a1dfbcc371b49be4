import { ExitCode, Failure } from '../failure.js';

export class TimeIsUp extends Failure {}

/** The longest timer that Node supports, in milliseconds: 24 days. */
const LONGEST_TIMER = 2 ** 31 - 1;

/**
 * Makes a signal that fires when `interrupted` does (with its reason), after `seconds` (with `TimeIsUp`), or when `stop` is called.
 * @param seconds undefined: no time limit. @returns also `clear`, which stops the timer.
 */
export function stopping(
  interrupted: AbortSignal,
  seconds: number | undefined,
): { signal: AbortSignal; stop: (why: Failure) => void; clear: () => void } {
  const controller = new AbortController();
  const stop = (why: unknown) => controller.abort(why);
  if (interrupted.aborted) stop(interrupted.reason);
  interrupted.addEventListener('abort', () => stop(interrupted.reason), { once: true });
  const { signal } = controller;
  const timeIsUp = () => stop(new TimeIsUp(ExitCode.tryAgain, `stopped after ${seconds} s (--max-duration)`));
  const timer = seconds === undefined ? undefined : setTimeout(timeIsUp, Math.min(LONGEST_TIMER, 1000 * seconds));
  return { signal, stop, clear: () => clearTimeout(timer) };
}

/** Does the work. If the signal fires first, throws its reason at once, even while the work is waiting for something. */
export async function orInterrupted<T>(interrupted: AbortSignal, work: () => Promise<T>): Promise<T> {
  interrupted.throwIfAborted();
  const stopped = new Promise<never>((_, reject) => {
    interrupted.addEventListener('abort', () => reject(interrupted.reason), { once: true });
  });
  return Promise.race([work(), stopped]);
}
