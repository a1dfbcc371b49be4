import { extname } from 'node:path';
import type { Command } from 'commander';
import { usageFailure } from '../failure.js';
import { formatOf } from '../output/formats.js';
import { WEIGHT_FORMATS, type WeightFormat } from '../output/weights.js';
import type { AudienceOptions, ExplainOptions, ExportOptions, SimilarOptions } from '../pipeline/options.js';
import { Group, modelOption, newCommand, outputOption } from './help-groups.js';
import { type Files, refuseOverwriting, safeCsvOption } from './input-options.js';
import { addLogOptions, logOptions } from './log-options.js';
import {
  addRuleOptions,
  availabilityOption,
  conditions,
  ruleInputs,
  ruleOptions,
  whereOption,
} from './rule-options.js';
import { picked, type Typed } from './typed.js';
import {
  type CliCommand,
  choice,
  given,
  leaveOut,
  MOST_ITEMS_A_USER,
  number,
  once,
  requiredModel,
  seedOption,
} from './values.js';

const MOST_USERS = 10_000_000;

/** A command that asks a model. All of these take `--model` first. */
function question(...head: Parameters<typeof newCommand>): Command {
  return newCommand(...head)
    .optionsGroup(Group.have)
    .addOption(modelOption());
}

/** The options that all questions have. @throws Failure 2 where one is missing. */
function questionOptions(typed: Typed, others: Files = {}) {
  const { output } = typed;
  const model = requiredModel(typed.model);
  refuseOverwriting({ '--model': model, ...others }, { '--output': output });
  return { ...logOptions(typed), model, output };
}

export const explain: CliCommand<ExplainOptions> = {
  command() {
    const examples = [
      'recommend explain --model m.rec --user 35',
      'recommend explain --model m.rec --user 35 --format json',
    ];
    const description = 'What is known of a user, what they get, and why.';
    const command = question('explain', description, '--model FILE --user ID', examples)
      .option('--user <id>', 'the id of the user')
      .optionsGroup(Group.want)
      .addOption(outputOption())
      .addOption(choice('--format <format>', 'text, or json for programs', ['text', 'json']).default('text'))
      .addOption(number('-n, --top <count>', 'items to recommend', 1, MOST_ITEMS_A_USER).default(10))
      .addOption(number('--reasons <count>', 'parts of a score to name', 1, 100).default(3));
    addRuleOptions(command).addOption(seedOption());
    // These decide who gets a list; the user in question always gets one.
    leaveOut(command, ['--only-users', '--min-history', '--cold-users']);
    return addLogOptions(command);
  },
  options(command) {
    const typed: Typed & Pick<ExplainOptions, 'reasons' | 'format'> = command.opts();
    const user = given(typed.user, '--user ID', 'the user to explain');
    const rules = ruleOptions({ ...typed, minHistory: 0, coldUsers: 'popular' });
    return Object.freeze({
      ...questionOptions(typed, ruleInputs(rules)),
      user,
      ...picked(typed, 'top', 'reasons', 'format'),
      rules,
    });
  },
  run: async (options, io) => (await import('../commands/explain.js')).explain(options, io),
};

