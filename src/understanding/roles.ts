import { isBlank, shown, truthWord } from '../csv/cells.js';
import { badData, type Failure, misuse } from '../failure.js';
import { didYouMean } from './closest.js';
import { type Candidate, candidatesOf, misfitReason, unfitValues } from './role-candidates.js';
import type { SampledColumn } from './sampled-column.js';
import { shellWord } from './shell-word.js';
import { columnKey, kindByName, type Role } from './vocabulary.js';

/** Names from options, by role: the first one that a file has is its column. */
export type NamedColumns = Partial<Record<Role, readonly string[]>>;

/** Role → position of its column in the header. */
export type Roles = Partial<Record<Role, number>>;

/** The header and the first rows of a file, from which its columns are recognised. */
export interface SampledFile {
  /** The name of the file in messages. */
  name: string;
  header: readonly string[];
  columns: readonly SampledColumn[];
}

/** The roles of a file's columns, and how certain they are. */
export interface RecognisedRoles {
  roles: Roles;
  /** Choices of a column that does not have the best name, and why. */
  notes: string[];
  /** Choices with little evidence. */
  warnings: string[];
}

/** The value of an option instead of a name if no column shall have the role. */
export const NO_COLUMN = 'none';

/**
 * Finds the column of each wanted role, first from names, then from values.
 *
 * @param wanted in the order in which roles choose. @param own the role of a bare `id` column in this file.
 * @param mayStandIn whether a role may have a column whose name usually means something else.
 * @throws Failure 65 if a role is ambiguous between two columns.
 */
export function recogniseRoles(
  { name: path, header, columns }: SampledFile,
  wanted: readonly Role[],
  named: NamedColumns,
  own: Role,
  mayStandIn: (role: Role) => boolean = () => true,
): RecognisedRoles {
  const recognised: RecognisedRoles = { roles: {}, notes: [], warnings: [] };
  const { roles } = recognised;
  const taken = new Set<number>();
  const standIns: Role[] = [];
  for (const role of wanted) {
    const name = named[role]?.find((each) => header.includes(each));
    if (name === undefined) continue;
    const column = header.indexOf(name);
    if (header.indexOf(name, column + 1) >= 0) {
      throw badData(`${path}:1: two columns are called ${shown(name)}; rename one`);
    }
    if (taken.has(column)) throw misuse(`--${role}-col: "${name}" has another role already`);
    roles[role] = column;
    taken.add(column);
  }
  for (const role of wanted) {
    if (roles[role] !== undefined || named[role]?.includes(NO_COLUMN)) continue;
    const free = columns.filter(({ at }) => !taken.has(at));
    const chosen = chosenColumn(path, free, role, own, recognised);
    if (chosen === undefined || (chosen.isStandIn && !mayStandIn(role))) continue;
    roles[role] = chosen.column.at;
    taken.add(chosen.column.at);
    if (chosen.isStandIn) standIns.push(role);
  }
  // A title in place of the item needs no warning if no other column could be the item.
  const isUnused = columns.some(({ at, name, isNearlyEmpty }) => name !== '' && !taken.has(at) && !isNearlyEmpty);
  for (const role of standIns)
    if (role !== 'item' || isUnused) recognised.warnings.push(standInWarning(role, header[roles[role] ?? 0] ?? ''));
  return recognised;
}

/** The warning about a column whose name usually means something else. */
export function standInWarning(role: Role, name: string): string {
  return `no column is clearly the ${role}; ${shown(name)} stands in for it\n  check that, and settle it with --${role}-col ${shellWord(name)} or another name`;
}

function chosenColumn(
  path: string,
  columns: readonly SampledColumn[],
  role: Role,
  own: Role,
  { roles, notes, warnings }: RecognisedRoles,
): Candidate | undefined {
  const candidates = candidatesOf(columns, role, role === own);
  const context = { hasItem: roles.item !== undefined, others: candidates };
  const fitting = candidates.filter((candidate) => misfitReason(role, candidate, context) === '');
  const isSparse = (candidate: Candidate) =>
    candidate.column.filled.length > 0 && !candidate.isBare && unfitValues(role, candidate, context) === '';
  const best = fitting[0] ?? candidates.find(isSparse) ?? candidates.find((candidate) => candidate.isKept);
  const adorned = role === 'rating' ? candidates.find((each) => each === best || isAdorned(each.column)) : undefined;
  if (adorned && adorned !== best) {
    const example = `${shown(adorned.column.name)} holds ${shown(adorned.column.filled[0] ?? '')}, no plain numbers`;
    warnings.push(`${example}, so it is not used as the ${role}\n  write plain numbers, or say --rating-col none`);
  }
  if (!best) return undefined;
  const rival = fitting.find((each) => each !== best && each.rank === best.rank);
  if (rival) {
    const both = [best, rival].map(({ column: { name, at } }) => `${shown(name)} (column ${at + 1})`).join(' and ');
    throw badData(
      `${path}:1: ${both} could each be the ${role} column; rename one, or settle it with --${role}-col NAME`,
    );
  }
  const { name } = best.column;
  const [first] = candidates;
  if (first === best && !fitting.includes(best) && !best.column.isNearlyEmpty && best.column.cells.length > 0) {
    warnings.push(
      `${role} = ${shown(name)}, although it ${misfitReason(role, best, context)}\n  --${role}-col NAME says which column it is`,
    );
  }
  const other = candidates.find((each) => !each.isStandIn && !each.isBare && completes(best.column, each.column, role));
  if (other && (role === 'user' || role === 'item' || role === 'rating')) {
    warnings.push(
      `${shown(name)} is the ${role}, and empty in rows in which ${shown(other.column.name)} is filled: these have no ${role}\n  write both into one column, or confirm it with --${role}-col ${shellWord(name)}`,
    );
  }
  const isOfTracks = role === 'item' && /^(?:artist|album)(?:id|mbid)?$/.test(columnKey(name));
  const track = candidates.find(({ column }) => isOfTracks && /(?:track|song)(?:name)?$/.test(columnKey(column.name)));
  if (track && track.column.distinct.size > best.column.distinct.size) {
    warnings.push(
      `${shown(name)} is the item, although ${shown(track.column.name)} names more: the lists have none of these\n  --item-col ${shellWord(track.column.name)} takes them instead, --item-col ${shellWord(name)} confirms it`,
    );
  }
  if (first && first !== best) {
    notes.push(`${role} = ${shown(name)}, since ${shown(first.column.name)} ${misfitReason(role, first, context)}`);
  }
  return best;
}

