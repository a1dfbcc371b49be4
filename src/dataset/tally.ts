/**
 * Counts how often numbers occur. It can start again without clearing its table.
 *
 *     value       │ 17 │    │ 4 │ …     open addressing, at most half full
 *     count       │ 2  │ 1  │ 1 │ …
 *     generation  │ 3  │ 1  │ 3 │ …     a slot is free unless its generation is the current one
 */
export class Tally {
  #value = new Float64Array(1024);
  #count = new Uint32Array(1024);
  #generation = new Uint32Array(1024);
  #current = 0;

  /** Starts again with all counts 0. @param most the largest number of different values to count. */
  begin(most: number): void {
    if (++this.#current > 0xfffffffe || 2 * most > this.#value.length) {
      const room = Math.max(this.#value.length, 2 ** (33 - Math.clz32(most)));
      this.#value = new Float64Array(room);
      this.#count = new Uint32Array(room);
      this.#generation = new Uint32Array(room);
      this.#current = 1;
    }
  }

  /** Counts a number, not NaN. @returns how often it was added before. */
  add(value: number): number {
    const generation = this.#generation;
    const mask = generation.length - 1;
    const high = Math.imul(Math.floor(value / 2 ** 32), 0x85ebca6b);
    let slot = (Math.imul(value ^ high, 0x9e3779b1) >>> 8) & mask;
    while (generation[slot] === this.#current) {
      if (this.#value[slot] === value) return this.#count[slot]!++;
      slot = (slot + 1) & mask;
    }
    generation[slot] = this.#current;
    this.#value[slot] = value;
    this.#count[slot] = 1;
    return 0;
  }
}
