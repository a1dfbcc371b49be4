import { normalised } from '../csv/cells.js';
import type { Dataset } from '../dataset/dataset.js';
import { misuse } from '../failure.js';
import { rowLength, rowOf, type SparseRows } from '../matrix/sparse.js';
import { didYouMean } from '../understanding/closest.js';

/** Users who are measured together. */
export interface UserGroup {
  /** "all", "history 1–4", "country:FR". */
  name: string;
  /** Rising positions among the tested users. */
  members: Uint32Array;
}

/** Bounds of the groups by history, both inclusive. */
const HISTORIES: readonly (readonly [name: string, from: number, to: number])[] = [
  ['history 0', 0, 0],
  ['history 1-4', 1, 4],
  ['history 5-19', 5, 19],
  ['history 20+', 20, Number.POSITIVE_INFINITY],
];

/**
 * Groups users by how many of their interactions, of any kind, are learned from. Groups without a user are empty, not left out.
 * @param train users × items. @param users the tested ones, as its rows.
 */
export function groupsByHistory(train: SparseRows, users: Uint32Array): UserGroup[] {
  const history = users.map((user) => rowLength(train, user));
  return HISTORIES.map(([name, from, to]) => ({
    name,
    members: users.map((_, at) => at).filter((at) => history[at]! >= from && history[at]! <= to),
  }));
}

/**
 * Groups users by the values of one attribute, in the order of the values. Users without a value, if any, are the last group
 * ("country: none"). A user with several values is in several groups.
 * @param column a name that `attributeColumn` returned. @param users the tested ones, as rows of `groups`.
 */
export function groupsByAttribute(
  { groups, groupNames }: Pick<Dataset, 'groups' | 'groupNames'>,
  column: string,
  users: Uint32Array,
): UserGroup[] {
  const isOfColumn = groupNames.map((name) => name.startsWith(`${column}:`));
  const members = groupNames.map((): number[] => []);
  const without: number[] = [];
  users.forEach((user, at) => {
    const own = rowOf(groups, user).filter((value) => isOfColumn[value]);
    for (const value of own) members[value]!.push(at);
    if (own.length === 0) without.push(at);
  });
  const named = groupNames.map((name, value) => ({ name, members: Uint32Array.from(members[value]!) }));
  const ofColumn = named.filter((group, value) => isOfColumn[value] && group.members.length > 0);
  if (without.length === 0) return ofColumn;
  return [...ofColumn, { name: `${column}: none`, members: Uint32Array.from(without) }];
}

/**
 * The column that a name of `--by` means, whatever its case, spaces and punctuation. @param columns the existing ones.
 * @throws Failure 2 if it is not one of them; the message lists them.
 */
export function attributeColumn(name: string, columns: readonly string[]): string {
  const column = columns.find((each) => each === name) ?? columns.find((each) => normalised(each) === normalised(name));
  if (column !== undefined) return column;
  if (columns.length === 0)
    throw misuse(
      `--by ${name}: the users have no attributes; a file of profiles, one user a row, would give them some`,
    );
  const inQuotes = (each: string) => `"${each}"`;
  const hint = didYouMean(name, columns, inQuotes);
  const all = columns.map(inQuotes).join(', ');
  throw misuse(`--by ${name}: the users have no such attribute${hint}\n  their attributes: ${all}`);
}