/** A smaller share of the rows may be mistakes. */
const MANY = 0.05;

/**
 * True if `other` is filled in many rows, and only where the column is empty: two merged exports had different names for it. E-mail
 * addresses may be filled in other rows, too: guests of a shop leave only those.
 */
function completes({ cells, filled }: SampledColumn, other: SampledColumn, role: Role): boolean {
  const isAlone = (row: number) => isBlank(cells[row] ?? '');
  const rows = other.cells.flatMap((cell, row) => (isBlank(cell) ? [] : [row]));
  const alone = rows.filter(isAlone);
  const isOfGuests = role === 'user' && other.filled.every((cell) => cell.includes('@'));
  return (
    filled.length > 0 &&
    alone.length >= MANY * cells.length &&
    alone.length > 1 &&
    (isOfGuests || alone.length === rows.length)
  );
}

/** True for numbers and yes/no in a format that is not read: `1,234`, `$2`, `yes`; if the name means a count, also `5 pcs`, `1:30`. */
function isAdorned({ name, filled, numbers }: SampledColumn): boolean {
  const kind = kindByName(name);
  const isSum = (cell: string) => /\p{N}/u.test(cell) && (kind === 'count' || !/\p{L}{2}|[:/]/u.test(cell));
  const are = (holds: (cell: string) => boolean) => filled.length > 0 && filled.every(holds);
  return numbers < 0.5 && kind !== 'scale' && (are(isSum) || are((cell) => !Number.isNaN(truthWord(cell))));
}

/** The failure for a file without a required column. */
export function missingColumn(path: string, header: readonly string[], role: Role, named: NamedColumns): Failure {
  const has = columnsShown(header);
  const wantedName = named[role]?.[0];
  if (wantedName !== undefined && wantedName !== NO_COLUMN) {
    const hint = didYouMean(wantedName, header, shown);
    return badData(`${path}:1: no column ${shown(wantedName)} (--${role}-col)${hint}\n  ${has}`);
  }
  return badData(`${path}:1: no column that looks like the ${role}; name it with --${role}-col NAME\n  ${has}`);
}

const NAMES_SHOWN = 30;

/** The list of columns for a message, with a hint at the delimiter if there is only one. */
function columnsShown(header: readonly string[]): string {
  const names = header.slice(0, NAMES_SHOWN).map(shown);
  if (header.length > NAMES_SHOWN) names.push(`and ${header.length - NAMES_SHOWN} more`);
  const hint = header.length === 1 ? '; if these are several, name their separator with --delimiter' : '';
  return `its columns: ${names.join(', ')}${hint}`;
}

/** Refuses options that name a column which is in no file. @param columns with a role, and those of other files. @throws Failure 2. */
export function requireNamedColumns(named: NamedColumns, columns: readonly string[]): void {
  for (const [role, names] of Object.entries(named)) {
    const column = names.find((each) => !columns.includes(each) && each !== NO_COLUMN);
    if (column === undefined) continue;
    throw misuse(`--${role}-col: no file has a column ${shown(column)} that can be the ${role}`);
  }
}

/** The same for attributes. @param columns that may be attributes. @throws Failure 2. */
export function requireNamedAttributes(attributes: readonly string[] | undefined, columns: readonly string[]): void {
  const name = attributes?.find((each) => !columns.includes(each));
  if (name !== undefined)
    throw misuse(`--attributes: no file has a column ${JSON.stringify(name)} free to be an attribute`);
}

/** Only the wanted ones of `roles`, in the order of `wanted`. */
export function pickRoles(roles: Roles, wanted: readonly Role[]): Roles {
  const picked: Roles = {};
  for (const role of wanted) if (roles[role] !== undefined) picked[role] = roles[role];
  return picked;
}

/** Role and header name of each column that has a role. */
export function namedRoles(roles: Roles, header: readonly string[]): [string, string][] {
  return Object.entries(roles).map(([role, at]) => [role, header[at] ?? '']);
}
