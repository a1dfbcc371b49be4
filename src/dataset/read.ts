import { displayName } from '../csv/failures.js';
import type { Events } from '../events/event-columns.js';
import { type EventWeights, typeKey } from '../events/event-types.js';
import { IdIndex } from '../events/ids.js';
import { ExitCode, Failure } from '../failure.js';
import { forEachChunk } from '../matrix/chunks.js';
import { emptyRows, joined, type SparseRows, sparseFromEntries, stacked } from '../matrix/sparse.js';
import { aggregateEvents } from './aggregate.js';
import { noAttributes } from './attribute-table.js';
import type { Dataset, EventsReport, FileReport } from './dataset.js';
import { checkHeaders } from './headers.js';
import type { Ids, Inputs } from './inputs.js';
import { type Catalogue, readItems } from './items.js';
import { joinedRatings, joinedTimes } from './joined-columns.js';
import { type Entries, newProfileLists } from './profiles.js';
import { requireNamedAttributes } from './roles.js';
import { type EventsFile, readInteractions, readUsersFile, type UsersFile } from './users-file.js';

/**
 * Reads the items file, then the interactions, then the users file, into one dataset. The users file comes last: whether an entry of
 * a profile's list is an id or `id:strength` shows only once all ids are known.
 */
export async function readDataset(inputs: Inputs): Promise<{ dataset: Dataset; reports: FileReport[] }> {
  await checkHeaders(inputs);
  const ids = { users: new IdIndex(), items: new IdIndex() };
  const reports: FileReport[] = [];
  const catalogue = inputs.items === undefined ? undefined : await readItems(inputs, inputs.items, ids, reports);
  // Users of the users file come first; those of the interactions alone get their indices after them.
  const own = { users: new IdIndex(), items: ids.items };
  const interactions =
    inputs.interactions === undefined ? [] : [await readInteractions(inputs, inputs.interactions, own, reports)];
  const usersFile = await readUsersFile(inputs, ids, catalogue?.attributes ?? noAttributes(0), reports);
  const served = ids.users.size;
  if (served === 0) {
    const users = displayName(inputs.users);
    throw new Failure(
      ExitCode.badData,
      `${users} holds no users: below its header no row has one to recommend anything to`,
    );
  }
  for (const { events } of interactions) renumber(events.user.values, own.users.ids, ids.users);
  if (ids.items.size === 0) throw noItems(inputs, reports);
  const events = [...interactions, ...usersFile.events];
  const dataset = assemble(inputs, ids, served, catalogue, usersFile, events, reports);
  requireEventTypes(inputs.eventWeights, reports);
  requireNamedAttributes(inputs.attributeColumns, reports);
  return { dataset, reports };
}

/** The failure of files that name no item. */
function noItems({ users, interactions }: Inputs, reports: readonly FileReport[]): Failure {
  const name = displayName(users);
  const read =
    reports.at(-1)?.kind === 'profiles'
      ? `${name} was read as profiles, since no column of it looks like the item (--item-col NAME says which is)`
      : `no row of ${name} has one`;
  const beside = interactions === undefined ? '' : `, and no row of ${displayName(interactions)} has one`;
  return new Failure(
    ExitCode.badData,
    `no items anywhere: ${read}${beside}; give a catalogue with --items, or interactions with --interactions`,
  );
}

/** Replaces indices into the list `ids` by those of `index`, in place. */
function renumber(indices: Uint32Array, ids: readonly string[], index: IdIndex): void {
  const renumbered = new Int32Array(ids.length).fill(-1);
  for (let row = 0; row < indices.length; row++) {
    const old = indices[row]!;
    if (renumbered[old] === -1) renumbered[old] = index.add(ids[old]!);
    indices[row] = renumbered[old]!;
  }
}

