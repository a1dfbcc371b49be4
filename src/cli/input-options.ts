import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { parseExpression } from '../conditions/expression.js';
import { DUPLICATES, RATINGS } from '../dataset/strengths/strength-rule.js';
import { DAY_ORDERS } from '../events/day-month.js';
import { usageFailure } from '../failure.js';
import type { InputOptions } from '../pipeline/options.js';
import { closest } from '../understanding/closest.js';
import type { Role } from '../understanding/vocabulary.js';
import { evidenceOptions } from './evidence-options.js';
import { Group } from './help-groups.js';
import { picked, type Typed } from './typed.js';
import { choice, collected, delimiter, encoding, eventWeights, FileOrWord, names, once, unrated } from './values.js';

/** The help text of each role's option, as in `--user-col`. */
const COLUMNS: Readonly<Record<Role, string>> = {
  user: 'column of user ids',
  item: 'column of item ids',
  rating: 'column of ratings, counts or weights',
  time: 'column of times; "none" ignores them',
  event: 'column of event types: view, cart, purchase …',
  order: 'column of order ids',
  status: 'column of order statuses: paid, cancelled …',
  cancelled: 'column filled where an order was cancelled',
  title: 'column of item titles',
  history: 'profiles: column of the items a user had',
  preferences: 'profiles: column of the attributes a user wants',
  exclude: 'profiles: column of items never to recommend',
};
const ROLES = Object.keys(COLUMNS) as Role[];
/** The words that `--bad-rows` takes instead of a file. */
const BAD_ROWS: readonly string[] = ['stop', 'skip'];

export function addFileOptions(command: Command): Command {
  return command
    .optionsGroup(Group.have)
    .option('-u, --users <files...>', 'users: their events or profiles; - for stdin')
    .option('-i, --items <file>', 'catalogue: item, title, attributes', once('--items'))
    .option('--interactions <files...>', 'events to learn from, if --users has profiles')
    .option('--orders <file>', 'orders, if events are their lines', once('--orders'));
}

export function addReadingOptions(command: Command): Command {
  command
    .optionsGroup(Group.read)
    .option('--delimiter <chars>', 'column separator (default: detected)', delimiter)
    .option('--encoding <name>', 'like windows-1252 (default: UTF-8)', encoding)
    .option('--no-quotes', 'cells are never quoted: " is an ordinary character')
    .option('--no-header', 'events and profiles have no header; see --columns')
    .option('--columns <names>', 'what the columns are: user,item,rating,time', names)
    .option('--item-columns <names>', 'the same for an items file without header', names);
  for (const role of ROLES) {
    command.option(`--${role}-col <name>`, COLUMNS[role], collected);
  }
  return command
    .option('--unrated <value>', 'rating that means "not rated": 0, -1; none', unrated)
    .option('--attributes <names>', 'columns to use as attributes: "a,b", or "none"')
    .addOption(choice('--date-order <order>', 'how to read 03/04/2011: day-first or month-first', DAY_ORDERS))
    .addOption(choice('--duplicates <way>', 'repeated rows: sum, last, max, first or error', DUPLICATES))
    .addOption(choice('--ratings <kind>', 'kind of rating: auto, scale, count', RATINGS).default('auto'))
    .option('--event-weights <list>', 'weights by event type: view=1,cart=3,return=-5', eventWeights, new Map())
    .option('--events-where <expr>', 'only rows of events for which this holds', collected, [])
    .addOption(new FileOrWord('--bad-rows <what>', 'stop, skip, or a FILE for bad rows', BAD_ROWS).default('stop'))
    .addOption(safeCsvOption());
}

export function safeCsvOption(): Option {
  const description = 'defuse ids and titles that a spreadsheet would run';
  return new Option('--safe-csv', description).default(false).helpGroup(Group.want);
}

/**
 * The input options that were typed, checked.
 * @param otherInputs other inputs of the command, by option. @param outputs files that it writes, by option.
 * @param needsUsers whether `--users` is required. @throws Failure 2 where they make no sense.
 */
export function inputOptions(typed: Typed, otherInputs: Files, outputs: Files, needsUsers = true): InputOptions {
  const { users = [], items, interactions = [], orders, attributes, badRows } = typed;
  if (users.length === 0 && needsUsers)
    throw usageFailure('--users is missing: name the CSV file with your users or their events');
  const own = { '--users': users, '--interactions': interactions, '--items': items, '--orders': orders };
  const inputs = { ...own, ...otherInputs };
  const fromStdin = eachFile(inputs)
    .filter(([, path]) => path === '-')
    .map(([option]) => option);
  if (fromStdin.length > 1) {
    throw usageFailure(`only one of ${fromStdin.join(' and ')} can be "-": there is only one standard input`);
  }
  for (const files of [users, interactions]) {
    const again = files.find((path, at) => files.slice(0, at).some((other) => isSameFile(other, path)));
    if (again !== undefined) throw usageFailure(`${again} is named twice, and its rows would count twice`);
  }
  const meantWord = /[./]/.test(badRows) ? undefined : closest(badRows, BAD_ROWS);
  if (meantWord !== undefined && meantWord !== badRows)
    throw usageFailure(`--bad-rows ${badRows}: did you mean ${meantWord}? (for a file of that name: ./${badRows})`);
  const rejects = BAD_ROWS.includes(badRows) ? undefined : badRows;
  refuseOverwriting(inputs, { ...outputs, '--bad-rows': rejects });
  const columns = columnsOf(typed);
  for (const text of typed.eventsWhere) parseExpression(text, '--events-where');
  return {
    users,
    items,
    interactions,
    orders,
    ...picked(typed, 'delimiter', 'encoding'),
    quotes: typed.quotes ? undefined : false,
    columns,
    itemColumns: typed.itemColumns,
    named: Object.fromEntries(ROLES.flatMap((role) => (typed[`${role}Col`] ? [[role, typed[`${role}Col`]]] : []))),
    dayOrder: typed.dateOrder,
    attributeColumns:
      attributes?.trim().toLowerCase() === 'none' ? [] : attributes?.split(',').map((name) => name.trim()),
    ...picked(typed, 'duplicates', 'ratings', 'unrated', 'eventWeights', 'eventsWhere', 'now'),
    evidence: evidenceOptions(typed),
    ...picked(typed, 'badRows', 'safeCsv'),
  };
}

function columnsOf({ header, columns }: Typed): readonly string[] | undefined {
  if (header && columns) {
    throw usageFailure(
      '--columns names the columns of files without a header: add --no-header (--output-columns chooses those of the output)',
    );
  }
  return header ? undefined : (columns ?? []);
}

/** Files by the option that names them. */
export type Files = Readonly<Record<string, string | readonly string[] | undefined>>;

function eachFile(files: Files) {
  return Object.entries(files).flatMap(([option, paths]) =>
    [paths ?? []].flat().map((path) => [option, path] as const),
  );
}

/** Refuses an output that is also an input, or another output. */
export function refuseOverwriting(inputs: Files, outputs: Files): void {
  const written = eachFile(outputs);
  written.forEach(([option, path], at) => {
    if (path === '-') return;
    if (eachFile(inputs).some(([, input]) => isSameFile(input, path)))
      throw usageFailure(`${option} ${path} is also an input`);
    const twin = written.slice(0, at).find(([, other]) => isSameFile(other, path));
    if (twin) throw usageFailure(`${twin[0]} and ${option} name the same file`);
  });
}

/** True for two names of one file, even through links. */
function isSameFile(a: string, b: string): boolean {
  return a !== '-' && realPath(a) === realPath(b);
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // It does not exist yet.
    return resolve(path);
  }
}
