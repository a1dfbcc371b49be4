import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { closest } from '../dataset/closest.js';
import type { NamedColumns, Role } from '../dataset/roles.js';
import { DUPLICATES, type Duplicates, RATINGS } from '../dataset/strength-rule.js';
import { DAY_ORDERS, type DayOrder } from '../events/day-month.js';
import { usageFailure } from '../failure.js';
import type { InputOptions } from '../pipeline/options.js';
import { delimiter, eventWeights } from './values.js';

/** Which column has which role; each is an option of its own, as in `--user-col`. */
const COLUMNS: Readonly<Record<Role, string>> = {
  user: 'column of user ids',
  item: 'column of item ids',
  rating: 'column of ratings, counts or weights',
  time: 'column of times; "none" ignores them (all --…-col options take it)',
  event: 'column of event types: view, cart, purchase …',
  title: 'column of item titles',
  history: 'profiles: column that lists the items a user had',
  preferences: 'profiles: column that lists the attribute values a user wants ("genre:Comedy|genre:War:-1")',
  exclude: 'profiles: column that lists the items never to recommend to a user',
};
const ROLES = Object.keys(COLUMNS) as Role[];

type TypedColumns = { [R in Role as `${R}Col`]?: string };

/** Commander's own keys and types for the options of `addFileOptions` and `addReadingOptions`. */
export interface TypedInput
  extends TypedColumns,
    Pick<InputOptions, 'ratings' | 'eventWeights' | 'badRows' | 'safeCsv'> {
  users?: string;
  items?: string;
  interactions?: string;
  delimiter?: string;
  attributeCols?: string;
  dateOrder?: DayOrder;
  duplicates?: Duplicates;
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
  command.addOption(
    new Option('--delimiter <char>', 'column separator of the input (default: detected)').argParser(delimiter),
  );
  for (const role of ROLES) command.option(`--${role}-col <name>`, COLUMNS[role]);
  return command
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
      "put a ' before ids and titles that a spreadsheet would run (they begin with =, +, -, @, tab or a line break), in csv and wide; this changes such ids",
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
  const { users, items, interactions, attributeCols, badRows, ratings, safeCsv } = typed;
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
    attributeColumns: attributeCols === undefined ? undefined : attributeNames(attributeCols),
    duplicates: typed.duplicates,
    ratings,
    eventWeights: typed.eventWeights,
    badRows,
    safeCsv,
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

function namedColumns(typed: TypedColumns): NamedColumns {
  const named = ROLES.map((role) => [role, typed[`${role}Col`]] as const);
  return Object.fromEntries(named.filter(([, name]) => name !== undefined));
}

function attributeNames(text: string): string[] {
  if (text.trim().toLowerCase() === 'none') return [];
  return text.split(',').map((name) => name.trim());
}
