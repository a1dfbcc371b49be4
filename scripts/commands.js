// The commands, options and help of the built program, from which the man page and the completions are made.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { algorithmsHelp } from '../dist/cli/algorithms-help.js';
import { COMMANDS_WITH_OPTIONS } from '../dist/cli/commands.js';
import { HELP } from '../dist/cli/help-groups.js';
import { COMMANDS } from '../dist/cli/operands.js';
import { ALGORITHMS } from '../dist/model/algorithms.js';
import { HYPER_PARAMETERS } from '../dist/model/settings.js';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

export { algorithmsHelp, COMMANDS };

const commands = await Promise.all(
  Array.from(COMMANDS_WITH_OPTIONS.values(), async (load) => (await load()).command('')),
);

/** The usage and description of each command. The main command's name is ''. */
export const USAGES = commands.map((command) => ({
  name: ownName(command),
  usage: `${command.name()} ${command.usage()}`,
  description: command.description(),
}));

/** The options of each command, help included, as plain values. */
export const OPTIONS = Object.fromEntries(
  commands.map((command) => [
    ownName(command),
    command
      .createHelp()
      .visibleOptions(command)
      .map((option) => ({
        flags: option.flags,
        names: [option.short, option.long].filter(Boolean),
        group: option.helpGroupHeading.replace(/:$/, ''),
        description: HELP.optionDescription(option),
        takesValue: option.required,
        choices: option.argChoices ?? [],
        ...valuesOf(option),
      })),
  ]),
);

function ownName(command) {
  return command.name().replace(/^recommend ?/, '');
}

/** The topics of `recommend help`: the files in docs/help, and those that the program makes (the algorithms, and each command's help). */
export const TOPICS = [
  ...readdirSync(join(ROOT, 'docs/help')).map((file) => file.replace(/\.md$/, '')),
  'algorithms',
  ...[...COMMANDS_WITH_OPTIONS.keys()].filter((name) => name !== 'recommend'),
].sort();

export function topicText(topic) {
  return readFileSync(join(ROOT, `docs/help/${topic}.md`), 'utf8');
}

/** The possible values of an option: words, files, or both; `isList` if commas separate several. */
function valuesOf({ flags, long, argChoices, words: orFile }) {
  const algorithms = ['auto', ...ALGORITHMS.map(({ name }) => name)];
  const words = {
    '--algorithm': algorithms,
    '--algorithms': algorithms,
    '--set': HYPER_PARAMETERS.map(({ key }) => `${key}=`),
  };
  return {
    words: argChoices ?? orFile ?? words[long] ?? [],
    files: /<(files?|dir)(\.\.\.)?>/.test(flags) || orFile !== undefined,
    isList: long === '--algorithms',
  };
}
