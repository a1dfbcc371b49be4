import { statSync } from 'node:fs';
import { shown } from '../csv/cells.js';
import { displayName } from '../csv/failures.js';
import type { Dataset } from '../dataset/dataset.js';
import { clockOf, withoutTimes } from '../dataset/evidence-rules.js';
import { type IdRows, openIdFile, readIds } from '../dataset/id-file.js';
import { pairsOf } from '../dataset/pairs.js';
import { momentText } from '../events/clock.js';
import { IdIndex } from '../events/ids.js';
import { badData, usageFailure } from '../failure.js';
import type { SparseRows } from '../matrix/sparse.js';
import { plural, thousands } from '../report/quantities.js';
import type { Filters } from '../rules/filters.js';
import { optionOf, RULE_FILES, type RuleFile } from '../rules/id-rules.js';
import type { OpenFile } from '../understanding/open-files.js';
import type { InputOptions, RuleOptions } from './options.js';
import type { Run } from './run.js';

/** The rules of a run as values: whatever names a file in `RuleOptions` is here as what the file says. */
export interface Rules extends Omit<RuleOptions, 'files' | 'repeatAfter'>, Filters {
  /** By user: 1 for those who may get a list. Undefined: all. */
  onlyUsers: Uint8Array | undefined;
}

/** A file of a rule; without `file` there is nothing in it. */
interface OpenRuleFile {
  option: RuleFile;
  path: string;
  file: OpenFile | undefined;
}

type Options = Pick<InputOptions, 'encoding' | 'named' | 'dayOrder'> & { rules: RuleOptions };

/**
 * Reads the data, and the files of rules, which are looked at before, so that what is wrong with them is said at once.
 * @param read is given the columns of these files. @throws Failure 2, 65, 66 or 74 where one cannot be used.
 */
export async function readWithRules<T>(
  run: Pick<Run, 'info' | 'warn'>,
  options: Options,
  read: (columns: readonly string[]) => Promise<T>,
  datasetOf: (data: T) => Dataset,
): Promise<{ data: T; rules: Rules }> {
  const files: OpenRuleFile[] = [];
  try {
    for (const [option, paths] of Object.entries(options.rules.files))
      for (const path of paths) {
        const file = isEmpty(path) ? undefined : await openIdFile(path, options.encoding);
        files.push({ option: option as RuleFile, path, file });
      }
    const data = await read(files.flatMap(({ file }) => file?.header ?? []));
    return { data, rules: await readRules(run, options, files, datasetOf(data)) };
  } finally {
    for (const { file } of files) await file?.close();
  }
}

/** True for a file without a byte; whether it is there at all is seen when it is opened. */
function isEmpty(path: string): boolean {
  const stat = path === '-' ? undefined : statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() === true && stat.size === 0;
}

async function readRules(
  run: Pick<Run, 'info' | 'warn'>,
  { rules, named, dayOrder }: Options,
  files: readonly OpenRuleFile[],
  dataset: Dataset,
): Promise<Rules> {
  const { files: _, repeatAfter, ...values } = rules;
  const { userIds, served, itemIds, offered } = dataset;
  const clock = clockOf(dataset);
  if (rules.seenWindow !== undefined && !dataset.times) throw usageFailure(withoutTimes('--seen-window'));
  if (repeatAfter !== undefined && Number.isNaN(clock))
    throw usageFailure('--repeat-after: no interaction has a time to count from; --now DATE says when it is');
  warnOfFuture(run, dataset, clock, rules);
  const ids = { user: new IdIndex(), item: new IdIndex() };
  if (files.length > 0) {
    for (let user = 0; user < served; user++) ids.user.add(userIds[user] ?? '');
    for (const id of itemIds) ids.item.add(id);
  }
  const rowsOf = new Map<RuleFile, IdRows[]>();
  for (const { option, path, file } of files) {
    const withDates = option === 'excludePrevious' && repeatAfter !== undefined;
    const how = { named, dayOrder, withDates };
    const rows = file && (await readIds(file, RULE_FILES[option].named, ids, how));
    tellOf(run, option, path, rows, ids);
    if (!rows) continue;
    if (withDates && !rows.secondsAt) {
      throw badData(
        `${displayName(path)}:1: no column has the dates that --repeat-after counts from; --time-col NAME names it`,
      );
    }
    rowsOf.set(option, [...(rowsOf.get(option) ?? []), rows]);
  }
  const pairs = (...options: RuleFile[]) => {
    const some = options.flatMap((option) => rowsOf.get(option) ?? []);
    const from = repeatAfter === undefined ? Number.NEGATIVE_INFINITY : clock - repeatAfter;
    return some.length > 0 ? matrixOf(some, from, userIds.length, itemIds.length) : undefined;
  };
  const only = rowsOf.get('onlyItems');
  const without = rowsOf.get('excludeItems') ?? [];
  const allowed = only || without.length > 0 ? new Uint8Array(itemIds.length).fill(only ? 0 : 1) : undefined;
  for (const { item } of only ?? []) for (const i of item.values) allowed?.fill(1, i, i + 1);
  for (const { item } of without) for (const i of item.values) allowed?.fill(0, i, i + 1);
  if (allowed && !allowed.some((flag, item) => flag === 1 && offered[item] === 1))
    throw badData('--only-items and --exclude-items leave no item of the catalogue to recommend');
  const users = rowsOf.get('onlyUsers');
  const onlyUsers = users && new Uint8Array(userIds.length);
  for (const { user } of users ?? []) for (const u of user.values) onlyUsers?.fill(1, u, u + 1);
  const excluded = pairs('excludePairs', 'excludePrevious');
  return { ...values, onlyUsers, allowed, excluded, candidates: pairs('candidates'), clock };
}

