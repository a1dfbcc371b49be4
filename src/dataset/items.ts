import { type CellColumn, shown as shownCell } from '../csv/cells.js';
import type { Ids } from '../events/ids.js';
import { badData } from '../failure.js';
import type { ItemsRoles } from '../understanding/file-roles.js';
import { columnKey } from '../understanding/vocabulary.js';
import { type AttributeTable, attributeTable, isSpoilt, spoiltNotes } from './attributes/attribute-table.js';
import { decideAttribute } from './attributes/attributes.js';
import { availabilityReader } from './attributes/availability.js';
import { type EntityTable, entityTable } from './attributes/entity-table.js';
import type { FileReport } from './dataset.js';
import type { Inputs } from './inputs.js';

/** The contents of the items file. */
export interface Catalogue {
  table: EntityTable;
  titles: readonly string[];
  attributes: AttributeTable;
  columns: readonly CellColumn[];
  /** By item, 1 where it can be sold; undefined where no column says so. */
  available: Uint8Array | undefined;
}

/** Reads the items file: ids, titles, and the attributes that items share. */
export async function readItems(
  inputs: Inputs,
  { file: opened, used, set: roles, shown, notes, warnings }: ItemsRoles,
  ids: Ids,
  reports: FileReport[],
): Promise<Catalogue> {
  const file = await opened.table();
  const { name, header } = file;
  const itemAt = used.item;
  const taken = new Set(Object.values(roles));
  const columns = header.flatMap((name, at) => (taken.has(at) || name === '' ? [] : [at]));
  const titled = roles.title === undefined ? columns : [...columns, roles.title];
  const table = entityTable(inputs.keepColumns ? [...header.keys()] : titled, roles.title);
  const fillIn = productFiller(header, itemAt);
  const availability = availabilityReader(header, inputs.availability);
  const report = await file.eachRow((row) => {
    const cells = fillIn(row.cells);
    const item = table.take({ ...row, cells }, itemAt, ids.items);
    if (item !== undefined) availability.take(cells, item);
  });
  if (table.rows.used === 0) {
    throw badData(
      `${name} holds no items: below its header no row has an id in column ${shownCell(header[itemAt] ?? '')}`,
    );
  }
  const count = ids.items.size;
  const titles = roles.title === undefined ? [] : table.cellsOf(roles.title, count);
  // A description that stands in for the title is still read for its words.
  const isText = decideAttribute({ name: '', cells: titles }, false).as === 'text';
  if (roles.title !== undefined && isText) columns.push(roles.title);
  const spoiltTitle = titles.some(isSpoilt) ? [header[roles.title ?? 0] ?? ''] : [];
  const attributes = attributeTable(table, header, columns, { wanted: inputs.attributeColumns, words: true }, count);
  const saleable = availability.of(count, inputs.now ?? Date.now() / 1000, inputs.dayOrder);
  reports.push({
    kind: 'items',
    table: report,
    roles: shown,
    skipped: [{ what: 'without an item id (empty, NA or NULL)', kind: table.withoutId, isWithoutId: true }],
    columns: attributes.columns,
    unused: header.filter((_, at) => at === roles.user || at === roles.time || at === roles.rating),
    repeatedRows: table.rows.repeated,
    warnings: [...warnings, ...file.warnings, ...saleable.warnings],
    notes: [...notes, ...spoiltNotes([...new Set([...spoiltTitle, ...attributes.spoilt])]), ...saleable.notes],
  });
  const kept = inputs.keepColumns ? table.cellColumns(header, count) : [];
  return { table, titles, attributes, columns: kept, available: saleable.available };
}

/**
 * Shops export a product as several rows with one handle, a row per variant, and describe it in the first of them only.
 * @returns a function that fills empty cells of later rows from the first, except those about the item or its variant.
 */
function productFiller(header: readonly string[], itemAt: number): (cells: string[]) => string[] {
  const keys = header.map(columnKey);
  const handleAt = keys.indexOf('handle');
  if (handleAt < 0 || handleAt === itemAt) return (cells) => cells;
  const isOwn = keys.map((key, at) => at === itemAt || /^(variant|option|image)/.test(key));
  let first: readonly string[] = [];
  return (cells) => {
    if (cells[handleAt] !== first[handleAt]) first = cells;
    return cells.map((cell, at) => (cell === '' && !isOwn[at] ? (first[at] ?? '') : cell));
  };
}
