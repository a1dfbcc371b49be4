import { bindExpression } from '../../conditions/binder.js';
import { parseExpression } from '../../conditions/expression.js';
import { BadRow, refuseBadRows } from '../../csv/bad-rows.js';
import { isPlaceholder, separatorOf, valuesOf } from '../../csv/cell-values.js';
import { isBlank, numberCell, shown } from '../../csv/cells.js';
import { displayName } from '../../csv/failures.js';
import { openTable, type Row } from '../../csv/table.js';
import type { Dataset } from '../../dataset/dataset.js';
import { badData, type Failure, usageFailure } from '../../failure.js';
import { sampleKeys } from '../../matrix/sampling.js';
import type { Filters } from '../../rules/filters.js';
import type { Known, ReadTable, RuleRow, Wanted } from '../../rules/list-rule.js';
import { RULES, type RuleValues } from '../../rules/rules.js';
import { didYouMean } from '../../understanding/closest.js';
import { columnKey, columnKeys, OWN_ID, VOCABULARY } from '../../understanding/vocabulary.js';
import type { InputOptions, RuleOptions } from '../options.js';
import { type OfferPlan, planOffer } from './offer.js';

/** Rules after reading: the options, and the content of the files that they name. */
export interface ReadRules extends RuleOptions {
  read: RuleValues;
}

/** The content of id files, and the rules that need no plan. */
export interface IdRules extends Omit<RuleOptions, 'files' | 'repeatAfter' | 'where'>, Filters {
  /** By user: 1 for those who may get a list; undefined: all. */
  onlyUsers: Uint8Array | undefined;
}

/** All rules, bound to the data of a run. */
export interface PlannedRules extends IdRules, OfferPlan {
  plans: RuleValues;
}

/** Reads the files that rules name, before the data, so that mistakes show at once. @throws Failure with file and line if one cannot be read. */
export async function readListRules(
  rules: RuleOptions,
  inputs: Pick<InputOptions, 'encoding' | 'named'>,
): Promise<ReadRules> {
  const table: ReadTable = (option, path, wanted, mayHave = {}) => readTable(option, path, wanted, mayHave, inputs);
  const read: RuleValues = {};
  for (const [name, rule] of RULES) {
    const value = rules.lists[name];
    if (value !== undefined) read[name] = rule.read ? await rule.read(value, table) : value;
  }
  return { ...rules, read };
}

/** @param listLength of the longest list. @param now seconds since 1970. @throws Failure if a rule does not fit the data. */
export function planRules(
  { read, ...rules }: ReadRules,
  ids: IdRules,
  dataset: Dataset,
  { listLength, now }: { listLength: number; now: number },
  warn: (message: string) => void,
): PlannedRules {
  const { itemIds, userIds, served, offered, itemColumns, userColumns } = dataset;
  const offer = planOffer(rules, dataset, now);
  const known: Known = {
    listLength,
    served,
    itemsOf: (ids) => indicesOf(ids, itemIds, (item) => offered[item] === 1),
    isOffered: (item) => offer.offered[item] === 1 && ids.allowed?.[item] !== 0,
    usersOf: (ids) => indicesOf(ids, userIds, (user) => user < served),
    values: (of, column, option) => valuesIn(dataset, of, column, option),
    bound(expression, option) {
      const columns = { item: itemColumns, user: userColumns };
      const { rule, unreadable } = bindExpression(parseExpression(expression, option), columns, now, rules.dayOrder);
      unreadable.forEach(warn);
      return rule;
    },
    itemKeys: () => sampleKeys(itemIds),
    userKeys: () => sampleKeys(userIds.slice(0, served)),
    seed: rules.seed,
    warn,
  };
  const plans: RuleValues = {};
  for (const [name, rule] of RULES)
    if (name in read) plans[name] = rule.plan ? rule.plan(read[name], known) : read[name];
  return { ...ids, ...offer, plans };
}

function indicesOf(ids: Iterable<string>, all: readonly string[], isIncluded: (index: number) => boolean) {
  const wanted = new Set(ids);
  const found = new Map<string, number>();
  all.forEach((id, index) => {
    if (wanted.has(id) && isIncluded(index)) found.set(id, index);
  });
  return found;
}

function valuesIn(dataset: Dataset, of: 'item' | 'user', name: string, option: string): string[][] {
  const columns = of === 'item' ? dataset.itemColumns : dataset.userColumns;
  const column =
    columns.find((each) => each.name === name) ?? columns.find((each) => columnKey(each.name) === columnKey(name));
  if (!column) {
    const names = columns.map((each) => each.name);
    const source = of === 'item' ? 'a catalogue (--items)' : 'profiles (--users)';
    const has =
      names.length === 0 ? `, since there is no file of ${source}` : `; there are ${names.map(shown).join(', ')}`;
    throw usageFailure(`${option}: ${of}s have no column ${shown(name)}${didYouMean(name, names, shown, has)}`);
  }
  const separator = separatorOf(
    column.name,
    column.cells.filter((cell) => !isBlank(cell) && !isPlaceholder(cell)),
  );
  return column.cells.map((cell) => (isBlank(cell) ? [] : valuesOf(cell, separator)));
}

async function readTable(
  option: string,
  path: string,
  wanted: Wanted,
  mayHave: Wanted,
  { encoding, named }: Pick<InputOptions, 'encoding' | 'named'>,
): Promise<RuleRow[]> {
  const name = displayName(path);
  const table = await openTable({ path, delimiter: undefined, encoding }, refuseBadRows);
  const { header } = table;
  const columns = new Map<string, number>();
  for (const [column, names] of Object.entries({ ...wanted, ...mayHave })) {
    const role = typeof names === 'string' ? names : undefined;
    const keys = role ? [...VOCABULARY[role].sure, ...(role === 'item' ? OWN_ID : [])] : (names as readonly string[]);
    const free = header.flatMap((_, at) => ([...columns.values()].includes(at) ? [] : [at]));
    const byName = free.find((at) => role && named[role]?.includes(header[at] ?? ''));
    const byKey = keys.map((key) => free.find((at) => columnKeys(header[at] ?? '').includes(key)));
    const at = byName ?? byKey.find((each) => each !== undefined);
    if (at !== undefined) columns.set(column, at);
    else if (column in wanted) {
      await table.close();
      throw badData(
        `${name}:1: no column is called ${column}: ${option} takes a file with the columns ${Object.keys(wanted).join(',')}, and these are ${header.map(shown).join(', ')}`,
      );
    }
  }
  const rows: RuleRow[] = [];
  await table.eachRow((row) => void rows.push(ruleRow(name, header, columns, row)));
  return rows;
}

function ruleRow(name: string, header: readonly string[], columns: ReadonlyMap<string, number>, row: Row): RuleRow {
  const place = `${name}:${row.firstLine}`;
  const at = (column: string) => row.cells[columns.get(column) ?? -1] ?? '';
  const refused = (why: string): Failure => badData(`${place}: ${why}`);
  const taken = new Set(columns.values());
  const rest = header.flatMap((column, k) => {
    const cell = row.cells[k] ?? '';
    return taken.has(k) || isBlank(cell) ? [] : [[column, cell] as const];
  });
  return {
    place,
    cells: Object.fromEntries([...columns.keys()].map((column) => [column, at(column)])),
    others: new Map(rest),
    refused,
    number(column) {
      try {
        const value = numberCell(at(column), header[columns.get(column) ?? -1] ?? column, '');
        if (Number.isFinite(value)) return value;
        throw refused(`column ${shown(column)} is empty`);
      } catch (error) {
        throw error instanceof BadRow ? refused(error.message) : error;
      }
    },
  };
}
