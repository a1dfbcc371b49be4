import type { Named } from '../dataset/id-file.js';

/** Options that take files of ids: what these name, and whether nothing else is allowed, or just these are not. */
export const RULE_FILES = {
  onlyUsers: { named: ['user'], isOnly: true },
  onlyItems: { named: ['item'], isOnly: true },
  excludeItems: { named: ['item'], isOnly: false },
  excludePairs: { named: ['user', 'item'], isOnly: false },
  candidates: { named: ['user', 'item'], isOnly: true },
  excludePrevious: { named: ['user', 'item'], isOnly: false },
} as const satisfies Record<string, { named: Named; isOnly: boolean }>;

export type RuleFile = keyof typeof RULE_FILES;

/** As it is typed: `--only-users`. */
export function optionOf(rule: RuleFile): string {
  return `--${rule.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

export type RuleFiles = Partial<Record<RuleFile, readonly string[]>>;

/** What becomes of users without a history: what is popular, a list if anything else is known of them, no list, or no run. */
export type ColdUsers = 'popular' | 'content' | 'skip' | 'fail';
export const COLD_USERS: readonly ColdUsers[] = ['popular', 'content', 'skip', 'fail'];
