import { displayName, type RowReaders, readTable } from '../csv/table.js';
import type { Events } from '../events/event-columns.js';
import { eventReader } from '../events/events.js';
import { noteFuture, settleTimes } from '../events/settled-times.js';
import { ExitCode, Failure } from '../failure.js';
import { AttributeFinder, type AttributeTable, attributeTable, spoiltNotes } from './attribute-table.js';
import type { FileReport } from './dataset.js';
import { EntityTable } from './entity-table.js';
import { type FileRoles, interactionsRoles, usersFileRoles } from './file-roles.js';
import { type Ids, type Inputs, source } from './inputs.js';
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

/** The events of one file, before they are folded. */
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
  const path = inputs.users;
  const name = displayName(path);
  const finder = new AttributeFinder(attributes);
  let finish: (() => UsersFile) | undefined;
  let report: FileReport | undefined;
  const table = await readTable(
    source(inputs, path),
    inputs.badRows,
    (header, delimiter) => {
      const recognised = usersFileRoles(name, header, inputs.named);
      const reading =
        recognised.kind === 'profiles'
          ? profilesReading(inputs, header, recognised.used, recognised.userAt, ids, finder)
          : eventsReading(inputs, name, header, recognised, ids, delimiter);
      report = reading.report;
      // This is the last file: all headers are known, and nothing more has to be read to tell.
      requireNamedColumns(inputs.named, [...reports, report]);
      finish = reading.finish;
      return reading;
    },
    inputs,
  );
  if (!report || !finish) throw new Failure(ExitCode.badData, `${name} is empty`);
  report.table = table;
  reports.push(report);
  return finish();
}

/** Reads the events beside profiles. */
export async function readInteractions(
  inputs: Inputs,
  path: string,
  ids: Ids,
  reports: FileReport[],
): Promise<EventsFile> {
  const name = displayName(path);
  let reading: Reading | undefined;
  const table = await readTable(
    source(inputs, path),
    inputs.badRows,
    (header, delimiter) => {
      reading = eventsReading(inputs, name, header, interactionsRoles(name, header, inputs.named), ids, delimiter);
      return reading;
    },
    inputs,
  );
  const events = reading?.finish().events[0];
  if (!events) throw new Failure(ExitCode.badData, `${name} is empty`);
  events.report.table = table;
  reports.push(events.report);
  return events;
}

interface Reading extends RowReaders {
  report: FileReport;
  finish: () => UsersFile;
}

function eventsReading(
  inputs: Inputs,
  name: string,
  header: readonly string[],
  { roles, used }: FileRoles,
  ids: Ids,
  delimiter: string,
): Reading {
  const { users, items } = ids;
  const { events, ...readers } = eventReader(
    name,
    header,
    roles,
    users,
    items,
    inputs.eventWeights,
    delimiter,
    inputs.dayOrder,
    inputs.scanning,
  );
  const report = emptyReport('events', used, header);
  report.unused = header.filter((_, at) => !Object.values(used).includes(at));
  report.skipped = [
    { what: WITHOUT_USER, kind: events.skipped.withoutUser, isWithoutId: true },
    { what: 'without an item id (empty, NA or NULL)', kind: events.skipped.withoutItem, isWithoutId: true },
    ...(used.event === undefined
      ? []
      : [{ what: 'of a type of event that weighs 0', kind: events.skipped.withoutWeight, isWithoutId: false }]),
  ];
  const finish = () => {
    settleTimes(name, header[roles.time ?? -1] ?? '', events);
    report.notes.push(...noteFuture(events, Date.now() / 1000));
    return { events: [{ path: name, events, report }], lists: undefined, groups: undefined };
  };
  return { ...readers, report, finish };
}

function profilesReading(
  inputs: Inputs,
  header: readonly string[],
  used: Roles,
  userAt: number,
  ids: Ids,
  finder: AttributeFinder,
): Reading {
  const preferences = preferenceColumns(header, used, finder);
  const listed = new Set([...Object.values(used), ...preferences.map((column) => column.at)]);
  const columns = header.flatMap((_, at) => (listed.has(at) ? [] : [at]));
  const table = new EntityTable(columns, undefined);
  const lists = newProfileLists();
  const report = emptyReport('profiles', used, header);
  const readRow = table.reader(userAt, ids.users, (cells) =>
    readProfileLists(lists, cells, used, preferences, ids.items, finder),
  );
  const finish = () => {
    const groups = attributeTable(
      table,
      header,
      columns,
      { wanted: inputs.attributeColumns, words: false },
      ids.users.size,
    );
    report.roles.push(...preferences.filter((column) => column.attribute !== undefined).map(preferenceRole(header)));
    report.columns = groups.columns;
    report.skipped = [{ what: WITHOUT_USER, kind: table.withoutId, isWithoutId: true }];
    report.repeatedRows = table.rows.repeated;
    report.notes.push(...spoiltNotes(groups.spoilt));
    if (lists.unmatched.count > 0) {
      report.notes.push(
        `preferences that match no attribute of the catalogue: ${lists.unmatched.count}, the first of them ${JSON.stringify(lists.unmatched.first)}; lists are cut at "|"`,
      );
    }
    return { events: [], lists, groups };
  };
  return { readRow, plain: undefined, ranged: undefined, report, finish };
}

function preferenceRole(header: readonly string[]): (column: PreferenceColumn) => [string, string] {
  return (column) => [column.sign > 0 ? 'preference' : 'dislike', header[column.at] ?? ''];
}

function emptyReport(kind: FileReport['kind'], roles: Roles, header: readonly string[]): FileReport {
  const table = { path: '', delimiter: ',', rows: 0, rejected: 0, firstRejects: [] };
  return {
    kind,
    table,
    roles: namedRoles(roles, header),
    skipped: [],
    columns: [],
    unused: [],
    repeatedRows: 0,
    notes: [],
    warnings: [],
  };
}