export const similar: CliCommand<SimilarOptions> = {
  command() {
    const examples = [
      'recommend similar --model m.rec --item "toy story"',
      'recommend similar --model m.rec -n 20 --titles -o similar.csv',
    ];
    const description = 'What goes with an item, or with each item of the catalogue.';
    const command = question('similar', description, '--model FILE [--item ID]', examples)
      .option('--item <id>', 'one item, by its id or title')
      .option('-i, --items <file>', 'the items of this file; else the catalogue', once('--items'))
      .optionsGroup(Group.want)
      .addOption(outputOption())
      .addOption(choice('--format <format>', 'text, csv or jsonl', ['text', 'csv', 'jsonl']))
      .addOption(number('-n, --top <count>', 'items for each', 1, MOST_ITEMS_A_USER).default(10))
      .option('--titles', 'add the titles of the items', false)
      .addOption(whereOption())
      .addOption(availabilityOption())
      .addOption(safeCsvOption());
    return addLogOptions(command);
  },
  options(command) {
    const typed: Typed & { format?: SimilarOptions['format'] } = command.opts();
    const { item, items, output, availability = 'honour' } = typed;
    if (item !== undefined && items !== undefined) throw usageFailure('--item and --items cannot be combined');
    const isForPeople = typed.format === 'text' || (typed.format === undefined && item !== undefined && output === '-');
    const format = isForPeople ? 'text' : formatOf(output, typed.format === 'text' ? undefined : typed.format);
    if (format === 'wide' || format === 'parquet')
      throw usageFailure(`-o ${output}: similar items are written as csv or jsonl`);
    const where = conditions(typed.where);
    const own = questionOptions(typed, { '--items': items });
    return Object.freeze({
      ...own,
      item,
      ...picked(typed, 'items', 'top', 'titles', 'safeCsv'),
      availability,
      where,
      format,
    });
  },
  run: async (options, io) => (await import('../commands/similar.js')).similar(options, io),
};

export const audience: CliCommand<AudienceOptions> = {
  command() {
    const examples = ['recommend audience --model m.rec --item 318 -n 1000 -o users.csv'];
    const description = 'The users for whom an item scores most.';
    const command = question('audience', description, '--model FILE --item ID [-n N]', examples)
      .option('--item <id>', 'the item, by its id or title')
      .optionsGroup(Group.want)
      .addOption(outputOption())
      .addOption(number('-n, --top <count>', 'users to find', 1, MOST_USERS).default(1000))
      .addOption(whereOption('only users for whom this holds: "country = \'FR\'"'))
      .addOption(safeCsvOption());
    return addLogOptions(command);
  },
  options(command) {
    const typed: Typed = command.opts();
    const item = given(typed.item, '--item ID', 'the item whose audience is asked for');
    return Object.freeze({
      ...questionOptions(typed),
      item,
      where: conditions(typed.where),
      ...picked(typed, 'top', 'safeCsv'),
    });
  },
  run: async (options, io) => (await import('../commands/audience.js')).audience(options, io),
};

export const exportWeights: CliCommand<ExportOptions> = {
  command() {
    const examples = [
      'recommend export --model m.rec -o weights.npz',
      'recommend export --model m.rec --format csv | head',
    ];
    const description = 'Write the weights of a model for SciPy and other programs.';
    const command = question('export', description, '--model FILE [-o FILE]', examples)
      .optionsGroup(Group.want)
      .addOption(choice('--format <format>', 'npz (SciPy), mtx (Matrix Market) or csv', WEIGHT_FORMATS))
      .addOption(outputOption());
    return addLogOptions(command);
  },
  options(command) {
    const typed: Typed & { format?: WeightFormat } = command.opts();
    const { output } = typed;
    const model = requiredModel(typed.model);
    const extension = extname(output.replace(/\.gz$/i, '')).slice(1).toLowerCase();
    const byExtension = WEIGHT_FORMATS.find((each) => each === extension);
    const format = typed.format ?? byExtension ?? (output === '-' ? 'csv' : undefined);
    if (!format) throw usageFailure(`-o ${output}: --format says how to write it: ${WEIGHT_FORMATS.join(', ')}`);
    if (byExtension && byExtension !== format)
      throw usageFailure(`--format ${format} and -o ${output} contradict each other`);
    if (output === '-' && format !== 'csv')
      throw usageFailure(`--format ${format} needs a file, since its ids are written beside it: -o FILE.${format}`);
    if (format === 'npz' && /\.gz$/i.test(output)) throw usageFailure(`-o ${output}: SciPy cannot read .npz.gz`);
    refuseOverwriting({ '--model': model }, { '--output': output });
    return Object.freeze({ ...logOptions(typed), model, format, output });
  },
  run: async (options, io) => (await import('../commands/export.js')).exportModel(options, io),
};
