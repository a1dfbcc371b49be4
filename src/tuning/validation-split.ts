import { type Counting, ofPart, type RuledInteractions, whatCounts } from '../dataset/evidence-rules.js';
import { entriesOfUsers } from '../dataset/interactions.js';
import { type Holdout, splitInteractions } from '../evaluation/split.js';
import { contains } from '../evaluation/user-metrics.js';
import { type SampleKeys, sample } from '../matrix/sampling.js';
import { mapped, pickedRows, rowLength, rowOf, type SparseRows } from '../matrix/sparse.js';
import type { Observations } from '../model/evidence.js';

/**
 * A nightly run predicts tomorrow, so where there are times everybody's last tenth is held out: the weeks after a moment. On a
 * split by each user's latest, recent popularity looked worth half of what it is.
 */
const BY_TIME = { kind: 'time', holdout: 0.1 } as const;
const AT_RANDOM = { kind: 'random', holdout: 0.15 } as const;
/** Users whose lists are evaluated, at most. */
const MOST_USERS = 4000;
/** Interactions to tune on, at most: where there are more, those of a sample of the users. */
const MOST_INTERACTIONS = 2_000_000;
const SEED = 1;

/** What users did and what is known of them and the items. */
type Seen = Counting<Observations & RuledInteractions & { excluded: SparseRows }>;

/** What tuning learns from, and the held-out items it evaluates lists by. */
export interface ValidationSplit {
  seen: Seen;
  /** Rising indices of the users whose lists are evaluated, each with held-out items. */
  users: Uint32Array;
  /** users × items: one row for each of `users`. */
  heldOut: SparseRows;
}

/**
 * Holds out a part of what users did, to tune on the rest. Whom it samples goes by their keys, not by their order.
 * @param like another way to hold out, where lists will be judged by it.
 */
export function validationSplit(
  all: Seen,
  keys: SampleKeys,
  like: Pick<Holdout, 'kind' | 'holdout'> = all.times ? BY_TIME : AT_RANDOM,
): ValidationSplit {
  const { interactions, offered, attributes, groups, preferences, excluded, evidence } = all;
  const { train, test } = splitInteractions(all, { ...like, seed: SEED }, keys, interactions.rows);
  const samples = Math.max(1, Math.ceil(interactions.index.length / MOST_INTERACTIONS));
  const everybody = Uint32Array.from({ length: interactions.rows }, (_, user) => user);
  const sampled = sample(everybody, Math.ceil(interactions.rows / samples), (user) => keys.users[user]!);
  const some = (byUser: SparseRows) => pickedRows(byUser, sampled);
  const seen = whatCounts({
    ...entriesOfUsers(train, sampled),
    evidence: ofPart(evidence),
    offered,
    attributes,
    groups: some(groups),
    preferences: some(preferences),
    excluded: some(excluded),
  });
  const counting = evidence && some(whatCounts(all).interactions);
  const heldOut = recommendable(some(test), seen.excluded, offered, counting);
  const withItems = Uint32Array.from(sampled.keys()).filter((row) => rowLength(heldOut, row) > 0);
  const users = sample(withItems, MOST_USERS, (row) => keys.users[sampled[row]!]!);
  return { seen, users, heldOut: pickedRows(heldOut, users) };
}

/** Without what no list can hold (items that are not offered, and those a user excluded), and without what does not count. */
function recommendable(
  heldOut: SparseRows,
  excluded: SparseRows,
  offered: Uint8Array,
  counting: SparseRows | undefined,
): SparseRows {
  return mapped(heldOut, (value, user, item) => {
    const isExcluded = contains(rowOf(excluded, user), item) || (counting && !contains(rowOf(counting, user), item));
    return offered[item] === 1 && !isExcluded ? value : undefined;
  });
}
