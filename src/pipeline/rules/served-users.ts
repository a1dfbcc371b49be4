import { shown } from '../../csv/cells.js';
import type { Dataset } from '../../dataset/dataset.js';
import { badData } from '../../failure.js';
import { rowLength } from '../../matrix/sparse.js';
import { plural } from '../../quantities.js';
import type { Run } from '../run.js';
import type { IdRules } from './plan.js';

/** Why users get no list, by option. The first reason that applies to a user counts. */
const REASONS = {
  only_users: 'not in its file',
  candidates: 'without a row in its file',
  min_history: 'with a shorter history',
  cold_users: 'without a history',
} as const;
type LeftOut = Record<keyof typeof REASONS, number>;

/**
 * Decides which users of the users file get a list, as rising indices in the dataset; `cold` of them have no history. Logs how many do not.
 * @throws Failure 65 if a user has no history under `--cold-users fail`.
 */
export function chooseServedUsers(run: Pick<Run, 'info' | 'warn'>, rules: IdRules, dataset: Dataset) {
  const { coldUsers, minHistory, onlyUsers, candidates } = rules;
  const { served, interactions, preferences, groups, userIds } = dataset;
  const leftOut: LeftOut = { only_users: 0, candidates: 0, min_history: 0, cold_users: 0 };
  const cold: number[] = [];
  const isKnown = (user: number) => rowLength(preferences, user) + rowLength(groups, user) > 0;
  const reason = (user: number): keyof LeftOut | undefined => {
    if (onlyUsers?.[user] === 0) return 'only_users';
    if (candidates && rowLength(candidates, user) === 0) return 'candidates';
    const length = rowLength(interactions, user);
    if (length < minHistory) return 'min_history';
    if (length > 0) return undefined;
    if (coldUsers === 'skip' || (coldUsers === 'content' && !isKnown(user))) return 'cold_users';
    cold.push(user);
    return undefined;
  };
  const users = Uint32Array.from({ length: served }, (_, user) => user).filter((user) => {
    const why = reason(user);
    if (why) leftOut[why]++;
    return why === undefined;
  });
  if (coldUsers === 'fail' && cold.length > 0) {
    const some = cold.slice(0, 3).map((user) => shown(userIds[user] ?? ''));
    const others = cold.length > some.length ? ', …' : '';
    throw badData(
      `${plural(cold.length, 'user')} without a history: ${some.join(', ')}${others} (--cold-users fail)\n  --cold-users popular gives them what is popular, --cold-users skip leaves them out`,
    );
  }
  const why = (Object.keys(REASONS) as (keyof LeftOut)[]).flatMap((rule) =>
    leftOut[rule] > 0 ? [`${plural(leftOut[rule], 'user')} ${REASONS[rule]} (--${rule.replace('_', '-')})`] : [],
  );
  const text = why.length > 0 ? `no list for ${why.join(', ')}` : '';
  if (users.length === 0) run.warn(`nobody gets a list: ${text}`);
  else if (text) run.info(text);
  return { users, cold: cold.length, left_out: leftOut };
}
