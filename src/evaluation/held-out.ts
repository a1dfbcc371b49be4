import { withLastTimes } from '../dataset/attributes/item-columns.js';
import type { Dataset } from '../dataset/dataset.js';
import { ofPart } from '../dataset/evidence-rules.js';
import { stacked } from '../matrix/combined.js';
import { emptyRows, mapped, type SparseRows } from '../matrix/sparse.js';
import { thousands } from '../quantities.js';
import { type Holdout, type HoldoutKind, sampleKeysOf, splitInteractions } from './split.js';

/** A dataset to learn from, and the interactions that were held out of it. */
export interface HeldOut {
  /** What an algorithm sees; nothing that was held out is in it. Its served users are tested. */
  dataset: Dataset;
  /** users × items that were held out and liked; has more columns than the dataset if it does not know some of the items. */
  test: SparseRows;
  /** Undefined for a test file. */
  kind: HoldoutKind | undefined;
  /** How it was held out, as text. */
  how: string;
  counts: {
    /** Interactions that are not learned from, liked or not. */
    heldOut: number;
    /** Of those: later than the moment of a split by time, and of users who are learned from but not tested. */
    ofUntestedUsers: number;
    /** Test users who are not in the data that is learned from: they are served as new users. */
    unknownUsers: number;
  };
}

/**
 * Holds out a part of the interactions.
 *
 * Without a catalogue the items are those of the interactions. An item that occurs only in the held-out part is not offered: a real run
 * before that time could not have recommended it. @param hasCatalogue whether the items have a file of their own.
 */
export function heldOutBySplit(dataset: Dataset, split: Holdout, hasCatalogue: boolean): HeldOut {
  const { interactions, served } = dataset;
  const { train, test } = splitInteractions(dataset, split, sampleKeysOf(dataset), served);
  const ofUntestedUsers = entriesFrom(interactions, served) - entriesFrom(train.interactions, served);
  return {
    dataset: {
      ...dataset,
      ...train,
      itemColumns: withLastTimes(dataset, train),
      evidence: ofPart(dataset.evidence),
      offered: hasCatalogue ? dataset.offered : offeredWithout(dataset, train.interactions),
    },
    test,
    kind: split.kind,
    how: splitText(split),
    counts: {
      heldOut: interactions.index.length - train.interactions.index.length,
      ofUntestedUsers,
      unknownUsers: 0,
    },
  };
}

function entriesFrom(matrix: SparseRows, row: number): number {
  return matrix.index.length - matrix.start[row]!;
}

function offeredWithout({ offered, interactions }: Dataset, train: SparseRows): Uint8Array {
  const isHeldOut = new Uint8Array(offered.length);
  for (const item of interactions.index) isHeldOut[item] = 1;
  for (const item of train.index) isHeldOut[item] = 0;
  return offered.map((flag, item) => (isHeldOut[item] === 1 ? 0 : flag));
}

/** Describes a split. */
export function splitText({ kind, holdout, seed }: Holdout): string {
  const share = holdout < 1 ? `${Number((100 * holdout).toPrecision(4))} %` : thousands(holdout);
  const what = {
    last: `of each user’s interactions the last ${share}`,
    random: `of each user’s interactions ${share} at random`,
    time: `of all interactions the last ${share}, everybody’s from one moment on`,
  }[kind];
  return `held out: ${what} (seed ${seed})`;
}

/**
 * Uses the whole dataset to learn from, and the events of another file to test on: users × items, above 0 liked. Users and items have the
 * indices of the dataset; unknown ones come after these. @param path of that file, for messages.
 */
export function heldOutByFile(
  dataset: Dataset,
  { interactions, userIds }: { interactions: SparseRows; userIds: readonly string[] },
  path: string,
): HeldOut {
  const test = mapped(interactions, (value) => (value > 0 ? value : undefined));
  const unknownUsers = userIds.length - dataset.userIds.length;
  const padded = (matrix: SparseRows) => stacked(matrix, emptyRows(unknownUsers, matrix.columns));
  return {
    dataset: {
      ...dataset,
      userIds,
      // All users in the test file are served, even those that are not in the users file.
      served: userIds.length,
      interactions: padded(dataset.interactions),
      excluded: padded(dataset.excluded),
      preferences: padded(dataset.preferences),
      groups: padded(dataset.groups),
    },
    test,
    kind: undefined,
    how: `held out: the interactions in ${path}`,
    counts: { heldOut: interactions.index.length, ofUntestedUsers: 0, unknownUsers },
  };
}
