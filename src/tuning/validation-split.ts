import { mapped, pickedRows, type SparseRows } from '../matrix/sparse.js';
import type { Observations } from '../model/evidence.js';
import { type LotKeys, splitInteractions, type TimedInteractions } from './holdout.js';

/** Of each user's items this share is held out, the latest where there are times. */
const HELD_OUT = 0.15;
/** Users whose lists are judged, at most. */
const MOST_JUDGED = 4000;
/** Interactions that are tuned on, at most: where there are more, of a sample of the users. */
const MOST_INTERACTIONS = 2_000_000;
const SEED = 1;

/** What is learned from while tuning, and who is judged by what. */
export interface ValidationSplit {
  seen: Observations & { times: Float64Array | undefined; excluded: SparseRows };
  /** The users that are judged, and users × items that were held out of theirs. */
  judged: Uint32Array;
  heldOut: SparseRows;
}

/** Holds out a part of what the users did, to tune on the rest. Whom it takes goes by their keys, not by their place. */
export function validationSplit(
  seen: ValidationSplit['seen'] & Pick<TimedInteractions, 'rated'>,
  keys: LotKeys,
): ValidationSplit {
  const { interactions, times, rated, groups, preferences, excluded, offered, attributes } = seen;
  const kind = times ? 'last' : 'random';
  const how = { kind, holdout: HELD_OUT, seed: SEED } as const;
  const { train: kept, test: heldOut } = splitInteractions(
    { interactions, times, rated },
    how,
    keys,
    interactions.rows,
  );
  const every = Math.max(1, Math.ceil(interactions.index.length / MOST_INTERACTIONS));
  const sample = drawn(Uint32Array.from(keys.users.keys()), keys.users, Math.ceil(interactions.rows / every));
  const train = pickedRows(kept.interactions, sample);
  const test = toBeFound(pickedRows(heldOut, sample), pickedRows(excluded, sample), offered);
  const able = Uint32Array.from(sample.keys()).filter((k) => test.start[k + 1]! > test.start[k]!);
  const judged = drawn(able, pickedKeys(keys.users, sample), MOST_JUDGED);
  return {
    seen: {
      interactions: train,
      times: kept.times && pickedEntries(kept.times, kept.interactions, sample),
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

/** Of some users as many by lot, in the order of the users. */
function drawn(users: Uint32Array, keys: Uint32Array, count: number): Uint32Array {
  if (users.length <= count) return users;
  return users
    .slice()
    .sort((a, b) => keys[a]! - keys[b]! || a - b)
    .subarray(0, count)
    .sort();
}

function pickedKeys(keys: Uint32Array, users: Uint32Array): Uint32Array {
  return users.map((user) => keys[user]!);
}

/** Without what no list can hold: items that are not offered, and those a user excluded. */
function toBeFound(test: SparseRows, excluded: SparseRows, offered: Uint8Array): SparseRows {
  return mapped(test, (value, user, item) => {
    const isExcluded = excluded.index.subarray(excluded.start[user]!, excluded.start[user + 1]!).includes(item);
    return offered[item] === 1 && !isExcluded ? value : undefined;
  });
}

/** What stands beside the entries of some rows of a matrix. */
function pickedEntries(beside: Float64Array, matrix: SparseRows, rows: Uint32Array): Float64Array {
  const picked: number[] = [];
  for (const row of rows) {
    for (let e = matrix.start[row]!; e < matrix.start[row + 1]!; e++) picked.push(beside[e]!);
  }
  return Float64Array.from(picked);
}
