import type { Command } from 'commander';
import type { RuleOptions } from '../pipeline/options.js';
import type { Availability } from '../rules/availability.js';
import { parseExpression } from '../rules/expression.js';
import { Group } from './help-groups.js';
import type { TypedInput } from './input-options.js';
import { choice, collected, date } from './values.js';

/** Commander's own keys and types for the options of `addRuleOptions`. */
export interface TypedRules
  extends Pick<RuleOptions, 'includeSeen'>,
    Partial<Pick<RuleOptions, 'availability'>>,
    Pick<TypedInput, 'now' | 'dateOrder'> {
  where?: string[];
}

/** Adds the options that decide what lists may hold; every command that makes lists has them. */
export function addRuleOptions(command: Command): Command {
  return command
    .optionsGroup(Group.rules)
    .option('--include-seen', 'also recommend items that users already had', false)
    .option('--where <expr>', 'only items for which it holds: "price < 50"', collected, [])
    .addOption(choice('--availability <way>', 'columns like in_stock: honour or ignore', ['honour', 'ignore']))
    .option('--now <date>', 'what counts as now: 2026-01-31 (default: clock)', date);
}

/** The rules that were typed, checked. @throws Failure 2 where they make no sense. */
export function ruleOptions(
  { includeSeen, where = [], availability, now, dateOrder: dayOrder }: TypedRules,
  availabilityByDefault: Availability = 'honour',
): RuleOptions {
  const expressions = where.map((text) => parseExpression(text, '--where'));
  return Object.freeze({
    includeSeen,
    where: Object.freeze(expressions),
    availability: availability ?? availabilityByDefault,
    now,
    dayOrder,
  });
}
