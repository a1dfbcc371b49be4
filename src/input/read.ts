import { ExitCode, Failure } from '../failure.js';
import { emptyRows, joined, type SparseRows, sparseFromEntries, stacked } from '../model/sparse.js';
import { type BadRows, displayName, type RowReader, readTable } from './csv.js';
import type { Dataset, EventsReport, FileReport } from './dataset.js';
import { type Events, eventReader } from './events.js';
import { foldEvents } from './fold.js';
import { IdIndex } from './ids.js';
import {
  type Entries,
  newProfileLists,
  type PreferenceColumn,
  type ProfileLists,
  preferenceColumns,
  readProfileLists,
} from './profiles.js';
import { missingColumn, type NamedColumns, type Role, type Roles, recogniseRoles } from './roles.js';
import type { Duplicates } from './strengths.js';
import { SubjectTable } from './subjects.js';
import { AttributeFinder, type AttributeTable, attributeTable, noAttributes } from './tables.js';

/** The files of a run and how to read them. */
export interface Inputs {
  users: string;
  items: string | undefined;
  interactions: string | undefined;
  delimiter: string | undefined;
  named: NamedColumns;
  /** Header names of the only columns that count as attributes; undefined: decided column by column. */
  attributeColumns: readonly string[] | undefined;
  duplicates: Duplicates | undefined;
  badRows: BadRows;
  onBytes: (count: number) => void;
}

interface Ids {
  users: IdIndex;
  items: IdIndex;
}

interface Catalogue {
  table: SubjectTable;
  titles: readonly string[];
  attributes: AttributeTable;
}

/** Reads the catalogue, then who the users are, then what they did, into one dataset. */
export async function readDataset(inputs: Inputs): Promise<{ dataset: Dataset; reports: FileReport[] }> {
  const ids = { users: new IdIndex(), items: new IdIndex() };
  const reports: FileReport[] = [];
  const catalogue = inputs.items === undefined ? undefined : await readItems(inputs, inputs.items, ids, reports);
  const met = { users: new IdIndex(), items: ids.items };
  const beside = inputs.interactions === undefined ? [] : [await readBeside(inputs, inputs.interactions, met, reports)];
  const people = await readPeople(inputs, ids, catalogue?.attributes ?? noAttributes(0), reports);
  const served = ids.users.size;
  if (served === 0) {
    throw new Failure(ExitCode.badData, `${displayName(inputs.users)} holds no users: nobody to recommend anything to`);
  }
  for (const { events } of beside) {
    const user = events.user.values;
    user.forEach((index, row) => {
      user[row] = ids.users.add(met.users.ids[index]!);
    });
  }
  if (ids.items.size === 0) {
    throw new Failure(
      ExitCode.badData,
      `no items anywhere: give a catalogue with --items, or interactions to learn from`,
    );
  }
  const dataset = assemble(inputs, ids, served, catalogue, people, [...beside, ...people.events], reports);
  requireNamedColumns(inputs.named, inputs.attributeColumns, reports);
  return { dataset, reports };
}

async function readItems(inputs: Inputs, path: string, ids: Ids, reports: FileReport[]): Promise<Catalogue> {
  const name = displayName(path);
  let header: readonly string[] = [];
  let roles: Roles = {};
  let columns: number[] = [];
  let table = new SubjectTable([], undefined);
  const report = await readTable(
    source(inputs, path),
    inputs.badRows,
    (names) => {
      header = names;
      roles = recogniseRoles(name, header, ['user', 'item', 'title', 'time', 'rating'], inputs.named, 'item');
      if (roles.item === undefined) throw missingColumn(name, header, 'item', inputs.named);
      columns = otherColumns(header, roles);
      table = new SubjectTable(roles.title === undefined ? columns : [...columns, roles.title], roles.title);
      return table.reader(roles.item, ids.items);
    },
    inputs.onBytes,
  );
  if (table.rows.used === 0) throw new Failure(ExitCode.badData, `${name} holds no items`);
  const count = ids.items.size;
  const attributes = attributeTable(table, header, columns, inputs.attributeColumns, count);
  const titles = roles.title === undefined ? [] : table.cellsOf(roles.title, count);
  const shownRoles = pickRoles(roles, ['item', 'title']);
  reports.push({
    kind: 'items',
    table: report,
    roles: namedRoles(shownRoles, header),
    skipped: [{ what: 'without an item id', kind: table.withoutId }],
    columns: attributes.columns,
    unused: header.filter((_, at) => at === roles.user || at === roles.time || at === roles.rating),
    repeatedRows: table.rows.repeated,
    notes: [],
  });
  return { table, titles, attributes };
}

