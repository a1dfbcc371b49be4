import { statSync } from 'node:fs';
import { shown } from '../../csv/cells.js';
import { displayName } from '../../csv/failures.js';
import type { Dataset } from '../../dataset/dataset.js';
import { clockOf, noTimesMessage } from '../../dataset/evidence-rules.js';
import { type IdRows, openIdFile, readIds } from '../../dataset/id-file.js';
import { likelyId } from '../../dataset/oddities/odd-ids.js';
import { pairsOf } from '../../dataset/pairs.js';
import { momentText } from '../../events/clock.js';
import { IndexColumn } from '../../events/columns.js';
import { IdIndex } from '../../events/ids.js';
import { badData, usageFailure } from '../../failure.js';
import { joined } from '../../matrix/combined.js';
import type { SparseRows } from '../../matrix/sparse.js';
import { plural, thousands } from '../../quantities.js';
import { optionOf, RULE_FILES, type RuleFile, type RuleFiles } from '../../rules/id-rules.js';
import type { OpenFile } from '../../understanding/open-files.js';
import type { InputOptions, RuleOptions } from '../options.js';
import type { Run } from '../run.js';
import { effectiveNow } from './offer.js';
import { type IdRules, type PlannedRules, planRules, readListRules } from './plan.js';

/** A file of a rule; `file` is undefined if it is empty. */
interface OpenRuleFile {
  option: RuleFile;
  path: string;
  file: OpenFile | undefined;
}

type Log = Pick<Run, 'info' | 'warn'>;
type Options = Pick<InputOptions, 'encoding' | 'named' | 'dayOrder'> & {
  rules: RuleOptions;
  /** True if the dataset has only some of the users that rule files may name. */
  areSome?: boolean;
};

/**
 * Reads the data and the files of rules. It opens the rule files first, so that problems with them show at once.
 * @param listLength of the longest list. @param read reads the data; it gets the column names of the rule files. @throws Failure 2, 65, 66 or
 * 74 if a file cannot be used.
 */
export async function readWithRules<T extends { dataset: Dataset }>(
  run: Pick<Run, 'info' | 'warn' | 'startedAt'>,
  options: Options,
  listLength: number,
  read: (columns: readonly string[]) => Promise<T>,
): Promise<{ data: T; rules: PlannedRules }> {
  const lists = await readListRules(options.rules, options);
  return withRuleFiles(options.rules.files, options.encoding, async (files) => {
    const data = await read(files.flatMap(({ file }) => file?.header ?? []));
    const { dataset } = data;
    const ids = await readIdRules(run, options, files, dataset);
    const now = effectiveNow(run, options.rules);
    return { data, rules: planRules(lists, ids, dataset, { listLength, now }, run.warn) };
  });
}

/** Opens files of rules, passes them to `use`, and closes them. */
async function withRuleFiles<T>(
  named: RuleFiles,
  encoding: string | undefined,
  use: (files: readonly OpenRuleFile[]) => Promise<T>,
): Promise<T> {
  const files: OpenRuleFile[] = [];
  try {
    for (const [option, paths] of Object.entries(named) as [RuleFile, readonly string[]][])
      for (const path of paths)
        files.push({ option, path, file: isEmpty(path) ? undefined : await openIdFile(path, encoding) });
    return await use(files);
  } finally {
    for (const { file } of files) await file?.close();
  }
}

/** True for a file of 0 bytes. Opening it will show whether it exists at all. */
function isEmpty(path: string): boolean {
  const stat = path === '-' ? undefined : statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() === true && stat.size === 0;
}

async function readIdRules(
  run: Log,
  { rules, named, dayOrder, areSome = false }: Omit<Options, 'encoding'>,
  files: readonly OpenRuleFile[],
  dataset: Pick<Dataset, 'userIds' | 'served' | 'itemIds' | 'offered' | 'times' | 'evidence'>,
): Promise<IdRules> {
  const { files: _, repeatAfter, where: __, ...values } = rules;
  const { userIds, served, itemIds } = dataset;
  const clock = clockOf(dataset);
  if (rules.seenWindow !== undefined && !dataset.times) throw usageFailure(noTimesMessage('--seen-window'));
  if (repeatAfter !== undefined && Number.isNaN(clock))
    throw usageFailure('--repeat-after: no interaction has a time to count from; --now DATE says when it is');
  warnOfFuture(run, dataset, clock, rules);
  const hasFiles = files.length > 0;
  const item = IdIndex.from(hasFiles ? itemIds : []);
  const everybody = IdIndex.from(hasFiles ? userIds : []);
  const own = served === userIds.length || !hasFiles ? everybody : IdIndex.from(userIds.slice(0, served));
  const pools: Partial<Record<RuleFile, Pairs>> = {};
  for (const { option, path, file } of files) {
    const { named: roles, isOnly } = RULE_FILES[option];
    const ids = { item, user: isOnly ? own : everybody };
    const withDates = option === 'excludePrevious' && repeatAfter !== undefined;
    const rows = file && (await readIds(file, roles, ids, { named, dayOrder, withDates }));
    reportIds(run, option, path, rows, ids, areSome);
    if (withDates && rows && !rows.secondsAt) {
      throw badData(
        `${displayName(path)}:1: no column has the dates that --repeat-after counts from; --time-col NAME names it`,
      );
    }
    pools[option] ??= { user: new IndexColumn(), item: new IndexColumn() };
    if (rows) addRows(pools[option], rows, clock - (repeatAfter ?? Number.POSITIVE_INFINITY));
  }
  const { onlyUsers, candidates, excludePairs, excludePrevious } = pools;
  const matrixOf = (pairs: Pairs | undefined): SparseRows | undefined => {
    if (!pairs) return undefined;
    const [rows, columns] = [userIds.length, itemIds.length];
    const { start, index } = pairsOf(pairs.user.values, pairs.item.values, rows, columns);
    return { rows, columns, start, index, value: new Float32Array(index.length).fill(1) };
  };
  const excluded = [matrixOf(excludePairs), matrixOf(excludePrevious)].filter((each) => each !== undefined);
  return {
    ...values,
    onlyUsers: onlyUsers && withFlags(new Uint8Array(userIds.length), onlyUsers.user, 1),
    allowed: allowedItems(pools, dataset),
    excluded: excluded.length > 0 ? joined(excluded, userIds.length, itemIds.length) : undefined,
    candidates: matrixOf(candidates),
    clock,
  };
}

