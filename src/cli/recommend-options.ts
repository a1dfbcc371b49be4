import { Command, Option } from 'commander';
import { ExitCode, Failure } from '../failure.js';
import { DEFAULT_SETTINGS } from '../model/settings.js';
import { usableCores } from '../process/cores.js';
import { BALANCES, type BalanceName } from '../workers/balance.js';
import {
  addFileOptions,
  addReadingOptions,
  bytes,
  type InputOptions,
  meantInput,
  number,
  type Print,
  parsed,
  positiveSeconds,
  seconds,
  type TypedInput,
  usage,
} from './input-options.js';
import { addLogOptions, type LogOptions, meantLog, type TypedLog } from './log-options.js';
import { AUTO, type Method, methodOf } from './method.js';

/** What was typed, checked and with its defaults: the only form of the options that anything else sees. */
export interface Options extends InputOptions, LogOptions {
  output: string;
  /** N, items per user. */
  top: number;
  /** The most children at once. */
  workers: number;
  /** Bytes that the run may take, all processes together; undefined: whatever there is. */
  maxMemory: number | undefined;
  /** Who of them gets the next shard. */
  balance: BalanceName;
  /** How to learn. */
  method: Method;
  titles: boolean;
  includeSeen: boolean;
  /** Seconds to wait for another run that writes the same output. */
  lockWait: number;
  /** Go on with what a run that was cut has left. */
  resume: boolean;
  /** Seconds after which the run is to stop; undefined: never. */
  maxDuration: number | undefined;
  /** Where a summary goes. */
  summary: string | undefined;
  /** Where metrics for Prometheus go. */
  metricsFile: string | undefined;
  /** Of this program. */
  version: string;
}

const EXAMPLES = `
Examples:
  recommend --users ratings.csv --items movies.csv -o recs.csv
  recommend -u events.csv.gz -n 20 --titles -i products.csv > recs.csv
  recommend -u profiles.csv --interactions orders.csv -i products.csv -o recs.csv.gz
  zcat events.csv.gz | recommend -u - | head
`;

const OTHER_COMMANDS = `
Other commands:
  recommend evaluate        how good the recommendations are on held-out data (recommend evaluate --help)
  recommend help algorithms the algorithms and their settings
`;

const MOST_ITEMS_A_USER = 100_000;

/** The options as they are documented: help and README's table are made of these. */
export function program(version: string): Command {
  const command = new Command('recommend')
    .description('The best N items for every user, from CSV to CSV.')
    .usage('--users FILE [--items FILE] [-o FILE] [-n N]')
    .addHelpText('before', EXAMPLES.trimStart())
    .addHelpText('after', OTHER_COMMANDS.trimEnd())
    .helpOption('-h, --help', 'show this')
    .version(version, '--version', 'show the version');
  addFileOptions(command)
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
      new Option('--max-memory <size>', 'memory of the whole run, 500M or 2G: so many children as it has room for')
        .argParser(bytes)
        .default(undefined, 'whatever there is'),
    )
    .addOption(
      new Option('--balance <way>', 'which child gets the next piece of work; changes speed, never the result')
        .choices(BALANCES)
        .default('least-loaded'),
    )
    .addOption(
      new Option('--algorithm <name>', 'how to learn; "recommend help algorithms" tells of them').default(AUTO),
    )
    .addOption(
      new Option('--set <key=value>', 'a setting of the algorithm, as often as wanted')
        .argParser((text: string, before: string[]) => [...before, text])
        .default([], 'as the algorithm has it'),
    )
    .addOption(
      number(
        '--max-history <count>',
        'pairs of a user are counted of so many items, the latest; the time goes by the square of it',
        2,
        1_000_000,
      ).default(DEFAULT_SETTINGS.longestHistory),
    )
    .option('--titles', 'add a title column to the output', false)
    .option('--include-seen', 'recommend also what users had already', false)
    .addOption(
      new Option('--lock-wait <time>', 'how long to wait for another run that writes the same output: 30s, 10m, 2h')
        .argParser(seconds)
        .default(0, 'not at all'),
    )
    .option('--resume', 'go on where a run of this output was cut; the same bytes come out', false)
    .addOption(
      new Option('--max-duration <time>', 'stop after so long (30m, 2h), and keep what is done for --resume')
        .argParser(positiveSeconds)
        .default(undefined, 'never'),
    )
    .option('--summary <file>', 'a summary of the run as JSON, however it ends')
    .option(
      '--metrics-file <file>',
      'metrics of the run for Prometheus, however it ends: a .prom for its textfile collector',
    );
  return addLogOptions(addReadingOptions(command))
    .allowExcessArguments(false)
    .showHelpAfterError('(recommend --help shows the options)')
    .exitOverride();
}

/**
 * Reads the command line.
 * @returns undefined where help or the version was asked for, and shown.
 * @throws Failure 2 where it makes no sense.
 */
export function parseOptions(argv: readonly string[], version: string, print?: Print): Options | undefined {
  const command = program(version);
  if (argv.length === 0) {
    throw new Failure(
      ExitCode.usage,
      `give it at least the users:\n\n${EXAMPLES.trim()}\n\n(recommend --help shows the options)`,
    );
  }
  return parsed(command, argv, print) ? meant(command.opts(), version) : undefined;
}

/** Commander's own keys and types for the options above. */
interface Typed extends TypedInput, TypedLog {
  output: string;
  top: number;
  workers?: number;
  maxMemory?: number;
  balance: BalanceName;
  algorithm: string;
  set: string[];
  maxHistory: number;
  titles: boolean;
  includeSeen: boolean;
  lockWait: number;
  resume: boolean;
  maxDuration?: number;
  summary?: string;
  metricsFile?: string;
}

function meant(typed: Typed, version: string): Options {
  const outputs = { '--output': typed.output, '--summary': typed.summary, '--metrics-file': typed.metricsFile };
  const toStdout = Object.entries(outputs).flatMap(([option, path]) => (path === '-' ? [option] : []));
  if (toStdout.length > 1) throw usage(`${toStdout.join(' and ')} cannot all go to standard output`);
  if (typed.resume && typed.output === '-') throw usage('--resume needs a file to go on with: -o FILE');
  const method = methodOf(typed.algorithm, typed.set, '--algorithm');
  return Object.freeze({
    ...meantInput(typed, {}, outputs),
    ...meantLog(typed),
    output: typed.output,
    top: typed.top,
    workers: typed.workers ?? usableCores(),
    maxMemory: typed.maxMemory,
    balance: typed.balance,
    method: { ...method, settings: { ...method.settings, longestHistory: typed.maxHistory } },
    titles: typed.titles,
    includeSeen: typed.includeSeen,
    lockWait: typed.lockWait,
    resume: typed.resume,
    maxDuration: typed.maxDuration,
    summary: typed.summary,
    metricsFile: typed.metricsFile,
    version,
  });
}
