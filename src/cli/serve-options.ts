import { Command, Option } from 'commander';
import type { ServeOptions } from '../pipeline/options.js';
import { usableCores } from '../process/cores.js';
import { BALANCES } from '../workers/balance.js';
import { Group } from './help-groups.js';
import { addLogOptions, logOptions, type TypedLog } from './log-options.js';
import { addRuleOptions, ruleOptions, type TypedRules } from './rule-options.js';
import {
  choice,
  leaveOut,
  number,
  type Print,
  parsed,
  positiveSeconds,
  requiredModel,
  seedOption,
  workersOption,
} from './values.js';

const EXAMPLES = `
Examples:
  recommend serve --model m.rec
  recommend serve --model m.rec --port 8080 -j 4 --log-format json
  curl 'http://127.0.0.1:3000/recommendations?user=42&n=5&titles=1'
`;

/** Rules for the users of a whole run. */
const FOR_FILES = [
  ...['--only-users', '--min-history', '--cold-users', '--only-items', '--exclude-items', '--exclude-pairs'],
  ...['--candidates', '--exclude-previous', '--repeat-after', '--seen-window'],
];

/** The options of `recommend serve`. */
export function serveCommand(): Command {
  const command = new Command('recommend serve')
    .description('Answer requests for recommendations over HTTP, by a model that was kept.')
    .usage('--model FILE [--port N] [--host ADDRESS]')
    .addHelpText('before', EXAMPLES.trimStart())
    .optionsGroup(Group.have)
    .addOption(new Option('--model <file>', 'the model that recommend fit wrote'));
  addRuleOptions(command)
    .addOption(seedOption())
    .optionsGroup(Group.run)
    .addOption(number('--port <number>', 'where to listen; 0 takes a free one', 0, 65_535).default(3000))
    .option('--host <address>', 'the address to listen on', '127.0.0.1')
    .addOption(workersOption())
    .addOption(choice('--balance <way>', 'which child gets a request', BALANCES).default('least-loaded'))
    .option('--deadline <time>', 'how long a request may take (default: 10s)', positiveSeconds)
    .addOption(number('--queue <count>', 'most requests that wait', 1, 1_000_000).default(1000));
  leaveOut(command, FOR_FILES);
  return addLogOptions(command);
}

interface Typed extends TypedRules, TypedLog, Pick<ServeOptions, 'port' | 'host' | 'balance' | 'queue'> {
  model?: string;
  workers?: number;
  deadline?: number;
}

/** Parses what follows `recommend serve`. @returns undefined where help was printed instead. @throws Failure 2 where it makes no sense. */
export function parseServeOptions(argv: readonly string[], version: string, print?: Print): ServeOptions | undefined {
  const command = serveCommand();
  if (!parsed(command, argv, print)) return undefined;
  const typed: Typed = command.opts();
  const { port, host, workers = usableCores(), balance, deadline = 10, queue } = typed;
  const model = requiredModel(typed.model);
  const rules = ruleOptions(typed);
  return Object.freeze({ model, port, host, workers, balance, deadline, queue, rules, version, ...logOptions(typed) });
}
