import type { ListRule } from './list-rule.js';
import { numberFrom } from './numbers.js';

/** Leaves out items with a lower score, so lists may be shorter. Pinned and explored items stay: they are not there for their score. */
export const minScore: ListRule<number> = {
  flags: '--min-score <score>',
  description: 'leave out what scores less; lists get shorter',
  parse: (text) => numberFrom(text, () => true, 'a number'),
  act: (minScore) => ({ minScore }),
};
