import { type Command, Option } from 'commander';
import { LOG_FORMATS, type LogOptions } from '../report/log.js';
import { Group } from './help-groups.js';
import type { Typed } from './typed.js';
import { choice, interval, once } from './values.js';

/** Adds the options that decide what goes to stderr, and those that every command has. */
export function addLogOptions(command: Command): Command {
  command
    .optionsGroup(Group.report)
    .addOption(choice('--log-format <format>', 'log as text or json, even without a terminal', LOG_FORMATS))
    .option('--pulse <time>', 'report progress on stderr this often: 60s, 10m', interval)
    .option('-q, --quiet', 'only warnings and errors on stderr', false)
    .option('-v, --verbose', 'more on stderr: plans, settings, seconds', false);
  return addCommonOptions(command);
}

/** Adds the last options, which every command has. */
export function addCommonOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--config <file>', 'options from a JSON file; typed ones win')
        .argParser(once('--config'))
        .helpGroup(Group.run),
    )
    .optionsGroup(Group.help)
    .helpOption('-h, --help', 'show this help');
}

/** The log options that were typed, checked. `--quiet` wins. */
export function logOptions({ quiet, verbose, logFormat, pulse }: Typed): LogOptions {
  return { quiet, verbose: verbose && !quiet, logFormat, pulse: quiet ? undefined : pulse };
}
