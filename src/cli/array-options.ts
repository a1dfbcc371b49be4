import { Command, InvalidArgumentError } from 'commander';
import type { WantedShard } from '../array-jobs/engines.js';
import { readPlan } from '../array-jobs/plan-file.js';
import type { ReadOptions } from '../array-jobs/reading.js';
import type { ShardOptions } from '../array-jobs/shard.js';
import type { PlanOptions } from '../commands/plan.js';
import type { StatusOptions } from '../commands/status.js';
import { usageFailure } from '../failure.js';
import type { Options } from '../pipeline/options.js';
import { Group, newCommand, outputOption } from './help-groups.js';
import { addFileOptions, addReadingOptions, refuseOverwriting } from './input-options.js';
import { addCommonOptions, logOptions } from './log-options.js';
import { addOutputOptions } from './output-options.js';
import { addLearningOptions, addReportOptions, addRunOptions, checked, NOT_LEARNED } from './recommend-options.js';
import { addRuleOptions } from './rule-options.js';
import { picked, type Typed } from './typed.js';
import { type CliCommand, choice, given, leaveOut, number, seconds, seedOption } from './values.js';

const WORK = '--work <dir>';
const SHARD = '--shard <which>';
const WHICH_SHARD = 'which shard: 3/8, or auto to ask the engine';
/** The options that `fit` and `score` take when they make a shard; the plan has fixed all others. */
const SHARD_OPTIONS = [
  ...['work', 'stage', 'shard', 'workers', 'balance', 'maxMemory', 'maxDuration', 'summary', 'metricsFile'],
  ...['logFormat', 'pulse', 'quiet', 'verbose', 'config'],
];

export const plan: CliCommand<PlanOptions> = {
  command() {
    const examples = [
      'recommend plan -u ratings.csv -i movies.csv --shards 8 --work /shared/w',
      'recommend status --work /shared/w',
    ];
    const description = 'Read the input and cut the work of a run into shards, for an array of jobs.';
    return addPlanOptions(
      newCommand('plan', description, '--users FILE [--items FILE] --shards N --work DIR', examples),
    );
  },
  options: planOptions,
  run: async (options, io) => (await import('../commands/plan.js')).planArray(options, io),
};

/** Adds the options of a run that several jobs share. */
function addPlanOptions(command: Command): Command {
  addFileOptions(command)
    .option(WORK, 'folder that all machines share')
    .addOption(number('--shards <count>', 'how many jobs share the work', 1, 1000));
  addRuleOptions(addOutputOptions(command)).addOption(seedOption());
  // Only `recommend merge` writes the lists.
  leaveOut(command, ['--output']);
  return addReportOptions(addRunOptions(addLearningOptions(addReadingOptions(command))));
}

function planOptions(command: Command, version: string): PlanOptions {
  const { shards, ...typed }: Typed = command.opts();
  const work = required(typed.work);
  const count = given(shards, '--shards N', 'how many jobs share the work');
  // The output of the run is the plan file, which is locked once the run begins, so it is not compared with the other files here.
  return Object.freeze({ ...checked({ ...typed, output: '-', dryRun: false }, version), work, shards: count });
}

export const read: CliCommand<ReadOptions> = {
  command() {
    const examples = [
      'recommend read -u ratings.csv --shards 8 --shard 3 --work /shared/w',
      'recommend plan -u ratings.csv --shards 8 --work /shared/w',
    ];
    const description = 'Read a shard of the events for recommend plan, which takes the same options.';
    const usage = '--users FILE … --shards N --shard I --work DIR';
    return addPlanOptions(newCommand('read', description, usage, examples))
      .optionsGroup(Group.have)
      .option(SHARD, WHICH_SHARD, wantedShard);
  },
  options(command, version) {
    return Object.freeze({ ...planOptions(command, version), shard: requiredShard(command.opts().shard) });
  },
  run: async (options, io) => (await import('../array-jobs/reading.js')).readShard(options, io),
};

/** Adds the options that make a command compute one shard of an array job. @param stages where the command has several. */
export function addShardOptions(command: Command, stages?: readonly string[]): Command {
  command.optionsGroup(Group.run).option(WORK, 'make one shard of the plan in this folder');
  if (stages) command.addOption(choice('--stage <stage>', 'stage of learning: count, then learn', stages));
  return command.option(SHARD, WHICH_SHARD, wantedShard);
}

