import type { Cells } from '../kernels/sums.js';
import type { SparseRows } from '../matrix/sparse.js';
import { TopN } from '../matrix/top-n.js';
import type { Audience } from './audience.js';
import type { Model } from './model.js';
import { PlainScores, type Scores } from './scores.js';

/** The best items of one user, best first; equally long. */
export interface List {
  items: Uint32Array;
  scores: Float64Array;
}

/** The row of nobody in particular. */
export interface Prior {
  /** By item. */
  weight: Float64Array;
  /** The offered items, the heaviest first, then by index: the order of those that nothing else tells apart. */
  order: Uint32Array;
}

/**
 * The one scoring kernel:  score(user, item) = prior_item + Σ over the user's signals   strength · model[signal, item].
 *
 * It costs what the user touches. Items that no signal reaches have their prior alone, so they are taken from a list
 * that is ordered by it, best first, until the next one cannot enter any more; the lists are those of scoring everything.
 */
export class Recommender {
  readonly #scores: Scores;
  readonly #excluded: SparseRows;
  readonly #offered: Uint8Array;
  readonly #prior: Prior;
  /** By item: the turn in which it was last touched, and last excluded. */
  readonly #touched: Uint32Array;
  readonly #excludedIn: Uint32Array;
  readonly #top: TopN;
  #turn = 0;

  /**
   * @param count N, the length of a list; the lists are shorter only where the catalogue is.
   * @param scores adds up the rows of the model's signals.
   */
  constructor(
    model: Model,
    { signals, excluded, offered }: Audience,
    count: number,
    scores: Scores = new PlainScores(model, signals),
  ) {
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
   * Makes the lists that the user would have with each of these priors in the place of the model's own.
   * @param onList is given each, by the prior's place; it is good until the next.
   */
  recommendWith(user: number, priors: readonly Prior[], onList: (items: Uint32Array, place: number) => void): void {
    const cells = this.#begin(user);
    priors.forEach((prior, place) => {
      this.#rank(cells, prior);
      onList(this.#top.drain(), place);
    });
  }

  /** Adds up a user's scores, and marks what is touched and what is excluded with a turn of its own. */
  #begin(user: number): Cells {
    const { start, index } = this.#excluded;
    const turn = ++this.#turn;
    for (let e = start[user]!; e < start[user + 1]!; e++) this.#excludedIn[index[e]!] = turn;
    const cells = this.#scores.of(user);
    for (let cell = 0; cell < cells.count; cell++) this.#touched[cells.index[cell]!] = turn;
    return cells;
  }

  /** Puts the best of the user whose turn it is into the top. */
  #rank({ count, index, value }: Cells, { weight, order }: Prior): void {
    const best = this.#top;
    const turn = this.#turn;
    const offered = this.#offered;
    const excludedIn = this.#excludedIn;
    let bar = best.bar;
    for (let cell = 0; cell < count; cell++) {
      const item = index[cell]!;
      const score = value[cell]! + weight[item]!;
      if (score < bar || offered[item] === 0 || excludedIn[item] === turn) continue;
      best.offer(item, score);
      bar = best.bar;
    }
    for (let at = 0; at < order.length; at++) {
      const item = order[at]!;
      if (this.#touched[item] === turn || excludedIn[item] === turn) continue;
      if (!best.offer(item, weight[item]!)) break;
    }
  }
}

/** What popularity adds to every score, in the order in which it recommends. */
export function priorOf(weight: Float64Array, offered: Uint8Array): Prior {
  const items = Uint32Array.from(weight.keys()).filter((item) => offered[item] === 1);
  return { weight, order: items.sort((a, b) => weight[b]! - weight[a]! || a - b) };
}
