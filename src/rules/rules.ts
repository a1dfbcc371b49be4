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

/** The name of the rule's option in commander. */
export type RuleName = keyof typeof BY_NAME;

/** The list rules in the order they act: those that weigh scores, those that take ranks, those that choose among the best candidates. */
export const RULES = Object.entries(BY_NAME) as [RuleName, ListRule][];

/** For each rule that is on: the value of its option, or what was read or planned from that. */
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
