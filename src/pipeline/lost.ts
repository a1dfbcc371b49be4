import type { Dataset } from '../dataset/dataset.js';
import { rowLength } from '../matrix/sparse.js';
import type { Served } from '../report/summary.js';
import type { Run } from './run.js';

const WAY_OUT = 'all else is done; run it again, with a smaller -j where memory may be short';

/** Warns of the users and signals that no worker could work. @returns how many users were without a history, and how many got no list. */
export function warnOfLost(run: Run, dataset: Dataset): Pick<Served, 'cold' | 'failed' | 'lost'> {
  const lost = sentencesOf(run, dataset);
  if (lost.length > 0) run.warn(`some work failed:\n  ${lost.join('\n  ')}\n  ${WAY_OUT}`);
  const failed = run.lost.filter(({ what }) => what === 'user').length;
  let cold = 0;
  for (let user = 0; user < dataset.served; user++) if (rowLength(dataset.interactions, user) === 0) cold++;
  return { cold, failed, lost };
}

function sentencesOf({ lost }: Run, { userIds, itemIds, attributeNames, groupNames }: Dataset): string[] {
  if (lost.length === 0) return [];
  const signals = [
    ...itemIds.map((id) => `item ${id}`),
    ...attributeNames.map((name) => `attribute ${name}`),
    ...groupNames.map((name) => `group ${name}`),
  ];
  return lost.map(({ what, index, why }) =>
    what === 'user' ? `user ${userIds[index]} got no list: ${why}` : `${signals[index]} was not learned: ${why}`,
  );
}
