/*
 * Reproducible randomness: only integer arithmetic on a seed, so that every machine and every Node version draws the same
 * numbers. `Random` is for long sequences of draws. Users and items are always sampled by hashes of their ids (`sampleKeys`,
 * `hashOf`, `sample`), so that neither the order of a file nor the number of workers changes the sample.
 */

/** A random number generator: sfc32 (Chris Doty-Humphrey, PractRand). It passes PractRand's tests and has a period of at least 2³². */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  /** @param seed,stream whole numbers below 2³²; the streams of one seed are independent of each other. */
  constructor(seed: number, stream = 0) {
    this.#a = hashOf(seed, stream, 1);
    this.#b = hashOf(seed, stream, 2);
    this.#c = hashOf(seed, stream, 3);
    // All bits of the state depend on the whole seed only after a dozen rounds.
    for (let round = 0; round < 12; round++) this.next();
  }

  /** A whole number from 0 to 2³² − 1, each equally likely. */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** A whole number from 0 to n − 1, each equally likely up to a relative error of n / 2³². */
  below(n: number): number {
    return Math.floor((this.next() * n) / 2 ** 32);
  }
}

/** Hashes three numbers to one from 0 to 2³² − 1 that looks random: three rounds of MurmurHash3's finaliser (Austin Appleby, 2011). */
export function hashOf(seed: number, a: number, b: number): number {
  return mixed(mixed(mixed(seed) ^ a) ^ b) >>> 0;
}

/** The keys to sample users and items by. They do not depend on the order of the files; see `sampleKeys`. */
export interface SampleKeys {
  users: Uint32Array;
  items: Uint32Array;
}

/** A key from 0 to 2³² − 1 for each id, to sample by: its FNV-1a hash, mixed. */
export function sampleKeys(ids: readonly string[]): Uint32Array {
  return Uint32Array.from(ids, (id) => {
    let h = 0x811c9dc5;
    for (let at = 0; at < id.length; at++) h = Math.imul(h ^ id.charCodeAt(at), 0x01000193);
    return mixed(h);
  });
}

/**
 * Draws `size` different members and keeps their order. With the same keys, a sample of 1,000 contains the sample of 100.
 * @param all distinct whole numbers. @param size if there are no more than this, all are drawn.
 * @param keyOf the key to sample by, from 0 to 2³² − 1: the members with the smallest keys are drawn.
 */
export function sample(all: Uint32Array, size: number, keyOf: (member: number) => number): Uint32Array {
  if (all.length <= size) return all;
  const keys = Uint32Array.from(all, keyOf);
  const order = Uint32Array.from(all.keys()).sort((a, b) => keys[a]! - keys[b]! || a - b);
  return order
    .subarray(0, size)
    .sort()
    .map((at) => all[at]!);
}

/** 2³² divided by the golden ratio. Without it, `mixed` would turn 0 into 0. */
const GOLDEN = 0x9e3779b9;

function mixed(x: number): number {
  let h = (x + GOLDEN) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
