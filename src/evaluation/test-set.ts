import { badData } from '../failure.js';
import { hashOf, sample } from '../matrix/sampling.js';
import { mapped, pickedRows, rowLength, rowOf, type SparseRows } from '../matrix/sparse.js';
import type { HeldOut } from './held-out.js';
import { contains } from './user-metrics.js';

/** The users to test, the items that they should be recommended, and what was learned from. */
export type TestSet = ReturnType<typeof testSetOf>;

/** How the interactions were divided before anything is measured. */
export type Summary = TestSet['summary'];

const SAMPLE_STREAM = 0x5a3e;

/**
 * The users with relevant items, or a sample of them. @param sampleUsers how many to test; undefined: all.
 * @param had users × items that are not recommended to them again. @param served rising indices of the users who may be tested.
 * @throws Failure 65 if no user has a relevant item, or none of these is in the catalogue.
 */
export function testSetOf(
  { dataset, test, how, counts }: HeldOut,
  { sampleUsers, seed }: { sampleUsers: number | undefined; seed: number },
  had: SparseRows,
  served: Uint32Array,
) {
  const all = relevantItems(test, { ...dataset, interactions: had }, served);
  const { heldOut, ofUntestedUsers, unknownUsers } = counts;
  const notLiked = heldOut - ofUntestedUsers - test.index.length;
  const usersWithItems = all.users.length;
  const { usersWithoutItems, ...relevant } = all.counts;
  const { toFind, outsideCatalogue, hadBefore, excludedByUser } = relevant;
  if (usersWithItems === 0) {
    throw badData(
      `no user has an item to find (${how}): of ${heldOut} held-out interactions, ${notLiked} were not liked and ${hadBefore + excludedByUser} are of items that the user already has or excludes`,
    );
  }
  if (outsideCatalogue === toFind) {
    throw badData(
      `no item to find is in the catalogue (${how}), so that no list can hold one; do the ids of the files match?`,
    );
  }
  const sampled = sample(Uint32Array.from(all.users.keys()), sampleUsers ?? usersWithItems, (row) =>
    hashOf(seed, SAMPLE_STREAM, row),
  );
  const { interactions, offered } = dataset;
  /** JSON reports have these names, in this order: interactions, then users, then what was not known before. */
  const summed = {
    learnedFrom: interactions.index.length,
    heldOut,
    notLiked,
    ofUntestedUsers,
    ...relevant,
    usersTested: sampled.length,
    usersWithItems,
    usersWithoutItems,
    unknownUsers,
    unknownItems: test.columns - interactions.columns,
  };
  return {
    /** Rising user indices. */
    users: sampled.map((row) => all.users[row]!),
    /** Tested users × items they should be recommended, no row empty; more columns than the catalogue if it does not have some test items. */
    relevant: pickedRows(all.items, sampled),
    /** users × items, the part that was learned from. */
    train: interactions,
    /** By item: 1 where it may be recommended. */
    offered,
    summary: { how, counts: summed },
  };
}

/**
 * What becomes of the interactions that were held out and liked; all of them are counted somewhere.
 * @param test users × items that were held out and liked; has more columns than `known` if some items are unknown to it.
 * @param known the items that users had or exclude, and those that are offered. @param users rising indices of the users who may be tested.
 */
export function relevantItems(
  test: SparseRows,
  known: { interactions: SparseRows; excluded: SparseRows; offered: Uint8Array },
  users: Uint32Array,
) {
  const counts = {
    /** To find, but outside the catalogue, so that no list can hold them; they stay in every denominator. */
    outsideCatalogue: 0,
    /** Left out: the item is also in the user's part that is learned from, so it is not recommended again. */
    hadBefore: 0,
    /** Left out: the user's profile excludes the item. */
    excludedByUser: 0,
  };
  const mayBeTested = new Uint8Array(test.rows);
  for (const user of users) mayBeTested[user] = 1;
  const relevant = mapped(test, (value, user, item) => {
    if (mayBeTested[user] === 0) return undefined;
    if (contains(rowOf(known.interactions, user), item)) counts.hadBefore++;
    else if (contains(rowOf(known.excluded, user), item)) counts.excludedByUser++;
    else {
      if (known.offered[item] !== 1) counts.outsideCatalogue++;
      return value;
    }
    return undefined;
  });
  const tested = rowsWithEntries(relevant);
  const usersWithoutItems = users.length - tested.length;
  return {
    users: tested,
    items: pickedRows(relevant, tested),
    counts: { toFind: relevant.index.length, ...counts, usersWithoutItems },
  };
}

/**
 * The relevant items that are cold: in the catalogue, but without any interaction to learn from.
 * @returns rising positions of the tested users who have a cold item to find, a row for each of them, and the number of these items.
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
