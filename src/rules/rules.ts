import { boost } from './boost.js';
import { boostWhere } from './boost-where.js';
import { diversity } from './diversity.js';
import { explore } from './explore.js';
import type { ListRule } from './list-rule.js';
import { maxPer } from './max-per.js';
import { minScore } from './min-score.js';
import { pin } from './pin.js';
import { popularityPenalty } from './popularity-penalty.js';

const BY_NAME = { boost, boostWhere, popularityPenalty, pin, explore, minScore, maxPer, diversity };

/** By the name of its option, as commander has it. */
export type RuleName = keyof typeof BY_NAME;

/**
 * The rules of lists. They act in this order: those that weigh, those that take ranks, those that say which of the best may follow.
 */
export const RULES = Object.entries(BY_NAME) as [RuleName, ListRule][];

/** What options of rules say, or what was made of that; of those that are on. */
export type RuleValues = Partial<Record<RuleName, unknown>>;

/** The option of a rule, "--boost". */
export function optionOf({ flags }: Pick<ListRule, 'flags'>): string {
  return flags.split(' ')[0] ?? flags;
}

/** The files that options of rules name, by option. */
export function filesOf(values: RuleValues): Record<string, string> {
  const ofFiles = RULES.filter(([name, { flags }]) => name in values && flags.endsWith('<file>'));
  return Object.fromEntries(ofFiles.map(([name, rule]) => [optionOf(rule), String(values[name])]));
}
