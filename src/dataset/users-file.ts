import type { Table } from '../csv/table.js';
import { type Events, eventLayout } from '../events/event-columns.js';
import { readEvents } from '../events/read-events.js';
import { noteFuture, settleTimes } from '../events/settled-times.js';
import { AttributeFinder, type AttributeTable, attributeTable, spoiltNotes } from './attribute-table.js';
import type { FileReport, Skipped } from './dataset.js';
import { EntityTable } from './entity-table.js';
import { type EventFileRoles, interactionsRoles, usersFileRoles } from './file-roles.js';
import { type Ids, type Inputs, openInput } from './inputs.js';
import {
  newProfileLists,
  type PreferenceColumn,
  type ProfileLists,
  preferenceColumns,
  readProfileLists,
} from './profiles.js';
import { namedRoles, type Roles, requireNamedColumns } from './roles.js';

const WITHOUT_USER = 'without a user id (empty, NA or NULL)';

/** What the users file holds: events of users, or profiles of them. */
export interface UsersFile {
  events: EventsFile[];
  lists: ProfileLists | undefined;
  groups: AttributeTable | undefined;
}

/** The events of one file, before they are aggregated. */
export interface EventsFile {
  path: string;
  events: Events;
  report: FileReport;
}

/** Reads the users file: events or profiles, as its header says. */
export async function readUsersFile(
  inputs: Inputs,
  ids: Ids,
  attributes: AttributeTable,
  reports: FileReport[],
): Promise<UsersFile> {
  const table = await openInput(inputs, inputs.users);
  const { name, header } = table;
  const recognised = usersFileRoles(name, header, inputs.named);
  const finder = new AttributeFinder(attributes);
  const preferences = recognised.kind === 'profiles' ? preferenceColumns(header, recognised.used, finder) : [];
  // This is the last file: all headers are known, and nothing more has to be read to tell.
  const roles = [...namedRoles(recognised.used, header), ...statedPreferences(preferences, header)];
  requireNamedColumns(inputs.named, [...reports, { roles: namedRoles(recognised.used, header) }]);
  if (recognised.kind === 'profiles') {
    const { userAt, used } = recognised;
    const profiles = await readProfiles(inputs, table, userAt, used, preferences, ids, finder);
    reports.push({ ...profiles.report, roles });
    return { events: [], ...profiles };
  }
  const events = await eventsOf(inputs, table, recognised, ids);
  reports.push(events.report);
  return { events: [events], lists: undefined, groups: undefined };
}

/** Reads the events beside profiles. */
export async function readInteractions(
  inputs: Inputs,
  path: string,
  ids: Ids,
  reports: FileReport[],
): Promise<EventsFile> {
  const table = await openInput(inputs, path);
  const events = await eventsOf(inputs, table, interactionsRoles(table.name, table.header, inputs.named), ids);
  reports.push(events.report);
  return events;
}

async function eventsOf(inputs: Inputs, table: Table, { roles, used }: EventFileRoles, ids: Ids): Promise<EventsFile> {
  const { name, header, delimiter } = table;
  const layout = eventLayout(delimiter, header, roles, inputs.dayOrder);
  const { events, report } = await readEvents(table, layout, inputs.eventWeights, ids, inputs);
  settleTimes(name, layout.timeName, events);
  const { withoutUser, withoutItem, withoutWeight } = events.skipped;
  const skipped: Skipped[] = [
    { what: WITHOUT_USER, kind: withoutUser, isWithoutId: true },
    { what: 'without an item id (empty, NA or NULL)', kind: withoutItem, isWithoutId: true },
  ];
  if (used.event !== undefined) {
    skipped.push({ what: 'of a type of event that weighs 0', kind: withoutWeight, isWithoutId: false });
  }
  return {
    path: name,
    events,
    report: {
      kind: 'events',
      table: report,
      roles: namedRoles(used, header),
      skipped,
      columns: [],
      unused: header.filter((_, at) => !Object.values(used).includes(at)),
      repeatedRows: 0,
      notes: noteFuture(events, Date.now() / 1000),
      warnings: [],
    },
  };
}

async function readProfiles(
  inputs: Inputs,
  table: Table,
  userAt: number,
  used: Roles,
  preferences: readonly PreferenceColumn[],
  ids: Ids,
  finder: AttributeFinder,
): Promise<{ lists: ProfileLists; groups: AttributeTable; report: FileReport }> {
  const { header } = table;
  const listed = new Set([...Object.values(used), ...preferences.map((column) => column.at)]);
  const columns = header.flatMap((_, at) => (listed.has(at) ? [] : [at]));
  const users = new EntityTable(columns, undefined);
  const lists = newProfileLists();
  const readLists = (cells: readonly string[]) => readProfileLists(lists, cells, used, preferences, ids.items, finder);
  const report = await table.eachRow((row) => users.take(row, userAt, ids.users, readLists));
  const groups = attributeTable(
    users,
    header,
    columns,
    { wanted: inputs.attributeColumns, words: false },
    ids.users.size,
  );
  const notes = spoiltNotes(groups.spoilt);
  if (lists.unmatched.count > 0) {
    notes.push(
      `preferences that match no attribute of the catalogue: ${lists.unmatched.count}, the first of them ${JSON.stringify(lists.unmatched.first)}; lists are cut at "|"`,
    );
  }
  return {
    lists,
    groups,
    report: {
      kind: 'profiles',
      table: report,
      roles: [],
      skipped: [{ what: WITHOUT_USER, kind: users.withoutId, isWithoutId: true }],
      columns: groups.columns,
      unused: [],
      repeatedRows: users.rows.repeated,
      notes,
      warnings: [],
    },
  };
}

/** Columns like `preferred_cuisines`, as roles. */
function statedPreferences(preferences: readonly PreferenceColumn[], header: readonly string[]): [string, string][] {
  return preferences
    .filter((column) => column.attribute !== undefined)
    .map((column) => [column.sign > 0 ? 'preference' : 'dislike', header[column.at] ?? '']);
}
