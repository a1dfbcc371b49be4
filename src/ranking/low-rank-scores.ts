import { FoldIn } from '../model/als.js';
import { rowProduct } from '../model/block.js';
import type { LowRank } from '../model/low-rank.js';

/**
 * Adds up the part of scores that is not sparse:  η · d_j · ⟨Σ over the items i of a history   strength · a_i, a_j⟩.  By als, what an item of
 * a history counts depends on the others.
 */
export class LowRankScores {
  /** Whether it is all there is: then it is added for every item, and not for the best by the rest alone. */
  readonly isAll: boolean;
  readonly #part: LowRank;
  readonly #fold: FoldIn | undefined;
  /** The items of the history with their strengths, by als. */
  #items: number[] = [];
  #strengths: number[] = [];
  /** Σ   strength · a_i. */
  #user: Float64Array;
  #isNothing = true;

  constructor(part: LowRank) {
    this.#part = part;
    this.isAll = part.isAls;
    this.#fold = part.isAls ? new FoldIn(part.factors, part.rank) : undefined;
    this.#user = new Float64Array(part.rank);
  }

  /** True while nothing was added: then it says nothing about any item. */
  get isNothing(): boolean {
    return this.#isNothing;
  }

  /** Begins with a user of whom nothing is known. */
  begin(): void {
    if (!this.#isNothing) this.#user.fill(0);
    this.#items.length = 0;
    this.#strengths.length = 0;
    this.#isNothing = true;
  }

  /** Adds a signal of the user; only items count. */
  add(signal: number, strength: number): void {
    const { rank, factors, popularity } = this.#part;
    if (signal >= popularity.length) return;
    this.#isNothing = false;
    if (this.#fold) {
      this.#items.push(signal);
      this.#strengths.push(strength);
    } else for (let k = 0, at = signal * rank; k < rank; k++, at++) this.#user[k]! += strength * factors[at]!;
  }

  /** All signals of the user were added. */
  end(): void {
    if (this.#fold) this.#user = this.#fold.of(this.#items, this.#strengths);
  }

  /** What an item of the history counts, of that strength. */
  weightOf(item: number, strength: number): number {
    return this.#fold?.weightOf(item, strength, this.#user) ?? strength;
  }

  /** What the user's signals say for an item. */
  of(item: number): number {
    if (this.#fold) return this.#fold.product(item, this.#user);
    const { factors, popularity, weight } = this.#part;
    return weight * popularity[item]! * rowProduct(factors, item, this.#user);
  }

  /** What an item of a history says for another, at strength 1. */
  between(item: number, other: number): number {
    const { rank, factors, popularity, weight } = this.#part;
    let sum = 0;
    for (let k = 0, at = item * rank, to = other * rank; k < rank; k++, at++, to++) sum += factors[at]! * factors[to]!;
    return weight * popularity[other]! * sum;
  }
}
