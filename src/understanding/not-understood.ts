import { shown } from '../csv/cells.js';
import { listOf, listSeparator } from '../csv/lists.js';
import { badData, Failure } from '../failure.js';
import type { FileRoles, ProfileRoles } from './file-roles.js';
import { guessedColumns, looksLikeData } from './headerless.js';
import type { DescribedFiles } from './inputs.js';
import type { OpenFile, OpenFiles } from './open-files.js';
import { candidatesOf } from './role-candidates.js';
import { missingColumn, type NamedColumns, type Roles, recogniseRoles, type SampledFile } from './roles.js';
import { SampledColumn } from './sampled-column.js';
import { shellWord } from './shell-word.js';
import { columnKey, type Role } from './vocabulary.js';

/* Files that cannot be understood: each failure says what to do. */

/** @throws Failure 65 for files without a header, with the command that probably reads them. */
export function refuseHeaderless(files: OpenFiles, inputs: DescribedFiles): void {
  for (const file of [...files.users, ...files.interactions]) refusePreamble(file, inputs);
  const events = [...files.users, ...files.interactions].filter((file) =>
    lacksHeader(file, inputs.columns, inputs, 'user'),
  );
  const items = files.items && lacksHeader(files.items, inputs.itemColumns, inputs, 'item') ? files.items : undefined;
  const [first = items] = events;
  if (!first) return;
  const columns = events[0] ? guessedColumns(events[0], 'events') : inputs.columns;
  const itemColumns = items ? guessedColumns(items, 'items') : inputs.itemColumns;
  const names = [...events, items].flatMap((file) => (file ? [file.name] : []));
  const line = first.header.some((name) => name !== '')
    ? first.header
    : first.columns.map(({ cells }) => cells[0] ?? '');
  throw badData(
    `${first.name}:1: its first line (${line.slice(0, 8).map(shown).join(', ')}) looks like data: ${names.length > 1 ? `${names.join(' and ')} have` : 'the file has'} no header\n  if these are the columns, this reads it:\n  ${commandFor(inputs, columns, itemColumns)}`,
  );
}

/** @throws Failure 65 if a line below the first one names the columns: some exports begin with a title or a date. */
function refusePreamble(file: OpenFile, inputs: DescribedFiles): void {
  const { named, columns } = inputs;
  if (file.isConverted || columns || named.user || named.item || namesColumns(file.header)) return;
  const cut = (line: string, sign: string) => line.split(sign).map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
  const line = file.top.findIndex((text) => [',', ';', '\t', '|'].some((sign) => namesColumns(cut(text, sign)))) + 1;
  if (line === 0) return;
  throw badData(
    `${file.name}:${line}: the columns are named here, below other lines; this leaves those out:\n  tail -n +${line} ${shellWord(file.path)} | recommend -u -`,
  );
}

function namesColumns(header: readonly string[]): boolean {
  const columns = SampledColumn.ofNames(header);
  const isNamed = (role: 'user' | 'item') => candidatesOf(columns, role, false).some(({ isStandIn }) => !isStandIn);
  return isNamed('item') && isNamed('user');
}

/** True if neither options nor names tell what the columns are, and the first line is like the others. */
function lacksHeader(
  file: OpenFile,
  columns: readonly string[] | undefined,
  { named }: DescribedFiles,
  role: 'user' | 'item',
): boolean {
  if (file.isConverted || (columns && columns.length > 0)) return false;
  if (columns) return true;
  const { roles } = recogniseRoles(file, ['item', 'user'], named, role);
  return roles[role] === undefined && looksLikeData(file);
}

