import { Random } from '../matrix/sampling.js';
import type { Shard } from './plan.js';

/** The work of a child in this job, in the units of shards' costs. */
export interface Load {
  /** The cost of the shard it works on; 0: it is free. */
  outstanding: number;
  done: number;
  /** What `done` took. */
  seconds: number;
}

/** Picks who gets the next shard, by index into the loads. If that child is busy, the shard waits for it. */
export type Balance = (loads: readonly Load[], shard: Shard) => number;

export const BALANCES = ['least-loaded', 'round-robin', 'random', 'weighted'] as const;
export type BalanceName = (typeof BALANCES)[number];

/** A strategy, fresh for each job. @param seed of `random`. */
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

/** Whoever would finish it first at the pace measured so far; a child not measured yet is taken to be average. */
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

/** The first with the least. */
function leastBy(measure: (load: Load) => number): Balance {
  return (loads) => {
    const measures = loads.map(measure);
    return measures.indexOf(Math.min(...measures));
  };
}
