import { type Command, InvalidArgumentError, Option } from 'commander';
import type { RuleOptions } from '../pipeline/options.js';
import { RULES, type RuleValues } from '../rules/rules.js';
import { Group } from './help-groups.js';

/** Commander's own keys and types for the options of `addRuleOptions`. */
export interface TypedRules extends Pick<RuleOptions, 'includeSeen' | 'seed'>, RuleValues {}

/** Adds the options that decide what lists may hold; every command that makes lists has them. */
export function addRuleOptions(command: Command): Command {
  command
    .optionsGroup(Group.rules)
    .option('--include-seen', 'also recommend items that users already had', false)
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

/** The rules that were typed. */
export function ruleOptions({ includeSeen, seed, ...typed }: TypedRules): RuleOptions {
  const lists: RuleValues = Object.fromEntries(RULES.flatMap(([name]) => (name in typed ? [[name, typed[name]]] : [])));
  return Object.freeze({ includeSeen, seed, lists: Object.freeze(lists) });
}
