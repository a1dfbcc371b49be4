/**
 * Chance from a seed, in 32-bit integer arithmetic alone: the same numbers on every machine and every Node version.
 *
 * The generator is sfc32 (Chris Doty-Humphrey, of PractRand), which passes PractRand’s tests
 * and has a period of at least 2³².
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** @param seed,stream whole numbers below 2³²; streams of one seed have nothing to do with each other. */
  constructor(seed: number, stream = 0) {
    this.#a = hashOf(seed, stream, 1);
    this.#b = hashOf(seed, stream, 2);
    this.#c = hashOf(seed, stream, 3);
    // The state needs a dozen rounds before all its bits depend on all of the seed.
    for (let round = 0; round < 12; round++) this.next();
  }

  /** A whole number from 0 to 2³² − 1, each as likely. */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A whole number from 0 to n − 1; no one is likelier than another by more than n / 2³². */
  below(n: number): number {
    return Math.floor((this.next() * n) / 2 ** 32);
  }
}

/**
 * A number from 0 to 2³² − 1 that is settled by three others and looks like chance: a choice by it depends on nothing
 * but what is chosen. Three rounds of MurmurHash3's finaliser (Austin Appleby, 2011).
 */
export function hashOf(seed: number, a: number, b: number): number {
  return mixed(mixed(mixed(seed) ^ a) ^ b) >>> 0;
}

/** By id a number from 0 to 2³² − 1: what lots go by, so that the order of a file decides nothing. FNV-1a, mixed. */
export function sampleKeys(ids: readonly string[]): Uint32Array {
  return Uint32Array.from(ids, (id) => {
    let h = 0x811c9dc5;
    for (let at = 0; at < id.length; at++) h = Math.imul(h ^ id.charCodeAt(at), 0x01000193);
    return mixed(h);
  });
}

/** 2³² divided by the golden ratio: without it zeros would stay zeros. */
const GOLDEN = 0x9e3779b9;

function mixed(x: number): number {
  let h = (x + GOLDEN) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
