import {
  countingInteractions,
  ofPart,
  type RuledInteractions,
  type WithEvidenceRules,
} from '../dataset/evidence-rules.js';
import { entriesOfUsers, rowsOfUsers } from '../dataset/interactions.js';
import { type Holdout, splitInteractions } from '../evaluation/split.js';
import { contains } from '../evaluation/user-metrics.js';
import { type SampleKeys, sample } from '../matrix/sampling.js';
import { mapped, pickedRows, rowLength, rowOf, type SparseRows } from '../matrix/sparse.js';
import type { Observations } from '../model/evidence.js';

/**
 * A nightly run predicts tomorrow, so if there are times, the latest tenth of all interactions is held out: the weeks after a
 * moment. With the latest of each user held out instead, recent popularity looked half as useful as it is.
 */
const BY_TIME = { kind: 'time', holdout: 0.1 } as const;
const AT_RANDOM = { kind: 'random', holdout: 0.15 } as const;
/** Users whose lists are evaluated, at most. */
const MOST_USERS = 2500;
/** Interactions to tune on, at most: if there are more, those of a sample of the users. */
const MOST_INTERACTIONS = 2_000_000;
const SEED = 1;

/** What users did, and what is known about them and the items. */
type Seen = WithEvidenceRules<Observations & RuledInteractions & { excluded: SparseRows }>;

/** What tuning learns from, and the held-out items it evaluates lists by. */
export interface ValidationSplit {
  seen: Seen;
  /** Rising indices of the users whose lists are evaluated, each with held-out items. */
  users: Uint32Array;
  /** users × items: one row for each of `users`. */
  heldOut: SparseRows;
}

/**
 * Holds out a part of what users did, to tune on the rest. Users are sampled by their keys, not by their order.
 * @param like how to hold out, if lists will be evaluated in another way. @param most interactions to use.
 */
export function validationSplit(
  all: Seen,
  keys: SampleKeys,
  like: Pick<Holdout, 'kind' | 'holdout'> = all.times ? BY_TIME : AT_RANDOM,
  most = MOST_INTERACTIONS,
): ValidationSplit {
  const { rows, index } = all.interactions;
  const samples = Math.max(1, Math.ceil(index.length / most));
  const everybody = Uint32Array.from({ length: rows }, (_, user) => user);
  const sampled = sample(everybody, Math.ceil(rows / samples), (user) => keys.users[user]!);
  const part = ofUsers(all, sampled);
  const userKeys = sampled.map((user) => keys.users[user]!);
  const { train, test } = splitInteractions(part, { ...like, seed: SEED }, { ...keys, users: userKeys }, rows);
  const seen = countingInteractions({ ...part, ...train, evidence: ofPart(part.evidence) });
  const counting = part.evidence && countingInteractions(part).interactions;
  const heldOut = recommendable(test, part.excluded, part.offered, counting);
  const withItems = Uint32Array.from(sampled.keys()).filter((row) => rowLength(heldOut, row) > 0);
  const users = sample(withItems, MOST_USERS, (row) => userKeys[row]!);
  return { seen, users, heldOut: pickedRows(heldOut, users) };
}

/** What some users did, and what is known about them and the items. @param users all different. */
export function ofUsers(all: Seen, users: Uint32Array): Seen {
  if (users.length === all.interactions.rows && users.every((user, row) => user === row)) return all;
  const { had, offered, attributes, evidence } = all;
  const ownHad = had && entriesOfUsers({ ...had, rated: undefined }, users);
  return { ...rowsOfUsers(all, users), had: ownHad, offered, attributes, evidence };
}

/** Leaves out what no list can hold (items that are not offered, or excluded for the user), and interactions that do not count. */
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
