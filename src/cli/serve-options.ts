import { Option } from 'commander';
import type { ServeOptions } from '../pipeline/options.js';
import { BALANCES } from '../workers/balance.js';
import { Group, modelOption, newCommand } from './help-groups.js';
import { addLogOptions, logOptions } from './log-options.js';
import { addRuleOptions, ruleOptions } from './rule-options.js';
import { picked, type Typed } from './typed.js';
import {
  type CliCommand,
  choice,
  leaveOut,
  number,
  positiveSeconds,
  requiredModel,
  seedOption,
  workersOption,
} from './values.js';

/** Rules that need the files or the users of a whole run. */
const BATCH_RULES = [
  ...['--only-users', '--min-history', '--cold-users', '--exclude-pairs', '--candidates'],
  ...['--exclude-previous', '--repeat-after', '--seen-window'],
];

export const serve: CliCommand<ServeOptions> = {
  command() {
    const command = newCommand(
      'serve',
      'Answer requests for recommendations over HTTP, with a saved model.',
      '--model FILE [--port N] [--host ADDRESS]',
      [
        'recommend serve --model m.rec',
        'recommend serve --model m.rec --port 8080 -j 4 --log-format json',
        "curl 'http://127.0.0.1:3000/recommendations?user=42&n=5&titles=1'",
      ],
    )
      .optionsGroup(Group.have)
      .addOption(modelOption());
    addRuleOptions(command)
      .addOption(seedOption())
      .optionsGroup(Group.run)
      .addOption(number('--port <number>', 'where to listen; 0 takes a free one', 0, 65_535).default(3000))
      .option('--host <address>', 'the address to listen on', '127.0.0.1')
      .addOption(workersOption())
      .addOption(choice('--balance <way>', 'which child gets a request', BALANCES).default('least-loaded'))
      .addOption(
        new Option('--deadline <time>', 'how long a request may take').argParser(positiveSeconds).default(10, '10s'),
      )
      .addOption(number('--queue <count>', 'how many requests may wait', 1, 1_000_000).default(1000));
    leaveOut(command, BATCH_RULES);
    return addLogOptions(command);
  },
  options(command, version) {
    const typed: Typed = command.opts();
    return Object.freeze({
      model: requiredModel(typed.model),
      rules: ruleOptions(typed),
      ...picked(typed, 'port', 'host', 'workers', 'balance', 'deadline', 'queue'),
      version,
      ...logOptions(typed),
    });
  },
  run: async (options, io) => (await import('../commands/serve.js')).serve(options, io),
};
