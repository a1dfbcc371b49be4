import type { Offer } from './offer.js';

/** How an entry came into a list. */
export const Mark = { byScore: 0, pinned: 1, explored: 2 } as const;

/** The items of one user by rank; the arrays are equally long. */
export interface List {
  items: Uint32Array;
  scores: Float64Array;
  /** By entry, a `Mark`; undefined: all are there by their scores. */
  marks?: Uint8Array | undefined;
}

/** What rules make of lists. They are values (`rules/`); the recommender obeys them and knows none by name. */
export interface ListRules {
  /** What the user may get; users who may get the same share it. @param user a row of the audience. */
  offerFor(user: number): Offer;
  /** How many of the best items to look at first, for a list of so many. */
  candidatesFor(count: number): number;
  /**
   * Makes the list out of the best items.
   * @param best candidates, best first. @param areAll there are no more. @param scoreOf what any item scores; NaN where the user may not
   * get it. @returns undefined where more candidates may fill the list.
   */
  listFrom(
    user: number,
    best: List,
    count: number,
    areAll: boolean,
    scoreOf: (item: number) => number,
  ): List | undefined;
}
