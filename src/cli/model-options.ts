import type { ShardOptions } from '../array-jobs/shard.js';
import { usageFailure } from '../failure.js';
import type { Options } from '../pipeline/options.js';
import { addShardOptions, shardOptions } from './array-options.js';
import { modelOption, newCommand } from './help-groups.js';
import { addFileOptions, addReadingOptions } from './input-options.js';
import { addOutputOptions } from './output-options.js';
import { addLearningOptions, addReportOptions, addRunOptions, checked, NOT_LEARNED } from './recommend-options.js';
import { addRuleOptions } from './rule-options.js';
import type { Typed } from './typed.js';
import { type CliCommand, date, given, leaveOut, requiredModel, seedOption } from './values.js';

/** The values of the options of `recommend` that `fit` does not have. */
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
/** Options whose values are fixed in a saved model. */
const FIXED_BY_MODEL = [
  ...['--items', '--item-columns', '--title-col', '--attributes'],
  ...['--unrated', '--duplicates', '--ratings', '--event-weights'],
];

export const fit: CliCommand<Options | ShardOptions> = {
  command() {
    const examples = [
      'recommend fit -u ratings.csv -i movies.csv --model m.rec',
      'recommend fit -u profiles.csv --interactions orders.csv --model m.rec',
    ];
    const description = 'Learn a model and save it to a file, for recommend score.';
    const command = newCommand('fit', description, '--users FILE [--items FILE] --model FILE', examples);
    addFileOptions(command).addOption(modelOption('where to write the model'));
    const now = 'what counts as now; later rows are ignored';
    addLearningOptions(addReadingOptions(command)).option('--now <date>', now, date);
    return addReportOptions(addShardOptions(addRunOptions(command), ['count', 'learn']));
  },
  options(command, version) {
    const shard = shardOptions(command, version);
    if (shard) return shard;
    const typed: Typed = command.opts();
    const model = given(typed.model, '--model FILE', 'where to write the model');
    return checked({ ...typed, ...LEFT_OUT, output: model }, version, 'output');
  },
  run: async (options, io) =>
    'shard' in options
      ? (await import('../array-jobs/shard.js')).runPlannedShard(options, io)
      : (await import('../commands/fit.js')).fitModel(options, io),
};

export const score: CliCommand<Options | ShardOptions> = {
  command() {
    const examples = [
      'recommend score --model m.rec -o recs.csv',
      'recommend score --model m.rec -u today.csv -n 20 --titles -o recs.csv',
      'recommend score --model m.rec -u profiles.csv --interactions events.csv',
    ];
    const description = 'Recommend with a saved model: to all its users, or to those of new files.';
    const command = newCommand('score', description, '--model FILE [--users FILE] [-o FILE] [-n N]', examples);
    addFileOptions(command).addOption(modelOption());
    addReadingOptions(addRuleOptions(addOutputOptions(command)).addOption(seedOption()));
    leaveOut(command, FIXED_BY_MODEL);
    return addReportOptions(addShardOptions(addRunOptions(command)));
  },
  options(command, version) {
    const shard = shardOptions(command, version);
    if (shard) return shard;
    const typed: Typed = command.opts();
    requiredModel(typed.model);
    const { users = [], interactions = [], orders = [], eventsWhere = [] } = typed;
    if (users.length === 0 && [interactions, orders, eventsWhere].some(({ length }) => length > 0))
      throw usageFailure(
        '--users is missing: without it, all users of the model are served, by the histories in the model',
      );
    return checked({ ...typed, ...NOT_LEARNED }, version, 'input');
  },
  run: async (options, io) =>
    'shard' in options
      ? (await import('../array-jobs/shard.js')).runPlannedShard(options, io)
      : (await import('../commands/score.js')).score(options, io),
};
