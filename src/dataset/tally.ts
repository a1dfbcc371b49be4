/**
 * Counts how often numbers come, over and over: it begins anew without touching its table.
 *
 *     value       │ 17 │    │ 4 │ …     open addressing, at most half full
 *     count       │ 2  │ 1  │ 1 │ …
 *     generation  │ 3  │ 1  │ 3 │ …     a slot is free unless its generation is the present one
 */
export class Tally {
  #value = new Float64Array(1024);
  #count = new Uint32Array(1024);
  #generation = new Uint32Array(1024);
  #present = 0;

  /** Begins anew. @param most how many different numbers may come. */
  begin(most: number): void {
    if (++this.#present > 0xfffffffe || 2 * most > this.#value.length) {
      const room = Math.max(this.#value.length, 2 ** (33 - Math.clz32(most)));
      this.#value = new Float64Array(room);
      this.#count = new Uint32Array(room);
      this.#generation = new Uint32Array(room);
      this.#present = 1;
    }
  }

  /** Counts a number, not NaN. @returns how often it came before. */
  add(value: number): number {
    const generation = this.#generation;
    const mask = generation.length - 1;
    const high = Math.imul(Math.floor(value / 2 ** 32), 0x85ebca6b);
    let slot = (Math.imul(value ^ high, 0x9e3779b1) >>> 8) & mask;
    while (generation[slot] === this.#present) {
      if (this.#value[slot] === value) return this.#count[slot]!++;
      slot = (slot + 1) & mask;
    }
    generation[slot] = this.#present;
    this.#value[slot] = value;
    this.#count[slot] = 1;
    return 0;
  }
}
