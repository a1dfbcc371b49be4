import type { SparseVector } from '../kernels/sums.js';
import { selectBest } from '../matrix/select.js';

/** Where at least one item in so many is chosen, going through all items is faster than sorting. */
const MANY = 16;

/**
 * Chooses the K values of a row with the largest keys, of equal ones those of the lower items. Keys that may be among
 * them go into a buffer of twice the size; when it is full its better half is selected, whose least key is the threshold
 * for all later ones. So most values cost one comparison, and each of the K a constant.
 */
export class Shortlist {
  readonly #most: number;
  readonly #itemOf: Uint32Array;
  readonly #key: Float64Array;
  /** Beside each key its place in the row, and its item. */
  readonly #place: Uint32Array;
  readonly #item: Uint32Array;
  /** By item: its place in the row plus 1, where it is chosen; all 0 between rows. */
  readonly #placeOf: Uint32Array;
  readonly #chosen: SparseVector;

  /** @param most K ≥ 0. @param itemOf by rank. */
  constructor(most: number, itemOf: Uint32Array) {
    const room = Math.max(2 * most, 64);
    this.#most = most;
    this.#itemOf = itemOf;
    this.#key = new Float64Array(room);
    this.#place = new Uint32Array(room);
    this.#item = new Uint32Array(room);
    this.#placeOf = new Uint32Array(itemOf.length);
    this.#chosen = { count: 0, index: new Uint32Array(most), value: new Float64Array(most) };
  }

  /**
   * Chooses among the values of a row, whose columns are ranks, those with a rank below `below`.
   * @param factor by rank: what makes a key of a value; 0 where the item must not be chosen.
   * @returns the chosen values by item, rising.
   */
  choose({ count, index, value }: SparseVector, factor: Float64Array, below: number): SparseVector {
    const keys = this.#key;
    const places = this.#place;
    const items = this.#item;
    const itemOf = this.#itemOf;
    const room = keys.length;
    let size = 0;
    let threshold = Number.MIN_VALUE;
    for (let at = 0; at < count; at++) {
      const r = index[at]!;
      const key = value[at]! * factor[r]!;
      if (!(key >= threshold) || r >= below) continue;
      if (size === room) {
        threshold = this.#shorten(size);
        size = this.#most;
        if (key < threshold) continue;
      }
      keys[size] = key;
      places[size] = at;
      items[size++] = itemOf[r]!;
    }
    if (size > this.#most) {
      this.#shorten(size);
      size = this.#most;
    }
    return this.#byItem(size, value);
  }

  /** The first `size` of the buffer by item: many are found by going through all items, few by sorting. */
  #byItem(size: number, valueAt: Float64Array): SparseVector {
    const { index, value } = this.#chosen;
    const item = this.#item;
    const place = this.#place;
    const placeOf = this.#placeOf;
    this.#chosen.count = size;
    for (let k = 0; k < size; k++) placeOf[item[k]!] = place[k]! + 1;
    if (size * MANY > placeOf.length) {
      let filled = 0;
      for (let at = 0; at < placeOf.length; at++) {
        const own = placeOf[at]!;
        if (own === 0) continue;
        placeOf[at] = 0;
        index[filled] = at;
        value[filled++] = valueAt[own - 1]!;
      }
      return this.#chosen;
    }
    for (let k = 0; k < size; k++) index[k] = item[k]!;
    index.subarray(0, size).sort();
    for (let k = 0; k < size; k++) {
      value[k] = valueAt[placeOf[index[k]!]! - 1]!;
      placeOf[index[k]!] = 0;
    }
    return this.#chosen;
  }

  /** Brings the K best of `size` > K to the front. @returns the least key among them. */
  #shorten(size: number): number {
    const most = this.#most;
    const keys = this.#key;
    if (most === 0) return Number.POSITIVE_INFINITY;
    selectBest(most, size, keys, this.#item, this.#place);
    let least = keys[0]!;
    for (let k = 1; k < most; k++) if (keys[k]! < least) least = keys[k]!;
    return least;
  }
}
