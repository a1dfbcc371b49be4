import { type Command, InvalidArgumentError, Option } from 'commander';
import type { RuleOptions } from '../pipeline/options.js';
import type { Availability } from '../rules/availability.js';
import { parseExpression } from '../rules/expression.js';
import { RULES, type RuleValues } from '../rules/rules.js';
import { Group } from './help-groups.js';
import type { TypedInput } from './input-options.js';
import { choice, collected, date } from './values.js';

/** Commander's own keys and types for the options of `addRuleOptions`. */
export interface TypedRules
  extends Pick<RuleOptions, 'includeSeen' | 'seed'>,
    Partial<Pick<RuleOptions, 'availability'>>,
    Pick<TypedInput, 'now' | 'dateOrder'>,
    RuleValues {
  where?: string[];
}

/** Adds the options that decide what lists may hold; every command that makes lists has them. */
export function addRuleOptions(command: Command): Command {
  command
    .optionsGroup(Group.rules)
    .option('--include-seen', 'also recommend items that users already had', false)
    .option('--where <expr>', 'only items for which it holds: "price < 50"', collected, [])
    .addOption(choice('--availability <way>', 'columns like in_stock: honour or ignore', ['honour', 'ignore']))
    .option('--now <date>', 'what counts as now: 2026-01-31 (default: clock)', date)
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

/** The rules that were typed, checked. @throws Failure 2 where they make no sense. */
export function ruleOptions(
  { includeSeen, seed, where = [], availability, now, dateOrder: dayOrder, ...typed }: TypedRules,
  availabilityByDefault: Availability = 'honour',
): RuleOptions {
  const expressions = where.map((text) => parseExpression(text, '--where'));
  const lists: RuleValues = Object.fromEntries(RULES.flatMap(([name]) => (name in typed ? [[name, typed[name]]] : [])));
  return Object.freeze({
    includeSeen,
    where: Object.freeze(expressions),
    availability: availability ?? availabilityByDefault,
    now,
    dayOrder,
    seed,
    lists: Object.freeze(lists),
  });
}
