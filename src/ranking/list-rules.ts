import { type Offer, type Prior, weighed } from '../kernels/best.js';
import type { ScoredList } from '../output/list-lines.js';

/** How an entry came into a list. */
export const Mark = { byScore: 0, pinned: 1, explored: 2 } as const;

/** The items of one user by rank; the arrays are equally long. */
export interface List extends ScoredList {
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

/** @param popularity by item: the model's prior. */
export function offerOf(popularity: Float64Array, offered: Uint8Array, factor?: Float64Array): Offer {
  const weight = factor ? popularity.map((score, item) => weighed(score, factor[item]!)) : popularity;
  return { offered, factor, prior: priorOf(weight, offered) };
}

/** Popularity as a prior, and the order in which it recommends. */
export function priorOf(weight: Float64Array, offered: Uint8Array): Prior {
  const items = Uint32Array.from(weight.keys()).filter((item) => offered[item] === 1);
  return { weight, order: items.sort((a, b) => weight[b]! - weight[a]! || a - b) };
}
