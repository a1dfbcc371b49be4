import type { Command } from 'commander';
import type { RuleOptions } from '../pipeline/options.js';
import { Group } from './help-groups.js';

/** Commander's own keys and types for the options of `addRuleOptions`. */
export type TypedRules = Pick<RuleOptions, 'includeSeen'>;

/** Adds the options that decide what lists may hold; every command that makes lists has them. */
export function addRuleOptions(command: Command): Command {
  return command
    .optionsGroup(Group.rules)
    .option('--include-seen', 'also recommend items that users already had', false);
}

/** The rules that were typed, checked. @throws Failure 2 where they make no sense. */
export function ruleOptions({ includeSeen }: TypedRules): RuleOptions {
  return Object.freeze({ includeSeen });
}
