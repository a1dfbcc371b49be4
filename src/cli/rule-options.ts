import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Expression, parseExpression } from '../conditions/expression.js';
import type { Availability } from '../dataset/attributes/availability.js';
import { usageFailure } from '../failure.js';
import type { RuleOptions } from '../pipeline/options.js';
import { COLD_USERS, optionOf, RULE_FILES, type RuleFile, type RuleFiles } from '../rules/id-rules.js';
import { filesOf, RULES, type RuleValues } from '../rules/rules.js';
import { Group } from './help-groups.js';
import { picked, type Typed } from './typed.js';
import { age, choice, collected, date, number, once } from './values.js';

const LONGEST_HISTORY = 1_000_000;

/** Adds the options that decide who gets a list and what it may hold; every command that makes lists has them. */
export function addRuleOptions(command: Command): Command {
  command
    .optionsGroup(Group.rules)
    .option('--only-users <file>', 'serve only these users; - for stdin', once('--only-users'))
    .addOption(number('--min-history <count>', 'no list for users with fewer items', 0, LONGEST_HISTORY).default(0))
    .addOption(choice('--cold-users <way>', 'popular, content, skip or fail', COLD_USERS).default('popular'))
    .option('--only-items <file>', 'recommend only these items', once('--only-items'))
    .option('--exclude-items <file>', 'never recommend these items', once('--exclude-items'))
    .addOption(whereOption())
    .addOption(availabilityOption())
    .option('--exclude-pairs <file>', 'user,item: never this item to this user', once('--exclude-pairs'))
    .option('--candidates <file>', 'user,item: rank only these', once('--candidates'))
    .option('--exclude-previous <file>', 'earlier lists: not the same items again', collected)
    .option('--repeat-after <age>', 'items listed longer ago may come back: 7d', age)
    .option('--seen-window <age>', 'items had longer ago may come back: 90d', age)
    .option('--include-seen', 'also recommend items that users already had', false)
    .option('--now <date>', 'what counts as now; later rows are ignored', date)
    .optionsGroup(Group.shape);
  for (const [, { flags, description, parse }] of RULES) {
    command.addOption(
      new Option(flags, description).argParser((text: string, before: unknown) => {
        try {
          return parse(text, before);
        } catch (error) {
          if (error instanceof RangeError) throw new InvalidArgumentError(error.message);
          throw error;
        }
      }),
    );
  }
  return command;
}

export function whereOption(description = 'only items for which this holds: "price < 50"'): Option {
  return new Option('--where <expr>', description).argParser(collected).default([]);
}

/** The conditions as typed, parsed. @throws Failure 2 if one cannot be parsed. */
export function conditions(where: readonly string[] = []): readonly Expression[] {
  return Object.freeze(where.map((text) => parseExpression(text, '--where')));
}

export function availabilityOption(): Option {
  return choice('--availability <way>', 'columns like in_stock: honour or ignore', ['honour', 'ignore']);
}

/** The rules that were typed, checked. @throws Failure 2 where they make no sense. */
export function ruleOptions(typed: Typed, availabilityByDefault: Availability = 'honour'): RuleOptions {
  const { includeSeen, seenWindow, repeatAfter, where = [], availability = availabilityByDefault } = typed;
  const options = Object.keys(RULE_FILES) as RuleFile[];
  const files: RuleFiles = Object.fromEntries(
    options.flatMap((option) => (typed[option] ? [[option, [typed[option]].flat()]] : [])),
  );
  if (includeSeen && seenWindow !== undefined)
    throw usageFailure('--include-seen lets all items come back, --seen-window only those had before it: give one');
  if (repeatAfter !== undefined && !files.excludePrevious)
    throw usageFailure('--repeat-after needs --exclude-previous FILE: it compares the dates in that file');
  const lists: RuleValues = Object.fromEntries(RULES.flatMap(([name]) => (name in typed ? [[name, typed[name]]] : [])));
  return Object.freeze({
    files,
    ...picked(typed, 'minHistory', 'coldUsers', 'includeSeen', 'seenWindow', 'repeatAfter'),
    where: conditions(where),
    availability,
    ...{ now: typed.now, dayOrder: typed.dateOrder, seed: typed.seed },
    lists: Object.freeze(lists),
  });
}

/** The files of rules by the option that was typed: inputs of the command. */
export function ruleInputs({ files, lists }: RuleOptions): Record<string, string | readonly string[]> {
  const options = Object.entries(files) as [RuleFile, readonly string[]][];
  return { ...Object.fromEntries(options.map(([option, paths]) => [optionOf(option), paths])), ...filesOf(lists) };
}
