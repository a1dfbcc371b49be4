import type { SparseVector } from '../kernels/sums.js';
import type { SparseRows } from '../matrix/sparse.js';
import { TopN } from '../matrix/top-n.js';
import type { Audience } from './audience.js';
import type { Model } from './model.js';
import type { Scores } from './scores.js';

/** The best items of one user, best first; equally long. */
export interface List {
  items: Uint32Array;
  scores: Float64Array;
}

/** What every item scores for everybody: its popularity. */
export interface Prior {
  /** By item. */
  weight: Float64Array;
  /** The offered items by falling weight, then by index. */
  order: Uint32Array;
}

/**
 * Makes lists by the one scoring formula:  score(user, item) = prior_item + Σ over the user's signals   strength · model[signal, item].
 *
 * It costs what the user touches. Items that no signal reaches score their prior alone, so they are taken from a list
 * ordered by it until the next one cannot enter any more; the lists are the same as if everything had been scored.
 */
export class Recommender {
  readonly #scores: Scores;
  readonly #excluded: SparseRows;
  readonly #offered: Uint8Array;
  readonly #prior: Prior;
  /** By item: the generation in which it was last touched, and last excluded. Each user is a generation. */
  readonly #touched: Uint32Array;
  readonly #excludedIn: Uint32Array;
  readonly #top: TopN;
  #generation = 0;

  /**
   * @param count N, the length of a list; lists are shorter only where the catalogue is.
   * @param scores of the model, for the audience's signals.
   */
  constructor(model: Omit<Model, 'rows'>, { excluded, offered }: Audience, count: number, scores: Scores) {
    const items = model.counts.items;
    this.#scores = scores;
    this.#excluded = excluded;
    this.#offered = offered;
    this.#prior = priorOf(model.scales.prior, offered);
    this.#touched = new Uint32Array(items);
    this.#excludedIn = new Uint32Array(items);
    this.#top = new TopN(Math.min(count, items));
  }

  /** The N best offered items that are not excluded for the user: score descending, then item index ascending. */
  recommend(user: number): List {
    this.#rank(this.#begin(user), this.#prior);
    const scores = new Float64Array(this.#top.size);
    return { items: this.#top.drain(scores).slice(), scores };
  }

  /**
   * Makes the lists that the user would have with each of these priors instead of the model's own.
   * @param onList is given each, by the prior's place; it is good until the next.
   */
  recommendWith(user: number, priors: readonly Prior[], onList: (items: Uint32Array, place: number) => void): void {
    const scores = this.#begin(user);
    priors.forEach((prior, place) => {
      this.#rank(scores, prior);
      onList(this.#top.drain(), place);
    });
  }

  /** Adds up a user's scores, and marks what is touched and what is excluded. */
  #begin(user: number): SparseVector {
    const { start, index } = this.#excluded;
    const generation = ++this.#generation;
    for (let e = start[user]!; e < start[user + 1]!; e++) this.#excludedIn[index[e]!] = generation;
    const scores = this.#scores.of(user);
    for (let at = 0; at < scores.count; at++) this.#touched[scores.index[at]!] = generation;
    return scores;
  }

  /** Puts the best of the user that was begun into the top. */
  #rank({ count, index, value }: SparseVector, { weight, order }: Prior): void {
    const top = this.#top;
    const generation = this.#generation;
    const offered = this.#offered;
    const excludedIn = this.#excludedIn;
    let threshold = top.threshold;
    for (let at = 0; at < count; at++) {
      const item = index[at]!;
      const score = value[at]! + weight[item]!;
      if (score < threshold || offered[item] === 0 || excludedIn[item] === generation) continue;
      top.offer(item, score);
      threshold = top.threshold;
    }
    for (let at = 0; at < order.length; at++) {
      const item = order[at]!;
      if (this.#touched[item] === generation || excludedIn[item] === generation) continue;
      if (!top.offer(item, weight[item]!)) break;
    }
  }
}

/** Popularity as a prior, and the order in which it recommends. */
export function priorOf(weight: Float64Array, offered: Uint8Array): Prior {
  const items = Uint32Array.from(weight.keys()).filter((item) => offered[item] === 1);
  return { weight, order: items.sort((a, b) => weight[b]! - weight[a]! || a - b) };
}
