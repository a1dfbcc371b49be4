import { shown } from '../csv/cells.js';
import { ExitCode, Failure } from '../failure.js';
import { type AttributeTable, attributeTable, isSpoilt, spoiltNotes } from './attribute-table.js';
import { decideAttribute } from './attributes.js';
import type { FileReport } from './dataset.js';
import { EntityTable } from './entity-table.js';
import { itemsRoles } from './file-roles.js';
import { type Ids, type Inputs, openInput } from './inputs.js';
import { namedRoles, type Roles } from './roles.js';

/** What the items file holds. */
export interface Catalogue {
  table: EntityTable;
  titles: readonly string[];
  attributes: AttributeTable;
}

/** Reads the items file: ids, titles, and the attributes that items share. */
export async function readItems(inputs: Inputs, path: string, ids: Ids, reports: FileReport[]): Promise<Catalogue> {
  const file = await openInput(inputs, path);
  const { name, header } = file;
  const { roles, used, itemAt } = itemsRoles(name, header, inputs.named);
  const columns = otherColumns(header, roles);
  const table = new EntityTable(roles.title === undefined ? columns : [...columns, roles.title], roles.title);
  const report = await file.eachRow((row) => table.take(row, itemAt, ids.items));
  if (table.rows.used === 0) {
    throw new Failure(
      ExitCode.badData,
      `${name} holds no items: below its header no row has an id in column ${shown(header[itemAt] ?? '')}`,
    );
  }
  const count = ids.items.size;
  const titles = roles.title === undefined ? [] : table.cellsOf(roles.title, count);
  // A description that stands in for the title is still read for its words.
  if (roles.title !== undefined && isText(titles)) columns.push(roles.title);
  const attributes = attributeTable(table, header, columns, { wanted: inputs.attributeColumns, words: true }, count);
  reports.push({
    kind: 'items',
    table: report,
    roles: namedRoles(used, header),
    skipped: [{ what: 'without an item id (empty, NA or NULL)', kind: table.withoutId, isWithoutId: true }],
    columns: attributes.columns,
    unused: header.filter((_, at) => at === roles.user || at === roles.time || at === roles.rating),
    repeatedRows: table.rows.repeated,
    warnings: [],
    notes: spoiltNotes([
      ...new Set([...(titles.some(isSpoilt) ? [header[roles.title ?? 0] ?? ''] : []), ...attributes.spoilt]),
    ]),
  });
  return { table, titles, attributes };
}

function isText(cells: readonly string[]): boolean {
  return decideAttribute({ name: '', cells }, false).as === 'text';
}

function otherColumns(header: readonly string[], roles: Roles): number[] {
  const taken = new Set(Object.values(roles));
  return header.flatMap((_, at) => (taken.has(at) ? [] : [at]));
}
