import type { Observations } from './evidence.js';
import { splitInteractions } from './holdout.js';
import { pickedRows, type SparseRows } from './sparse.js';

/** Of each user's items this share is held out, the latest where there are times. */
const HELD_OUT = 0.15;
/** Users whose lists are judged, at most. */
const MOST_JUDGED = 4000;
/** Interactions that are tuned on, at most: where there are more, of a sample of the users. */
const MOST_INTERACTIONS = 2_000_000;
const SEED = 1;

/** What is learned from while tuning, and who is judged by what. */
export interface Rehearsal {
  seen: Observations & { times: Float64Array | undefined; excluded: SparseRows };
  /** The users that are judged, and users × items that were held out of theirs. */
  judged: Uint32Array;
  heldOut: SparseRows;
}

/** Holds out a part of what the users did, to tune on the rest. */
export function rehearse(seen: Rehearsal['seen']): Rehearsal {
  const { interactions, times, groups, preferences, excluded, offered, attributes } = seen;
  const kind = times ? 'last' : 'random';
  const parts = splitInteractions({ interactions, times }, { kind, holdout: HELD_OUT, seed: SEED }, interactions.rows);
  const every = Math.max(1, Math.ceil(interactions.index.length / MOST_INTERACTIONS));
  const sample = Uint32Array.from({ length: Math.ceil(interactions.rows / every) }, (_, k) => k * every);
  const train = pickedRows(parts.train, sample);
  const test = pickedRows(parts.test, sample);
  const able = Uint32Array.from(sample.keys()).filter((k) => test.start[k + 1]! > test.start[k]!);
  const stride = Math.max(1, able.length / MOST_JUDGED);
  const judged = Uint32Array.from(
    { length: Math.min(able.length, MOST_JUDGED) },
    (_, k) => able[Math.floor(k * stride)]!,
  );
  return {
    seen: {
      interactions: train,
      times: parts.trainTimes && pickedEntries(parts.trainTimes, parts.train, sample),
      offered,
      attributes,
      groups: pickedRows(groups, sample),
      preferences: pickedRows(preferences, sample),
      excluded: pickedRows(excluded, sample),
    },
    judged,
    heldOut: pickedRows(test, judged),
  };
}

/** What stands beside the entries of some rows of a matrix. */
function pickedEntries(beside: Float64Array, matrix: SparseRows, rows: Uint32Array): Float64Array {
  const picked: number[] = [];
  for (const row of rows) {
    for (let e = matrix.start[row]!; e < matrix.start[row + 1]!; e++) picked.push(beside[e]!);
  }
  return Float64Array.from(picked);
}
