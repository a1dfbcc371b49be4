/**
 * Tells whether among few numbers one comes twice, over and over: most users have done nothing twice in a second, and to look
 * for it in a table takes a tenth of sorting.
 *
 *     values  │ 17 │    │ 4 │ …     open addressing, at most half full
 *     turns   │ 3  │ 1  │ 3 │ …     a place is free unless its turn is now
 */
export class Ties {
  #values = new Float64Array(1024);
  #turns = new Uint32Array(1024);
  #turn = 0;

  /** @param numbers `from` to `to` of them are looked at; NaN is none. */
  has(numbers: Float64Array, from: number, to: number): boolean {
    this.#begin(to - from);
    const values = this.#values;
    const turns = this.#turns;
    const turn = this.#turn;
    const mask = values.length - 1;
    for (let at = from; at < to; at++) {
      const value = numbers[at] ?? Number.NaN;
      if (Number.isNaN(value)) continue;
      const high = Math.imul(Math.floor(value / 2 ** 32), 0x85ebca6b);
      let slot = (Math.imul(value ^ high, 0x9e3779b1) >>> 8) & mask;
      while (turns[slot] === turn) {
        if (values[slot] === value) return true;
        slot = (slot + 1) & mask;
      }
      turns[slot] = turn;
      values[slot] = value;
    }
    return false;
  }

  #begin(count: number): void {
    if (++this.#turn > 0xfffffffe || 2 * count > this.#values.length) {
      const room = Math.max(this.#values.length, 2 ** (33 - Math.clz32(count)));
      this.#values = new Float64Array(room);
      this.#turns = new Uint32Array(room);
      this.#turn = 1;
    }
  }
}
