import type { Cells } from '../kernels/sums.js';
import { bringBest } from '../matrix/select.js';

/** Of so many items one is chosen: rarer ones are sorted faster than looked for. */
const MANY = 16;

/** Cells of a row by the items they belong to, rising. Good until the next ones. */
export interface Chosen {
  count: number;
  items: Uint32Array;
  /** G_ij. */
  values: Float64Array;
}

/**
 * Chooses the K cells of a row with the largest keys, of equal ones those of the lower items. Keys that may be among
 * them are put in a buffer of twice the size; when it is full its better half is found, whose least key is the bar for all later ones. So most cells cost a comparison, and K a constant each.
 */
export class Shortlist {
  readonly #most: number;
  readonly #itemOf: Uint32Array;
  readonly #key: Float64Array;
  /** Beside each key its cell, and the item of that. */
  readonly #cell: Uint32Array;
  readonly #item: Uint32Array;
  /** By item: its cell plus 1, where it is chosen; between rows all are 0. */
  readonly #cellOf: Uint32Array;
  readonly #chosen: Chosen;

  /** @param most K ≥ 0. @param itemOf by rank. */
  constructor(most: number, itemOf: Uint32Array) {
    const room = Math.max(2 * most, 64);
    this.#most = most;
    this.#itemOf = itemOf;
    this.#key = new Float64Array(room);
    this.#cell = new Uint32Array(room);
    this.#item = new Uint32Array(room);
    this.#cellOf = new Uint32Array(itemOf.length);
    this.#chosen = { count: 0, items: new Uint32Array(most), values: new Float64Array(most) };
  }

  /**
   * Chooses among the cells, whose columns are ranks, with a rank below `below`.
   * @param factor by rank: what makes a key of a value; 0 where the item must not be chosen.
   */
  choose({ count, index, value }: Cells, factor: Float64Array, below: number): Chosen {
    const keys = this.#key;
    const chosenCell = this.#cell;
    const chosenItem = this.#item;
    const itemOf = this.#itemOf;
    const room = keys.length;
    let size = 0;
    let bar = Number.MIN_VALUE;
    for (let cell = 0; cell < count; cell++) {
      const r = index[cell]!;
      const key = value[cell]! * factor[r]!;
      if (!(key >= bar) || r >= below) continue;
      if (size === room) {
        bar = this.#shorten(size);
        size = this.#most;
        if (key < bar) continue;
      }
      keys[size] = key;
      chosenCell[size] = cell;
      chosenItem[size++] = itemOf[r]!;
    }
    if (size > this.#most) {
      this.#shorten(size);
      size = this.#most;
    }
    return this.#inOrder(size, value);
  }

  /** The first `size` of the buffer, by item: many are found by looking at all items, few by sorting. */
  #inOrder(size: number, value: Float64Array): Chosen {
    const { items, values } = this.#chosen;
    const item = this.#item;
    const cell = this.#cell;
    const cellOf = this.#cellOf;
    this.#chosen.count = size;
    for (let k = 0; k < size; k++) cellOf[item[k]!] = cell[k]! + 1;
    if (size * MANY > cellOf.length) {
      let filled = 0;
      for (let at = 0; at < cellOf.length; at++) {
        const own = cellOf[at]!;
        if (own === 0) continue;
        cellOf[at] = 0;
        items[filled] = at;
        values[filled++] = value[own - 1]!;
      }
      return this.#chosen;
    }
    for (let k = 0; k < size; k++) items[k] = item[k]!;
    items.subarray(0, size).sort();
    for (let k = 0; k < size; k++) {
      values[k] = value[cellOf[items[k]!]! - 1]!;
      cellOf[items[k]!] = 0;
    }
    return this.#chosen;
  }

  /**
   * Brings the K best of `size` > K to the front.
   * @returns the least key among them.
   */
  #shorten(size: number): number {
    const most = this.#most;
    const keys = this.#key;
    if (most === 0) return Number.POSITIVE_INFINITY;
    bringBest(most, size, keys, this.#item, this.#cell);
    let least = keys[0]!;
    for (let k = 1; k < most; k++) if (keys[k]! < least) least = keys[k]!;
    return least;
  }
}
