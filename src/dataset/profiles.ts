import { BadRow } from '../csv/bad-rows.js';
import { isBlank, listEntries, normalised, shown, strengthTrouble } from '../csv/cells.js';
import { checkId, type IdIndex, type Ids } from '../events/ids.js';
import type { ProfileRoles } from '../understanding/file-roles.js';
import type { Roles } from '../understanding/roles.js';
import {
  type AttributeFinder,
  type AttributeTable,
  attributeFinder,
  attributeTable,
  spoiltNotes,
} from './attributes/attribute-table.js';
import { entityTable } from './attributes/entity-table.js';
import type { FileReport } from './dataset.js';
import { Entries } from './entries.js';
import type { Inputs } from './inputs.js';

/** What profiles say about users besides their attributes. */
export class ProfileLists {
  /** users × items: what they had, liked (above 0) or disliked (below 0). */
  readonly history = new Entries();
  /** users × attribute values: what they asked for (above 0) or do not want (below 0). */
  readonly preferences = new Entries();
  /** users × items that must not be offered. */
  readonly exclude = new Entries();
  /** Preferences that match nothing in the catalogue. */
  readonly unmatched = { count: 0, first: '' };
  /** Entries of histories and exclusions: how many name an item of an earlier file, how many do not, and the first of these. */
  readonly matches = { history: { known: 0, unknown: 0, first: '' }, exclude: { known: 0, unknown: 0, first: '' } };
}

/**
 * Reads a file of profiles, one row a user.
 * @param catalogue the attributes that preferences are about. @throws Failure 65 as `Table.eachRow`, also for a user with two rows.
 */
export async function readProfiles(
  inputs: Inputs,
  { file, used, shown: roles, notes, warnings }: ProfileRoles,
  ids: Ids,
  catalogue: AttributeTable,
) {
  const { header } = file;
  const finder = attributeFinder(catalogue);
  const preferences = preferenceColumns(header, used, finder);
  const listColumns = new Set([...Object.values(used), ...preferences.map((column) => column.at)]);
  const columns = header.flatMap((_, at) => (listColumns.has(at) ? [] : [at]));
  const users = entityTable(inputs.keepColumns ? [...header.keys()] : columns, undefined);
  const lists = new ProfileLists();
  const knownItems = ids.items.size;
  const table = await file.table();
  const lines = new Map<number, number>();
  const tableReport = await table.eachRow((row) => {
    const id = row.cells[used.user] ?? '';
    refuseRepeated(ids.users, id, lines);
    const addLists = isBlank(id)
      ? () => {}
      : readProfileLists(lists, row.cells, used, preferences, ids.items, knownItems, finder);
    const user = users.take(row, used.user, ids.users);
    if (user === undefined) return;
    lines.set(user, row.line);
    addLists(user);
  });
  const options = { wanted: inputs.attributeColumns, words: false, learned: inputs.known?.groups };
  const groups = attributeTable(users, header, columns, options, ids.users.size);
  const { count, first } = lists.unmatched;
  const noneMatches = count > 1 && lists.preferences.row.length === 0;
  const what = noneMatches ? 'not one preference matches an attribute' : 'preferences that match no attribute';
  const unmatched = `${what} of the catalogue: ${count}, the first of them ${JSON.stringify(first)}; lists are cut at "|"`;
  const unknownItems = Object.entries(lists.matches).flatMap(([list, { known, unknown, first }]) =>
    knownItems === 0 || known > 0 || unknown < 2
      ? []
      : [
          `not one of the ${unknown} entries of its lists ${JSON.stringify(header[used[list as 'history'] ?? -1])} is an item that other files have, the first of them ${JSON.stringify(first)}; lists are cut at "|"`,
        ],
  );
  const report: FileReport = {
    kind: 'profiles',
    table: tableReport,
    roles: [...roles, ...statedPreferences(preferences, header)],
    skipped: [{ what: 'without a user id (empty, NA or NULL)', kind: users.withoutId, isWithoutId: true }],
    columns: groups.columns,
    unused: [],
    repeatedRows: 0,
    notes: [...notes, ...spoiltNotes(groups.spoilt), ...(count > 0 && !noneMatches ? [unmatched] : [])],
    warnings: [...warnings, ...table.warnings, ...(noneMatches ? [unmatched] : []), ...unknownItems],
  };
  const kept = inputs.keepColumns ? users.cellColumns(header, ids.users.size) : [];
  return { lists, groups, columns: kept, report };
}

