import { Random } from '../matrix/sampling.js';
import type { Shard } from './plan.js';

/** What a child of the pool has to do and has done in this job, in the units of shards' costs. */
export interface Load {
  /** Of the shard it works on; 0: it is free. */
  outstanding: number;
  done: number;
  /** That `done` took. */
  seconds: number;
}

/** Who gets the next shard: a place among the loads. Where that child is at work, the shard waits for it. */
export type Balance = (loads: readonly Load[], shard: Shard) => number;

export const BALANCES = ['least-loaded', 'round-robin', 'random', 'weighted'] as const;
export type BalanceName = (typeof BALANCES)[number];

/** A strategy, as each job begins with it anew. @param seed decides `random`. */
export function balanceOf(name: BalanceName, seed: number): Balance {
  switch (name) {
    case 'least-loaded':
      return leastBy(({ outstanding }) => outstanding);
    case 'round-robin':
      return (loads, { index }) => index % loads.length;
    case 'random': {
      const random = new Random(seed);
      return (loads) => random.below(loads.length);
    }
    case 'weighted':
      return weighted;
  }
}

/** Whoever would be done with it first, at the pace measured so far; one not yet measured goes at the pace of all. */
function weighted(loads: readonly Load[], shard: Shard): number {
  const pace = (some: readonly Load[]) =>
    some.reduce((total, { done }) => total + done, 0) / some.reduce((total, { seconds }) => total + seconds, 0);
  const measured = loads.filter(({ done, seconds }) => done > 0 && seconds > 0);
  const usual = measured.length > 0 ? pace(measured) : 1;
  return leastBy((load: Load) => (load.outstanding + shard.cost) / (measured.includes(load) ? pace([load]) : usual))(
    loads,
    shard,
  );
}

/** The first of those with the least. */
function leastBy(measure: (load: Load) => number): Balance {
  return (loads) => {
    const measures = loads.map(measure);
    return measures.indexOf(Math.min(...measures));
  };
}
