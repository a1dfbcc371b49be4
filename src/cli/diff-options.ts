import { usageFailure } from '../failure.js';
import type { DiffOptions } from '../pipeline/options.js';
import { LOG_FORMATS } from '../report/log.js';
import { Group, newCommand, outputOption } from './help-groups.js';
import { refuseOverwriting } from './input-options.js';
import { addCommonOptions } from './log-options.js';
import { picked, type Typed } from './typed.js';
import { type CliCommand, choice, collected, share } from './values.js';

export const diff: CliCommand<DiffOptions> = {
  command() {
    const command = newCommand(
      'diff',
      'Compare the lists of two runs: how much they changed, for whom, and by which items.',
      'BEFORE AFTER [--max-change SHARE]',
      [
        'recommend diff yesterday.csv today.csv',
        'recommend diff recs.csv new.csv --max-change 0.3 && mv new.csv recs.csv',
      ],
    )
      .argument('<before>')
      .argument('<after>')
      .optionsGroup(Group.want)
      .option('--max-change <share>', 'exit with 1 if lists changed by more: 0.3', share)
      .addOption(choice('--format <format>', 'table, or json for programs', ['table', 'json']).default('table'))
      .addOption(outputOption())
      .optionsGroup(Group.read)
      .option('--user-col <name>', 'column of user ids', collected)
      .option('--item-col <name>', 'column of item ids', collected)
      .optionsGroup(Group.report)
      .addOption(choice('--log-format <format>', 'log as text or json', LOG_FORMATS));
    return addCommonOptions(command);
  },
  options(command) {
    const [before = '', after = ''] = command.args;
    const typed: Typed & Pick<DiffOptions, 'format'> = command.opts();
    const { output, userCol, itemCol } = typed;
    if (before === '-' && after === '-') throw usageFailure('only one of the two files can come from standard input');
    refuseOverwriting({ before, after }, { '--output': output });
    const named = { ...(userCol && { user: userCol }), ...(itemCol && { item: itemCol }) };
    return Object.freeze({ before, after, named, ...picked(typed, 'maxChange', 'format', 'output') });
  },
  run: async (options, io) => (await import('../commands/diff.js')).diff(options, io),
};
