import { aggregateEvents } from '../../dataset/aggregate.js';
import type { Dataset, FileReport } from '../../dataset/dataset.js';
import { readEventsFile } from '../../dataset/events-file.js';
import type { Inputs } from '../../dataset/inputs.js';
import type { TestEvents } from '../../evaluation/held-out.js';
import { IdIndex } from '../../events/ids.js';
import { placesOf } from '../../events/merged-events.js';
import type { EventsRoles } from '../../understanding/file-roles.js';

/**
 * Reads the events of `--test` like any events file. Users and items are numbered as in the dataset; unknown ones are appended.
 */
export async function readTestEvents(
  inputs: Inputs,
  roles: EventsRoles,
  dataset: Dataset,
): Promise<{ events: TestEvents; report: FileReport }> {
  const ids = { users: IdIndex.from(dataset.userIds), items: IdIndex.from(dataset.itemIds) };
  const file = await readEventsFile(inputs, roles, ids, undefined);
  const { events, report } = file;
  const [userIds, itemIds] = [ids.users.ids, ids.items.ids];
  const ratingName = report.roles.find(([role]) => role === 'rating')?.[1] ?? '';
  const aggregated = aggregateEvents(events, ids, inputs, ratingName, placesOf([file]));
  report.interactions = aggregated.report;
  report.notes.push(...aggregated.notes);
  report.warnings.push(...aggregated.warnings);
  return { events: { interactions: aggregated.interactions, userIds, itemIds }, report };
}
