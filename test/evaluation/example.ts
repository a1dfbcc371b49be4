import type { Measures, Ranking } from '../../src/evaluation/evaluation.js';
import type { Summary, TestSet } from '../../src/evaluation/test-set.js';
import { rowsOf } from '../model/worlds.js';
import { listsOf } from './lists.js';

export const SUMMARY: Summary = {
  how: 'held out: of each user’s interactions the last 20 % (seed 1)',
  counts: {
    learnedFrom: 1007,
    heldOut: 13,
    notLiked: 2,
    ofUntestedUsers: 4,
    toFind: 5,
    outsideCatalogue: 1,
    hadBefore: 1,
    excludedByUser: 1,
    usersTested: 3,
    usersWithItems: 1234,
    usersWithoutItems: 12,
    unknownUsers: 1,
    unknownItems: 0,
  },
};

/**
 * Three tested users out of four, and five items. Item 4 is cold: nobody has it in the training part, users 0 and 3 have it to find.
 *
 *     user   has      to find   good gives     popular gives
 *     0      0        1, 4      1, 4           1, 2
 *     1      0, 1     2         2, 3           2, 3
 *     3      –        0, 4      0, 1           0, 1
 */
export const TEST_SET: TestSet = {
  users: Uint32Array.from([0, 1, 3]),
  relevant: rowsOf(
    [
      [0, 1, 0, 0, 1],
      [0, 0, 1, 0, 0],
      [1, 0, 0, 0, 1],
    ],
    5,
  ),
  train: rowsOf(
    [
      [1, 0, 0, 0, 0],
      [1, 1, 0, 0, 0],
      [1, 1, 1, 1, 0],
      [0, 0, 0, 0, 0],
    ],
    5,
  ),
  offered: Uint8Array.from([1, 1, 1, 1, 1]),
  summary: SUMMARY,
};

export const MEASURES: Measures = {
  cuts: [1, 2],
  groups: [
    { name: 'country:FR', members: Uint32Array.from([0, 2]) },
    { name: 'country:DE', members: new Uint32Array(0) },
  ],
  seed: 1,
};

export const RANKINGS: readonly Ranking[] = [
  {
    algorithm: 'good',
    lists: listsOf([1, 4], [2, 3], [0, 1]),
    learnSeconds: 1.5,
    recommendSeconds: 0.002,
    explanation: 'good, by decree',
  },
  {
    algorithm: 'popular',
    lists: listsOf([1, 2], [2, 3], [0, 1]),
    learnSeconds: 0.25,
    recommendSeconds: 0,
    explanation: undefined,
  },
];