/** The typed command with its files, and with the columns named. */
function commandFor(
  inputs: DescribedFiles,
  columns: readonly string[] | undefined,
  itemColumns: readonly string[] | undefined,
): string {
  const { users, items, interactions, orders, delimiter } = inputs;
  const words = [
    'recommend',
    ...['-u', ...users],
    ...(items === undefined ? [] : ['-i', items]),
    ...(interactions.length === 0 ? [] : ['--interactions', ...interactions]),
    ...(orders === undefined ? [] : ['--orders', orders]),
    ...(delimiter === undefined ? [] : ['--delimiter', delimiter]),
    ...(columns === undefined ? [] : ['--no-header', '--columns', columns.join(',')]),
    ...(itemColumns === undefined ? [] : ['--item-columns', itemColumns.join(',')]),
  ];
  return words.map(shellWord).join(' ');
}

/** The failure for a file without a user column. */
export function noUserColumn(file: OpenFile, roles: Roles, files: OpenFiles, inputs: DescribedFiles): Failure {
  if (inputs.named.user !== undefined) return missingColumn(file.name, file.header, 'user', inputs.named);
  if (roles.order === undefined && files.items && files.items !== file && hasBoth(files.items, 'item', 'user')) {
    const swapped = `${files.items.name} says who had which item: recommend -u ${shellWord(files.items.path)} -i ${shellWord(file.path)}`;
    return withHints(missingColumn(file.name, file.header, 'user', inputs.named), [swapped]);
  }
  const order = file.columns[roles.order ?? -1];
  const own = candidatesOf(file.columns, 'user', true).find(({ isBare }) => isBare)?.column;
  const hints = fileHints(file);
  const pair = pairedIds(file);
  const likely = pair ? undefined : likelyIds(file, roles, 'user');
  if (pair) {
    const [one = '', other = ''] = pair.map(({ name }) => name);
    hints.push(
      `${shown(one)} and ${shown(other)} hold the same ids; a list of similar items does not say who had what: give the events instead\n  if people chose people, --user-col ${shellWord(one)} --item-col ${shellWord(other)} says so`,
    );
  } else if (likely) {
    const why = `whose ${likely.distinct.size} values come again with other items`;
    hints.push(`perhaps it is ${shown(likely.name)}, ${why}: --user-col ${shellWord(likely.name)}`);
  }
  if (own) hints.push(`${shown(own.name)} is different on every row, so it is the row's own id`);
  if (order) {
    const orders = [files.items, ...files.users].find(
      (other) => other && other !== file && hasBoth(other, 'order', 'user'),
    );
    hints.push(
      `its rows name orders (${shown(order.name)}): --orders ${orders ? `${shellWord(orders.path)} has the user of each` : 'FILE gives the user of each order'}`,
      `if every order comes from a different user, --user-col ${shellWord(order.name)} takes the orders for users`,
    );
  }
  return withHints(missingColumn(file.name, file.header, 'user', inputs.named), hints);
}

function hasBoth(file: SampledFile, one: Role, other: Role): boolean {
  const { roles } = recogniseRoles(file, [one, other], {}, one);
  return roles[one] !== undefined && roles[other] !== undefined;
}

/** The failure for a catalogue without an item column. */
export function noCatalogue(items: OpenFile, files: OpenFiles, { named }: DescribedFiles): Failure {
  const [users] = files.users;
  const hints =
    users && hasBoth(items, 'order', 'user')
      ? [`it says who placed which order: recommend -u ${shellWord(users.path)} --orders ${shellWord(items.path)}`]
      : [];
  return withHints(missingColumn(items.name, items.header, 'item', named), hints);
}

/** Refuses orders that were given as users: the items are in the lines of the orders. @throws Failure 65. */
export function refuseOrders({ file, used, set }: ProfileRoles, files: OpenFiles, inputs: DescribedFiles): void {
  if (set.order === undefined || inputs.interactions.length > 0 || hasLists(used)) return;
  const lines = files.items && hasBoth(files.items, 'item', 'order') ? shellWord(files.items.path) : 'LINES';
  const failure = badData(
    `${file.name}:1: its rows are orders (${shown(file.header[set.order] ?? '')}), and no column looks like the item; the lines of the orders say what was ordered:\n  recommend -u ${lines} --orders ${shellWord(file.path)}`,
  );
  throw withHints(failure, itemHints(file, set, files));
}

