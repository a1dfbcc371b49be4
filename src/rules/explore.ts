import { hashOf } from '../matrix/sampling.js';
import type { ListRule } from './list-rule.js';
import { share } from './numbers.js';

/** Fresh items are this share of the offered ones: those that the fewest users liked, and all others that no more users liked. */
const FRESH = 0.1;
const STREAM = 0xe891;

interface Plan {
  share: number;
  seed: number;
  userKeys: Uint32Array;
  itemKeys: Uint32Array;
}

/**
 * Gives ranks to fresh items, so that something is learned about them: each rank with the given chance, all fresh items with the same.
 * Only seed, user id and rank decide, not which other users are served.
 */
export const explore: ListRule<number, number, Plan> = {
  flags: '--explore <share>',
  description: 'share of ranks for little-known items: 0.1',
  parse: share,
  plan: (part, known) => ({ share: part, seed: known.seed, userKeys: known.userKeys(), itemKeys: known.itemKeys() }),
  act({ share: part, seed, userKeys, itemKeys }, { offered, popularity }) {
    const fresh = freshItems(offered, popularity).sort((a, b) => itemKeys[a]! - itemKeys[b]! || a - b);
    return {
      place(draft) {
        const key = userKeys[draft.user]!;
        for (let place = 0; place < draft.count; place++) {
          const draw = (stream: number) => hashOf(hashOf(seed, STREAM + stream, place), key, stream) / 2 ** 32;
          if (!draft.isFree(place) || draw(0) >= part) continue;
          const first = Math.floor(draw(1) * fresh.length);
          for (let tried = 0; tried < fresh.length; tried++) {
            const item = fresh[(first + tried) % fresh.length]!;
            const score = draft.scoreOf(item);
            if (Number.isNaN(score) || !draft.allows(item)) continue;
            draft.put(place, item, score, 'explored');
            break;
          }
        }
      },
    };
  },
};

/** The items that are fresh, by their index. @param popularity by item: the users who liked it. */
export function freshItems(offered: Uint8Array, popularity: Float64Array): Uint32Array {
  const all = Uint32Array.from(offered.keys()).filter((item) => offered[item] === 1);
  const counts = Float64Array.from(all, (item) => popularity[item]!).sort();
  const most = counts[Math.ceil(FRESH * counts.length) - 1] ?? 0;
  return all.filter((item) => popularity[item]! <= most);
}
