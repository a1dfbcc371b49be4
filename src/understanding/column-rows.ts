import { isBlank, shown } from '../csv/cells.js';
import { badData } from '../failure.js';
import type { OpenFile } from './open-files.js';
import { SampledColumn } from './sampled-column.js';
import { shellWord } from './shell-word.js';

/* Rows right below the header that say what the columns hold. */

/** Words for what a column holds, as data catalogues, spreadsheets of statistics and BI tools write below the header. */
const COLUMN_TYPE =
  /^(?:str(?:ing)?|text|n?(?:var)?char|(?:big|small|tiny)?int(?:eger)?\d*|long|float\d*|double|real|num(?:ber|eric)?|decimal|bool(?:ean)?|date|(?:date)?time(?:stamp)?(?:\[ns\])?|datetime64(?:\[ns\])?|object|category|categorical|uuid|guid|factor|continuous|discrete|nominal|ordinal|dimension|measure)(?:\(\d+(?:, ?\d+)?\))?$/i;
/** Among fewer rows, one that differs from the others may be data. */
const FEWEST_OTHERS = 10;

/** @throws Failure 65 if the rows right below the header say what the columns hold: their types, or descriptions. */
export function refuseColumnRows({ columns, top, name, path, isConverted }: OpenFile): void {
  let rows = 0;
  while (!isConverted && describesColumns(columns, rows)) rows++;
  if (rows === 0) return;
  const line = top.findIndex((text) => text !== '') + 1;
  const cells = columns.slice(0, 4).map((column) => shown(column.cells[0] ?? ''));
  throw badData(
    `${name}:${line}: the row below the header (${cells.join(', ')}) says what the columns hold, and is no data\n  sed ${rows > 1 ? `${line},` : ''}${line + rows - 1}d ${shellWord(path)} leaves it out`,
  );
}

/**
 * True if all cells of a row are names of types that do not come again, or if several are phrases in columns without any other space, and none
 * is a number or a time as in the rows below.
 */
function describesColumns(columns: readonly SampledColumn[], row: number): boolean {
  const filled = columns.filter(({ cells }) => !isBlank(cells[row] ?? ''));
  const cells = filled.map((column) => (column.cells[row] ?? '').trim());
  if (cells.length < 2 || cells.some((cell) => cell !== '-' && !/\p{L}/u.test(cell))) return false;
  const below = filled.map((column) => new SampledColumn(column.name, column.at, column.cells.slice(row + 1)));
  const others = below[0]?.cells.length ?? 0;
  if (others === 0) return false;
  if (
    cells.every((cell, at) => /^\{"ImportId"/.test(cell) || (COLUMN_TYPE.test(cell) && !below[at]?.distinct.has(cell)))
  )
    return true;
  if (others < FEWEST_OTHERS) return false;
  const phrases = cells.filter(
    (cell, at) => /\p{L} \p{L}/u.test(cell) && !below[at]?.filled.some((other) => / /.test(other)),
  );
  return phrases.length > 1;
}
