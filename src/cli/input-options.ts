import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { closest } from '../dataset/closest.js';
import type { NamedColumns } from '../dataset/roles.js';
import { DAY_ORDERS, type DayOrder } from '../events/day-month.js';
import type { EventWeights } from '../events/event-types.js';
import { DUPLICATES, type Duplicates, RATINGS, type Ratings } from '../events/strength-rule.js';
import { ExitCode, Failure } from '../failure.js';

/** Which files are read, and how. */
export interface InputOptions {
  users: string;
  items: string | undefined;
  interactions: string | undefined;
  delimiter: string | undefined;
  named: NamedColumns;
  dayOrder: DayOrder | undefined;
  attributeColumns: readonly string[] | undefined;
  duplicates: Duplicates | undefined;
  ratings: Ratings;
  eventWeights: EventWeights;
  /** 'stop', 'skip', or the file that refused rows go to. */
  badRows: string;
  /** No cell of text that is written may be run by a spreadsheet. */
  safeCsv: boolean;
}

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
      'who the users are: their events (user, item, …) or profiles; "-" is stdin, .gz is fine',
    )
    .option('-i, --items <file>', 'the catalogue: item, title, attributes (default: the items that occur)')
    .option('--interactions <file>', 'events to learn from, beside profiles');
}

/** Adds the options that say how the input files are read. */
export function addReadingOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--delimiter <char>', 'column separator of the input (default: told from the file)').argParser(
        delimiter,
      ),
    )
    .option('--user-col <name>', 'the column of user ids')
    .option('--item-col <name>', 'the column of item ids')
    .option('--rating-col <name>', 'the column of ratings, counts or weights')
    .option('--time-col <name>', 'the column of times; "none", here and in its kin, for none')
    .option('--event-col <name>', 'the column of event types: view, cart, purchase …')
    .option('--title-col <name>', 'the column of item titles')
    .option('--history-col <name>', 'profiles: the list of items a user had')
    .option(
      '--preferences-col <name>',
      'profiles: the list of attribute values a user wants ("genre:Comedy|genre:War:-1")',
    )
    .option('--exclude-col <name>', 'profiles: the list of items never to offer to a user')
    .option('--attribute-cols <names>', 'the only columns that count as attributes, "a,b"; "none" for none')
    .addOption(
      new Option(
        '--date-order <order>',
        'what dates like 03/04/2011 have first (default: told from the column)',
      ).choices(DAY_ORDERS),
    )
    .addOption(
      new Option('--duplicates <way>', 'rows of one user and item (default: last for ratings, sum for counts)').choices(
        DUPLICATES,
      ),
    )
    .addOption(
      new Option('--ratings <kind>', 'what the numbers of the rating column are; auto: told from them')
        .choices(RATINGS)
        .default('auto'),
    )
    .addOption(
      new Option('--event-weights <list>', 'what rows of a type count, "view=1,cart=3,return=-5"; 0 leaves them out')
        .argParser(eventWeights)
        .default(new Map(), 'known types'),
    )
    .option('--bad-rows <what>', 'rows that cannot be read: stop, skip, or a FILE to keep them in', 'stop')
    .option(
      '--safe-csv',
      "a ' before ids and titles that a spreadsheet would run (those that begin with =, +, -, @, tab or a line break); changes such ids",
      false,
    );
}

/**
 * What was typed, meant.
 *
 * @param otherInputs inputs of the command beside these, by option. @param outputs files it writes, by option.
 * @throws Failure 2 where it makes no sense.
 */
