import { countsOf } from '../matrix/sparse.js';
import { TopN } from '../matrix/top-n.js';
import { type Lists, listOf } from './lists.js';

/** p of the rank-biased overlap: the weight of a rank relative to the one above it. The first ten ranks have 86 % of the weight. */
const PERSISTENCE = 0.9;
/** How many of the most changed users and items are returned. */
const MOST = 10;

/**
 * Compares the lists of two runs. A user without items has no list.
 * @param before,after one list per user, without repeated items. Users that one of them lacks have the last indices. @param items how many.
 * @returns `change`: 1 − the mean share of the longer list that is in both, over the users who have both; 1 where no user has, and 0 where
 *   there is no list at all. `rankBiasedOverlap`: the mean over the same users. How many users and items there are, and the users and items
 *   that changed most: users by the sum of both measures, items by the number of lists that have them.
 */
export function listDiff(before: Lists, after: Lists, items: number) {
  const all = Math.max(before.start.length, after.start.length) - 1;
  const [were, are] = [before, after].map((lists) =>
    Uint32Array.from({ length: all }, (_, user) => listAt(lists, user).length),
  );
  const users = presence(were!, are!);
  const compare = comparison(items);
  const mostChanged = new TopN(MOST);
  let [kept, agreement] = [0, 0];
  for (let user = 0; user < all; user++) {
    const [was, is] = [listAt(before, user), listAt(after, user)];
    if (was.length === 0 || is.length === 0) continue;
    const { both, longest, rankBiasedOverlap } = compare(was, is);
    kept += both / longest;
    agreement += rankBiasedOverlap;
    const likeness = both / longest + rankBiasedOverlap;
    if (likeness < 2) mostChanged.offer(user, -likeness);
  }
  const withoutBoth = users.before + users.after === 0 ? 1 : 0;
  return {
    change: 1 - (users.both > 0 ? kept / users.both : withoutBoth),
    rankBiasedOverlap: users.both > 0 ? agreement / users.both : withoutBoth,
    users,
    ...itemChanges(before.items, after.items, items),
    mostChanged: Array.from(mostChanged.drain(), (user) => ({
      user,
      ...compare(listAt(before, user), listAt(after, user)),
    })),
  };
}

function listAt(lists: Lists, user: number): Uint32Array {
  return user + 1 < lists.start.length ? listOf(lists, user) : lists.items.subarray(0, 0);
}

/** How many users or items there are before, after, in both, and in only one of the two. @param were,are above 0 for those that are there. */
function presence(were: Uint32Array, are: Uint32Array) {
  const [before, after] = [were, are].map((counts) => counts.filter((count) => count > 0).length) as [number, number];
  const both = were.filter((was, at) => was > 0 && are[at]! > 0).length;
  return { before, after, both, came: after - both, went: before - both };
}

/** Compares in how many lists each item was and is. */
function itemChanges(before: Uint32Array, after: Uint32Array, items: number) {
  const [were, are] = [countsOf(before, items), countsOf(after, items)];
  const [more, fewer] = [new TopN(MOST), new TopN(MOST)];
  for (let item = 0; item < items; item++) {
    const [was, is] = [were[item]!, are[item]!];
    if (is !== was) (is > was ? more : fewer).offer(item, Math.abs(is - was));
  }
  const named = (best: TopN) => Array.from(best.drain(), (item) => ({ item, before: were[item]!, after: are[item]! }));
  return { items: presence(were, are), inMoreLists: named(more), inFewerLists: named(fewer) };
}

/**
 * Compares two lists, neither empty: how many items are in both, how many the longer one has, and their rank-biased overlap: how much they
 * have in common from the top down, where a rank weighs p times the one above it. It is extrapolated beyond the ends of the lists, which
 * may have different lengths s ≤ l: RBO_ext, formula 32 of Webber, Moffat and Zobel, "A similarity measure for indefinite rankings",
 * TOIS 2010. With X_d items in common at depth d:
 *
 *     (1 − p)/p · ( Σ_{d ≤ l} X_d / d · p^d + Σ_{s < d ≤ l} X_s (d − s) / (s d) · p^d ) + ( (X_l − X_s) / l + X_s / s ) · p^l
 */
function comparison(items: number) {
  /** By item: the stamp of the last comparison that met it in the first or second list, at a rank where the other list has another item. */
  const [inFirst, inSecond] = [new Uint32Array(items), new Uint32Array(items)];
  let stamp = 0;
  return (was: Uint32Array, is: Uint32Array) => {
    stamp++;
    const [shortest, longest] = [Math.min(was.length, is.length), Math.max(was.length, is.length)];
    let [both, bothInShortest, sum, weight] = [0, 0, 0, 1];
    let isSame = true;
    const meet = (item: number | undefined, own: Uint32Array, other: Uint32Array) => {
      if (item === undefined) return;
      if (other[item] === stamp) both++;
      own[item] = stamp;
    };
    for (let depth = 1; depth <= longest; depth++) {
      if (was[depth - 1] === is[depth - 1]) both++;
      else {
        isSame = false;
        meet(was[depth - 1], inFirst, inSecond);
        meet(is[depth - 1], inSecond, inFirst);
      }
      if (depth === shortest) bothInShortest = both;
      weight *= PERSISTENCE;
      sum += ((both + (bothInShortest * (depth - shortest)) / shortest) / depth) * weight;
    }
    const rest = (both - bothInShortest) / longest + bothInShortest / shortest;
    const overlap = ((1 - PERSISTENCE) / PERSISTENCE) * sum + rest * weight;
    return { both, longest, rankBiasedOverlap: isSame ? 1 : Math.min(1, overlap) };
  };
}
