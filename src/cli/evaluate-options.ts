import { Command, Option } from 'commander';
import { usageFailure } from '../failure.js';
import type { EvaluateOptions } from '../pipeline/options.js';
import { usableCores } from '../process/cores.js';
import { addFileOptions, addReadingOptions, inputOptions, type TypedInput } from './input-options.js';
import { addLogOptions, logOptions, type TypedLog } from './log-options.js';
import { holdout, listLengths, names, number, type Print, parsed } from './values.js';

/** The algorithm that all others are compared with. */
const BASELINE = 'popular';
const DEFAULT_HOLDOUT = 0.2;
const LARGEST_SEED = 2 ** 32 - 1;

const EXAMPLES = `
Examples:
  recommend evaluate --users ratings.csv --items movies.csv
  recommend evaluate -u events.csv --split time --algorithms auto,cosine --at 20
  recommend evaluate -u profiles.csv --interactions orders.csv --by country --format json
  recommend evaluate -u train.csv --test test.csv --per-user users.csv
`;

function evaluateCommand(): Command {
  const command = new Command('recommend evaluate')
    .description('Measure the recommendations: hold out a part, learn from the rest, see how much of it is found.')
    .usage('--users FILE [--items FILE] [--split last|random|time] [--algorithms auto,popular]')
    .addHelpText('before', EXAMPLES.trimStart())
    .helpOption('-h, --help', 'show this help');
  addFileOptions(command)
    .option('--test <file>', 'events to evaluate on, instead of holding out a part of the input')
    .addOption(
      new Option(
        '--split <kind>',
        'what to hold out: last (each user’s latest), random (each user’s, chosen at random), time (everything from one moment on) (default: last if there are times, else random)',
      ).choices(['last', 'random', 'time']),
    )
    .addOption(
      new Option('--holdout <part>', 'how much to hold out: a share below 1, or a number of interactions').argParser(
        holdout,
      ),
    )
    .addOption(
      new Option('--algorithms <names>', `what to compare, "a,b"; ${BASELINE} is always added; each learns in turn`)
        .argParser(names)
        .default(['auto', BASELINE], `auto,${BASELINE}`),
    )
    .addOption(
      new Option('--at <lengths>', 'list lengths to evaluate, "10,20"')
        .argParser(listLengths)
        .default([10, 20], '10,20'),
    )
    .addOption(
      number(
        '--sample-users <count>',
        'evaluate on this many users, chosen at random (default: all)',
        1,
        Number.MAX_SAFE_INTEGER,
      ),
    )
    .addOption(
      number('--seed <number>', 'random seed; the same seed gives the same metrics', 0, LARGEST_SEED).default(1),
    )
    .addOption(
      new Option('--by <columns>', 'also report by these attributes of users, "country,age"')
        .argParser(names)
        .default([], 'none'),
    )
    .addOption(
      new Option('--format <format>', 'how to write the report').choices(['table', 'csv', 'json']).default('table'),
    )
    .option('-o, --output <file>', 'where to write the report: complete or not at all; .gz compresses', '-')
    .option('--per-user <file>', 'write a CSV with the metrics of every tested user')
    .addOption(
      number('-j, --workers <count>', 'most child processes; changes speed and memory, never a metric', 1, 1024),
    );
  return addLogOptions(addReadingOptions(command));
}

/**
 * Parses what follows `recommend evaluate`.
 * @returns undefined where help was printed instead.
 * @throws Failure 2 where it makes no sense.
 */
export function parseEvaluateOptions(argv: readonly string[], print?: Print): EvaluateOptions | undefined {
  const command = evaluateCommand();
  return parsed(command, argv, print) ? checked(command.opts()) : undefined;
}

/** Commander's own keys and types for the options above. */
interface Typed
  extends TypedInput,
    TypedLog,
    Pick<EvaluateOptions, 'at' | 'seed' | 'by' | 'format' | 'output' | 'algorithms'> {
  test?: string;
  split?: EvaluateOptions['split'];
  holdout?: number;
  sampleUsers?: number;
  perUser?: string;
  workers?: number;
}

function checked(typed: Typed): EvaluateOptions {
  const { test, split, output, perUser } = typed;
  const input = inputOptions(typed, { '--test': test }, { '--output': output, '--per-user': perUser });
  if (test !== undefined && split !== undefined) {
    throw usageFailure('--test and --split exclude each other: the test file is the held-out part');
  }
  if (test !== undefined && typed.holdout !== undefined) {
    throw usageFailure('--test and --holdout exclude each other: the test file is the held-out part');
  }
  if (output === '-' && perUser === '-')
    throw usageFailure('--output and --per-user cannot both go to standard output');
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
    ...logOptions(typed),
  });
}
