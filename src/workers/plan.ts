/** A piece of work: the rows from `from` up to, but not including, `to`. */
export interface Shard {
  index: number;
  from: number;
  to: number;
  cost: number;
  /** True for a shard that cannot be halved, because its ends mean something. */
  whole?: boolean;
}

/** A shard of less work than this, in additions, takes longer to hand out than to do. */
export const WORTH_A_SHARD = 2_000_000;

/** The most shards of a job: enough that no child waits long for the last one, few enough that handing them out costs little. */
const MOST_SHARDS = 128;
/** In an array job, each of its shards has at most so many pieces, which are what its own children work and what a retry need not repeat. */
const PIECES = 16;

/**
 * Cuts rows into contiguous shards of about the same cost. The number of children plays no part, so the cut, and with it the answer, is the
 * same for any number of them. @param costs what each row costs, in additions. @param worthwhile the least cost worth a shard of its own.
 * @param jobs how many share the shards, which are small enough for each to get about as much.
 */
export function planShards(costs: Float64Array, worthwhile: number, jobs = 1): Shard[] {
  const total = costs.reduce((a, b) => a + b, 0);
  const target = Math.min(Math.max(worthwhile, total / Math.max(MOST_SHARDS, PIECES * jobs)), total / jobs);
  const shards: Shard[] = [];
  let from = 0;
  let cost = 0;
  for (let row = 0; row < costs.length; row++) {
    const next = costs[row]!;
    // A heavy row begins a shard of its own rather than making a full one fuller.
    if (row > from && cost + next / 2 > target) {
      shards.push({ index: shards.length, from, to: row, cost });
      from = row;
      cost = 0;
    }
    cost += next;
  }
  if (costs.length > from) shards.push({ index: shards.length, from, to: costs.length, cost });
  return shards;
}

/** Deals shards out to jobs, in their order and by their cost. @returns those of each job, some of none. */
export function dealt<S extends Shard>(shards: readonly S[], jobs: number): S[][] {
  const total = shards.reduce((sum, { cost }) => sum + cost, 0);
  const hands: S[][] = Array.from({ length: jobs }, () => []);
  let before = 0;
  for (const shard of shards) {
    const middle = total > 0 ? (before + shard.cost / 2) / total : 0;
    hands[Math.min(jobs - 1, Math.floor(middle * jobs))]?.push(shard);
    before += shard.cost;
  }
  return hands;
}
