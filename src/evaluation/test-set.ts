import { badData } from '../failure.js';
import { hashOf, sample } from '../matrix/sampling.js';
import { mapped, pickedRows, rowLength, rowOf, type SparseRows } from '../matrix/sparse.js';
import type { HeldOut, HeldOutCounts } from './held-out.js';
import { contains } from './user-metrics.js';

/** Who is tested, and on what, after learning from what. */
export interface TestSet {
  /** Rising user indices. */
  users: Uint32Array;
  /** One row a tested user × items they should be recommended, none empty; more columns than the catalogue where test items are unknown to it. */
  relevant: SparseRows;
  /** users × items, the part that was learned from. */
  train: SparseRows;
  /** By item: 1 where it may be recommended. */
  offered: Uint8Array;
  summary: Summary;
}

/** What became of the interactions before anything was measured. */
export interface Summary {
  /** In a sentence: "held out: of each user’s interactions the last 20 % (seed 1)". */
  how: string;
  heldOut: HeldOutCounts;
  relevant: RelevantCounts;
  /** Users who are tested, of how many who could be. */
  sampled: { users: number; of: number };
}

/** What became of the held-out interactions; none is dropped in silence. */
export interface RelevantCounts {
  /** Held out and liked: the sum of `toFind`, `had` and `excluded`. */
  liked: number;
  /** The relevant items, which lists are measured by. */
  toFind: number;
  /** Of `toFind`: outside the catalogue, so that no list can hold them; they stay in every denominator. */
  outside: number;
  /** Left out: the user has the item in the part that is learned from too, and is not offered it again. */
  had: number;
  /** Left out: the user's profile excludes the item. */
  excluded: number;
  /** Users who could have been tested, and have nothing to find. */
  usersWithout: number;
}

const SAMPLE_STREAM = 0x5a3e;

/**
 * The users with relevant items, or a sample of them. @param sampleUsers how many to test; undefined: all.
 * @param had users × items that they are not recommended again. @param served rising indices of the users who may be tested.
 * @throws Failure 65 if no user has one.
 */
export function testSetOf(
  { dataset, test, users, how, counts }: HeldOut,
  { sampleUsers, seed }: { sampleUsers: number | undefined; seed: number },
  had = dataset.interactions,
  served: Uint32Array = Uint32Array.from({ length: users }, (_, user) => user),
): TestSet {
  const all = relevantItems(test, { ...dataset, interactions: had }, served);
  const of = all.users.length;
  if (of === 0) {
    const { had, excluded } = all.counts;
    throw badData(
      `no user has an item to find (${how}): of ${counts.heldOut} held-out interactions, ${counts.notLiked} were not liked and ${had + excluded} are of items that the user already has or excludes`,
    );
  }
  if (all.counts.outside === all.counts.toFind) {
    throw badData(
      `no item to find is in the catalogue (${how}), so that no list can hold one; do the ids of the files match?`,
    );
  }
  const sampled = sample(Uint32Array.from(all.users.keys()), sampleUsers ?? of, (row) =>
    hashOf(seed, SAMPLE_STREAM, row),
  );
  return {
    users: sampled.map((row) => all.users[row]!),
    relevant: pickedRows(all.items, sampled),
    train: dataset.interactions,
    offered: dataset.offered,
    summary: { how, heldOut: counts, relevant: all.counts, sampled: { users: sampled.length, of } },
  };
}

/**
 * @param test users × items that were held out and liked; more columns than `known` where it does not know the item.
 * @param known what bars items: what users had, and what they exclude. @param users rising indices of the users who may be tested.
 */
export function relevantItems(
  test: SparseRows,
  known: { interactions: SparseRows; excluded: SparseRows; offered: Uint8Array },
  users: Uint32Array,
): { users: Uint32Array; items: SparseRows; counts: RelevantCounts } {
  const counts: RelevantCounts = { liked: 0, toFind: 0, outside: 0, had: 0, excluded: 0, usersWithout: 0 };
  const mayBeTested = new Uint8Array(test.rows);
  for (const user of users) mayBeTested[user] = 1;
  const relevant = mapped(test, (value, user, item) => {
    if (mayBeTested[user] === 0) return undefined;
    counts.liked++;
    if (contains(rowOf(known.interactions, user), item)) counts.had++;
    else if (contains(rowOf(known.excluded, user), item)) counts.excluded++;
    else {
      if (known.offered[item] !== 1) counts.outside++;
      return value;
    }
    return undefined;
  });
  const tested = rowsWithEntries(relevant);
  counts.toFind = relevant.index.length;
  counts.usersWithout = users.length - tested.length;
  return { users: tested, items: pickedRows(relevant, tested), counts };
}

/**
 * The relevant items that are cold: in the catalogue, without an interaction to learn from, of anybody and of any kind.
 * @returns rising positions of the tested users who have such an item to find, a row for each of them, and how many items that are.
 */
export function coldItems({ relevant, train, offered }: Pick<TestSet, 'relevant' | 'train' | 'offered'>) {
  const isCold = offered.slice();
  for (const item of train.index) isCold[item] = 0;
  const cold = mapped(relevant, (value, _user, item) => (isCold[item] === 1 ? value : undefined));
  const users = rowsWithEntries(cold);
  return { users, relevant: pickedRows(cold, users), items: new Set(cold.index).size };
}

function rowsWithEntries(matrix: SparseRows): Uint32Array {
  return Uint32Array.from({ length: matrix.rows }, (_, row) => row).filter((row) => rowLength(matrix, row) > 0);
}
