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

/** The score that every item has for everybody: its popularity. */
export interface Prior {
  /** By item. */
  weight: Float64Array;
  /** The offered items by falling weight, then by index. */
  order: Uint32Array;
}

/** The items that may be recommended to a user, and the factors of their scores. */
export interface Offer {
  /** By item: 1 where it may be recommended. */
  offered: Uint8Array;
  /** By item: the factor of its score, above 0 (`weighed`); undefined: all 1. */
  factor: Float64Array | undefined;
  /** The scores of items that no signal of the user reaches. */
  prior: Prior;
}

/** A score that counts `factor` times as much: a factor above 1 brings a score below 0 nearer to 0. */
export function weighed(score: number, factor: number): number {
  return score > 0 ? score * factor : score / factor;
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
