const BLOCKS = '▁▂▃▄▅▆▇█';

/** Counts as a row of bars, one character each: a blank for none, the tallest for most. */
export function bars(counts: readonly number[]): string {
  const most = Math.max(...counts, 1);
  return counts
    .map((count) => (count === 0 ? ' ' : (BLOCKS[Math.ceil((BLOCKS.length * count) / most) - 1] ?? ' ')))
    .join('');
}

/** How many of the values are 1, 2, 3 to 4, 5 to 8, and so on; values are 1 or more. */
export function byDoubling(values: Iterable<number>): number[] {
  const counts: number[] = [];
  for (const value of values) {
    const bucket = Math.ceil(Math.log2(Math.max(1, value)));
    while (counts.length <= bucket) counts.push(0);
    counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  return counts;
}

/** How many of the values are in each of `buckets` equal parts from `low` to `high`. */
export function byPart(values: Iterable<number>, low: number, high: number, buckets: number): number[] {
  const counts = new Array<number>(buckets).fill(0);
  for (const value of values) {
    const at = high > low ? Math.floor((buckets * (value - low)) / (high - low)) : 0;
    const bucket = Math.min(buckets - 1, at);
    if (bucket >= 0) counts[bucket] = (counts[bucket] ?? 0) + 1;
  }
  return counts;
}