/** Puts together what the files hold: matrices of all users and all items, whichever file names them. */
function assemble(
  inputs: Inputs,
  ids: Ids,
  served: number,
  catalogue: Catalogue | undefined,
  usersFile: UsersFile,
  events: readonly EventsFile[],
  reports: readonly FileReport[],
): Dataset {
  const users = ids.users.size;
  const items = ids.items.size;
  const behaviour = events.map(({ path, events: read, report }) => {
    inputs.beforeAggregating?.(read.user.length);
    const aggregated = aggregateEvents(path, read, ids.users.ids, ids.items.ids, inputs);
    report.events = eventsReport(read, aggregated);
    for (const column of [read.strength, read.weight, read.time]) column?.clear();
    return aggregated;
  });
  const attributes = catalogue?.attributes ?? noAttributes(0);
  const groups = usersFile.groups ?? noAttributes(0);
  const { history, preferences, exclude } = usersFile.lists ?? newProfileLists();
  const stated = matrixOf(history, users, items);
  const offered = Uint8Array.from({ length: items }, (_, item) => (!catalogue || catalogue.table.has(item) ? 1 : 0));
  const interactions = joined([...behaviour.map(({ matrix }) => matrix), stated], users, items);
  noteStrangers(offered, interactions, reports);
  return {
    userIds: ids.users.ids,
    served,
    itemIds: ids.items.ids,
    titles: Array.from({ length: items }, (_, item) => catalogue?.titles[item] ?? ''),
    offered,
    interactions,
    times: joinedTimes(interactions, behaviour),
    rated: joinedRatings(interactions, behaviour),
    excluded: matrixOf(exclude, users, items),
    attributes: padded(attributes.matrix, items),
    attributeNames: attributes.values.ids,
    preferences: matrixOf(preferences, users, attributes.values.size),
    groups: padded(groups.matrix, users),
    groupNames: groups.values.ids,
  };
}

/** Entries as a matrix; where two speak of one cell, the later one stands. */
function matrixOf(entries: Entries, rows: number, columns: number): SparseRows {
  const { row, column, value } = entries;
  return sparseFromEntries(rows, columns, row, column, value, row.length, (values) => values[values.length - 1]!);
}

function padded(matrix: SparseRows, rows: number): SparseRows {
  return matrix.rows === rows ? matrix : stacked(matrix, emptyRows(rows - matrix.rows, matrix.columns));
}

function eventsReport(events: Events, aggregated: ReturnType<typeof aggregateEvents>): EventsReport {
  const { rule, duplicates, repeated, withoutStrength } = aggregated;
  return {
    rule,
    hasStrength: events.strength !== undefined,
    duplicates,
    repeated,
    withoutStrength,
    types: events.types?.met ?? [],
    time: timeSpan(events),
  };
}

function timeSpan(events: Events): EventsReport['time'] {
  const { time, timeColumn } = events;
  if (!time || !timeColumn) return undefined;
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  let missing = 0;
  const { values, none } = time.numbers;
  forEachChunk(values.length, (first, end) => {
    let earliest = from;
    let latest = to;
    for (let row = first; row < end; row++) {
      const value = values[row]!;
      if (value === none || Number.isNaN(value)) {
        missing++;
        continue;
      }
      if (value < earliest) earliest = value;
      if (value > latest) latest = value;
    }
    from = earliest;
    to = latest;
  });
  if (missing === values.length) return undefined;
  return { unit: timeColumn.unit, from: timeColumn.seconds(from), to: timeColumn.seconds(to), missing };
}

/** Says how many items are outside the catalogue; where all that anybody had are, the ids hardly mean the same. */
function noteStrangers(offered: Uint8Array, had: SparseRows, reports: readonly FileReport[]): void {
  const strangers = offered.reduce((total, flag) => total + 1 - flag, 0);
  const report = reports[reports.length - 1];
  if (strangers === 0 || !report) return;
  report.notes.push(`items not in the catalogue: ${strangers}; learned from, never recommended`);
  if (had.index.length > 0 && had.index.every((item) => offered[item] === 0)) {
    report.warnings.push('not one item that anybody had is in the catalogue; do the ids of the files match?');
  }
}

/** Weights by type want a column of types; a type that no row has may have rows another day. */
function requireEventTypes(weights: EventWeights, reports: readonly FileReport[]): void {
  if (weights.size === 0) return;
  const types = reports.flatMap((report) => report.events?.types ?? []);
  if (types.length === 0) {
    throw new Failure(
      ExitCode.usage,
      '--event-weights: no file has a column of event types with anything in it; name it with --event-col NAME',
    );
  }
  const met = new Set(types.map((type) => typeKey(type.name)));
  const unmet = [...weights.keys()].filter((name) => !met.has(typeKey(name)));
  if (unmet.length > 0) reports.at(-1)?.notes.push(`--event-weights names types that no row has: ${unmet.join(', ')}`);
}
