import { inversePower } from '../model/settings.js';
import type { ListRule } from './list-rule.js';
import { share } from './numbers.js';

/**
 * Lowers the scores of popular items: an item that n users liked counts (1 + n)^(−P) of its score. A new one keeps its score; with P = 1 a
 * thousand users weigh as little as one. (Popularity-stratified recall weighs hits by the same power: Steck, "Item popularity and
 * recommendation accuracy", RecSys 2011.)
 */
export const popularityPenalty: ListRule<number> = {
  flags: '--popularity-penalty <p>',
  description: 'lower scores of popular items: 0 (off) to 1',
  parse: share,
  act: (power, { popularity }) => ({
    offer: {
      change(_user, _offered, factor) {
        for (let item = 0; item < factor.length; item++) factor[item]! *= inversePower(1 + popularity[item]!, power);
      },
    },
  }),
};
