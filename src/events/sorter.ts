/** Doubles hold whole numbers up to here. */
const EXACT = 2 ** 53;

/**
 * Sorts few things by whole numbers, stably, over and over: number and place go into one double, key · 2^k + place, since
 * doubles sort without a function to compare them.
 */
export class Sorter {
  #order = new Uint32Array(1024);
  #packed = new Float64Array(1024);
  #before = new Uint32Array(1024);

  /** Where to put the things to be sorted, `most` of them at most. */
  begin(most: number): Uint32Array {
    if (most > this.#order.length) {
      this.#order = new Uint32Array(2 * most);
      this.#packed = new Float64Array(2 * most);
      this.#before = new Uint32Array(2 * most);
    }
    return this.#order;
  }

  /** Sorts the things `from` to `to`. @param key whole numbers, by thing. */
  sortBy(key: Float64Array | Uint32Array, from: number, to: number): void {
    const order = this.#order;
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    let rises = true;
    let last = Number.NEGATIVE_INFINITY;
    for (let at = from; at < to; at++) {
      const k = key[order[at]!]!;
      if (k < last) rises = false;
      last = k;
      if (k < low) low = k;
      if (k > high) high = k;
    }
    if (rises) return;
    const count = to - from;
    const scale = 2 ** (32 - Math.clz32(count));
    if ((high - low + 1) * scale > EXACT) {
      order.subarray(from, to).sort((a, b) => key[a]! - key[b]!);
      return;
    }
    const packed = this.#packed;
    const before = this.#before;
    for (let at = 0; at < count; at++) {
      before[at] = order[from + at]!;
      packed[at] = (key[before[at]!]! - low) * scale + at;
    }
    packed.subarray(0, count).sort();
    // A power of two: neither product is rounded.
    const share = 1 / scale;
    for (let at = 0; at < count; at++) {
      const both = packed[at]!;
      order[from + at] = before[both - Math.floor(both * share) * scale]!;
    }
  }
}