/** What the users file holds: events of users, or profiles of them. */
interface People {
  events: FoldedEvents[];
  lists: ProfileLists | undefined;
  groups: AttributeTable | undefined;
}

interface FoldedEvents {
  path: string;
  events: Events;
  report: FileReport;
}

async function readPeople(
  inputs: Inputs,
  ids: Ids,
  attributes: AttributeTable,
  reports: FileReport[],
): Promise<People> {
  const path = inputs.users;
  const name = displayName(path);
  const finder = new AttributeFinder(attributes);
  let finish: (() => People) | undefined;
  let report: FileReport | undefined;
  const table = await readTable(
    source(inputs, path),
    inputs.badRows,
    (header) => {
      const roles = recogniseRoles(name, header, ALL_ROLES, inputs.named, 'user');
      if (roles.user === undefined) throw missingColumn(name, header, 'user', inputs.named);
      const reading =
        roles.item === undefined
          ? profilesReading(inputs, header, roles, roles.user, ids, finder)
          : eventsReading(name, header, roles, ids);
      report = reading.report;
      finish = reading.finish;
      return reading.readRow;
    },
    inputs.onBytes,
  );
  if (!report || !finish) throw new Failure(ExitCode.badData, `${name} is empty`);
  report.table = table;
  reports.push(report);
  return finish();
}

async function readBeside(inputs: Inputs, path: string, ids: Ids, reports: FileReport[]): Promise<FoldedEvents> {
  const name = displayName(path);
  let reading: Reading | undefined;
  const table = await readTable(
    source(inputs, path),
    inputs.badRows,
    (header) => {
      const roles = recogniseRoles(name, header, ['user', 'item', 'rating', 'time'], inputs.named, 'item');
      if (roles.user === undefined) throw missingColumn(name, header, 'user', inputs.named);
      if (roles.item === undefined) throw missingColumn(name, header, 'item', inputs.named);
      reading = eventsReading(name, header, roles, ids);
      return reading.readRow;
    },
    inputs.onBytes,
  );
  const events = reading?.finish().events[0];
  if (!events) throw new Failure(ExitCode.badData, `${name} is empty`);
  events.report.table = table;
  reports.push(events.report);
  return events;
}

interface Reading {
  readRow: RowReader;
  report: FileReport;
  finish: () => People;
}

function eventsReading(name: string, header: readonly string[], roles: Roles, ids: Ids): Reading {
  const { events, readRow } = eventReader(name, header, roles, ids.users, ids.items);
  const used = pickRoles(roles, ['user', 'item', 'rating', 'time']);
  const report = emptyReport('events', used, header);
  report.unused = header.filter((_, at) => !Object.values(used).includes(at));
  report.skipped = [
    { what: 'without a user id', kind: events.skipped.withoutUser },
    { what: 'without an item id', kind: events.skipped.withoutItem },
  ];
  const finish = () => ({ events: [{ path: name, events, report }], lists: undefined, groups: undefined });
  return { readRow, report, finish };
}

function profilesReading(
  inputs: Inputs,
  header: readonly string[],
  roles: Roles,
  userAt: number,
  ids: Ids,
  finder: AttributeFinder,
): Reading {
  const used = pickRoles(roles, ['user', 'history', 'preferences', 'exclude']);
  const preferences = preferenceColumns(header, used, finder);
  const listed = new Set([...Object.values(used), ...preferences.map((column) => column.at)]);
  const columns = header.flatMap((_, at) => (listed.has(at) ? [] : [at]));
  const table = new SubjectTable(columns, undefined);
  const lists = newProfileLists();
  const report = emptyReport('profiles', used, header);
  const readRow = table.reader(userAt, ids.users, (user, cells) =>
    readProfileLists(lists, user, cells, used, preferences, ids.items, finder),
  );
  const finish = () => {
    const groups = attributeTable(table, header, columns, inputs.attributeColumns, ids.users.size);
    report.roles.push(...preferences.filter((column) => column.attribute !== undefined).map(preferenceRole(header)));
    report.columns = groups.columns;
    report.skipped = [{ what: 'without a user id', kind: table.withoutId }];
    report.repeatedRows = table.rows.repeated;
    if (lists.unmatched.count > 0) {
      report.notes.push(
        `${lists.unmatched.count} preferences match no attribute of the catalogue, the first of them ${JSON.stringify(lists.unmatched.first)}`,
      );
    }
    return { events: [], lists, groups };
  };
  return { readRow, report, finish };
}

