/** The last place, from `low` on up to `high`, of a number that is at most `value`; `low` where there is none. By binary search. */
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
