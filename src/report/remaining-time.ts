/** The pace is known after this many seconds and this many rises of the share that is done, once the share is this large. */
const FEWEST_SECONDS = 3;
const FEWEST_RISES = 5;
const LEAST_SHARE = 0.02;
/** Time constant with which the estimate follows the measured pace, as a share of the time so far, or of the time left if that is less. */
const INERTIA = 0.2;
/** The shortest time constant, in seconds. */
const LEAST_INERTIA = 2;

/**
 * Estimates how long a run still takes, from the share of its work that is done. At a constant pace, the estimate counts down with the
 * clock; when the pace changes, or work turns out to be unnecessary, it follows without a jump.
 */
export function remainingTime() {
  // The share and the time at its last rise, and the longest time between two rises.
  let [risen, risenAt, longestGap] = [0, 0, 0];
  let rises = 0;
  let estimate: number | undefined;
  let estimatedAt = 0;

  /** @param seconds since the run began, never falling. @param share that is done, 0 to 1. @returns seconds; undefined: not known yet. */
  return (seconds: number, share: number): number | undefined => {
    if (share >= 1) return 0;
    if (share > risen) {
      if (rises > 0) longestGap = Math.max(longestGap, seconds - risenAt);
      [risen, risenAt] = [share, seconds];
      rises++;
    }
    if (risenAt < FEWEST_SECONDS || rises < FEWEST_RISES || risen < LEAST_SHARE) return undefined;
    // The share rises in steps, so time since the last rise counts as work only up to the longest gap so far, not the delay beyond that.
    const since = Math.min(seconds - risenAt, longestGap);
    const measured = Math.max(0, (risenAt * (1 - risen)) / risen - since);
    const passed = seconds - estimatedAt;
    const expected = estimate === undefined ? measured : Math.max(0, estimate - passed);
    const inertia = Math.max(LEAST_INERTIA, INERTIA * Math.min(seconds, expected));
    estimate = expected + (measured - expected) * (1 - Math.exp(-passed / inertia));
    estimatedAt = seconds;
    return estimate;
  };
}
