/** A piece of work: the rows from `from` up to, but not including, `to`. */
export interface Shard {
  index: number;
  from: number;
  to: number;
  cost: number;
  /** True for a shard that cannot be halved, because its ends have a meaning of their own. */
  whole?: boolean;
  /** Its file, if there is one already. */
  path?: string | undefined;
}

/** Handing out a shard of less work than this, in additions, takes longer than the work. */
export const MIN_SHARD_COST = 2_000_000;

/** Maximum number of shards in a job: enough that no child waits long for the last one, few enough that handing them out costs little. */
const MAX_SHARDS = 128;
/** Pieces per process of an array job, at most: its children run one piece at a time, and a retry repeats only unfinished pieces. */
const PIECES = 16;

/**
 * Cuts rows into contiguous shards of about equal cost. The cut does not depend on the number of children, so neither does the answer.
 * @param costs of each row, in additions. @param worthwhile the lowest cost that is worth a shard.
 * @param jobs how many processes of an array job share the shards; the shards are small enough to be shared about evenly.
 */
export function planShards(costs: Float64Array, worthwhile: number, jobs = 1): Shard[] {
  const total = costs.reduce((a, b) => a + b, 0);
  const target = Math.min(Math.max(worthwhile, total / Math.max(MAX_SHARDS, PIECES * jobs)), total / jobs);
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

/** Distributes shards among jobs by cost, keeping their order. @returns the shards of each job; some may get none. */
export function distributeShards<S extends Shard>(shards: readonly S[], jobs: number): S[][] {
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
