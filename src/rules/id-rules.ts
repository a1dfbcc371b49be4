import type { Named } from '../dataset/id-file.js';

/** Options that take id files: the roles of the ids, and whether only these are allowed, or all but these. */
export const RULE_FILES = {
  onlyUsers: { named: ['user'], isOnly: true },
  onlyItems: { named: ['item'], isOnly: true },
  excludeItems: { named: ['item'], isOnly: false },
  excludePairs: { named: ['user', 'item'], isOnly: false },
  candidates: { named: ['user', 'item'], isOnly: true },
  excludePrevious: { named: ['user', 'item'], isOnly: false },
} as const satisfies Record<string, { named: Named; isOnly: boolean }>;

export type RuleFile = keyof typeof RULE_FILES;

/** The option as it is typed: `--only-users`. */
export function optionOf(rule: RuleFile): string {
  return `--${rule.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

export type RuleFiles = Partial<Record<RuleFile, readonly string[]>>;

/** For users without a history: popular items, a list only if anything else is known about them, no list, or a failed run. */
export type ColdUsers = 'popular' | 'content' | 'skip' | 'fail';
export const COLD_USERS: readonly ColdUsers[] = ['popular', 'content', 'skip', 'fail'];