/** Pairs as users × items. @param from seconds since 1970: earlier rows are left out, those without a date are not. */
function matrixOf(rows: readonly IdRows[], from: number, users: number, items: number): SparseRows {
  const isLate = ({ secondsAt }: IdRows, row: number) => !secondsAt || !(secondsAt(row) < from);
  const late = rows.map((each) => each.user.values.map((_, row) => row).filter((row) => isLate(each, row)));
  const column = (of: 'user' | 'item') => {
    const values = new Uint32Array(late.reduce((total, { length }) => total + length, 0));
    let at = 0;
    rows.forEach((each, k) => {
      const all = each[of].values;
      for (const row of late[k] ?? []) values[at++] = all[row] ?? 0;
    });
    return values;
  };
  const { start, index } = pairsOf(column('user'), column('item'), users, items);
  return { rows: users, columns: items, start, index, value: new Float32Array(index.length).fill(1) };
}

/** Says how much of a file is known. @throws Failure 65 where none of it is, or there is none where nothing else is allowed. */
function tellOf(
  { info, warn }: Pick<Run, 'info' | 'warn'>,
  option: RuleFile,
  path: string,
  rows: IdRows | undefined,
  ids: Readonly<Record<'user' | 'item', IdIndex>>,
): void {
  const { named, isOnly } = RULE_FILES[option];
  const name = `${displayName(path)} (${optionOf(option)})`;
  const { count = 0 } = rows ?? {};
  if (count === 0 && isOnly)
    throw badData(`${name} names nothing: nobody would get anything; without ${optionOf(option)} everybody does`);
  const strange = named.flatMap((role) => {
    const unknown = rows?.unknown[role];
    return unknown && unknown.count > 0 ? [{ role, ...unknown }] : [];
  });
  const unknown = strange.reduce((total, each) => total + each.count, 0);
  const [worst] = strange.toSorted((a, b) => b.count - a.count);
  if (worst && unknown === count) {
    const { role, first, line } = worst;
    const like = shown(ids[role].ids[0] ?? '');
    throw badData(
      `${name}: not one of its ${plural(count, 'row')} is known: the first ${role} is ${shown(first)}, on line ${line}, and the data has ${role}s like ${like}\n  is it another column? --${role}-col NAME says which`,
    );
  }
  const what = named.length === 2 ? 'pair' : named[0];
  const unknowns = strange.map(
    ({ role, count, first, line }) =>
      `${thousands(count)} with an unknown ${role} (the first ${shown(first)}, line ${line})`,
  );
  const text = `${name}: ${plural(count, what ?? 'row')}${unknowns.map((each) => `, ${each}`).join('')}`;
  if (isOnly && 2 * unknown > count) warn(`${text}\n  most of it is unknown: is it of the same shop, and of today?`);
  else info(text);
}

/** Ages that count from a row of tomorrow are all too high. */
function warnOfFuture(
  { warn }: Pick<Run, 'warn'>,
  { evidence }: Dataset,
  clock: number,
  { seenWindow, repeatAfter }: RuleOptions,
): void {
  const counted = { '--seen-window': seenWindow, '--repeat-after': repeatAfter, '--half-life': evidence?.halfLife };
  const options = Object.entries(counted).flatMap(([option, age]) => (age === undefined ? [] : [option]));
  if (options.length === 0 || evidence?.now !== undefined || !(clock > Date.now() / 1000)) return;
  warn(
    `the latest interaction is dated ${momentText(Math.floor(clock))}, which is still to come: ${options.join(' and ')} count from there\n  --now DATE says when it is`,
  );
}