/** @param lines the line of each user so far. @throws BadRow for a user who has one already. */
function refuseRepeated(users: IdIndex, id: string, lines: ReadonlyMap<number, number>): void {
  const line = lines.get(users.get(id) ?? -1);
  if (line === undefined) return;
  throw new BadRow(
    `user ${shown(id)} has a row already, on line ${line}; profiles have one row a user\n  if the rows are events, --item-col NAME says which column is the item`,
  );
}

/** Columns like `preferred_cuisines`, as roles. */
function statedPreferences(preferences: readonly PreferenceColumn[], header: readonly string[]): [string, string][] {
  return preferences
    .filter((column) => column.attribute !== undefined)
    .map((column) => [column.sign > 0 ? 'preference' : 'dislike', header[column.at] ?? '']);
}

/** A column of preferences, with the attribute that its name states, if any, and the sign of its entries. */
interface PreferenceColumn {
  at: number;
  attribute: string | undefined;
  sign: 1 | -1;
}

/** The preference columns of a profiles file: the one with that role, and ones like `preferred_cuisines`, `disliked_genres`. */
function preferenceColumns(header: readonly string[], roles: Roles, finder: AttributeFinder): PreferenceColumn[] {
  const columns: PreferenceColumn[] = [];
  if (roles.preferences !== undefined) columns.push({ at: roles.preferences, attribute: undefined, sign: 1 });
  const taken = new Set(Object.values(roles));
  header.forEach((name, at) => {
    const match = /^(preferred|favou?rite|liked|likes?|disliked|dislikes?|hated|avoids?)(.+)$/.exec(normalised(name));
    const attribute = match?.[2];
    if (taken.has(at) || attribute === undefined || !finder.hasColumn(attribute)) return;
    columns.push({ at, attribute, sign: /^(dis|hate|avoid)/.test(match?.[1] ?? '') ? -1 : 1 });
  });
  return columns;
}

/**
 * Reads the list cells of one profile before anything is added, so that a bad row leaves no traces.
 *
 * @returns a function that adds them to `lists` for a user. @throws BadRow where they cannot be read.
 */
function readProfileLists(
  lists: ProfileLists,
  cells: readonly string[],
  roles: Roles,
  preferences: readonly PreferenceColumn[],
  items: IdIndex,
  knownItems: number,
  finder: AttributeFinder,
): (user: number) => void {
  const knownItem = (text: string) => items.has(text);
  const cellOf = (at: number | undefined) => (at === undefined ? '' : (cells[at] ?? ''));
  const history = listEntries(cellOf(roles.history), knownItem);
  const preferred = preferences.flatMap((column) => {
    const isKnown = (text: string) => finder.find(text, column.attribute).length > 0;
    return listEntries(cellOf(column.at), isKnown).map((entry) => ({ column, entry }));
  });
  const entries = [...history, ...preferred.map(({ entry }) => entry)];
  const [trouble] = entries.flatMap((entry) => strengthTrouble(entry, shown) ?? []);
  if (trouble !== undefined) throw new BadRow(trouble);
  for (const { text } of history) checkId(Buffer.from(text));
  return (user) => {
    const count = (list: 'history' | 'exclude', text: string) => {
      const matches = lists.matches[list];
      if ((items.get(text) ?? knownItems) < knownItems) matches.known++;
      else if (matches.unknown++ === 0) matches.first = text;
    };
    for (const { text, strength } of history) {
      count('history', text);
      lists.history.add(user, items.add(text), strength);
    }
    // Entries have no strengths and are taken as they stand; a list in brackets is read as a list, unless it is an id.
    for (const entry of listEntries(cellOf(roles.exclude), (text) => !/^[[{]/.test(text) || items.has(text))) {
      count('exclude', entry.text);
      const item = items.get(entry.text);
      if (item !== undefined) lists.exclude.add(user, item, 1);
    }
    for (const { column, entry } of preferred) {
      const values = finder.find(entry.text, column.attribute);
      if (values.length === 0 && lists.unmatched.count++ === 0) lists.unmatched.first = entry.text;
      for (const value of values) lists.preferences.add(user, value, column.sign * entry.strength);
    }
  };
}
