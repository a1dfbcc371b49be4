/**
 * Keeps the N best of the (index, score) pairs it is offered, in one total order: score descending, then index
 * ascending. A binary heap with the worst kept pair at its root, so that most offers cost one comparison.
 */
export class TopN {
  readonly #capacity: number;
  readonly #index: Uint32Array;
  readonly #score: Float64Array;
  #size = 0;

  /** @param capacity N ≥ 0. */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#index = new Uint32Array(capacity);
    this.#score = new Float64Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** What is below it is among the N best no more; −∞ until there are N. */
  get bar(): number {
    if (this.#size < this.#capacity) return Number.NEGATIVE_INFINITY;
    return this.#capacity === 0 ? Number.POSITIVE_INFINITY : this.#score[0]!;
  }

  /**
   * @param score finite.
   * @returns false where the pair is worse than all N that are kept.
   * @throws RangeError for NaN, which has no place in any order.
   */
  offer(index: number, score: number): boolean {
    if (Number.isNaN(score)) throw new RangeError(`item ${index} has no score`);
    if (this.#size < this.#capacity) {
      this.#rise(this.#size++, index, score);
      return true;
    }
    if (this.#capacity === 0 || !isBetter(score, index, this.#score[0]!, this.#index[0]!)) return false;
    this.#sink(index, score);
    return true;
  }

  /** The kept indices, best first; nothing is kept afterwards. `scores`, where given, takes their scores. */
  drain(scores?: Float64Array): Uint32Array {
    const order = new Uint32Array(this.#size);
    for (let place = this.#size - 1; place >= 0; place--) {
      order[place] = this.#index[0]!;
      if (scores) scores[place] = this.#score[0]!;
      const last = --this.#size;
      if (last > 0) this.#sink(this.#index[last]!, this.#score[last]!);
    }
    return order;
  }

  /** Puts a pair at the free place `at` and lets it rise over better ones. */
  #rise(at: number, index: number, score: number): void {
    let place = at;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!isBetter(this.#score[parent]!, this.#index[parent]!, score, index)) break;
      this.#move(parent, place);
      place = parent;
    }
    this.#index[place] = index;
    this.#score[place] = score;
  }

  /** Puts a pair at the root and lets it sink under worse ones. */
  #sink(index: number, score: number): void {
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#size) break;
      const right = child + 1;
      if (
        right < this.#size &&
        isBetter(this.#score[child]!, this.#index[child]!, this.#score[right]!, this.#index[right]!)
      ) {
        child = right;
      }
      if (!isBetter(score, index, this.#score[child]!, this.#index[child]!)) break;
      this.#move(child, place);
      place = child;
    }
    this.#index[place] = index;
    this.#score[place] = score;
  }

  #move(from: number, to: number): void {
    this.#index[to] = this.#index[from]!;
    this.#score[to] = this.#score[from]!;
  }
}

/** The one total order of scored items. */
function isBetter(score: number, index: number, otherScore: number, otherIndex: number): boolean {
  return score > otherScore || (score === otherScore && index < otherIndex);
}