function preferenceRole(header: readonly string[]): (column: PreferenceColumn) => [string, string] {
  return (column) => [column.sign > 0 ? 'preference' : 'dislike', header[column.at] ?? ''];
}

/** Puts together what the files hold, padded to the users and items that all of them know. */
function assemble(
  inputs: Inputs,
  ids: Ids,
  served: number,
  catalogue: Catalogue | undefined,
  people: People,
  events: readonly FoldedEvents[],
  reports: readonly FileReport[],
): Dataset {
  const users = ids.users.size;
  const items = ids.items.size;
  const behaviour = events.map(({ path, events: read, report }) => {
    const folded = foldEvents(path, read, ids.users.ids, ids.items.ids, inputs.duplicates);
    report.events = eventsReport(read, folded);
    return folded.matrix;
  });
  const attributes = catalogue?.attributes ?? noAttributes(0);
  const groups = people.groups ?? noAttributes(0);
  const { history, preferences, exclude } = people.lists ?? newProfileLists();
  const stated = matrixOf(history, users, items);
  const offered = Uint8Array.from({ length: items }, (_, item) => (!catalogue || catalogue.table.has(item) ? 1 : 0));
  noteStrangers(offered, reports);
  return {
    userIds: ids.users.ids,
    served,
    itemIds: ids.items.ids,
    titles: Array.from({ length: items }, (_, item) => catalogue?.titles[item] ?? ''),
    offered,
    interactions: joined([...behaviour, stated], users, items),
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

function eventsReport(events: Events, folded: ReturnType<typeof foldEvents>): EventsReport {
  const { rule, duplicates, repeated, withoutStrength } = folded;
  return {
    rule,
    hasStrength: events.strength !== undefined,
    duplicates,
    repeated,
    withoutStrength,
    time: timeSpan(events),
  };
}

function timeSpan(events: Events): EventsReport['time'] {
  const { time, timeColumn } = events;
  if (!time || !timeColumn) return undefined;
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  let missing = 0;
  for (const value of time.values) {
    if (Number.isNaN(value)) {
      missing++;
      continue;
    }
    from = Math.min(from, value);
    to = Math.max(to, value);
  }
  if (missing === time.length) return undefined;
  return { unit: timeColumn.unit, from: timeColumn.seconds(from), to: timeColumn.seconds(to), missing };
}

function noteStrangers(offered: Uint8Array, reports: readonly FileReport[]): void {
  const strangers = offered.reduce((total, flag) => total + 1 - flag, 0);
  const last = reports[reports.length - 1];
  if (strangers > 0 && last)
    last.notes.push(`${strangers} items are not in the catalogue: learned from, never recommended`);
}

/** A column named by option has to be in one of the files at least. */
function requireNamedColumns(
  named: NamedColumns,
  attributes: readonly string[] | undefined,
  reports: readonly FileReport[],
): void {
  const present = new Set(reports.flatMap((report) => report.roles.map(([, column]) => column)));
  for (const [role, column] of Object.entries(named)) {
    if (present.has(column)) continue;
    throw new Failure(
      ExitCode.usage,
      `--${role}-col: no file has a column ${JSON.stringify(column)} that can be the ${role}`,
    );
  }
  const columns = new Set(reports.flatMap((report) => report.columns.map((column) => column.name)));
  for (const name of attributes ?? []) {
    if (columns.has(name)) continue;
    throw new Failure(
      ExitCode.usage,
      `--attribute-cols: no file has a column ${JSON.stringify(name)} free to be an attribute`,
    );
  }
}

const ALL_ROLES: readonly Role[] = ['user', 'item', 'rating', 'time', 'history', 'preferences', 'exclude'];

function pickRoles(roles: Roles, wanted: readonly Role[]): Roles {
  const picked: Roles = {};
  for (const role of wanted) if (roles[role] !== undefined) picked[role] = roles[role];
  return picked;
}

function namedRoles(roles: Roles, header: readonly string[]): [string, string][] {
  return Object.entries(roles).map(([role, at]) => [role, header[at] ?? '']);
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
  };
}

function otherColumns(header: readonly string[], roles: Roles): number[] {
  const taken = new Set(Object.values(roles));
  return header.flatMap((_, at) => (taken.has(at) ? [] : [at]));
}

function source(inputs: Inputs, path: string): { path: string; delimiter: string | undefined } {
  return { path, delimiter: inputs.delimiter };
}
