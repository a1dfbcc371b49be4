import { badData } from '../failure.js';
import { hashOf, sample } from '../matrix/sampling.js';
import { mapped, pickedRows, rowLength, rowOf, type SparseRows } from '../matrix/sparse.js';
import type { HeldOut } from './held-out.js';
import { contains } from './user-metrics.js';

/** The users to test, the items that they should be recommended, and what was learned from. */
export interface TestSet {
  /** Rising user indices. */
  users: Uint32Array;
  /** Tested users × items they should be recommended, no row empty; more columns than the catalogue if it does not have some test items. */
  relevant: SparseRows;
  /** users × items, the part that was learned from. */
  train: SparseRows;
  /** By item: 1 where it may be recommended. */
  offered: Uint8Array;
  summary: Summary;
}

/** How the interactions were divided before anything is measured. */
export interface Summary {
  /** As text: "held out: of each user’s interactions the last 20 % (seed 1)". */
  how: string;
  /** Users rely on the names and the order of its members, which the JSON report has. */
  counts: RelevantCounts &
    HeldOut['counts'] & {
      /** Interactions that are learned from. */
      learnedFrom: number;
      /** Held out, but not liked, so no list has to find them. */
      notLiked: number;
      /** How many users are tested, of how many who could be. */
      usersTested: number;
      usersWithItems: number;
      /** Test items that are neither in the catalogue nor in the part that is learned from. */
      unknownItems: number;
    };
}

/** What became of the interactions that were held out and liked; all of them are counted somewhere. */
interface RelevantCounts {
  /** The relevant items, which lists are measured by. */
  toFind: number;
  /** Of `toFind`: outside the catalogue, so that no list can hold them; they stay in every denominator. */
  outsideCatalogue: number;
  /** Left out: the item is also in the user's part that is learned from, so it is not recommended again. */
  hadBefore: number;
  /** Left out: the user's profile excludes the item. */
  excludedByUser: number;
  /** Users who may be tested but have nothing to find. */
  usersWithoutItems: number;
}

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
): TestSet {
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
  return {
    users: sampled.map((row) => all.users[row]!),
    relevant: pickedRows(all.items, sampled),
    train: interactions,
    offered,
    summary: {
      how,
      counts: {
        ...{ learnedFrom: interactions.index.length, heldOut, notLiked, ofUntestedUsers, ...relevant },
        ...{ usersTested: sampled.length, usersWithItems, usersWithoutItems, unknownUsers },
        unknownItems: test.columns - interactions.columns,
      },
    },
  };
}

/**
 * @param test users × items that were held out and liked; has more columns than `known` if some items are unknown to it.
 * @param known the items that users had or exclude, and those that are offered. @param users rising indices of the users who may be tested.
 */
export function relevantItems(
  test: SparseRows,
  known: { interactions: SparseRows; excluded: SparseRows; offered: Uint8Array },
  users: Uint32Array,
): { users: Uint32Array; items: SparseRows; counts: RelevantCounts } {
  const counts = { outsideCatalogue: 0, hadBefore: 0, excludedByUser: 0 };
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
