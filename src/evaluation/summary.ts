import type { HeldOutCounts } from './held-out.js';
import type { RelevantCounts } from './relevant.js';
import type { HoldoutKind } from './split.js';

/** What was done with the interactions before anything was measured. */
export interface Summary {
  /** In a sentence: "ratings.csv: the last 20 % of each user's interactions are held out". */
  how: string;
  heldOut: HeldOutCounts;
  relevant: RelevantCounts;
  /** Users who are tested, of how many who could be. */
  sampled: { users: number; of: number };
}

/** How a split reads in a sentence. */
export function splitText(kind: HoldoutKind, holdout: number, seed: number): string {
  const share = holdout < 1 ? `${Number((100 * holdout).toPrecision(4))} %` : holdout.toLocaleString('en');
  switch (kind) {
    case 'last':
      return `held out: of each user’s interactions the last ${share} (seed ${seed})`;
    case 'random':
      return `held out: of each user’s interactions ${share} by lot (seed ${seed})`;
    case 'time':
      return `held out: of all interactions the last ${share}, everybody’s from one moment on (seed ${seed})`;
  }
}
