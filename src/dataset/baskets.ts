import { shown } from '../csv/cells.js';
import { ExitCode, Failure } from '../failure.js';
import type { FileRoles } from './file-roles.js';
import type { NamedColumns } from './roles.js';
import type { SampledColumn } from './sampled-column.js';
import { shellWord } from './shell-word.js';

/** Refuses cells of several items, which would be taken for one; lists of profiles are cut at `|`. @throws Failure 65. */
export function refuseBaskets({ file, used }: FileRoles, named: NamedColumns): void {
  const role = used.item === undefined ? 'history' : 'item';
  const column = file.columns[used[role] ?? -1];
  const sign = column?.listedBy ?? '';
  if (!column || sign === '' || named[role] || (role === 'history' && /[|[]/.test(sign))) return;
  const message = `${basketHint(column)}\n  if a cell is one item all the same, --${role}-col ${shellWord(column.name)} says so`;
  throw new Failure(ExitCode.badData, `${file.name}:1: ${message}`);
}

export function basketHint({ name, filled, listedBy: sign }: SampledColumn): string {
  const column = `df[${JSON.stringify(name)}]`;
  const lists = sign === '[]' ? 'map(ast.literal_eval)' : `str.split(${JSON.stringify(sign)})`;
  const example = shown(filled.find((cell) => cell.includes(sign.charAt(0))) ?? '');
  return `cells of ${shown(name)} hold several items (${example}), each needs a row of its own; in Python:\n  ${column} = ${column}.${lists}; df.explode(${JSON.stringify(name)}).to_csv(FILE, index=False)`;
}
