/** Longer searches for a slot happen only in data that was made for it: such a row is left out. */
const MOST_PROBES = 64;

/**
 * Finds rows that an earlier file has, too. It gets the rows file by file. A file may hold a row several times, as an invoice may list an item
 * twice; so the n-th of them is a copy only if the other file has it n times, too. Of several earlier files, the last that has the row counts.
 *
 *     check        │ h │   │ h │ …     open addressing by a hash of the row; this is another one
 *     file         │ 3 │ 0 │ 1 │ …     the last file that has the row, from 1; 0 in a free slot
 *     count        │ 1 │   │ 2 │ …     how often it has it
 *     before       │ 2 │   │ 0 │ …     the last file before that one that has it, from 1; 0: none
 *     countBefore  │ 2 │   │   │ …     how often
 */
export class CopyCounter {
  readonly #check: Int32Array;
  readonly #file: Uint32Array;
  readonly #count: Uint32Array;
  readonly #before: Uint32Array;
  readonly #countBefore: Uint32Array;

  /** @param rows about how many different ones there will be. */
  constructor(rows: number) {
    const slots = 2 ** Math.ceil(Math.log2(2 * rows + 2));
    this.#check = new Int32Array(slots);
    this.#file = new Uint32Array(slots);
    this.#count = new Uint32Array(slots);
    this.#before = new Uint32Array(slots);
    this.#countBefore = new Uint32Array(slots);
  }

  /** How often the file of the row that was added last has had that row so far. */
  nth = 0;

  /** Adds a row of a file, by two of its hashes. @returns the earlier file of which it is a copy, or -1. */
  add(file: number, hash: number, check: number): number {
    const mask = this.#file.length - 1;
    for (let slot = hash & mask, probes = 0; probes < MOST_PROBES; slot = (slot + 1) & mask, probes++) {
      const last = this.#file[slot]!;
      if (last !== 0 && this.#check[slot] !== check) continue;
      this.#check[slot] = check;
      if (last !== file + 1) {
        this.#before[slot] = last;
        this.#countBefore[slot] = this.#count[slot]!;
        this.#file[slot] = file + 1;
        this.#count[slot] = 0;
      }
      this.nth = ++this.#count[slot]!;
      return this.nth <= this.#countBefore[slot]! ? this.#before[slot]! - 1 : -1;
    }
    return -1;
  }
}
