import { TopN } from '../model/top-n.js';
import type { Audience } from './audience.js';
import type { Model } from './model.js';

/** The best items of one user, best first; equally long. */
export interface List {
  items: Uint32Array;
  scores: Float64Array;
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
  readonly #byPrior: Uint32Array;
  /** One cell an item; between users all are 0. */
  readonly #score: Float64Array;
  readonly #isTouched: Uint8Array;
  readonly #isBarred: Uint8Array;
  readonly #touched: Uint32Array;
  readonly #best: TopN;

  /** @param count N, the length of a list; the lists are shorter only where the catalogue is. */
  constructor(model: Model, audience: Audience, count: number) {
    const items = model.counts.items;
    this.#model = model;
    this.#audience = audience;
    this.#byPrior = offeredByPrior(model.scales.prior, audience.offered);
    this.#score = new Float64Array(items);
    this.#isTouched = new Uint8Array(items);
    this.#isBarred = new Uint8Array(items);
    this.#touched = new Uint32Array(items);
    this.#best = new TopN(Math.min(count, items));
  }

  /** The N best offered items that are not barred for the user: score descending, then item index ascending. */
  recommend(user: number): List {
    const { prior } = this.#model.scales;
    const { barred, offered } = this.#audience;
    const count = this.#addUp(user);
    const bars = barred.index.subarray(barred.start[user]!, barred.start[user + 1]!);
    for (const item of bars) this.#isBarred[item] = 1;

    for (let t = 0; t < count; t++) {
      const item = this.#touched[t]!;
      if (offered[item] === 1 && this.#isBarred[item] === 0) this.#best.offer(item, this.#score[item]! + prior[item]!);
    }
    for (const item of this.#byPrior) {
      if (this.#isTouched[item] === 1 || this.#isBarred[item] === 1) continue;
      if (!this.#best.offer(item, prior[item]!)) break;
    }

    for (const item of bars) this.#isBarred[item] = 0;
    this.#clear(count);
    const scores = new Float64Array(this.#best.size);
    return { items: this.#best.drain(scores), scores };
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

/** The offered items, prior descending, then index ascending: the order of items that nothing else tells apart. */
function offeredByPrior(prior: Float64Array, offered: Uint8Array): Uint32Array {
  const items = Uint32Array.from(prior.keys()).filter((item) => offered[item] === 1);
  return items.sort((a, b) => prior[b]! - prior[a]! || a - b);
}
