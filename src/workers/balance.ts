import { Random } from '../matrix/sampling.js';
import type { Shard } from './plan.js';

/** A child's work in the current job, in the unit of shard costs. */
export interface Load {
  /** Cost of the shard it is working on; 0: it is free. */
  outstanding: number;
  done: number;
  /** Time that `done` took. */
  seconds: number;
}

/** Picks the child that gets the next shard. @returns its index in `loads`; if that child is busy, the shard waits for it. */
export type Balance = (loads: readonly Load[], shard: Shard) => number;

export const BALANCES = ['least-loaded', 'round-robin', 'random', 'weighted'] as const;
export type BalanceName = (typeof BALANCES)[number];

/** Only decides which child works, never what comes out. */
const SEED = 1;

/** Makes a strategy. Some keep state, so each job needs its own. */
export function balanceOf(name: BalanceName): Balance {
  switch (name) {
    case 'least-loaded':
      return leastBy(({ outstanding }) => outstanding);
    case 'round-robin':
      return (loads, { index }) => index % loads.length;
    case 'random': {
      const random = new Random(SEED);
      return (loads) => random.below(loads.length);
    }
    case 'weighted':
      return weighted;
  }
}

/** Picks the child that would finish the shard first at its measured pace. A child not measured yet counts as average. */
function weighted(loads: readonly Load[], shard: Shard): number {
  const pace = (some: readonly Load[]) =>
    some.reduce((total, { done }) => total + done, 0) / some.reduce((total, { seconds }) => total + seconds, 0);
  const measured = loads.filter(({ done, seconds }) => done > 0 && seconds > 0);
  const average = measured.length > 0 ? pace(measured) : 1;
  return leastBy((load: Load) => (load.outstanding + shard.cost) / (measured.includes(load) ? pace([load]) : average))(
    loads,
    shard,
  );
}

/** Picks the child with the lowest measure, the first of equals. */
function leastBy(measure: (load: Load) => number): Balance {
  return (loads) => {
    const measures = loads.map(measure);
    return measures.indexOf(Math.min(...measures));
  };
}
