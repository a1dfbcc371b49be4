import type { Dataset } from '../dataset/dataset.js';
import { emptyRows, mapped, type SparseRows, stacked } from '../matrix/sparse.js';
import { type Holdout, sampleKeysOf, splitInteractions } from './split.js';

/** What is learned from, and what it is judged by. */
export interface HeldOut {
  /** What an algorithm sees; nothing that was held out is in it. */
  dataset: Dataset;
  /** users × items that were held out and liked; more columns than the dataset where it does not know the item. */
  test: SparseRows;
  /** Only users below this index are tested. */
  users: number;
  counts: HeldOutCounts;
}

export interface HeldOutCounts {
  /** Interactions that are learned from. */
  train: number;
  /** Interactions that are not. */
  heldOut: number;
  /** Of those: not liked, so nothing that has to be found. */
  notLiked: number;
  /** Of those: from after the moment of a split by time, of users who are learned from and not tested. */
  ofUntested: number;
  /** Test users of whom the part that is learned from knows nothing: they are served as new ones. */
  unknownUsers: number;
  /** Test items that neither the catalogue nor the part that is learned from knows. */
  unknownItems: number;
}

/**
 * Holds out a part of the interactions.
 *
 * Without a catalogue the items are those that occur; one that occurs nowhere but in what was held out is then none that
 * a real run, made before it, could have recommended: it is not offered.
 *
 * @param hasCatalogue whether the items stand in a file of their own.
 */
export function heldOutBySplit(dataset: Dataset, how: Holdout, hasCatalogue: boolean): HeldOut {
  const { interactions, served } = dataset;
  const { train: seen, test } = splitInteractions(dataset, how, sampleKeysOf(dataset), served);
  const { interactions: train } = seen;
  const heldOut = interactions.index.length - train.index.length;
  const behind = (matrix: SparseRows) => matrix.index.length - matrix.start[served]!;
  const ofUntested = behind(interactions) - behind(train);
  return {
    dataset: {
      ...dataset,
      ...seen,
      offered: hasCatalogue ? dataset.offered : offeredWithout(dataset, train),
    },
    test,
    users: served,
    counts: {
      train: train.index.length,
      heldOut,
      notLiked: heldOut - ofUntested - test.index.length,
      ofUntested,
      unknownUsers: 0,
      unknownItems: 0,
    },
  };
}

/** Events of a file of their own, users and items numbered as in the dataset; those it does not know come behind. */
export interface TestEvents {
  /** users × items, above 0 liked. */
  interactions: SparseRows;
  userIds: readonly string[];
  itemIds: readonly string[];
}

/** Takes everything in the dataset to learn from, and the events of another file to be judged by. */
export function heldOutByFile(dataset: Dataset, events: TestEvents): HeldOut {
  const { interactions, userIds, itemIds } = events;
  const test = mapped(interactions, (value) => (value > 0 ? value : undefined));
  const unknownUsers = userIds.length - dataset.userIds.length;
  const padded = (matrix: SparseRows) => stacked(matrix, emptyRows(unknownUsers, matrix.columns));
  return {
    dataset: {
      ...dataset,
      userIds,
      // Whoever stands in the test file is to be served, strangers to the users file as well.
      served: userIds.length,
      interactions: padded(dataset.interactions),
      excluded: padded(dataset.excluded),
      preferences: padded(dataset.preferences),
      groups: padded(dataset.groups),
    },
    test,
    users: userIds.length,
    counts: {
      train: dataset.interactions.index.length,
      heldOut: interactions.index.length,
      notLiked: interactions.index.length - test.index.length,
      ofUntested: 0,
      unknownUsers,
      unknownItems: itemIds.length - dataset.itemIds.length,
    },
  };
}

function offeredWithout({ offered, interactions }: Dataset, train: SparseRows): Uint8Array {
  const isMet = new Uint8Array(offered.length);
  const isMetInTrain = new Uint8Array(offered.length);
  for (const item of interactions.index) isMet[item] = 1;
  for (const item of train.index) isMetInTrain[item] = 1;
  return offered.map((flag, item) => (isMet[item] === 1 && isMetInTrain[item] === 0 ? 0 : flag));
}
