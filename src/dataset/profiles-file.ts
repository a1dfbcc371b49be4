import { BadRow } from '../csv/bad-rows.js';
import { shown } from '../csv/cells.js';
import type { IdIndex, Ids } from '../events/ids.js';
import type { ProfileRoles } from '../understanding/file-roles.js';
import { AttributeFinder, type AttributeTable, attributeTable, spoiltNotes } from './attribute-table.js';
import type { FileReport } from './dataset.js';
import { EntityTable } from './entity-table.js';
import type { Inputs } from './inputs.js';
import { type PreferenceColumn, ProfileLists, preferenceColumns, readProfileLists } from './profiles.js';

/**
 * Reads a file of profiles, one row a user.
 * @param catalogue the attributes that preferences are about. @throws Failure 65 as `Table.eachRow`, also for a user who comes twice.
 */
export async function readProfiles(
  inputs: Inputs,
  { file, used, shown: roles, notes, warnings }: ProfileRoles,
  ids: Ids,
  catalogue: AttributeTable,
) {
  const { header } = file;
  const finder = new AttributeFinder(catalogue);
  const preferences = preferenceColumns(header, used, finder);
  const listed = new Set([...Object.values(used), ...preferences.map((column) => column.at)]);
  const columns = header.flatMap((_, at) => (listed.has(at) ? [] : [at]));
  const users = new EntityTable(inputs.keepColumns ? [...header.keys()] : columns, undefined);
  const lists = new ProfileLists();
  const table = await file.table();
  const lines = new Map<number, number>();
  const report = await table.eachRow((row) => {
    const readLists = (cells: readonly string[]) => {
      refuseRepeated(ids.users, cells[used.user] ?? '', lines);
      const use = readProfileLists(lists, cells, used, preferences, ids.items, finder);
      return (user: number) => {
        lines.set(user, row.line);
        use(user);
      };
    };
    users.take(row, used.user, ids.users, readLists);
  });
  const wish = { wanted: inputs.attributeColumns, words: false, learned: inputs.known?.groups };
  const groups = attributeTable(users, header, columns, wish, ids.users.size);
  const { count, first } = lists.unmatched;
  const unmatched = `preferences that match no attribute of the catalogue: ${count}, the first of them ${JSON.stringify(first)}; lists are cut at "|"`;
  const said: FileReport = {
    kind: 'profiles',
    table: report,
    roles: [...roles, ...statedPreferences(preferences, header)],
    skipped: [{ what: 'without a user id (empty, NA or NULL)', kind: users.withoutId, isWithoutId: true }],
    columns: groups.columns,
    unused: [],
    repeatedRows: 0,
    notes: [...notes, ...spoiltNotes(groups.spoilt), ...(count > 0 ? [unmatched] : [])],
    warnings: [...warnings, ...table.warnings],
  };
  const kept = inputs.keepColumns ? users.cellColumns(header, ids.users.size) : [];
  return { lists, groups, columns: kept, report: said };
}

/** @param lines the line of each user so far. @throws BadRow for a user who has one. */
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
