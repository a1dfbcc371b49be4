import type { Command } from 'commander';
import { misuse, usageFailure } from '../failure.js';
import { DEFAULT_SETTINGS } from '../model/settings.js';
import { AUTO, methodOf } from '../pipeline/learning/method.js';
import type { Options } from '../pipeline/options.js';
import { BALANCES } from '../workers/balance.js';
import { addEvidenceOptions, attributeWeightSet } from './evidence-options.js';
import { examplesText, Group, modelOption, newCommand } from './help-groups.js';
import { addFileOptions, addReadingOptions, inputOptions } from './input-options.js';
import { addLogOptions, logOptions } from './log-options.js';
import { addOutputOptions, outputOptions } from './output-options.js';
import { addRuleOptions, ruleInputs, ruleOptions } from './rule-options.js';
import { picked, type Typed } from './typed.js';
import {
  bytes,
  type CliCommand,
  choice,
  collected,
  days,
  number,
  positiveSeconds,
  refuseTwoOnStdout,
  seconds,
  seedOption,
  workersOption,
} from './values.js';

const { longestHistory: LONGEST_HISTORY } = DEFAULT_SETTINGS;

const EXAMPLES = [
  'recommend --users ratings.csv --items movies.csv -o recs.csv',
  'recommend -u events.csv.gz -n 20 --titles -i products.csv > recs.csv',
  'recommend -u profiles.csv --interactions orders.csv -o recs.csv.gz',
  'zcat events.csv.gz | recommend -u - | head',
];

const OTHER_COMMANDS = `
Other commands:
  recommend fit               learn a model and save it
  recommend score             recommend with a saved model
  recommend serve             answer requests over HTTP
  recommend explain           what a user gets, and why
  recommend similar           what goes with an item
  recommend audience          the users who want an item most
  recommend export            write a model's weights for other programs
  recommend plan              cut a run into an array of jobs
  recommend merge             write the lists that the jobs made
  recommend status            show which jobs are finished
  recommend describe          show how files are understood
  recommend evaluate          measure recommendations on held-out data
  recommend diff              compare the lists of two runs
  recommend help              list the topics of the help
  recommend help TOPIC        more about input, output, algorithms, nightly …
  recommend completion SHELL  completion for bash, zsh or fish
`;

/** The main command, as the help and the README's table show its options. */
export const recommend: CliCommand<Options> = {
  command(version) {
    const description = 'The best N items for every user, from CSV to CSV.';
    const command = newCommand('', description, '--users FILE [--items FILE] [-o FILE] [-n N]', EXAMPLES);
    command.addHelpText('after', OTHER_COMMANDS.trimEnd());
    addRuleOptions(addOutputOptions(addFileOptions(command))).addOption(seedOption());
    addLearningOptions(addReadingOptions(command)).addOption(modelOption('also save the model, for recommend score'));
    addRunOptions(command).option('--dry-run', 'show how the files are understood, and stop', false);
    return addReportOptions(command).version(version, '--version', 'show the version');
  },
  options(command, version, argv) {
    if (argv.length > 0) return checked(command.opts(), version);
    throw misuse(
      `--users is missing: name the CSV file with your users or their events\n\n${examplesText(EXAMPLES).trim()}\n\n(recommend --help shows the options)`,
    );
  },
  async run(options, io, argv) {
    if (!options.dryRun) return (await import('../commands/recommend.js')).recommend(options, io);
    const typed = argv.filter((word) => word !== '--dry-run');
    const { describe } = await import('../commands/describe.js');
    return describe({ ...options, format: 'text', output: '-', typed }, io);
  },
};

export function addLearningOptions(command: Command): Command {
  command
    .optionsGroup(Group.learn)
    .option('--algorithm <name>', 'how to learn: ridge, cosine …', AUTO)
    .option('--set <key=value>', 'change a setting; see recommend help algorithms', collected, [])
    .option('--tuned <file>', 'save the settings of auto here, for later runs')
    .option('--retune <age>', 'tune again when that file is older: 7d, never', days)
    .addOption(number('--max-history <count>', "a user's latest items to use", 2, 1_000_000).default(LONGEST_HISTORY));
  return addEvidenceOptions(command);
}

/** Adds the options that decide how a run uses the machine, and what it does about other and interrupted runs of its output. */
export function addRunOptions(command: Command): Command {
  return command
    .optionsGroup(Group.run)
    .addOption(workersOption())
    .option('--max-memory <size>', 'memory for all processes together: 500M, 2G', bytes)
    .addOption(choice('--balance <way>', 'which child gets work next', BALANCES).default('least-loaded'))
    .option('--lock-wait <time>', 'wait for another run of this output: 30s, 10m', seconds, 0)
    .option('--resume', 'continue an interrupted run of this output', false)
    .option('--max-duration <time>', 'stop after this time; finished work is kept', positiveSeconds);
}

export function addReportOptions(command: Command): Command {
  command
    .optionsGroup(Group.report)
    .option('--summary <file>', 'write a JSON summary, even when the run fails')
    .option('--metrics-file <file>', 'write Prometheus metrics, even when the run fails');
  return addLogOptions(command);
}

/** The values of the options of learning, for commands that do not learn. */
export const NOT_LEARNED = { algorithm: AUTO, set: [], maxHistory: 0, dryRun: false };

/**
 * The options that were typed, checked. @param role whether `--model` is a second output, the only output, or an input.
 * @throws Failure 2 where they make no sense.
 */
export function checked(typed: Typed, version: string, role: 'beside' | 'output' | 'input' = 'beside'): Options {
  const { output, algorithm, set, maxHistory, model, tuned, retune, resume, summary, metricsFile } = typed;
  const lists = role === 'output' ? {} : { '--output': output };
  const written = { '--summary': summary, '--metrics-file': metricsFile, '--tuned': tuned };
  const outputs = { ...lists, ...written, ...(role === 'input' ? {} : { '--model': model }) };
  for (const [option, path] of Object.entries({ '--tuned': tuned, '--model': model })) {
    if (path === '-' || path?.endsWith('.gz'))
      throw usageFailure(`${option} ${path}: name a plain file, which later runs can read`);
  }
  refuseTwoOnStdout(outputs);
  if (resume && output === '-') throw usageFailure('--resume needs an output file: -o FILE');
  const method = methodOf(algorithm, [...set, ...attributeWeightSet(typed)], '--algorithm');
  if (tuned !== undefined && !method.tuned)
    throw usageFailure(`--tuned is for --algorithm auto; ${algorithm} tunes no settings`);
  if (retune !== undefined && tuned === undefined)
    throw usageFailure('--retune needs --tuned FILE: it says how old that file may be');
  const rules = ruleOptions(typed);
  const inputs = { ...ruleInputs(rules), ...(role === 'input' ? { '--model': model } : {}) };
  return Object.freeze({
    ...inputOptions(typed, inputs, outputs, role !== 'input'),
    ...logOptions(typed),
    ...outputOptions(typed),
    ...picked(typed, 'model', 'workers', 'maxMemory', 'balance'),
    method: { ...method, settings: { ...method.settings, longestHistory: maxHistory } },
    tuned,
    retune: retune ?? 30,
    rules,
    ...picked(typed, 'lockWait', 'resume', 'maxDuration', 'dryRun', 'summary', 'metricsFile'),
    version,
  });
}
