import { type Command, Option } from 'commander';
import { LOG_FORMATS, type LogFormat, type LogOptions } from '../report/log.js';
import { interval } from './values.js';

/** Commander's own keys and types for the options of `addLogOptions`. */
export interface TypedLog {
  quiet: boolean;
  verbose: boolean;
  logFormat?: LogFormat;
  pulse?: number;
}

/** Adds the options that decide what goes to stderr. */
export function addLogOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--log-format <format>',
        'log to stderr as text or json, even without a terminal (default: text, on a terminal only)',
      ).choices(LOG_FORMATS),
    )
    .addOption(new Option('--pulse <time>', 'report progress on stderr this often: 60s, 10m').argParser(interval))
    .option('-q, --quiet', 'only warnings and errors on stderr', false)
    .option('-v, --verbose', 'more on stderr, even without a terminal: plans, settings, seconds', false);
}

/** The log options that were typed, checked. `--quiet` wins. */
export function logOptions({ quiet, verbose, logFormat, pulse }: TypedLog): LogOptions {
  return { quiet, verbose: verbose && !quiet, logFormat, pulse: quiet ? undefined : pulse };
}