export const merge: CliCommand<Options & { work: string }> = {
  command() {
    const examples = ['recommend merge --work /shared/w -o recs.csv'];
    const description = 'Write the lists that the shards of an array of jobs made.';
    const command = newCommand('merge', description, '--work DIR [-o FILE]', examples)
      .optionsGroup(Group.have)
      .option(WORK, 'folder of the work')
      .optionsGroup(Group.want)
      .addOption(outputOption('where to write the lists'))
      .optionsGroup(Group.run)
      .option('--lock-wait <time>', 'wait for another run of this output: 30s, 10m', seconds, 0);
    return addReportOptions(command);
  },
  options(command, version) {
    const typed = command.opts();
    const work = required(typed.work);
    const { output } = readPlan(work, version).plan;
    const unset: Typed = addRunOptions(addRuleOptions(addReadingOptions(addOutputOptions(new Command())))).opts();
    const all = { ...unset, ...typed, format: output.format, ...NOT_LEARNED };
    return Object.freeze({ ...checked(all, version, 'input'), ...output, work });
  },
  run: async (options, io) => (await import('../commands/merge.js')).merge(options, io),
};

export const status: CliCommand<StatusOptions> = {
  command() {
    const examples = [
      'recommend status --work /shared/w',
      "recommend status --work /shared/w --format json | jq '.stages[0].missing'",
    ];
    const description = 'Show which shards of an array of jobs are finished, and which are not.';
    const command = newCommand('status', description, '--work DIR', examples)
      .optionsGroup(Group.have)
      .option(WORK, 'folder of the work')
      .optionsGroup(Group.want)
      .addOption(choice('--format <format>', 'text, or json for programs', ['text', 'json']).default('text'));
    return addCommonOptions(command);
  },
  options(command, version) {
    const { work, format } = command.opts();
    return { work: required(work), format, version };
  },
  run: async (options, io) => (await import('../commands/status.js')).status(options, io),
};

/**
 * The options of `fit` or `score` for one shard; undefined where no shard was asked for. @param command parsed.
 * @throws Failure 2 where they make no sense, or where one is given that the plan has fixed.
 */
export function shardOptions(command: Command, version: string): ShardOptions | undefined {
  const typed: Typed = command.opts();
  const { work, shard, stage, summary, metricsFile } = typed;
  if (work === undefined && shard === undefined && stage === undefined) return undefined;
  const isFixed = (name: string) => command.getOptionValueSource(name) === 'cli' && !SHARD_OPTIONS.includes(name);
  const fixed = command.options.find((option) => isFixed(option.attributeName()));
  if (fixed) throw usageFailure(`${fixed.long} is an option of recommend plan, which has fixed it for all shards`);
  const folder = required(work);
  const which = requiredShard(shard);
  const stages = command.options.find(({ long }) => long === '--stage')?.argChoices;
  if (stages) given(stage, '--stage', stages.join(', then '));
  refuseOverwriting({}, { '--summary': summary, '--metrics-file': metricsFile });
  return {
    work: folder,
    shard: which,
    stage: stage ?? 'recommend',
    ...picked(typed, 'workers', 'balance', 'maxMemory', 'maxDuration', 'summary', 'metricsFile'),
    version,
    ...logOptions(typed),
  };
}

function requiredShard(shard: WantedShard | undefined): WantedShard {
  return given(shard, '--shard', 'which one, like 3/8, or auto');
}

function required(work: string | undefined): string {
  return given(work || undefined, '--work DIR', 'the folder that all machines share');
}

/** A shard as people write it: `3/8`, `3`, `auto`. */
function wantedShard(text: string): WantedShard {
  if (text === 'auto') return text;
  const [, number, of] = /^(\d{1,6})(?:\/(\d{1,6}))?$/.exec(text) ?? [];
  if (number === undefined) throw new InvalidArgumentError('Expected a shard like 3/8, counted from 1, or auto.');
  return { number: Number(number), ...(of !== undefined && { of: Number(of) }) };
}
