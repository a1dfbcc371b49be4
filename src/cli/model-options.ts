import { Command, Option } from 'commander';
import type { ShardOptions } from '../array-jobs/shard.js';
import { usageFailure } from '../failure.js';
import { AUTO } from '../pipeline/method.js';
import type { Options } from '../pipeline/options.js';
import { addShardOptions, shardOptions } from './array-options.js';
import { addFileOptions, addReadingOptions } from './input-options.js';
import { addOutputOptions } from './output-options.js';
import { addLearningOptions, addReportOptions, addRunOptions, checked, type Typed } from './recommend-options.js';
import { addRuleOptions } from './rule-options.js';
import { date, leaveOut, type Print, parsed, requiredModel, seedOption } from './values.js';

const FIT_EXAMPLES = `
Examples:
  recommend fit -u ratings.csv -i movies.csv --model m.rec
  recommend fit -u profiles.csv --interactions orders.csv --model m.rec
`;

const SCORE_EXAMPLES = `
Examples:
  recommend score --model m.rec -o recs.csv
  recommend score --model m.rec -u today.csv -n 20 --titles -o recs.csv
  recommend score --model m.rec -u profiles.csv --interactions events.csv
`;

/** What the options of `recommend` come to where a command has none of them. */
const LEFT_OUT = {
  format: 'csv',
  top: 10,
  titles: true,
  dryRun: false,
  includeSeen: false,
  minHistory: 0,
  coldUsers: 'popular',
  seed: 1,
} as const;
/** What a model has decided already. */
const DECIDED = [
  ...['--items', '--item-columns', '--title-col', '--attributes'],
  ...['--unrated', '--duplicates', '--ratings', '--event-weights'],
];

/** The options of `recommend fit`. */
export function fitCommand(): Command {
  const command = new Command('recommend fit')
    .description('Learn a model and keep it in a file, for recommend score.')
    .usage('--users FILE [--items FILE] --model FILE')
    .addHelpText('before', FIT_EXAMPLES.trimStart());
  addFileOptions(command).addOption(new Option('--model <file>', 'where to write the model'));
  addLearningOptions(addReadingOptions(command)).option(
    '--now <date>',
    'what counts as now; later rows are ignored',
    date,
  );
  return addReportOptions(addShardOptions(addRunOptions(command), ['count', 'learn']));
}

/** The options of `recommend score`. */
export function scoreCommand(): Command {
  const command = new Command('recommend score')
    .description('Recommend by a model that was kept: to all its users, or to those of new files.')
    .usage('--model FILE [--users FILE] [-o FILE] [-n N]')
    .addHelpText('before', SCORE_EXAMPLES.trimStart());
  addFileOptions(command).addOption(new Option('--model <file>', 'the model that recommend fit wrote'));
  addReadingOptions(addRuleOptions(addOutputOptions(command)).addOption(seedOption()));
  leaveOut(command, DECIDED);
  return addReportOptions(addShardOptions(addRunOptions(command)));
}

/** Parses what follows `recommend fit`. @returns undefined where help was printed instead. @throws Failure 2 where it makes no sense. */
export function parseFitOptions(
  argv: readonly string[],
  version: string,
  print?: Print,
): Options | ShardOptions | undefined {
  const command = fitCommand();
  if (!parsed(command, argv, print)) return undefined;
  const shard = shardOptions(command, version);
  if (shard) return shard;
  const typed: Typed = command.opts();
  const { model } = typed;
  if (model === undefined) throw usageFailure('--model FILE is missing: where to write the model');
  return checked({ ...typed, ...LEFT_OUT, output: model }, version, 'output');
}

/** Parses what follows `recommend score`; likewise. */
export function parseScoreOptions(
  argv: readonly string[],
  version: string,
  print?: Print,
): Options | ShardOptions | undefined {
  const command = scoreCommand();
  if (!parsed(command, argv, print)) return undefined;
  const shard = shardOptions(command, version);
  if (shard) return shard;
  const typed: Typed = command.opts();
  requiredModel(typed.model);
  const { users = [], interactions = [] } = typed;
  if (users.length === 0 && interactions.length + (typed.orders ? 1 : 0) > 0)
    throw usageFailure('--users is missing: without it, all users that the model knows are served as it knows them');
  return checked({ ...typed, algorithm: AUTO, set: [], maxHistory: 0, dryRun: false }, version, 'input');
}