/** Columns of equal length. */
type Pairs = Pick<IdRows, 'user' | 'item'>;

/** Adds the rows of a file, except those dated before `from`. */
function addRows({ user, item }: Pairs, rows: IdRows, from: number): void {
  const [users, items] = [rows.user.values, rows.item.values];
  users.forEach((u, row) => {
    if (rows.secondsAt && rows.secondsAt(row) < from) return;
    user.push(u);
    item.push(items[row] ?? 0);
  });
}

/**
 * Reads the files of `--only-items` and `--exclude-items`, the only ones that a server takes. @returns by item: 1 if it is allowed;
 * undefined: all are. @throws Failure 2, 65, 66 or 74 if a file cannot be used.
 */
export async function readAllowedItems(
  log: Log,
  rules: RuleOptions,
  names: Pick<Dataset, 'itemIds' | 'offered'>,
): Promise<Uint8Array | undefined> {
  return withRuleFiles(rules.files, undefined, async (files) => {
    const options = { rules, named: {}, dayOrder: undefined };
    return (await readIdRules(log, options, files, { ...names, userIds: [], served: 0, times: undefined })).allowed;
  });
}

/** @throws Failure 65 if no offered item is left. */
function allowedItems(
  { onlyItems, excludeItems }: Partial<Record<RuleFile, Pairs>>,
  { offered }: Pick<Dataset, 'offered'>,
): Uint8Array | undefined {
  if (!onlyItems && !excludeItems) return undefined;
  const allowed = new Uint8Array(offered.length).fill(onlyItems ? 0 : 1);
  if (onlyItems) withFlags(allowed, onlyItems.item, 1);
  if (excludeItems) withFlags(allowed, excludeItems.item, 0);
  if (allowed.some((flag, item) => flag === 1 && offered[item] === 1)) return allowed;
  throw badData('--only-items and --exclude-items leave no item of the catalogue to recommend');
}

function withFlags(flags: Uint8Array, { values }: IndexColumn, flag: number): Uint8Array {
  for (const at of values) flags[at] = flag;
  return flags;
}

/** Reports how many ids of a file are known. @throws Failure 65 if none is, or if the file has no rows and only its ids are allowed. */
function reportIds(
  { info, warn }: Log,
  option: RuleFile,
  path: string,
  rows: IdRows | undefined,
  ids: Readonly<Record<'user' | 'item', IdIndex>>,
  areSome: boolean,
): void {
  const { named, isOnly } = RULE_FILES[option];
  const name = `${displayName(path)} (${optionOf(option)})`;
  const { count = 0 } = rows ?? {};
  if (count === 0 && isOnly)
    throw badData(`${name} names nothing: nobody would get anything; without ${optionOf(option)} everybody does`);
  const unknownRoles = named.flatMap((role) => {
    const unknown = rows?.unknown[role];
    return unknown && unknown.count > 0 ? [{ role, ...unknown }] : [];
  });
  const unknown = count - (rows?.user.length ?? 0);
  const mayBeOtherUsers = areSome && !isOnly && (rows?.unknown.item.count ?? 0) < count;
  const [worst] = unknownRoles.toSorted((a, b) => b.count - a.count);
  if (worst && unknown === count && !mayBeOtherUsers) {
    const { role, first, line } = worst;
    const like = shown(ids[role].ids[0] ?? '');
    throw badData(
      `${name}: not one of its ${plural(count, 'row')} is known: the first ${role} is ${shown(first)}, on line ${line}, and the data has ${role}s like ${like}\n  is it another column? --${role}-col NAME says which`,
    );
  }
  const isPair = named.length === 2;
  const unknowns = unknownRoles.map(({ role, count, first, line }) => {
    const what = isPair ? `with an unknown ${role}` : 'unknown';
    return `, ${thousands(count)} ${what} (the first ${shown(first)}, line ${line})`;
  });
  const text = `${name}: ${plural(count, isPair ? 'pair' : named[0])}${unknowns.join('')}`;
  const parts = worst ? [worst.first, ...worst.first.split(/[,;|]/)].map(likelyId) : [];
  const twin = worst && ids[worst.role].ids.find((id) => parts.includes(likelyId(id)));
  if (twin !== undefined)
    warn(`${text}\n  the data has ${shown(twin)}: write ids in one way, or these rows do nothing`);
  else if (isOnly && !areSome && 2 * unknown > count)
    warn(`${text}\n  most of it is unknown: is it of the same shop, and of today?`);
  else info(text);
}

/** Warns about an interaction in the future: ages that count from it are all too high. */
function warnOfFuture(
  { warn }: Pick<Run, 'warn'>,
  { evidence }: Pick<Dataset, 'evidence'>,
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
