import { aggregateEvents } from '../dataset/aggregate.js';
import type { Dataset, FileReport } from '../dataset/dataset.js';
import type { Inputs } from '../dataset/inputs.js';
import { readInteractions } from '../dataset/users-file.js';
import type { TestEvents } from '../evaluation/held-out.js';
import { IdIndex } from '../events/ids.js';

/**
 * Reads the events of `--test` like any events file. Users and items are numbered as in the dataset; those it does not
 * know come after them.
 */
export async function readTestEvents(
  inputs: Inputs,
  path: string,
  dataset: Dataset,
): Promise<{ events: TestEvents; report: FileReport }> {
  const ids = { users: indexOf(dataset.userIds), items: indexOf(dataset.itemIds) };
  const { path: name, events, report } = await readInteractions(inputs, path, ids, []);
  const [userIds, itemIds] = [ids.users.ids, ids.items.ids];
  const { matrix, rule, duplicates, repeated, withoutStrength } = aggregateEvents(
    name,
    events,
    userIds,
    itemIds,
    inputs,
  );
  report.events = {
    rule,
    hasStrength: events.strength !== undefined,
    duplicates,
    repeated,
    withoutStrength,
    types: events.types?.met ?? [],
    time: undefined,
  };
  return { events: { interactions: matrix, userIds, itemIds }, report };
}

function indexOf(ids: readonly string[]): IdIndex {
  const index = new IdIndex();
  for (const id of ids) index.add(id);
  return index;
}
