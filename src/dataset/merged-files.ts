import type { Events } from '../events/event-columns.js';
import type { Ids } from '../events/ids.js';
import { mergedEvents, placesOf } from '../events/merged-events.js';
import { countsOf } from '../matrix/sparse.js';
import { type AggregatedEvents, aggregateEvents, type PlaceOf } from './aggregate.js';
import type { FileReport } from './dataset.js';
import type { EventsFile } from './events-file.js';
import { combinedReport, eventWarnings } from './events-report.js';
import type { Inputs } from './inputs.js';
import { partsByRuns, partsByTime } from './oddities/copied-rows.js';
import { warnOfCopies } from './oddities/copy-warnings.js';
import { isJoined, isRepeated, mixedFileWarnings } from './oddities/mixed-files.js';
import { idWarnings } from './oddities/odd-ids.js';
import { firstSwappedRow } from './oddities/swapped-columns.js';

const JOINED =
  'many rows are the same as the row before, to the second, and each counts: were they joined with a table that has several rows for each?\n  leave out the copies (sort -u), or --duplicates max counts only the largest row of each user and item';

/**
 * Merges the rows of files that are read as one set, and adds what it finds to the report of the last file.
 * @param at the position of this set among all sets of event files.
 */
export function aggregated(
  inputs: Inputs,
  ids: Ids,
  files: readonly EventsFile[],
  at: number,
  reports: readonly FileReport[],
): AggregatedEvents {
  const { known } = inputs;
  const learned = known?.strengths[at] ?? known?.strengths[0];
  const fileRows = files.map(({ events }) => events.user.length);
  inputs.beforeAggregating?.(fileRows.reduce((total, rows) => total + rows, 0));
  const placeOf = placesOf(files);
  const mixed = known ? [] : mixedFileWarnings(files, { user: ids.users.size, item: ids.items.size }, inputs.ratings);
  const events = mergedEvents(files);
  const nameOf = (wanted: string) =>
    files.flatMap(({ report }) => report.roles).find(([role]) => role === wanted)?.[1] ?? wanted;
  const rowsOf = {
    user: { ids: ids.users.ids, rows: countsOf(events.user.values, ids.users.size) },
    item: { ids: ids.items.ids, rows: countsOf(events.item.values, ids.items.size) },
  };
  const hasJoinedRows = !known && isJoined(events);
  const parts = files.length === 1 && !known ? partsOf(events, ids) : fileRows;
  const firstLineOf = (part: number) => placeOf(parts.slice(0, part).reduce((total, rows) => total + rows, 0)).line;
  warnSwap(files, events, ids, placeOf);
  const copiesIn = known ? [] : parts;
  const merged = aggregateEvents(events, ids, { ...inputs, learned }, nameOf('rating'), placeOf, copiesIn);
  warnOfCopies(files, firstLineOf, merged, events.weight !== undefined);
  const report = files[files.length - 1]?.report;
  if (report) {
    report.interactions = merged.report;
    report.notes.push(...merged.notes);
    const ofCatalogue = reports.flatMap(({ kind, roles }) => (kind === 'items' ? roles.map(([, name]) => name) : []));
    const headers = [nameOf('user'), nameOf('item'), ...ofCatalogue];
    const ofAll = () => combinedReport(files.flatMap((file) => file.report.events ?? []));
    const oddities = () => [
      ...eventWarnings(merged, ofAll(), rowsOf, nameOf, inputs.eventWeights, Date.now() / 1000),
      ...idWarnings(ids.users.ids, 'user', headers),
      ...idWarnings(ids.items.ids, 'item', headers),
    ];
    const newWarnings = merged.warnings.filter((warning) => !report.warnings.includes(warning));
    // A saved model may score only a few users, all new; the warnings about oddities would be noise.
    const joined = hasJoinedRows && merged.report.duplicates === 'sum' ? [JOINED] : [];
    report.warnings.push(...mixed, ...joined, ...newWarnings, ...(known ? [] : oddities()));
  }
  for (const column of [events.strength, events.weight, events.time]) column?.clear();
  return merged;
}

/** The exports that were concatenated into a file, which may be sorted by time, by users or by items, or be the same file twice. */
function partsOf(events: Events, { users, items }: Ids): number[] {
  const { user, item, time, timeColumn } = events;
  if (isRepeated(events)) return [user.length / 2, user.length / 2];
  if (!time || !timeColumn) return [user.length];
  const byTime = partsByTime(time.numbers, timeColumn.scale);
  if (byTime.length > 1) return byTime;
  const byUser = partsByRuns(user.values, users.size);
  return byUser.length > 1 ? byUser : partsByRuns(item.values, items.size);
}

/** Warns if the columns of users and items seem to swap from some line on. */
function warnSwap(files: readonly EventsFile[], { user, item }: Events, { users, items }: Ids, placeOf: PlaceOf): void {
  const itemOf = new Int32Array(users.size).fill(-1);
  // There are usually fewer items than users.
  items.ids.forEach((id, at) => {
    const twin = users.get(id);
    if (twin !== undefined) itemOf[twin] = at;
  });
  const row = firstSwappedRow({ user: user.values, item: item.values }, itemOf, items.size);
  if (row < 0) return;
  const { path, line } = placeOf(row);
  const warning = `from about line ${line} on, the columns of users and items seem to be swapped: were exports with different orders of columns concatenated?\n  give each as a file of its own, with a header: -u ONE.csv TWO.csv`;
  files.find((file) => file.path === path)?.report.warnings.push(warning);
}
