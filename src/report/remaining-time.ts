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
export class RemainingTime {
  /** Where the share last rose, and the longest time between two rises. */
  #share = 0;
  #risenAt = 0;
  #longestGap = 0;
  #signs = 0;
  #estimate: number | undefined;
  #estimatedAt = 0;

  /** @param seconds since the run began, never falling. @param share that is done, 0 to 1. @returns seconds; undefined while nobody can tell. */
  at(seconds: number, share: number): number | undefined {
    if (share >= 1) return 0;
    if (share > this.#share) {
      if (this.#signs > 0) this.#longestGap = Math.max(this.#longestGap, seconds - this.#risenAt);
      this.#share = share;
      this.#risenAt = seconds;
      this.#signs++;
    }
    if (this.#risenAt < FEWEST_SECONDS || this.#signs < FEWEST_SIGNS || this.#share < LEAST_SHARE) return undefined;
    // The next sign of work is due after a gap like those before; until it comes, the time that it is late does not count.
    const since = Math.min(seconds - this.#risenAt, this.#longestGap);
    const measured = Math.max(0, (this.#risenAt * (1 - this.#share)) / this.#share - since);
    const passed = seconds - this.#estimatedAt;
    const expected = this.#estimate === undefined ? measured : Math.max(0, this.#estimate - passed);
    this.#estimate =
      expected +
      (measured - expected) * (1 - Math.exp(-passed / Math.max(LEAST_INERTIA, INERTIA * Math.min(seconds, expected))));
    this.#estimatedAt = seconds;
    return this.#estimate;
  }
}
