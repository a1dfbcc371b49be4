/** The pace is known once so much time has passed, with so many signs of work, which did so large a share of it. */
const FEWEST_SECONDS = 3;
const FEWEST_SIGNS = 5;
const LEAST_SHARE = 0.02;
/** The estimate follows what is measured within this share of the time so far, or of the time left where that is less. */
const INERTIA = 0.2;
/** In seconds. */
const LEAST_INERTIA = 2;

/**
 * Estimates how long a run still takes, from the share of its work that is done. Where the work goes on at one pace, the estimate runs
 * down with the clock; where the pace changes, or work falls away, it follows without a jump.
 */
export function remainingTime() {
  // Where the share last rose, and the longest time between two rises.
  let [risen, risenAt, longestGap] = [0, 0, 0];
  let signs = 0;
  let estimate: number | undefined;
  let estimatedAt = 0;

  /** @param seconds since the run began, never falling. @param share that is done, 0 to 1. @returns seconds; undefined while nobody can tell. */
  return (seconds: number, share: number): number | undefined => {
    if (share >= 1) return 0;
    if (share > risen) {
      if (signs > 0) longestGap = Math.max(longestGap, seconds - risenAt);
      [risen, risenAt] = [share, seconds];
      signs++;
    }
    if (risenAt < FEWEST_SECONDS || signs < FEWEST_SIGNS || risen < LEAST_SHARE) return undefined;
    // The next sign of work is due after a gap like those before; until it comes, the time that it is late does not count.
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
