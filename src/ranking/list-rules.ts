import type { Offer } from '../kernels/best.js';

/** How an entry came into a list. */
export const Mark = { byScore: 0, pinned: 1, explored: 2 } as const;

/** The items of one user by rank; the arrays are equally long. */
export interface List {
  items: Uint32Array;
  scores: Float64Array;
  /** By entry, a `Mark`; undefined: all `byScore`. */
  marks?: Uint8Array | undefined;
}

/** How rules make lists. Rules are values (`rules/`); the recommender knows none by name. */
export interface ListRules {
  /** What a user may get; users who may get the same share an offer. @param user a row of the audience. */
  offerFor(user: number): Offer;
  /** How many of the best items to rank at first for a list of `count`. */
  candidatesFor(count: number): number;
  /**
   * Makes the list from the best items.
   * @param best candidates, best first. @param areAll whether there are no more. @param scoreOf the score of any item; NaN if the user may
   * not get it. @returns undefined if more candidates may fill the list.
   */
  listFrom(
    user: number,
    best: List,
    count: number,
    areAll: boolean,
    scoreOf: (item: number) => number,
  ): List | undefined;
}
