import { printableName } from '../../csv/printable.js';
import type { Dataset } from '../../dataset/dataset.js';
import { type Failure, usageFailure } from '../../failure.js';
import { type ColumnKind, isPerUser, type OutputFormat, type TextColumn } from '../../output/formats.js';
import { didYouMean } from '../../understanding/closest.js';
import type { Options } from '../options.js';

/** The columns that every output can have. */
const BUILT_IN: Readonly<Record<string, ColumnKind>> = {
  user_id: 'user',
  item_id: 'item',
  rank: 'rank',
  score: 'score',
  title: 'item',
  source: 'source',
  reasons: 'reasons',
};

/** The parts of a dataset that output columns show. */
export type NamedDataset = Pick<
  Dataset,
  'userIds' | 'itemIds' | 'titles' | 'attributeNames' | 'groupNames' | 'itemColumns' | 'userColumns'
>;

/** The column in `column` or `column=new name`. */
export function columnIn(typed: string): string {
  const at = typed.lastIndexOf('=');
  return at < 0 ? typed : typed.slice(0, at).trim();
}

/** True if columns of the catalogue or of profiles are requested. */
export function needsInputColumns(typed: readonly string[]): boolean {
  return typed.some((text) => !Object.hasOwn(BUILT_IN, columnIn(text)));
}

/** What a run that learns keeps of its input files. A model keeps titles and columns: later lists and rules may need them. */
export function whatToKeep({ model, titles, outputColumns }: Pick<Options, 'model' | 'titles' | 'outputColumns'>) {
  const hasModel = model !== undefined;
  return { titles: hasModel || titles, keepColumns: hasModel || needsInputColumns(outputColumns) };
}

/**
 * The columns of an output, with their texts.
 * @param typed `column` or `column=new name`. A column is built in, from the catalogue (`NAME` or `item.NAME`) or from the profiles
 * (`user.NAME`). @param users by row of the output; omit them to check only the columns.
 * @throws Failure 2 for an unknown column, and for columns that do not fit together.
 */
export function outputColumns(
  typed: readonly string[],
  format: OutputFormat,
  { userIds, itemIds, titles, itemColumns, userColumns }: NamedDataset,
  users: Uint32Array = new Uint32Array(0),
): TextColumn[] {
  const ofUsers = (texts: readonly string[]) => Array.from(users, (user) => texts[user] ?? '');
  const own: Readonly<Record<string, readonly string[]>> = { user_id: userIds, item_id: itemIds, title: titles };
  const known = new Map<string, Omit<TextColumn, 'name'>>();
  for (const { name, cells } of userColumns) known.set(`user.${name}`, { kind: 'user', texts: cells });
  for (const { name, cells } of itemColumns) known.set(`item.${name}`, { kind: 'item', texts: cells });
  for (const { name, cells } of itemColumns) known.set(name, { kind: 'item', texts: cells });
  for (const [name, kind] of Object.entries(BUILT_IN)) known.set(name, { kind, texts: own[name] ?? [] });
  const names = [
    ...Object.keys(BUILT_IN),
    ...itemColumns.map(({ name }) => name).filter((name) => !Object.hasOwn(BUILT_IN, name)),
    ...userColumns.map(({ name }) => `user.${name}`),
  ];
  const columns = typed.map((text) => {
    // A column name may itself contain a =.
    const column = known.has(text) ? text : columnIn(text);
    const { kind, texts } = known.get(column) ?? refuseUnknown(column, names);
    const name = column === text ? text : text.slice(text.lastIndexOf('=') + 1).trim();
    return { name, kind, texts: kind === 'user' ? ofUsers(texts) : texts };
  });
  const why = problemOf(columns, format);
  if (why !== undefined) throw refusal(why);
  return columns;
}

/** What is wrong with the columns; undefined if nothing is. */
function problemOf(columns: readonly TextColumn[], format: OutputFormat): string | undefined {
  const names = columns.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) < at);
  if (twice !== undefined) return `two columns would be called ${shown(twice)}; column=new name renames one`;
  if (names.includes('')) return 'a column needs a name behind its =';
  if (format === 'wide' && !columns.some(isPerUser)) return '--format wide needs user_id: its rows are users';
  if (format === 'wide' && columns.every(isPerUser)) return '--format wide needs item_id: its cells are items';
  const isTaken = format === 'jsonl' && columns.some((column) => isPerUser(column) && column.name === 'items');
  return isTaken ? '"items" is where objects have their items; rename that column' : undefined;
}

function refuseUnknown(column: string, known: readonly string[]): never {
  const meant = didYouMean(column, known, shown);
  throw refusal(`there is no column ${shown(column)}${meant}\n  there are: ${known.map(printableName).join(', ')}`);
}

function refusal(why: string): Failure {
  return usageFailure(`--output-columns: ${why}`);
}

function shown(name: string): string {
  return printableName(JSON.stringify(name));
}
