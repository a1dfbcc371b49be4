import type { LowRank } from '../model/low-rank.js';

/** Adds up the part of scores that is not sparse:  η · d_j · ⟨Σ over the items i of a history   strength · a_i, a_j⟩. */
export class LowRankScores {
  readonly #part: LowRank;
  /** Σ   strength · a_i. */
  readonly #user: Float64Array;
  #isNothing = true;

  constructor(part: LowRank) {
    this.#part = part;
    this.#user = new Float64Array(part.rank);
  }

  /** True while nothing was added: then it says nothing about any item. */
  get isNothing(): boolean {
    return this.#isNothing;
  }

  /** Begins with a user of whom nothing is known. */
  begin(): void {
    if (!this.#isNothing) this.#user.fill(0);
    this.#isNothing = true;
  }

  /** Adds a signal of the user; only items count. */
  add(signal: number, strength: number): void {
    const { rank, factors, popularity } = this.#part;
    if (signal >= popularity.length) return;
    this.#isNothing = false;
    for (let k = 0, at = signal * rank; k < rank; k++, at++) this.#user[k]! += strength * factors[at]!;
  }

  /** What the user's signals say for an item. */
  of(item: number): number {
    const { rank, factors, popularity, weight } = this.#part;
    let sum = 0;
    for (let k = 0, at = item * rank; k < rank; k++, at++) sum += this.#user[k]! * factors[at]!;
    return weight * popularity[item]! * sum;
  }

  /** What an item of a history says for another, at strength 1. */
  between(item: number, other: number): number {
    const { rank, factors, popularity, weight } = this.#part;
    let sum = 0;
    for (let k = 0, at = item * rank, to = other * rank; k < rank; k++, at++, to++) sum += factors[at]! * factors[to]!;
    return weight * popularity[other]! * sum;
  }
}
