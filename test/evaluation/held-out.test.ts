import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/dataset/dataset.js';
import { type HeldOut, heldOutByFile, heldOutBySplit, splitText } from '../../src/evaluation/held-out.js';
import { testSetOf } from '../../src/evaluation/test-set.js';
import { denseOf, rowsOf } from '../model/worlds.js';

/** Three users, four items; user 2 is not in the users file. */
function dataset(interactions: number[][], times?: number[]): Dataset {
  return {
    userIds: ['u', 'v', 'w'],
    served: 2,
    itemIds: ['a', 'b', 'c', 'd'],
    titles: ['', '', '', ''],
    offered: Uint8Array.from([1, 1, 1, 1]),
    interactions: rowsOf(interactions, 4),
    times: times && Float64Array.from(times),
    rated: undefined,
    excluded: rowsOf(
      [
        [0, 0, 0, 0],
        [0, 0, 0, 0],
        [0, 0, 0, 0],
      ],
      4,
    ),
    attributes: rowsOf([[], [], [], []], 0),
    attributeNames: [],
    preferences: rowsOf([[], [], []], 0),
    groups: rowsOf([[1], [0], [1]], 1),
    groupNames: ['country:FR'],
    itemColumns: [],
    userColumns: [],
  };
}

/** How an evaluation counts the interactions. */
function countsOf(heldOut: HeldOut) {
  const { interactions, served } = heldOut.dataset;
  const tested = Uint32Array.from({ length: served }, (_, user) => user);
  return testSetOf(heldOut, { sampleUsers: undefined, seed: 1 }, interactions, tested).summary.counts;
}

const LAST = { kind: 'last', holdout: 1, seed: 1 } as const;

describe('heldOutBySplit', () => {
  const seen = dataset(
    [
      [1, 1, 0, 0],
      [1, 0, -0.5, 0],
      [0, 0, 1, 1],
    ],
    [1, 2, 1, 2, 1, 2],
  );

  it('removes the held-out interactions and their times from the dataset, and counts them', () => {
    const heldOut = heldOutBySplit(seen, LAST, true);
    const { dataset: left, test } = heldOut;
    expect(denseOf(left.interactions)).toEqual([
      [1, 0, 0, 0],
      [1, 0, 0, 0],
      [0, 0, 1, 1],
    ]);
    expect(Array.from(left.times ?? [])).toEqual([1, 1, 1, 2]);
    expect(denseOf(test)).toEqual([
      [0, 1, 0, 0],
      [0, 0, 0, 0],
      [0, 0, 0, 0],
    ]);
    expect(left.served).toBe(2);
    expect(countsOf(heldOut)).toMatchObject({
      learnedFrom: 4,
      heldOut: 2,
      notLiked: 1,
      ofUntestedUsers: 0,
      unknownUsers: 0,
      unknownItems: 0,
    });
  });

  it('removes all interactions after a cut in time, and counts those of untested users', () => {
    const heldOut = heldOutBySplit(seen, { kind: 'time', holdout: 3, seed: 1 }, true);
    expect(Array.from(heldOut.dataset.times ?? [])).toEqual([1, 1, 1]);
    expect(countsOf(heldOut)).toMatchObject({ learnedFrom: 3, heldOut: 3, notLiked: 1, ofUntestedUsers: 1 });
  });

  it('does not offer an item that appears only in the held-out part, unless a catalogue lists it', () => {
    // b appears only in the held-out part; a, c and d are still in the training part.
    expect(Array.from(heldOutBySplit(seen, LAST, false).dataset.offered)).toEqual([1, 0, 1, 1]);
    expect(Array.from(heldOutBySplit(seen, LAST, true).dataset.offered)).toEqual([1, 1, 1, 1]);
  });

  it('still offers an item without any interactions', () => {
    const untouched = dataset(
      [
        [1, 1, 0, 0],
        [0, 0, 0, 0],
        [0, 0, 0, 0],
      ],
      [1, 2],
    );
    expect(Array.from(heldOutBySplit(untouched, LAST, false).dataset.offered)).toEqual([1, 0, 1, 1]);
  });
});

describe('heldOutByFile', () => {
  it('keeps all interactions for training, and adds unknown test users as new users', () => {
    const seen = dataset(
      [
        [1, 1, 0, 0],
        [0, 0, 0, 0],
        [0, 0, 1, 0],
      ],
      [1, 2, 3],
    );
    const events = {
      interactions: rowsOf(
        [
          [0, 0, 1, 0, 0],
          [0, 0, 0, -0.5, 0],
          [0, 0, 0, 0, 0],
          [0, 0, 0, 0, 1],
        ],
        5,
      ),
      userIds: ['u', 'v', 'w', 'new'],
      itemIds: ['a', 'b', 'c', 'd', 'e'],
    };
    const heldOut = heldOutByFile(seen, events, 'test.csv');
    const { dataset: left, test, kind, how } = heldOut;
    expect(denseOf(left.interactions)).toEqual([...denseOf(seen.interactions), [0, 0, 0, 0]]);
    expect(left.times).toBe(seen.times);
    expect([left.userIds, left.served]).toEqual([events.userIds, 4]);
    for (const matrix of [left.excluded, left.preferences, left.groups]) expect(matrix.rows).toBe(4);
    expect(left.itemIds).toEqual(seen.itemIds);
    expect(denseOf(test)).toEqual([
      [0, 0, 1, 0, 0],
      [0, 0, 0, 0, 0],
      [0, 0, 0, 0, 0],
      [0, 0, 0, 0, 1],
    ]);
    expect([kind, how]).toEqual([undefined, 'held out: the interactions in test.csv']);
    expect(countsOf(heldOut)).toMatchObject({
      learnedFrom: 3,
      heldOut: 3,
      notLiked: 1,
      ofUntestedUsers: 0,
      unknownUsers: 1,
      unknownItems: 1,
    });
  });
});

describe('splitText', () => {
  it('states what is held out, from which users, and the seed', () => {
    expect(splitText({ kind: 'last', holdout: 0.2, seed: 1 })).toBe(
      'held out: of each user’s interactions the last 20 % (seed 1)',
    );
    expect(splitText({ kind: 'random', holdout: 5, seed: 2 })).toBe(
      'held out: of each user’s interactions 5 at random (seed 2)',
    );
    expect(splitText({ kind: 'time', holdout: 1000, seed: 1 })).toContain(
      'the last 1,000, everybody’s from one moment on',
    );
    expect(splitText({ kind: 'last', holdout: 0.07, seed: 1 })).toContain('7 %');
  });
});
