import { Command, InvalidArgumentError, Option } from 'commander';
import type { HoldoutKind } from '../evaluation/split.js';
import { usableCores } from '../process/cores.js';
import {
  addFileOptions,
  addReadingOptions,
  type InputOptions,
  meantInput,
  number,
  type Print,
  parsed,
  type TypedInput,
  usage,
} from './input-options.js';
import { addLogOptions, type LogOptions, meantLog, type TypedLog } from './log-options.js';

export type Format = 'table' | 'csv' | 'json';

/** What was typed after `evaluate`, checked and with its defaults. */
export interface EvaluateOptions extends InputOptions, LogOptions {
  /** Events to be judged by, instead of a part of those that are read. */
  test: string | undefined;
  /** Undefined: `last` where there are times, else `random`. */
  split: HoldoutKind | undefined;
  /** A share in (0, 1), or a whole count ≥ 1. */
  holdout: number;
  /** None twice, `popular` among them. */
  algorithms: readonly string[];
  /** Lengths of list that are judged, rising, none twice. */
  at: readonly number[];
  /** The most users that are tested; undefined: all. */
  sampleUsers: number | undefined;
  /** Decides everything that is left to chance. */
  seed: number;
  /** Attributes of users to group by, as typed. */
  by: readonly string[];
  format: Format;
  output: string;
  /** The file that takes the metrics of each user. */
  perUser: string | undefined;
  /** The most children at once; changes speed and memory, never a metric. */
  workers: number;
}

/** What every evaluation is compared with. */
export const BASELINE = 'popular';

const DEFAULT_HOLDOUT = 0.2;
const MOST_ITEMS_A_USER = 100_000;
const LARGEST_SEED = 2 ** 32 - 1;

const EXAMPLES = `
Examples:
  recommend evaluate --users ratings.csv --items movies.csv
  recommend evaluate -u events.csv --split time --algorithms auto,cosine --at 20
  recommend evaluate -u profiles.csv --interactions orders.csv --by country --format json
  recommend evaluate -u train.csv --test test.csv --per-user users.csv
`;

/** The options of `evaluate` as they are documented. */
export function evaluateCommand(): Command {
  const command = new Command('recommend evaluate')
    .description('How good the recommendations are: hold out a part, learn on the rest, and see whether it is found.')
    .usage('--users FILE [--items FILE] [--split last|random|time] [--algorithms auto,popular]')
    .addHelpText('before', EXAMPLES.trimStart())
    .helpOption('-h, --help', 'show this');
  addFileOptions(command)
    .option('--test <file>', 'events to be judged by, instead of holding out a part of those that are read')
    .addOption(
      new Option(
        '--split <kind>',
        'what is held out: last (each user’s latest), random (each user’s by lot), time (everybody’s from one moment on) (default: last where there are times, else random)',
      ).choices(['last', 'random', 'time']),
    )
    .addOption(
      new Option('--holdout <part>', 'how much: a share below 1, or a whole number of interactions')
        .argParser(holdout)
        .default(undefined, String(DEFAULT_HOLDOUT)),
    )
    .addOption(
      new Option('--algorithms <names>', `what is compared, "a,b"; ${BASELINE} always is; each is learned in turn`)
        .argParser(names)
        .default(['auto', BASELINE], `auto,${BASELINE}`),
    )
    .addOption(
      new Option('--at <lengths>', 'lengths of list that are judged, "10,20"')
        .argParser(cuts)
        .default([10, 20], '10,20'),
    )
    .addOption(
      number('--sample-users <count>', 'test that many users, drawn by lot (default: all)', 1, Number.MAX_SAFE_INTEGER),
    )
    .addOption(
      number(
        '--seed <number>',
        'decides all that is left to chance; the same seed, the same metrics',
        0,
        LARGEST_SEED,
      ).default(1),
    )
    .addOption(
      new Option('--by <columns>', 'also by these attributes of users, "country,age"')
        .argParser(names)
        .default([], 'none'),
    )
    .addOption(
      new Option('--format <format>', 'how the answer is written').choices(['table', 'csv', 'json']).default('table'),
    )
    .option('-o, --output <file>', 'where the answer goes; written whole or not at all, .gz compresses', '-')
    .option('--per-user <file>', 'a CSV of every tested user’s metrics')
    .addOption(
      number(
        '-j, --workers <count>',
        'child processes at most; changes speed and memory, never a metric',
        1,
        1024,
      ).default(undefined, 'the cores at hand'),
    );
  return addLogOptions(addReadingOptions(command))
    .allowExcessArguments(false)
    .showHelpAfterError('(recommend evaluate --help shows the options)')
    .exitOverride();
}

/**
 * Reads what stands behind `recommend evaluate`.
 * @returns undefined where help was asked for, and shown.
 * @throws Failure 2 where it makes no sense.
 */
export function parseEvaluateOptions(argv: readonly string[], print?: Print): EvaluateOptions | undefined {
  const command = evaluateCommand();
  return parsed(command, argv, print) ? meantEvaluation(command.opts()) : undefined;
}

/** Commander's own keys and types for the options above. */
export interface TypedEvaluation extends TypedInput, TypedLog {
  test?: string;
  split?: HoldoutKind;
  holdout?: number;
  algorithms: string[];
  at: number[];
  sampleUsers?: number;
  seed: number;
  by: string[];
  format: Format;
  output: string;
  perUser?: string;
  workers?: number;
}

/** What was typed, meant. @throws Failure 2 where it makes no sense. */
export function meantEvaluation(typed: TypedEvaluation): EvaluateOptions {
  const { test, split, output, perUser } = typed;
  const input = meantInput(typed, { '--test': test }, { '--output': output, '--per-user': perUser });
  if (test !== undefined && split !== undefined) {
    throw usage('--test and --split exclude each other: a test file is what is held out');
  }
  if (test !== undefined && typed.holdout !== undefined) {
    throw usage('--test and --holdout exclude each other: a test file is what is held out');
  }
  if (output === '-' && perUser === '-') throw usage('--output and --per-user cannot both go to standard output');
  return Object.freeze({
    ...input,
    test,
    split,
    holdout: typed.holdout ?? DEFAULT_HOLDOUT,
    algorithms: Object.freeze([...new Set([...typed.algorithms, BASELINE])]),
    at: Object.freeze(typed.at),
    sampleUsers: typed.sampleUsers,
    seed: typed.seed,
    by: Object.freeze([...new Set(typed.by)]),
    format: typed.format,
    output,
    perUser,
    workers: typed.workers ?? usableCores(),
    ...meantLog(typed),
  });
}

function holdout(text: string): number {
  const value = /^\d+$|^0?\.\d+$/.test(text) ? Number(text) : Number.NaN;
  const isShare = value > 0 && value < 1;
  const isCount = Number.isSafeInteger(value) && value >= 1;
  if (isShare || isCount) return value;
  throw new InvalidArgumentError('A share between 0 and 1, or a whole number from 1 is wanted.');
}

function names(text: string): string[] {
  const all = text.split(',').map((name) => name.trim());
  if (all.every((name) => name !== '')) return all;
  throw new InvalidArgumentError('Names with commas between them are wanted.');
}

function cuts(text: string): number[] {
  const all = text.split(',').map((part) => (/^\d+$/.test(part.trim()) ? Number(part) : Number.NaN));
  if (all.every((cut) => cut >= 1 && cut <= MOST_ITEMS_A_USER)) return [...new Set(all)].sort((a, b) => a - b);
  throw new InvalidArgumentError(`Whole numbers from 1 to ${MOST_ITEMS_A_USER} with commas between them are wanted.`);
}