/** Only profiles have columns of lists. */
function hasLists({ history, preferences, exclude }: Roles): boolean {
  return [history, preferences, exclude].some((at) => at !== undefined);
}

/** Refuses cells that hold several items and would be taken for one (except lists in profiles that we can read). @throws Failure 65. */
export function refuseBaskets({ file, used }: FileRoles, named: NamedColumns): void {
  const role = used.item === undefined ? 'history' : 'item';
  const column = file.columns[used[role] ?? -1];
  const isRecord = (cell: string) => /^\s*[[{]/.test(cell) && !listOf(cell);
  if (column && role === 'history' && column.filled.length > 0 && column.filled.every(isRecord)) {
    throw badData(
      `${file.name}:1: cells of ${shown(column.name)} hold records (${shown(column.filled[0] ?? '')}), which are not read as histories; write lists of items, a|b, or with numbers, a:2|b:5`,
    );
  }
  const separator = column ? listSeparator(column.distinct) : '';
  if (!column || separator === '' || named[role] || (role === 'history' && /[|[{]/.test(separator))) return;
  const { name, filled } = column;
  const example = shown(filled.find((cell) => cell.includes(separator.charAt(0))) ?? '');
  const cut = { '[]': 'map(ast.literal_eval)', '{}': 'str.strip("{}").str.split(",")' }[separator];
  const lists = `df[${JSON.stringify(name)}].${cut ?? `str.split(${JSON.stringify(separator)})`}`;
  throw badData(
    `${file.name}:1: cells of ${shown(name)} hold several items (${example}), each needs a row of its own; in Python:\n  df.assign(item=${lists}).explode("item").to_csv(FILE, index=False)\n  if each cell is one item after all, --${role}-col ${shellWord(name)} says so`,
  );
}

/** The failure for events without an item column. */
export function noItemColumn(file: OpenFile, roles: Roles, files: OpenFiles, inputs: DescribedFiles): Failure {
  const hints = [...fileHints(file), ...itemHints(file, roles, files)];
  return withHints(missingColumn(file.name, file.header, 'item', inputs.named), hints);
}

/** Hints from the file as a whole on why its names are unknown. */
function fileHints({ path, header, columns, isConverted, warnings }: OpenFile): string[] {
  if (header.some((name) => name.includes('\uFFFD')))
    return ['these names are not UTF-8; --encoding shift_jis, gbk, windows-1251 or the like reads them'];
  const nested = isConverted ? columns.find(({ filled }) => filled[0]?.startsWith('[{')) : undefined;
  if (!nested) return [...warnings];
  // Around all records there is one object; in each record, the user is beside the list.
  const each = shellWord(`${nested.cells.length > 1 ? '. * ' : ''}.${nested.name}[]`);
  return [
    `${shown(nested.name)} holds lists of records; this makes a line of each:\n  jq -c ${each} ${shellWord(path)} | recommend -u -`,
  ];
}

/**
 * Refuses profiles that repeat users: they are events whose item column was not recognised.
 * @throws Failure 65 that names the most likely item column.
 */
export function refuseRepeatedProfiles(
  { file, used, set }: ProfileRoles,
  files: OpenFiles,
  inputs: DescribedFiles,
): void {
  const users = file.columns[used.user];
  // With lists these are surely profiles: reading refuses repeated rows.
  if (!users || hasLists(used)) return;
  const seen = new Map<string, number>();
  let repeated = 0;
  let first: { id: string; before: number; row: number } | undefined;
  users.cells.forEach((id, row) => {
    const before = seen.get(id);
    if (id === '' || before === undefined) seen.set(id, row);
    else if (repeated++ === 0) first = { id, before, row };
  });
  // A few may be rows that were exported twice: reading refuses them one by one.
  if (!first || repeated < users.filled.length / 10) return;
  const failure = badData(
    `${file.name}:1: rows repeat users (${shown(first.id)} is on rows ${first.before + 1} and ${first.row + 1}), so they are events, but no column looks like the item; name it with --item-col NAME\n  its columns: ${file.header.map(shown).join(', ')}`,
  );
  throw withHints(failure, inputs.named.item === undefined ? [...fileHints(file), ...itemHints(file, set, files)] : []);
}

/** A hint at the most likely item column: its values are those of the catalogue, or are repeated with other users. */
function itemHints(file: OpenFile, roles: Roles, { items }: OpenFiles): string[] {
  const hint = ({ name }: SampledColumn, why: string) => [
    `most likely it is ${shown(name)}, whose ${why}: --item-col ${shellWord(name)}`,
  ];
  const free = freeIds(file, roles);
  for (const theirs of items?.columns ?? []) {
    const match = free.find((column) => theirs.distinct.size > 1 && column.sharedWith(theirs.distinct) > 0.5);
    if (match && items) return hint(match, `values are those of ${shown(theirs.name)} in ${items.name}`);
  }
  const best = likelyIds(file, roles, 'item');
  return best ? hint(best, `${best.distinct.size} values come again with other users`) : [];
}

/** The unused column with the most distinct values, if they are repeated beside different values of the other role's column. */
function likelyIds(file: OpenFile, roles: Roles, role: 'user' | 'item'): SampledColumn | undefined {
  const other = role === 'user' ? 'item' : 'user';
  const beside = file.columns[roles[other] ?? -1];
  const named = candidatesOf(file.columns, other, false).map(({ column }) => column);
  const free = freeIds(file, roles).filter((column) => !named.includes(column));
  const repeating = beside ? free.filter((column) => beside.changesWithin(column).changed > 0) : [];
  return repeating.reduce<SampledColumn | undefined>(
    (most, column) => (column.distinct.size > (most?.distinct.size ?? 1) ? column : most),
    undefined,
  );
}

/** Fewer ids may be in two columns by chance. */
const FEWEST_PAIRED = 10;

/** Two columns of ids that have most of them in common. Numbers may be those of different things: their names have to begin alike. */
function pairedIds(file: OpenFile): SampledColumn[] | undefined {
  const free = freeIds(file, {}).filter(({ distinct }) => distinct.size >= FEWEST_PAIRED);
  const pairs = free.flatMap((one, at) => free.slice(at + 1).map((other) => [one, other]));
  const beginning = ({ name }: SampledColumn) => columnKey(name).slice(0, 4);
  return pairs.find(([a, b]) => {
    if (!a || !b || (a.numbers > 0.5 && beginning(a) !== beginning(b))) return false;
    return a.sharedWith(b.distinct) > 0.5 && b.sharedWith(a.distinct) > 0.5;
  });
}

const AMOUNTS =
  /(rating|quantity|price|count|year|total|stars?|score|rank|position|percent|ratio|seconds|minutes|hours|duration|complete|watched|viewed|listened)s?$|^(total|num|average|percent)|menge/i;

/** Columns without a role that may hold one id per cell. */
function freeIds({ columns }: OpenFile, roles: Roles): SampledColumn[] {
  return columns.filter(({ at, name, filled, times, isNearlyEmpty, distinct }) => {
    if (Object.values(roles).includes(at) || isNearlyEmpty || name === '' || listSeparator(distinct) !== '')
      return false;
    const isWhole = filled.every((cell) => /^-?\d{1,9}$/.test(cell));
    return (isWhole || times < 0.5) && !AMOUNTS.test(name) && !filled.some((cell) => /^-?\d*[.,]\d|^[{[]/.test(cell));
  });
}

function withHints(failure: Failure, hints: readonly string[]): Failure {
  if (hints.length === 0) return failure;
  return new Failure(failure.exitCode, [failure.message, ...hints.map((hint) => `  ${hint}`)].join('\n'));
}
