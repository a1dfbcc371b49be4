import { describe, expect, test } from 'vitest';
import type { Dataset } from '../../../src/dataset/dataset.js';
import type { IdRules as Rules } from '../../../src/pipeline/rules/plan.js';
import { chooseServedUsers } from '../../../src/pipeline/rules/served-users.js';
import { rowsOf } from '../../model/worlds.js';

/** Five served users with 3, 1, 0, 0 and 0 items, the third with a preference, the fourth with a group; one more is used for training only. */
const DATASET = {
  userIds: ['many', 'one', 'wishes', 'grouped', 'unknown', 'other'],
  served: 5,
  interactions: rowsOf(
    [
      [1, 1, -1],
      [0, 1, 0],
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
      [1, 1, 0],
    ],
    3,
  ),
  preferences: rowsOf([[1], [0], [1], [0], [0], [0]], 1),
  groups: rowsOf([[1], [0], [0], [1], [0], [0]], 1),
} as unknown as Dataset;

const NONE: Rules = {
  minHistory: 0,
  coldUsers: 'popular',
  includeSeen: false,
  seenWindow: undefined,
  onlyUsers: undefined,
  allowed: undefined,
  excluded: undefined,
  candidates: undefined,
  ...({ availability: 'honour', now: undefined, dayOrder: undefined, seed: 1, lists: {} } as const),
  clock: Number.NaN,
};
const candidates = rowsOf(
  [
    [0, 0, 1],
    [0, 0, 0],
    [1, 0, 0],
    [0, 0, 0],
    [0, 0, 0],
    [1, 0, 0],
  ],
  3,
);

const chosenBy = (rules: Rules, log: string[] = []) =>
  chooseServedUsers(
    { info: (text) => void log.push(text), warn: (text) => void log.push(`warning: ${text}`) },
    rules,
    DATASET,
  );

describe('who gets a list', () => {
  test.each<[string, Partial<Rules>, number[], number, object]>([
    ['all served users', {}, [0, 1, 2, 3, 4], 3, {}],
    ['users named by --only-users', { onlyUsers: Uint8Array.of(0, 1, 0, 0, 1, 1) }, [1, 4], 1, { only_users: 3 }],
    ['users with candidates', { candidates }, [0, 2], 1, { candidates: 3 }],
    ['users with a history of two or more', { minHistory: 2 }, [0], 0, { min_history: 4 }],
    ['users with a history', { coldUsers: 'skip' }, [0, 1], 0, { cold_users: 3 }],
    ['users with a history, a preference or a group', { coldUsers: 'content' }, [0, 1, 2, 3], 2, { cold_users: 1 }],
    [
      'a user who fails several rules counts for the first one only',
      { onlyUsers: Uint8Array.of(1, 1, 1, 0, 1, 0), candidates, minHistory: 1 },
      [0],
      0,
      { only_users: 1, candidates: 2, min_history: 1 },
    ],
  ])('%s', (_, rules, users, cold, leftOut) => {
    const none = { only_users: 0, candidates: 0, min_history: 0, cold_users: 0 };
    const served = chosenBy({ ...NONE, ...rules });
    expect(served).toEqual({ users: Uint32Array.from(users), cold, left_out: { ...none, ...leftOut } });
  });

  test('--cold-users fail ends the run if a user to serve has no history', () => {
    const fail = { ...NONE, coldUsers: 'fail' } as const;
    expect(() => chosenBy(fail)).toThrow(
      '3 users without a history: "wishes", "grouped", "unknown" (--cold-users fail)',
    );
    const some = { ...fail, onlyUsers: Uint8Array.of(1, 1, 0, 0, 0, 0) };
    expect(chosenBy(some).users).toEqual(Uint32Array.of(0, 1));
  });

  test('the log states how many users each option left out, and warns if nobody is left', () => {
    const log: string[] = [];
    const onlyUsers = Uint8Array.of(1, 1, 1, 0, 1, 0);
    chosenBy({ ...NONE, onlyUsers, candidates, minHistory: 1 }, log);
    chosenBy(NONE, log);
    chosenBy({ ...NONE, minHistory: 9 }, log);
    const leftOut =
      '1 user not in its file (--only-users), 2 users without a row in its file (--candidates), 1 user with a shorter history (--min-history)';
    const nobody = 'warning: nobody gets a list: no list for 5 users with a shorter history (--min-history)';
    expect(log).toEqual([`no list for ${leftOut}`, nobody]);
  });
});
