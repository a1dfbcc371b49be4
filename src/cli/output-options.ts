import { type Command, Option } from 'commander';
import { formatOf, OUTPUT_FORMATS, type OutputFormat } from '../output/formats.js';
import type { Options } from '../pipeline/options.js';
import { Group } from './help-groups.js';
import { choice, MOST_ITEMS_A_USER, number } from './values.js';

/** Commander's own keys and types for the options of `addOutputOptions`. */
export interface TypedOutput extends Pick<Options, 'output' | 'top' | 'titles'> {
  format?: OutputFormat;
}

/** Adds the options that decide what the lists look like, and where they go. */
export function addOutputOptions(command: Command): Command {
  return command
    .optionsGroup(Group.want)
    .addOption(new Option('-o, --output <file>', 'where to write the lists').default('-', 'stdout'))
    .addOption(choice('--format <format>', 'csv, wide, jsonl or parquet', OUTPUT_FORMATS))
    .addOption(number('-n, --top <count>', 'items per user', 1, MOST_ITEMS_A_USER).default(10))
    .option('--titles', 'add the titles of the items', false);
}

/** The output options that were typed, checked. @throws Failure 2 where they make no sense. */
export function outputOptions({ output, format, top, titles }: TypedOutput) {
  return { output, format: formatOf(output, format), top, titles };
}
