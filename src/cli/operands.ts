import { basename } from 'node:path';
import type { Command } from 'commander';
import { type Failure, usageFailure } from '../failure.js';
import { closest } from '../understanding/closest.js';
import { shellWord } from '../understanding/shell-word.js';

/** The words that may stand first after `recommend`. */
export const COMMANDS: readonly string[] = [
  ...['fit', 'score', 'serve', 'explain', 'similar', 'audience', 'export'],
  ...['read', 'plan', 'merge', 'status'],
  ...['describe', 'evaluate', 'diff', 'help', 'completion'],
];

/** Matches file names that suggest a catalogue. */
const CATALOGUE = /^(items?|movies?|products?|books?|articles?|games?|songs?|tracks?|catalog(ue)?)(?![a-z])/i;

/** The option that names the subject of a question, by the command that asks it. */
const SUBJECT_OPTION: Readonly<Record<string, string>> = {
  'recommend similar': '--item',
  'recommend audience': '--item',
  'recommend explain': '--user',
};

/**
 * The failure of words that belong to no option: a misspelled command, or files without the option that says what they are.
 * @param name the command. @param operands those words, at least one. @param argv all words after the command.
 */
export function operandFailure(name: string, operands: readonly string[], argv: readonly string[]): Failure {
  const [first = ''] = operands;
  const meant = name === 'recommend' && !/[./]/.test(first) ? closest(first, COMMANDS) : undefined;
  if (meant !== undefined) return usageFailure(`there is no command ${first}; did you mean: ${name} ${meant}`);
  const options = argv.filter((word) => !operands.includes(word));
  const suggestion = (words: readonly string[]) => `${name} ${words.map(shellWord).join(' ')}`;
  const subjectOption = SUBJECT_OPTION[name];
  if (subjectOption !== undefined) {
    const hasModel = options.some((word) => /^--model\b/.test(word));
    const subject = operands.slice(hasModel ? 0 : 1).join(' ');
    const model = hasModel ? [] : ['--model', first];
    const words = [...model, ...(subject === '' ? [] : [subjectOption, subject]), ...options];
    return usageFailure(`${first}: an option has to say what this is. Try:\n  ${suggestion(words)}`);
  }
  const wanted = `${first}: an option has to say what this file is`;
  if (options.some((word) => /^(-u|--users\b)/.test(word))) {
    return usageFailure(`${wanted}: --users, --items or --interactions`);
  }
  const items = operands.find((file) => CATALOGUE.test(basename(file)));
  const users = operands.filter((file) => file !== items);
  const files = [
    '--users',
    ...(users.length > 0 ? users : ['FILE']),
    ...(items === undefined ? [] : ['--items', items]),
  ];
  return usageFailure(`${wanted}. Try:\n  ${suggestion([...files, ...options])}`);
}

/** What to do instead of typing an option that a command does not have; empty for most options. */
export function insteadOf(unknown: string, command: Command, argv: readonly string[]): string[] {
  const asksModel = command.options.some(({ long }) => long === '--model');
  const hasModel = argv.some((word) => /^--model\b/.test(word));
  if (asksModel && !hasModel && /^(-u|--users)$/.test(unknown)) return [learningFirst(command.name(), argv)];
  if (asksModel && hasModel && /^(-i|--items)$/.test(unknown))
    return ['the catalogue is in the model, as it was when the model was learned: recommend fit -i FILE'];
  return [];
}

/** The commands that learn a model from the files that were given, and ask it. */
function learningFirst(name: string, argv: readonly string[]): string {
  const [files, others]: [string[], string[]] = [[], []];
  let words = others;
  for (const word of argv) {
    if (word.startsWith('-')) words = /^(-[ui]|--(users|items|interactions)\b)/.test(word) ? files : others;
    words.push(shellWord(word));
  }
  const model = ['--model', 'shop.rec'];
  const commands = [
    ['recommend fit', ...files, ...model],
    [name, ...model, ...others],
  ].map((words) => `\n  ${words.join(' ')}`);
  return `this command asks a saved model; to learn one from these files and ask it:${commands.join('')}`;
}
