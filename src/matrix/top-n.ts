import { bringBest, sortBest } from './select.js';

/**
 * Keeps the N best of the (index, score) pairs it is offered, each index once, in one total order: score descending, then index
 * ascending. What may be among them is put in a buffer of twice the size; when it is full its better half is found, whose worst pair is
 * the bar for all later ones. So most offers cost one comparison.
 */
export class TopN {
  readonly #capacity: number;
  readonly #index: Uint32Array;
  readonly #score: Float64Array;
  #filled = 0;
  /** The worst pair of N, once there was a choice to make. */
  #barScore: number;
  #barIndex: number;

  /** @param capacity N ≥ 0. */
  constructor(capacity: number) {
    const room = Math.max(2 * capacity, LEAST_ROOM);
    this.#capacity = capacity;
    this.#index = new Uint32Array(room);
    this.#score = new Float64Array(room);
    [this.#barScore, this.#barIndex] = this.#lowest;
  }

  get size(): number {
    return Math.min(this.#filled, this.#capacity);
  }

  /** What is below it is among the N best no more. */
  get bar(): number {
    return this.#barScore;
  }

  /**
   * @param score finite.
   * @returns false where the pair is seen to be worse than N others; it may be so where it is kept for the time being.
   * @throws RangeError for NaN, which has no place in any order.
   */
  offer(index: number, score: number): boolean {
    if (Number.isNaN(score)) throw new RangeError(`item ${index} has no score`);
    if (this.#isBelowBar(index, score)) return false;
    if (this.#filled === this.#index.length) {
      this.#raiseBar();
      if (this.#isBelowBar(index, score)) return false;
    }
    this.#index[this.#filled] = index;
    this.#score[this.#filled++] = score;
    return true;
  }

  /** The kept indices, best first, good until the next offer; nothing is kept afterwards. `scores`, where given, takes their scores. */
  drain(scores?: Float64Array): Uint32Array {
    const { size } = this;
    if (size < this.#filled) bringBest(size, this.#filled, this.#score, this.#index);
    sortBest(0, size - 1, this.#score, this.#index);
    scores?.set(this.#score.subarray(0, size));
    this.#filled = 0;
    [this.#barScore, this.#barIndex] = this.#lowest;
    return this.#index.subarray(0, size);
  }

  get #lowest(): [score: number, index: number] {
    return this.#capacity === 0 ? [Number.POSITIVE_INFINITY, -1] : [Number.NEGATIVE_INFINITY, 2 ** 32];
  }

  #isBelowBar(index: number, score: number): boolean {
    return score < this.#barScore || (score === this.#barScore && index > this.#barIndex);
  }

  /** Drops what is not among the N best. */
  #raiseBar(): void {
    const index = this.#index;
    const score = this.#score;
    this.#filled = this.#capacity;
    bringBest(this.#filled, index.length, score, index);
    let worst = 0;
    for (let at = 1; at < this.#filled; at++) {
      if (score[at]! < score[worst]! || (score[at] === score[worst] && index[at]! > index[worst]!)) worst = at;
    }
    this.#barScore = score[worst]!;
    this.#barIndex = index[worst]!;
  }
}

/** Pairs that are kept before any choice is made. */
const LEAST_ROOM = 64;
