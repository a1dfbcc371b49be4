import { TopN } from '../model/top-n.js';
import type { Audience } from './audience.js';
import type { Model } from './model.js';

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
  readonly #model: Model;
  readonly #audience: Audience;
  readonly #prior: Prior;
  /** One cell an item; between users all are 0. */
  readonly #score: Float64Array;
  readonly #isTouched: Uint8Array;
  readonly #isBarred: Uint8Array;
  readonly #touched: Uint32Array;
  readonly #top: TopN;

  /** @param count N, the length of a list; the lists are shorter only where the catalogue is. */
  constructor(model: Model, audience: Audience, count: number) {
    const items = model.counts.items;
    this.#model = model;
    this.#audience = audience;
    this.#prior = priorOf(model.scales.prior, audience.offered);
    this.#score = new Float64Array(items);
    this.#isTouched = new Uint8Array(items);
    this.#isBarred = new Uint8Array(items);
    this.#touched = new Uint32Array(items);
    this.#top = new TopN(Math.min(count, items));
  }

  /** The N best offered items that are not barred for the user: score descending, then item index ascending. */
  recommend(user: number): List {
    let list: List = { items: new Uint32Array(0), scores: new Float64Array(0) };
    this.#withScores(user, (touched) => {
      list = this.#best(touched, this.#prior);
    });
    return list;
  }

  /** The lists that the user would have with each of these priors in the place of the model's own. */
  recommendWith(user: number, priors: readonly Prior[]): List[] {
    let lists: List[] = [];
    this.#withScores(user, (touched) => {
      lists = priors.map((prior) => this.#best(touched, prior));
    });
    return lists;
  }

  /** Has `use` look at the user's scores while they stand. */
  #withScores(user: number, use: (touched: Uint32Array) => void): void {
    const { barred } = this.#audience;
    const bars = barred.index.subarray(barred.start[user]!, barred.start[user + 1]!);
    const count = this.#addUp(user);
    for (const item of bars) this.#isBarred[item] = 1;
    use(this.#touched.subarray(0, count));
    for (const item of bars) this.#isBarred[item] = 0;
    this.#clear(count);
  }

  #best(touched: Uint32Array, { weight, order }: Prior): List {
    const { offered } = this.#audience;
    const best = this.#top;
    for (let t = 0; t < touched.length; t++) {
      const item = touched[t]!;
      if (offered[item] === 1 && this.#isBarred[item] === 0) best.offer(item, this.#score[item]! + weight[item]!);
    }
    for (let at = 0; at < order.length; at++) {
      const item = order[at]!;
      if (this.#isTouched[item] === 1 || this.#isBarred[item] === 1) continue;
      if (!best.offer(item, weight[item]!)) break;
    }
    const scores = new Float64Array(best.size);
    return { items: best.drain(scores), scores };
  }

  /** Adds up the rows of a user's signals; how many items they touch. */
  #addUp(user: number): number {
    const { signals } = this.#audience;
    const { rows } = this.#model;
    const score = this.#score;
    let count = 0;
    for (let s = signals.start[user]!; s < signals.start[user + 1]!; s++) {
      const signal = signals.index[s]!;
      const strength = signals.value[s]! * this.#scaleOf(signal);
      if (strength === 0) continue;
      const { piece, from, to } = rows.row(signal);
      for (let e = from; e < to; e++) {
        const item = piece.index[e]!;
        if (this.#isTouched[item] === 0) {
          this.#isTouched[item] = 1;
          this.#touched[count++] = item;
        }
        score[item]! += strength * piece.value[e]!;
      }
    }
    return count;
  }

  #clear(count: number): void {
    for (let t = 0; t < count; t++) {
      const item = this.#touched[t]!;
      this.#score[item] = 0;
      this.#isTouched[item] = 0;
    }
  }

  #scaleOf(signal: number): number {
    const { counts, scales } = this.#model;
    if (signal < counts.items) return scales.items;
    return signal < counts.items + counts.preferences ? scales.preferences : scales.groups;
  }
}

/** What popularity adds to every score, in the order in which it recommends. */
export function priorOf(weight: Float64Array, offered: Uint8Array): Prior {
  const items = Uint32Array.from(weight.keys()).filter((item) => offered[item] === 1);
  return { weight, order: items.sort((a, b) => weight[b]! - weight[a]! || a - b) };
}
