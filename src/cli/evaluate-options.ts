import { Command, Option } from 'commander';
import { usageFailure } from '../failure.js';
import type { EvaluateOptions } from '../pipeline/options.js';
import { usableCores } from '../process/cores.js';
import { Group } from './help-groups.js';
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
  recommend evaluate -u events.csv --split time --algorithms auto,cosine
  recommend evaluate -u profiles.csv --interactions orders.csv --by country
  recommend evaluate -u train.csv --test test.csv --per-user users.csv
`;

/** The options of `recommend evaluate`, as the help shows them. */
export function evaluateCommand(): Command {
  const command = new Command('recommend evaluate')
    .description('Measure the lists: hold out a part, learn from the rest, find the part again.')
    .usage('--users FILE [--items FILE] [--algorithms NAMES]')
    .addHelpText('before', EXAMPLES.trimStart());
  addFileOptions(command)
    .option('--test <file>', 'events to evaluate on, instead of a held-out part')
    .optionsGroup(Group.want)
    .addOption(
      new Option('--split <kind>', 'what to hold out: last, random or time').choices(['last', 'random', 'time']),
    )
    .addOption(
      new Option('--holdout <part>', `a share below 1, or a number (default: ${DEFAULT_HOLDOUT})`).argParser(holdout),
    )
    .addOption(
      new Option('--algorithms <names>', 'what to compare')
        .argParser(names)
        .default(['auto', BASELINE], `auto,${BASELINE}`),
    )
    .addOption(new Option('--at <lengths>', 'list lengths').argParser(listLengths).default([10, 20], '10,20'))
    .addOption(
      number('--sample-users <count>', 'evaluate on this many users, chosen at random', 1, Number.MAX_SAFE_INTEGER),
    )
    .addOption(number('--seed <number>', 'random seed', 0, LARGEST_SEED).default(1))
    .addOption(
      new Option('--by <columns>', 'also by these attributes of users: country,age').argParser(names).default([]),
    )
    .addOption(new Option('--format <format>', 'table, csv or json').choices(['table', 'csv', 'json']).default('table'))
    .addOption(new Option('-o, --output <file>', 'where to write the report').default('-', 'stdout'))
    .option('--per-user <file>', 'write a CSV with the metrics of every tested user');
  addReadingOptions(command)
    .optionsGroup(Group.run)
    .addOption(number('-j, --workers <count>', 'most child processes (default: all cores)', 1, 1024));
  return addLogOptions(command);
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
    throw usageFailure('--test and --split cannot be combined: the test file is the held-out part');
  }
  if (test !== undefined && typed.holdout !== undefined) {
    throw usageFailure('--test and --holdout cannot be combined: the test file is the held-out part');
  }
  if (output === '-' && perUser === '-')
    throw usageFailure('only one of --output and --per-user can go to standard output');
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
