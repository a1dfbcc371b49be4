/**
 * Keeps the N best of the offered (index, score) pairs in one total order: score descending, then index ascending. Each index is
 * offered once. Pairs that may be among the best go into a buffer for twice as many. When it is full, its better half is selected,
 * and the worst pair of that half is the threshold for all later pairs. So most offers cost one comparison.
 */
export class TopN {
  readonly #capacity: number;
  readonly #index: Uint32Array;
  readonly #score: Float64Array;
  #filled = 0;
  /** The worst pair that was kept when the buffer was last full. */
  #thresholdScore: number;
  #thresholdIndex: number;

  /** @param capacity N ≥ 0. */
  constructor(capacity: number) {
    const room = Math.max(2 * capacity, LEAST_ROOM);
    this.#capacity = capacity;
    this.#index = new Uint32Array(room);
    this.#score = new Float64Array(room);
    [this.#thresholdScore, this.#thresholdIndex] = this.#lowest;
  }

  get size(): number {
    return Math.min(this.#filled, this.#capacity);
  }

  /** No pair with a lower score is among the N best. */
  get threshold(): number {
    return this.#thresholdScore;
  }

  /**
   * @param score finite. @returns false if N better pairs are known. True does not mean that the pair stays.
   * @throws RangeError for NaN, which cannot be ordered.
   */
  offer(index: number, score: number): boolean {
    if (Number.isNaN(score)) throw new RangeError(`item ${index} has no score`);
    if (this.#isTooLow(index, score)) return false;
    if (this.#filled === this.#index.length) {
      this.#raiseThreshold();
      if (this.#isTooLow(index, score)) return false;
    }
    this.#index[this.#filled] = index;
    this.#score[this.#filled++] = score;
    return true;
  }

  /** Removes all pairs. @param scores receives the scores. @returns the indices, best first, valid until the next offer. */
  drain(scores?: Float64Array): Uint32Array {
    const { size } = this;
    if (size < this.#filled) selectBest(size, this.#filled, this.#score, this.#index);
    sortBest(0, size - 1, this.#score, this.#index);
    scores?.set(this.#score.subarray(0, size));
    this.#filled = 0;
    [this.#thresholdScore, this.#thresholdIndex] = this.#lowest;
    return this.#index.subarray(0, size);
  }

  get #lowest(): [score: number, index: number] {
    return this.#capacity === 0 ? [Number.POSITIVE_INFINITY, -1] : [Number.NEGATIVE_INFINITY, 2 ** 32];
  }

  #isTooLow(index: number, score: number): boolean {
    return score < this.#thresholdScore || (score === this.#thresholdScore && index > this.#thresholdIndex);
  }

  /** Drops all pairs that are not among the N best. */
  #raiseThreshold(): void {
    const index = this.#index;
    const score = this.#score;
    this.#filled = this.#capacity;
    selectBest(this.#filled, index.length, score, index);
    let worst = 0;
    for (let at = 1; at < this.#filled; at++) {
      if (score[at]! < score[worst]! || (score[at] === score[worst] && index[at]! > index[worst]!)) worst = at;
    }
    this.#thresholdScore = score[worst]!;
    this.#thresholdIndex = index[worst]!;
  }
}

/** The smallest size of the buffer, so that a small N does not select all the time. */
const LEAST_ROOM = 64;

/*
 * Selects and sorts items by their keys, best first: the larger key is better; among equal keys, the lower item. Each swap moves the
 * cells of `beside` too, if it is given.
 */

/** Below this size, insertion sort is faster than partitioning. */
const FEW = 16;

/** Moves the best `most` of the first `size` items to the front, in any order: quickselect (Hoare's "Find", CACM 1961). */
export function selectBest(
  most: number,
  size: number,
  key: Float64Array,
  item: Uint32Array,
  beside?: Uint32Array,
): void {
  let low = 0;
  let high = size - 1;
  while (low < high) {
    const middle = partition(low, high, key, item, beside);
    if (most === middle) return;
    if (most < middle) high = middle - 1;
    else low = middle;
  }
}

/** Sorts the positions `low` to `high` (both included), best first. */
export function sortBest(low: number, high: number, key: Float64Array, item: Uint32Array): void {
  while (high - low >= FEW) {
    const middle = partition(low, high, key, item);
    // It recurses only into the shorter side, which keeps the stack shallow.
    if (middle - low < high - middle) {
      sortBest(low, middle - 1, key, item);
      low = middle;
    } else {
      sortBest(middle, high, key, item);
      high = middle - 1;
    }
  }
  for (let at = low + 1; at <= high; at++) {
    const ownKey = key[at]!;
    const ownItem = item[at]!;
    let place = at;
    for (; place > low; place--) {
      const before = key[place - 1]!;
      if (before > ownKey || (before === ownKey && item[place - 1]! < ownItem)) break;
      key[place] = before;
      item[place] = item[place - 1]!;
    }
    key[place] = ownKey;
    item[place] = ownItem;
  }
}

/** Partitions `low` to `high`, at least two items. @returns a position after `low`: no item before it is worse than one from it on. */
function partition(low: number, high: number, key: Float64Array, item: Uint32Array, beside?: Uint32Array): number {
  // The pivot is chosen by a hash, because keys that rise and then fall would make the middle a bad pivot every time. It is never the
  // last item, which could leave the right side empty.
  const hash = (Math.imul(low + 1, 0x9e3779b1) ^ Math.imul(high, 0x85ebca6b)) >>> 0;
  const pivot = low + (hash % (high - low));
  const pivotKey = key[pivot]!;
  const pivotItem = item[pivot]!;
  let i = low;
  let j = high;
  while (i <= j) {
    while (key[i]! > pivotKey || (key[i] === pivotKey && item[i]! < pivotItem)) i++;
    while (key[j]! < pivotKey || (key[j] === pivotKey && item[j]! > pivotItem)) j--;
    if (i > j) break;
    swap(i, j, key);
    swap(i, j, item);
    if (beside) swap(i, j, beside);
    i++;
    j--;
  }
  return i;
}

function swap(a: number, b: number, values: Float64Array | Uint32Array): void {
  const value = values[a]!;
  values[a] = values[b]!;
  values[b] = value;
}
