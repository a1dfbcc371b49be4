/** Binary search for the last position between `low` and `high` whose number is at most `value`; `low` if every number is larger. */
export function lastAtMost(rising: ArrayLike<number>, value: number, low = 0, high = rising.length - 1): number {
  let from = low;
  let to = high;
  while (from < to) {
    const middle = (from + to + 1) >>> 1;
    if (rising[middle]! <= value) from = middle;
    else to = middle - 1;
  }
  return from;
}
