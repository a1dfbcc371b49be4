import type { Events } from '../events/event-columns.js';
import type { Ids } from '../events/ids.js';
import { mergedEvents, placesOf } from '../events/merged-events.js';
import { countsOf } from '../matrix/sparse.js';
import { type AggregatedEvents, aggregateEvents, type PlaceOf } from './aggregate.js';
import type { FileReport } from './dataset.js';
import type { EventsFile } from './events-file.js';
import { doubts, eventsReport, interactionsReport } from './events-report.js';
import type { Inputs } from './inputs.js';
import { comeTwice, mixtures } from './mixed-files.js';
import { oddIds } from './odd-ids.js';
import { swappedFrom } from './swapped-columns.js';

/** Merges the rows of files that are read as one, and tells the report of the last of them how. @param at their place among such. */
export function aggregated(
  inputs: Inputs,
  ids: Ids,
  files: readonly EventsFile[],
  at: number,
  reports: readonly FileReport[],
): AggregatedEvents {
  const { known } = inputs;
  const learned = known?.strengths[at] ?? known?.strengths[0];
  inputs.beforeAggregating?.(files.reduce((rows, { events }) => rows + events.user.length, 0));
  const placeOf = placesOf(files);
  const mixed = known ? [] : mixtures(files, { user: ids.users.size, item: ids.items.size }, inputs.ratings);
  const events = mergedEvents(files);
  const nameOf = (wanted: string) =>
    files.flatMap(({ report }) => report.roles).find(([role]) => role === wanted)?.[1] ?? wanted;
  const rowsOf = {
    user: { ids: ids.users.ids, rows: countsOf(events.user.values, ids.users.size) },
    item: { ids: ids.items.ids, rows: countsOf(events.item.values, ids.items.size) },
  };
  if (!known && comeTwice(events)) {
    files
      .at(-1)
      ?.report.warnings.push(
        'the second half of all rows is the first half once more: was a file taken twice?\n  leave one of the two out, or what is counted counts twice',
      );
  }
  noteSwap(files, events, ids, placeOf);
  const merged = aggregateEvents(
    events,
    ids.users.ids,
    ids.items.ids,
    { ...inputs, learned },
    nameOf('rating'),
    placeOf,
  );
  const report = files[files.length - 1]?.report;
  if (report) {
    report.interactions = interactionsReport(events, merged, nameOf('rating'));
    report.notes.push(...merged.notes);
    const ofCatalogue = reports.flatMap(({ kind, roles }) => (kind === 'items' ? roles.map(([, name]) => name) : []));
    const headers = [nameOf('user'), nameOf('item'), ...ofCatalogue];
    const ofAll = () => (files.length === 1 && report.events) || eventsReport(events);
    const oddities = () => [
      ...doubts(merged, ofAll(), rowsOf, nameOf, inputs.eventWeights, Date.now() / 1000),
      ...oddIds(ids.users.ids, 'user', headers),
      ...oddIds(ids.items.ids, 'item', headers),
    ];
    // Whom a model scores may be few, and new.
    const told = merged.warnings.filter((warning) => !report.warnings.includes(warning));
    report.warnings.push(...mixed, ...told, ...(known ? [] : oddities()));
  }
  for (const column of [events.strength, events.weight, events.time]) column?.clear();
  return merged;
}

/** Says from which line on the columns of users and items seem to have swapped. */
function noteSwap(files: readonly EventsFile[], { user, item }: Events, { users, items }: Ids, placeOf: PlaceOf): void {
  const itemOf = new Int32Array(users.size).fill(-1);
  // Mostly items are fewer.
  items.ids.forEach((id, at) => {
    const twin = users.get(id);
    if (twin !== undefined) itemOf[twin] = at;
  });
  const row = swappedFrom({ user: user.values, item: item.values }, itemOf, items.size);
  if (row < 0) return;
  const { path, line } = placeOf(row);
  const warning = `from about line ${line} on, ids that were users stand where the items are, or items where the users are: were exports concatenated whose columns are in another order?\n  give each as a file of its own, with a header: -u ONE.csv TWO.csv`;
  files.find((file) => file.path === path)?.report.warnings.push(warning);
}
