import type { DescribeOptions } from '../pipeline/options.js';
import { Group, newCommand, outputOption } from './help-groups.js';
import { addFileOptions, addReadingOptions, inputOptions, type TypedInput } from './input-options.js';
import { addLogOptions, logOptions, type TypedLog } from './log-options.js';
import { type CliCommand, choice, refuseTwoOnStdout, reportOption, without, workersOption } from './values.js';

/** Commander's own keys and types for the options below. */
interface Typed extends TypedInput, TypedLog, Pick<DescribeOptions, 'format' | 'output' | 'workers'> {
  report?: string;
}

export const describe: CliCommand<DescribeOptions> = {
  command() {
    const command = newCommand(
      'describe',
      'Show how the files are understood, what is suspicious, and the command with every guess written out.',
      '--users FILE [--items FILE]',
      [
        'recommend describe -u ratings.csv -i movies.csv',
        'recommend describe -u lines.csv --orders orders.csv --format json',
      ],
    );
    addFileOptions(command)
      .optionsGroup(Group.want)
      .addOption(choice('--format <format>', 'text, or json for programs', ['text', 'json']).default('text'))
      .addOption(outputOption())
      .addOption(reportOption());
    addReadingOptions(command).optionsGroup(Group.run).addOption(workersOption());
    return addLogOptions(command);
  },
  options(command, _version, argv) {
    const typed: Typed = command.opts();
    const { format, output, report, workers } = typed;
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
  },
  run: async (options, io) => (await import('../commands/describe.js')).describe(options, io),
};
