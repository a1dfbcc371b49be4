import { type Command, InvalidArgumentError, Option } from 'commander';
import { LOG_FORMATS, type LogFormat } from '../report/log.js';
import { seconds } from './input-options.js';

/** What is said on stderr, and when. */
export interface LogOptions {
  quiet: boolean;
  verbose: boolean;
  /** Undefined: text, on a terminal alone. */
  logFormat: LogFormat | undefined;
  /** Seconds between lines that tell where the run stands; undefined: none. */
  pulse: number | undefined;
}

/** Commander's own keys and types for the options of `addLogOptions`. */
export interface TypedLog {
  quiet: boolean;
  verbose: boolean;
  logFormat?: LogFormat;
  pulse?: number;
}

/** Adds the options that say what is told on stderr. */
export function addLogOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--log-format <format>',
        'log on stderr as text or json, without a terminal as well (default: text, on a terminal alone)',
      ).choices(LOG_FORMATS),
    )
    .addOption(
      new Option('--pulse <time>', 'a line on stderr as often as this, where the run stands: 60s, 10m').argParser(
        interval,
      ),
    )
    .option('-q, --quiet', 'nothing on stderr unless something is wrong', false)
    .option('-v, --verbose', 'more on stderr, without a terminal as well: plans, settings, seconds', false);
}

/** What was typed, meant: quiet wins. */
export function meantLog({ quiet, verbose, logFormat, pulse }: TypedLog): LogOptions {
  return { quiet, verbose: verbose && !quiet, logFormat, pulse: quiet ? undefined : pulse };
}

function interval(text: string): number {
  const value = seconds(text);
  if (value >= 1) return value;
  throw new InvalidArgumentError('A time from 1s on is wanted.');
}
