import type { DescribeOptions } from '../pipeline/options.js';
import { Group, newCommand, outputOption } from './help-groups.js';
import { addFileOptions, addReadingOptions, inputOptions } from './input-options.js';
import { addLogOptions, logOptions } from './log-options.js';
import { picked, type Typed } from './typed.js';
import { type CliCommand, choice, refuseTwoOnStdout, reportOption, without, workersOption } from './values.js';

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
    const typed: Typed & Pick<DescribeOptions, 'format'> = command.opts();
    const outputs = { '--output': typed.output, '--report': typed.report };
    refuseTwoOnStdout(outputs);
    return Object.freeze({
      ...inputOptions(typed, {}, outputs),
      ...logOptions(typed),
      ...picked(typed, 'format', 'output', 'report', 'workers'),
      typed: without(argv, ['--format', '-o', '--output', '--report']),
    });
  },
  run: async (options, io) => (await import('../commands/describe.js')).describe(options, io),
};
