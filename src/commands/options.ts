import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { ExitCode, Failure } from '../failure.js';
import { closest } from '../input/closest.js';
import type { EventWeights } from '../input/event-types.js';
import type { NamedColumns } from '../input/roles.js';
import { DUPLICATES, type Duplicates, RATINGS, type Ratings } from '../input/strengths.js';
import { usableCores } from '../shards/cores.js';
import { AUTO, METHOD_NAMES, type Method, methodOf } from './method.js';

/** What was typed, checked and with its defaults: the only form of the options that anything else sees. */
export interface Options {
  users: string;
  items: string | undefined;
  interactions: string | undefined;
  output: string;
  /** N, items per user. */
  top: number;
  /** The most children at once. */
  workers: number;
  /** How to learn. */
  method: Method;
  titles: boolean;
  includeSeen: boolean;
  delimiter: string | undefined;
  named: NamedColumns;
  attributeColumns: readonly string[] | undefined;
  duplicates: Duplicates | undefined;
  ratings: Ratings;
  eventWeights: EventWeights;
  /** 'stop', 'skip', or the file that refused rows go to. */
  badRows: string;
  quiet: boolean;
  verbose: boolean;
}

const EXAMPLES = `
Examples:
  recommend --users ratings.csv --items movies.csv -o recs.csv
  recommend -u events.csv.gz -n 20 --titles -i products.csv > recs.csv
  recommend -u profiles.csv --interactions orders.csv -i products.csv -o recs.csv.gz
  zcat events.csv.gz | recommend -u - | head
`;

const MOST_ITEMS_A_USER = 100_000;

/** The options as they are documented: help and README's table are made of these. */
export function program(version: string): Command {
  return new Command('recommend')
    .description('The best N items for every user, from CSV to CSV.')
    .usage('--users FILE [--items FILE] [-o FILE] [-n N]')
    .addHelpText('before', EXAMPLES.trimStart())
    .helpOption('-h, --help', 'show this')
    .version(version, '--version', 'show the version')
    .option(
      '-u, --users <file>',
      'who the users are: their events (user, item, …) or profiles; "-" is stdin, .gz is fine',
    )
    .option('-i, --items <file>', 'the catalogue: item, title, attributes (default: the items that occur)')
    .option('--interactions <file>', 'events to learn from, beside profiles')
    .option('-o, --output <file>', 'where the lists go; written whole or not at all, .gz compresses', '-')
    .addOption(number('-n, --top <count>', 'items for each user', 1, MOST_ITEMS_A_USER).default(10))
    .addOption(
      number(
        '-j, --workers <count>',
        'child processes at most; changes speed and memory, never the result',
        1,
        1024,
      ).default(undefined, 'the cores at hand'),
    )
    .addOption(
      new Option('--algorithm <name>', 'how to learn; "recommend help algorithms" tells of them')
        .choices(METHOD_NAMES)
        .default(AUTO),
    )
    .addOption(
      new Option('--set <key=value>', 'a setting of the algorithm, as often as wanted')
        .argParser((text: string, before: string[]) => [...before, text])
        .default([], 'as the algorithm has it'),
    )
    .option('--titles', 'add a title column to the output', false)
    .option('--include-seen', 'recommend also what users had already', false)
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
    .option('-q, --quiet', 'nothing on stderr unless something is wrong', false)
    .option('-v, --verbose', 'more on stderr: plans, settings, seconds', false)
    .allowExcessArguments(false)
    .showHelpAfterError('(recommend --help shows the options)')
    .exitOverride();
}

/**
 * Reads the command line.
 * @returns undefined where help or the version was asked for, and shown.
 * @throws Failure 2 where it makes no sense.
 */
export function parseOptions(argv: readonly string[], version: string): Options | undefined {
  const command = program(version);
  if (argv.length === 0) {
    throw new Failure(
      ExitCode.usage,
      `give it at least the users:\n\n${EXAMPLES.trim()}\n\n(recommend --help shows the options)`,
    );
  }
  try {
    command.parse(argv, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return undefined;
    // Commander has said on stderr what is wrong.
    throw new Failure(ExitCode.usage, '', { cause: error });
  }
  return meant(command.opts());
}

/** Commander's own keys and types for the options above. */
interface Typed {
  users?: string;
  items?: string;
  interactions?: string;
  output: string;
  top: number;
  workers?: number;
  algorithm: string;
  set: string[];
  titles: boolean;
  includeSeen: boolean;
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
  duplicates?: Duplicates;
  ratings: Ratings;
  eventWeights: EventWeights;
  badRows: string;
  quiet: boolean;
  verbose: boolean;
}

function meant(typed: Typed): Options {
  const { users, items, interactions } = typed;
  if (users === undefined) throw usage('--users is missing: the CSV of who the users are, or of what they did');
  if ([users, items, interactions].filter((path) => path === '-').length > 1) {
    throw usage('only one of --users, --items and --interactions can be "-": there is one standard input');
  }
  const { output, badRows } = typed;
  const meantWord = /[./]/.test(badRows) ? undefined : closest(badRows, ['stop', 'skip']);
  if (meantWord !== undefined && meantWord !== badRows)
    throw usage(`--bad-rows ${badRows}: did you mean ${meantWord}? (a file of that name: ./${badRows})`);
  const rejects = badRows === 'stop' || badRows === 'skip' ? undefined : badRows;
  for (const path of [users, items, interactions]) {
    if (path === undefined || path === '-') continue;
    if (isSameFile(path, output)) throw usage(`--output ${output} is one of the inputs`);
    if (isSameFile(path, rejects)) throw usage(`--bad-rows ${rejects} is one of the inputs`);
  }
  if (isSameFile(output, rejects)) throw usage('--output and --bad-rows name the same file');
  return Object.freeze({
    users,
    items,
    interactions,
    output: typed.output,
    top: typed.top,
    workers: typed.workers ?? usableCores(),
    method: methodOf(typed.algorithm, typed.set, '--algorithm'),
    titles: typed.titles,
    includeSeen: typed.includeSeen,
    delimiter: typed.delimiter,
    named: namedColumns(typed),
    attributeColumns: typed.attributeCols === undefined ? undefined : attributeNames(typed.attributeCols),
    duplicates: typed.duplicates,
    ratings: typed.ratings,
    eventWeights: typed.eventWeights,
    badRows: typed.badRows,
    quiet: typed.quiet,
    verbose: typed.verbose && !typed.quiet,
  });
}

/** True for two names of one file, through links as well. */
function isSameFile(a: string, b: string | undefined): boolean {
  return b !== undefined && placeOf(a) === placeOf(b);
}

function placeOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // It does not exist yet: its name is its place.
    return resolve(path);
  }
}

function namedColumns(typed: Typed): NamedColumns {
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

function number(flags: string, description: string, least: number, most: number): Option {
  return new Option(flags, description).argParser((text: string) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`A whole number from ${least} to ${most} is wanted.`);
  });
}

function delimiter(text: string): string {
  const character = text === '\\t' || text.toLowerCase() === 'tab' ? '\t' : text;
  if (character.length === 1 && !/["\r\n]/.test(character)) return character;
  throw new InvalidArgumentError('One character is wanted ("tab" for a tab).');
}

function usage(message: string): Failure {
  return new Failure(ExitCode.usage, `${message}\n(recommend --help shows the options)`);
}
