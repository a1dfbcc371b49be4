import { Command, Option } from 'commander';
import { ExitCode, Failure, usageFailure } from '../failure.js';
import { DEFAULT_SETTINGS } from '../model/settings.js';
import { AUTO, methodOf } from '../pipeline/method.js';
import type { Options } from '../pipeline/options.js';
import { usableCores } from '../process/cores.js';
import { BALANCES } from '../workers/balance.js';
import { addFileOptions, addReadingOptions, inputOptions, type TypedInput } from './input-options.js';
import { addLogOptions, logOptions, type TypedLog } from './log-options.js';
import { addOutputOptions, outputOptions, type TypedOutput } from './output-options.js';
import { bytes, number, type Print, parsed, positiveSeconds, seconds } from './values.js';

const EXAMPLES = `
Examples:
  recommend --users ratings.csv --items movies.csv -o recs.csv
  recommend -u events.csv.gz -n 20 --titles -i products.csv > recs.csv
  recommend -u profiles.csv --interactions orders.csv -i products.csv -o recs.csv.gz
  zcat events.csv.gz | recommend -u - | head
`;

const OTHER_COMMANDS = `
Other commands:
  recommend evaluate        measure recommendations on held-out data (recommend evaluate --help)
  recommend help algorithms list the algorithms and their settings
`;

/** The options of the main command, as the help and the README's table show them. */
export function recommendCommand(version: string): Command {
  const command = new Command('recommend')
    .description('The best N items for every user, from CSV to CSV.')
    .usage('--users FILE [--items FILE] [-o FILE] [-n N]')
    .addHelpText('before', EXAMPLES.trimStart())
    .addHelpText('after', OTHER_COMMANDS.trimEnd())
    .helpOption('-h, --help', 'show this help')
    .version(version, '--version', 'show the version');
  addOutputOptions(addFileOptions(command))
    .addOption(
      number('-j, --workers <count>', 'most child processes; changes speed and memory, never the result', 1, 1024),
    )
    .addOption(
      new Option('--max-memory <size>', 'memory for the whole run, 500M or 2G; limits how many children run').argParser(
        bytes,
      ),
    )
    .addOption(
      new Option('--balance <way>', 'which child gets the next piece of work; changes speed, never the result')
        .choices(BALANCES)
        .default('least-loaded'),
    )
    .addOption(
      new Option('--algorithm <name>', 'how to learn; "recommend help algorithms" lists the choices').default(AUTO),
    )
    .addOption(
      new Option('--set <key=value>', 'a setting of the algorithm; repeat it for more')
        .argParser((text: string, before: string[]) => [...before, text])
        .default([], 'those of the algorithm'),
    )
    .addOption(
      number(
        '--max-history <count>',
        "count pairs among each user's latest items only, at most this many; time grows with its square",
        2,
        1_000_000,
      ).default(DEFAULT_SETTINGS.longestHistory),
    )
    .option('--include-seen', 'also recommend items that users already had', false)
    .addOption(
      new Option('--lock-wait <time>', 'how long to wait for another run that writes the same output: 30s, 10m, 2h')
        .argParser(seconds)
        .default(0, 'no waiting'),
    )
    .option('--resume', 'continue an interrupted run of this output; the result is the same, byte for byte', false)
    .addOption(
      new Option(
        '--max-duration <time>',
        'stop after this time (30m, 2h) and keep finished work for --resume',
      ).argParser(positiveSeconds),
    )
    .option('--summary <file>', 'write a JSON summary of the run, even when it fails')
    .option(
      '--metrics-file <file>',
      "write metrics for Prometheus' textfile collector (.prom), even when the run fails",
    );
  return addLogOptions(addReadingOptions(command));
}

/**
 * Parses the command line.
 * @returns undefined where help or the version was printed instead.
 * @throws Failure 2 where it makes no sense.
 */
export function parseOptions(argv: readonly string[], version: string, print?: Print): Options | undefined {
  if (argv.length === 0) {
    throw new Failure(
      ExitCode.usage,
      `at least --users is needed\n\n${EXAMPLES.trim()}\n\n(recommend --help shows the options)`,
    );
  }
  const command = recommendCommand(version);
  return parsed(command, argv, print) ? checked(command.opts(), version) : undefined;
}

/** Commander's own keys and types for the options above. */
interface Typed
  extends TypedInput,
    TypedLog,
    TypedOutput,
    Pick<Options, 'balance' | 'includeSeen' | 'lockWait' | 'resume'> {
  workers?: number;
  maxMemory?: number;
  algorithm: string;
  set: string[];
  maxHistory: number;
  maxDuration?: number;
  summary?: string;
  metricsFile?: string;
}

function checked(typed: Typed, version: string): Options {
  const { output, workers = usableCores(), maxMemory, balance, algorithm, set, maxHistory } = typed;
  const { includeSeen, lockWait, resume, maxDuration, summary, metricsFile } = typed;
  const outputs = { '--output': output, '--summary': summary, '--metrics-file': metricsFile };
  const toStdout = Object.entries(outputs).flatMap(([option, path]) => (path === '-' ? [option] : []));
  if (toStdout.length > 1) throw usageFailure(`${toStdout.join(' and ')} cannot all go to standard output`);
  if (resume && output === '-') throw usageFailure('--resume needs an output file: -o FILE');
  const method = methodOf(algorithm, set, '--algorithm');
  return Object.freeze({
    ...inputOptions(typed, {}, outputs),
    ...logOptions(typed),
    ...outputOptions(typed),
    workers,
    maxMemory,
    balance,
    method: { ...method, settings: { ...method.settings, longestHistory: maxHistory } },
    includeSeen,
    lockWait,
    resume,
    maxDuration,
    summary,
    metricsFile,
    version,
  });
}
