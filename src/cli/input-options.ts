import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { closest } from '../dataset/closest.js';
import type { NamedColumns } from '../dataset/roles.js';
import { DAY_ORDERS, type DayOrder } from '../events/day-month.js';
import type { EventWeights } from '../events/event-types.js';
import { DUPLICATES, type Duplicates, RATINGS, type Ratings } from '../events/strength-rule.js';
import { usageFailure } from '../failure.js';
import type { InputOptions } from '../pipeline/options.js';
import { delimiter, eventWeights } from './values.js';

/** Commander's own keys and types for the options of `addFileOptions` and `addReadingOptions`. */
export interface TypedInput {
  users?: string;
  items?: string;
  interactions?: string;
  delimiter?: string;
  userCol?: string;
  itemCol?: string;
  ratingCol?: string;
  timeCol?: string;
  eventCol?: string;
  titleCol?: string;
  historyCol?: string;
  preferencesCol?: string;
  excludeCol?: string;
  attributeCols?: string;
  dateOrder?: DayOrder;
  duplicates?: Duplicates;
  ratings: Ratings;
  eventWeights: EventWeights;
  badRows: string;
  safeCsv: boolean;
}

/** Adds the options that name the input files. */
export function addFileOptions(command: Command): Command {
  return command
    .option(
      '-u, --users <file>',
      'the users: their events (user, item, …) or their profiles; "-" reads stdin, .gz works',
    )
    .option('-i, --items <file>', 'the catalogue: item, title, attributes (default: the items in the events)')
    .option('--interactions <file>', 'events to learn from, when --users has profiles');
}

/** Adds the options that decide how the input files are read. */
export function addReadingOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--delimiter <char>', 'column separator of the input (default: detected)').argParser(delimiter),
    )
    .option('--user-col <name>', 'column of user ids')
    .option('--item-col <name>', 'column of item ids')
    .option('--rating-col <name>', 'column of ratings, counts or weights')
    .option('--time-col <name>', 'column of times; "none" ignores them (all --…-col options take it)')
    .option('--event-col <name>', 'column of event types: view, cart, purchase …')
    .option('--title-col <name>', 'column of item titles')
    .option('--history-col <name>', 'profiles: column that lists the items a user had')
    .option(
      '--preferences-col <name>',
      'profiles: column that lists the attribute values a user wants ("genre:Comedy|genre:War:-1")',
    )
    .option('--exclude-col <name>', 'profiles: column that lists the items never to recommend to a user')
    .option('--attribute-cols <names>', 'use only these columns as attributes, "a,b"; "none" for none')
    .addOption(
      new Option(
        '--date-order <order>',
        'what comes first in dates like 03/04/2011 (default: detected from the column)',
      ).choices(DAY_ORDERS),
    )
    .addOption(
      new Option(
        '--duplicates <way>',
        'how to merge rows of one user and item (default: last for ratings, sum for counts)',
      ).choices(DUPLICATES),
    )
    .addOption(
      new Option('--ratings <kind>', 'what the numbers in the rating column are; auto detects it')
        .choices(RATINGS)
        .default('auto'),
    )
    .addOption(
      new Option('--event-weights <list>', 'weights by event type, "view=1,cart=3,return=-5"; 0 leaves rows out')
        .argParser(eventWeights)
        .default(new Map(), 'built-in weights'),
    )
    .option('--bad-rows <what>', 'what to do with unreadable rows: stop, skip, or a FILE to keep them in', 'stop')
    .option(
      '--safe-csv',
      "put a ' before ids and titles that a spreadsheet would run (they begin with =, +, -, @, tab or a line break); this changes such ids",
      false,
    );
}

/**
 * The input options that were typed, checked.
 *
 * @param otherInputs other inputs of the command, by option. @param outputs files that it writes, by option.
 * @throws Failure 2 where they make no sense.
 */
export function inputOptions(
  typed: TypedInput,
  otherInputs: Readonly<Record<string, string | undefined>>,
  outputs: Readonly<Record<string, string | undefined>>,
): InputOptions {
  const { users, items, interactions, badRows } = typed;
  if (users === undefined) throw usageFailure('--users is missing: the CSV file of the users, or of their events');
  const inputs = Object.entries({ '--users': users, '--items': items, '--interactions': interactions, ...otherInputs });
  const fromStdin = inputs.filter(([, path]) => path === '-').map(([option]) => option);
  if (fromStdin.length > 1) {
    throw usageFailure(`${fromStdin.join(' and ')} cannot all be "-": there is only one standard input`);
  }
  const meantWord = /[./]/.test(badRows) ? undefined : closest(badRows, ['stop', 'skip']);
  if (meantWord !== undefined && meantWord !== badRows)
    throw usageFailure(`--bad-rows ${badRows}: did you mean ${meantWord}? (for a file of that name: ./${badRows})`);
  const rejects = badRows === 'stop' || badRows === 'skip' ? undefined : badRows;
  refuseOverwriting(inputs, Object.entries({ ...outputs, '--bad-rows': rejects }));
  return {
    users,
    items,
    interactions,
    delimiter: typed.delimiter,
    named: namedColumns(typed),
    dayOrder: typed.dateOrder,
    attributeColumns: typed.attributeCols === undefined ? undefined : attributeNames(typed.attributeCols),
    duplicates: typed.duplicates,
    ratings: typed.ratings,
    eventWeights: typed.eventWeights,
    badRows,
    safeCsv: typed.safeCsv,
  };
}

type Named = readonly [option: string, path: string | undefined];

/** Refuses an output that is also an input, or another output. */
function refuseOverwriting(inputs: readonly Named[], outputs: readonly Named[]): void {
  outputs.forEach(([option, path], at) => {
    if (path === undefined || path === '-') return;
    if (inputs.some(([, input]) => isSameFile(input, path))) {
      throw usageFailure(`${option} ${path} is one of the inputs`);
    }
    const twin = outputs.slice(0, at).find(([, other]) => isSameFile(other, path));
    if (twin) throw usageFailure(`${twin[0]} and ${option} name the same file`);
  });
}

/** True for two names of one file, even through links. */
function isSameFile(a: string | undefined, b: string): boolean {
  return a !== undefined && a !== '-' && realPath(a) === realPath(b);
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // It does not exist yet.
    return resolve(path);
  }
}

function namedColumns(typed: TypedInput): NamedColumns {
  const all = {
    user: typed.userCol,
    item: typed.itemCol,
    rating: typed.ratingCol,
    time: typed.timeCol,
    event: typed.eventCol,
    title: typed.titleCol,
    history: typed.historyCol,
    preferences: typed.preferencesCol,
    exclude: typed.excludeCol,
  };
  return Object.fromEntries(Object.entries(all).filter(([, name]) => name !== undefined));
}

function attributeNames(text: string): string[] {
  if (text.trim().toLowerCase() === 'none') return [];
  return text.split(',').map((name) => name.trim());
}
