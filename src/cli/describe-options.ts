import { Command, Option } from 'commander';
import type { DescribeOptions } from '../pipeline/options.js';
import { usableCores } from '../process/cores.js';
import { Group } from './help-groups.js';
import { addFileOptions, addReadingOptions, inputOptions, type TypedInput } from './input-options.js';
import { addLogOptions, logOptions, type TypedLog } from './log-options.js';
import { choice, type Print, parsed, refuseTwoOnStdout, reportOption, without, workersOption } from './values.js';

const EXAMPLES = `
Examples:
  recommend describe -u ratings.csv -i movies.csv
  recommend describe -u lines.csv --orders orders.csv --format json
`;

export function describeCommand(): Command {
  const command = new Command('recommend describe')
    .description('Show how the files are understood, what is suspicious, and the command with every guess written out.')
    .usage('--users FILE [--items FILE]')
    .addHelpText('before', EXAMPLES.trimStart());
  addFileOptions(command)
    .optionsGroup(Group.want)
    .addOption(choice('--format <format>', 'text, or json for programs', ['text', 'json']).default('text'))
    .addOption(new Option('-o, --output <file>', 'where to write it').default('-', 'stdout'))
    .addOption(reportOption());
  addReadingOptions(command).optionsGroup(Group.run).addOption(workersOption());
  return addLogOptions(command);
}

/** Commander's own keys and types for the options above. */
interface Typed extends TypedInput, TypedLog, Pick<DescribeOptions, 'format' | 'output'> {
  report?: string;
  workers?: number;
}

/**
 * Parses what follows `recommend describe`. @returns undefined where help was printed instead. @throws Failure 2 where it makes no sense.
 */
export function parseDescribeOptions(argv: readonly string[], print?: Print): DescribeOptions | undefined {
  const command = describeCommand();
  if (!parsed(command, argv, print)) return undefined;
  const typed: Typed = command.opts();
  const { format, output, report, workers = usableCores() } = typed;
  refuseTwoOnStdout({ '--output': output, '--report': report });
  return Object.freeze({
    ...inputOptions(typed, {}, { '--output': output, '--report': report }),
    ...logOptions(typed),
    format,
    output,
    report,
    workers,
    typed: without(argv, ['--format', '-o', '--output', '--report']),
  });
}
