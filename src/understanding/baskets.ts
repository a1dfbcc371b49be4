import { shown } from '../csv/cells.js';
import { listedBy } from '../csv/lists.js';
import { badData } from '../failure.js';
import type { FileRoles } from './file-roles.js';
import type { NamedColumns } from './roles.js';
import { shellWord } from './shell-word.js';

/** Refuses cells of several items, which would be taken for one; lists of profiles are cut at `|`. @throws Failure 65. */
export function refuseBaskets({ file, used }: FileRoles, named: NamedColumns): void {
  const role = used.item === undefined ? 'history' : 'item';
  const column = file.columns[used[role] ?? -1];
  const sign = column ? listedBy(column.distinct) : '';
  if (!column || sign === '' || named[role] || (role === 'history' && /[|[]/.test(sign))) return;
  const { name, filled } = column;
  const example = shown(filled.find((cell) => cell.includes(sign.charAt(0))) ?? '');
  const lists = `df[${JSON.stringify(name)}].${sign === '[]' ? 'map(ast.literal_eval)' : `str.split(${JSON.stringify(sign)})`}`;
  throw badData(
    `${file.name}:1: cells of ${shown(name)} hold several items (${example}), each needs a row of its own; in Python:\n  df.assign(item=${lists}).explode("item").to_csv(FILE, index=False)\n  if a cell is one item all the same, --${role}-col ${shellWord(name)} says so`,
  );
}
