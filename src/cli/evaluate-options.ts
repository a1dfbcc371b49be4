import { usageFailure } from '../failure.js';
import type { EvaluateOptions } from '../pipeline/options.js';
import { addEvidenceOptions, withAttributeWeight } from './evidence-options.js';
import { Group, newCommand, outputOption } from './help-groups.js';
import { addFileOptions, addReadingOptions, inputOptions } from './input-options.js';
import { addLogOptions, logOptions } from './log-options.js';
import { addRuleOptions, ruleInputs, ruleOptions } from './rule-options.js';
import { picked, type Typed } from './typed.js';
import {
  type CliCommand,
  choice,
  holdout,
  listLengths,
  names,
  number,
  refuseTwoOnStdout,
  reportOption,
  seedOption,
  workersOption,
} from './values.js';

/** The algorithm that all others are compared with. */
const BASELINE = 'popular';
const DEFAULT_HOLDOUT = 0.2;
const MOST_USERS = Number.MAX_SAFE_INTEGER;

export const evaluate: CliCommand<EvaluateOptions> = {
  command() {
    const command = newCommand(
      'evaluate',
      'Hold out a part of the interactions, learn from the rest, measure the lists.',
      '--users FILE [--items FILE] [--algorithms NAMES]',
      [
        'recommend evaluate --users ratings.csv --items movies.csv',
        'recommend evaluate -u events.csv --split time --algorithms auto,cosine',
        'recommend evaluate -u profiles.csv --interactions orders.csv --by country',
        'recommend evaluate -u train.csv --test test.csv --per-user users.csv',
      ],
    );
    addFileOptions(command)
      .option('--test <file>', 'events to evaluate on, instead of a held-out part')
      .optionsGroup(Group.want)
      .addOption(choice('--split <kind>', 'what to hold out: last, random or time', ['last', 'random', 'time']))
      .option('--holdout <part>', `a share below 1, or a number (default: ${DEFAULT_HOLDOUT})`, holdout)
      .option('--algorithms <names>', `what to compare (default: auto,${BASELINE})`, names, ['auto', BASELINE])
      .option('--at <lengths>', 'list lengths (default: 10,20)', listLengths, [10, 20])
      .addOption(number('--sample-users <count>', 'evaluate on this many users, chosen at random', 1, MOST_USERS))
      .addOption(seedOption())
      .option('--by <columns>', 'also report by these user attributes: country,age', names, [])
      .addOption(choice('--format <format>', 'table, csv or json', ['table', 'csv', 'json']).default('table'))
      .addOption(outputOption('where to write the report'))
      .option('--per-user <file>', 'write a CSV with the metrics of every tested user')
      .addOption(reportOption());
    addEvidenceOptions(addReadingOptions(addRuleOptions(command)))
      .optionsGroup(Group.run)
      .addOption(workersOption());
    return addLogOptions(command);
  },
  options(command) {
    const typed: Typed & Pick<EvaluateOptions, 'format'> = command.opts();
    const { test, split, output, perUser, report } = typed;
    const outputs = { '--output': output, '--per-user': perUser, '--report': report };
    // Today's stock says nothing about the stock when the held-out items were bought.
    const rules = ruleOptions(typed, 'ignore');
    const completed = (spec: string) => withAttributeWeight(spec, typed);
    const input = inputOptions(typed, { '--test': test, ...ruleInputs(rules) }, outputs);
    const splitOption = split !== undefined ? '--split' : typed.holdout !== undefined ? '--holdout' : undefined;
    if (test !== undefined && splitOption !== undefined)
      throw usageFailure(`--test and ${splitOption} cannot be combined: the test file is the held-out part`);
    refuseTwoOnStdout(outputs);
    return Object.freeze({
      ...input,
      test,
      split,
      holdout: typed.holdout ?? DEFAULT_HOLDOUT,
      algorithms: Object.freeze([...new Set([...typed.algorithms, BASELINE].map(completed))]),
      at: Object.freeze(typed.at),
      ...picked(typed, 'sampleUsers', 'seed'),
      rules,
      by: Object.freeze([...new Set(typed.by)]),
      ...picked(typed, 'format', 'output', 'perUser', 'report', 'workers'),
      ...logOptions(typed),
    });
  },
  run: async (options, io) => (await import('../commands/evaluate.js')).evaluate(options, io),
};
