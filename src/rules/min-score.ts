import type { ListRule } from './list-rule.js';
import { numberFrom } from './numbers.js';

/** Leaves out what scores less, so that lists may be shorter. What is pinned or explored has another reason to be there. */
export const minScore: ListRule<number, number, number> = {
  flags: '--min-score <score>',
  description: 'leave out what scores less; lists get shorter',
  parse: (text) => numberFrom(text, () => true, 'a number'),
  plan: (least) => least,
  act: (least) => ({ least }),
};