export function meantInput(
  typed: TypedInput,
  otherInputs: Readonly<Record<string, string | undefined>>,
  outputs: Readonly<Record<string, string | undefined>>,
): InputOptions {
  const { users, items, interactions, badRows } = typed;
  if (users === undefined) throw usage('--users is missing: the CSV of who the users are, or of what they did');
  const inputs = Object.entries({ '--users': users, '--items': items, '--interactions': interactions, ...otherInputs });
  const fromStdin = inputs.filter(([, path]) => path === '-').map(([option]) => option);
  if (fromStdin.length > 1) throw usage(`${fromStdin.join(' and ')} cannot all be "-": there is one standard input`);
  const meantWord = /[./]/.test(badRows) ? undefined : closest(badRows, ['stop', 'skip']);
  if (meantWord !== undefined && meantWord !== badRows)
    throw usage(`--bad-rows ${badRows}: did you mean ${meantWord}? (a file of that name: ./${badRows})`);
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

/** No file is written that is read, and none twice. */
function refuseOverwriting(inputs: readonly Named[], outputs: readonly Named[]): void {
  outputs.forEach(([option, path], at) => {
    if (path === undefined || path === '-') return;
    if (inputs.some(([, input]) => isSameFile(input, path))) throw usage(`${option} ${path} is one of the inputs`);
    const twin = outputs.slice(0, at).find(([, other]) => isSameFile(other, path));
    if (twin) throw usage(`${twin[0]} and ${option} name the same file`);
  });
}

/** True for two names of one file, through links as well. */
function isSameFile(a: string | undefined, b: string): boolean {
  return a !== undefined && a !== '-' && placeOf(a) === placeOf(b);
}

function placeOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // It does not exist yet: its name is its place.
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

/** Takes what is asked for and is no run: help, the version. */
export type Print = (text: string) => void;

/**
 * Has a command read its arguments.
 * @param print standard output, unless said.
 * @returns false where help or the version was asked for, and shown. @throws Failure 2 with what the command says is wrong.
 */
export function parsed(command: Command, argv: readonly string[], print?: Print): boolean {
  const complaint: string[] = [];
  command.configureOutput({ writeErr: (text) => void complaint.push(text), ...(print && { writeOut: print }) });
  try {
    command.parse(argv, { from: 'user' });
    return true;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return false;
    throw new Failure(
      ExitCode.usage,
      complaint
        .join('')
        .replace(/^error: /, '')
        .trim(),
      { cause: error },
    );
  }
}

/** An option that takes a whole number within bounds. */
export function number(flags: string, description: string, least: number, most: number): Option {
  return new Option(flags, description).argParser((text: string) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`A whole number from ${least} to ${most} is wanted.`);
  });
}

/** A time as people write it: `90`, `90s`, `10m`, `2h`. In seconds. */
export function seconds(text: string): number {
  const [, number = '', unit] = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(text.trim()) ?? [];
  if (number === '') throw new InvalidArgumentError('A time like 30s, 10m or 2h is wanted.');
  const inSeconds = unit === 'h' ? 3600 : unit === 'm' ? 60 : 1;
  return Number(number) * inSeconds;
}

/** The same, and not none at all. */
export function positiveSeconds(text: string): number {
  const value = seconds(text);
  if (value > 0) return value;
  throw new InvalidArgumentError('A time above 0 is wanted, like 30m or 2h.');
}

/** An amount of memory as people write it: `500M`, `2G`, `1.5GB`, in thousands; `2GiB`, in 1,024s. In bytes. */
export function bytes(text: string): number {
  const [, number = '', unit = '', binary] = /^(\d+(?:\.\d+)?)([KMGT])(?:(i)?B)?$/i.exec(text.trim()) ?? [];
  if (number === '') throw new InvalidArgumentError('An amount like 500M or 2G is wanted.');
  return Math.round(Number(number) * (binary ? 1024 : 1000) ** ('KMGT'.indexOf(unit.toUpperCase()) + 1));
}

function delimiter(text: string): string {
  const character = text === '\\t' || text.toLowerCase() === 'tab' ? '\t' : text;
  if (character.length === 1 && !/["\r\n]/.test(character)) return character;
  throw new InvalidArgumentError('One character is wanted ("tab" for a tab).');
}

/** The failure of a command line that makes no sense. */
export function usage(message: string): Failure {
  return new Failure(ExitCode.usage, `${message}\n(recommend --help shows the options)`);
}

function eventWeights(text: string): EventWeights {
  const weights = new Map<string, number>();
  for (const entry of text.split(',')) {
    const [, name = '', weight = ''] = /^(.*)=([^=]*)$/s.exec(entry) ?? [];
    const value = weight.trim() === '' ? Number.NaN : Number(weight);
    if (name.trim() === '' || !Number.isFinite(value)) {
      throw new InvalidArgumentError(`"${entry.trim()}" is not TYPE=NUMBER; a list like "view=1,cart=3" is wanted.`);
    }
    weights.set(name.trim(), value);
  }
  return weights;
}
