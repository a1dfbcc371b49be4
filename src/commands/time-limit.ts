import { ExitCode, Failure } from '../failure.js';

/** A run whose time is up. */
export class TimeIsUp extends Failure {}

/** Node's timers hold no more milliseconds: 24 days. */
const LONGEST = 2 ** 31 - 1;

/**
 * A signal that fires when `interrupted` does, with its reason, or after so many seconds, with `TimeIsUp`.
 * @param seconds undefined: never. @param clear lets go of the clock.
 */
export function orTimeIsUp(
  interrupted: AbortSignal,
  seconds: number | undefined,
): { signal: AbortSignal; clear: () => void } {
  const stop = new AbortController();
  if (interrupted.aborted) stop.abort(interrupted.reason);
  interrupted.addEventListener('abort', () => stop.abort(interrupted.reason), { once: true });
  if (seconds === undefined) return { signal: stop.signal, clear: () => {} };
  const timeIsUp = () => stop.abort(new TimeIsUp(ExitCode.tryAgain, `stopped after ${seconds} s (--max-duration)`));
  const timer = setTimeout(timeIsUp, Math.min(LONGEST, 1000 * seconds));
  return { signal: stop.signal, clear: () => clearTimeout(timer) };
}
