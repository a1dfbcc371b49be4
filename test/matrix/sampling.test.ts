import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashOf, Random, sample, sampleKeys } from '../../src/matrix/sampling.js';

const WORD = 2n ** 32n;
const whole = fc.integer({ min: 0, max: 2 ** 32 - 1 });

/** MurmurHash3's finaliser in big integers. */
function slowMixed(x: bigint): bigint {
  let h = (x + 0x9e3779b9n) % WORD;
  h = ((h ^ (h >> 16n)) * 0x85ebca6bn) % WORD;
  h = ((h ^ (h >> 13n)) * 0xc2b2ae35n) % WORD;
  return h ^ (h >> 16n);
}

function slowHash(seed: number, a: number, b: number): number {
  return Number(slowMixed(slowMixed(slowMixed(BigInt(seed)) ^ BigInt(a)) ^ BigInt(b)));
}

/** sfc32 as its author wrote it, in big integers. */
function* slowRandom(seed: number, stream: number): Generator<number> {
  let [a, b, c] = [1, 2, 3].map((n) => BigInt(slowHash(seed, stream, n))) as [bigint, bigint, bigint];
  for (let counter = 1n; ; counter = (counter + 1n) % WORD) {
    const sum = (a + b + counter) % WORD;
    a = b ^ (b >> 9n);
    b = (c + c * 8n) % WORD;
    c = (((c << 21n) | (c >> 11n)) % WORD) + sum;
    c %= WORD;
    if (counter > 12n) yield Number(sum);
  }
}

describe('Random', () => {
  it('matches sfc32 computed with big integers', () => {
    fc.assert(
      fc.property(whole, whole, (seed, stream) => {
        const fast = new Random(seed, stream);
        const slow = slowRandom(seed, stream);
        for (let n = 0; n < 50; n++) expect(fast.next()).toBe(slow.next().value);
      }),
    );
  });

  it('draws integers below n about equally often', () => {
    const chance = new Random(7);
    const tally = new Array<number>(6).fill(0);
    for (let draw = 0; draw < 60_000; draw++) tally[chance.below(6)]!++;
    // Five standard deviations: √(60,000 · 1/6 · 5/6) = 91.
    for (const count of tally) expect(Math.abs(count - 10_000)).toBeLessThan(460);
  });

  it('gives different numbers for different streams of one seed', () => {
    const first = new Random(1, 1);
    const second = new Random(1, 2);
    const same = Array.from({ length: 1000 }, () => first.next() === second.next()).filter(Boolean);
    expect(same).toEqual([]);
  });
});

describe('hashOf', () => {
  it('matches the hash computed with big integers', () => {
    fc.assert(
      fc.property(whole, whole, whole, (seed, a, b) => {
        expect(hashOf(seed, a, b)).toBe(slowHash(seed, a, b));
      }),
    );
  });

  it('spreads consecutive inputs evenly, for each of its three arguments', () => {
    for (const hash of [
      (n: number) => hashOf(n, 5, 5),
      (n: number) => hashOf(5, n, 5),
      (n: number) => hashOf(5, 5, n),
    ]) {
      const tally = new Array<number>(16).fill(0);
      for (let n = 0; n < 16_000; n++) tally[hash(n) >>> 28]!++;
      // Five standard deviations: √(16,000 · 1/16 · 15/16) = 31.
      for (const count of tally) expect(Math.abs(count - 1000)).toBeLessThan(155);
    }
  });
});

it('sample keys depend on the id only, and similar ids get different keys', () => {
  const ids = Array.from({ length: 20_000 }, (_, k) => String(k));
  const keys = sampleKeys(ids);
  expect(sampleKeys(['7', '0007', '7'])).toEqual(Uint32Array.of(keys[7]!, sampleKeys(['0007'])[0]!, keys[7]!));
  expect(new Set(keys).size).toBeGreaterThan(19_990);
  // Half of the keys are in each half of the range.
  expect(Math.abs(keys.filter((key) => key < 2 ** 31).length - 10_000)).toBeLessThan(300);
});

const members = fc.uniqueArray(fc.nat(1000), { maxLength: 40 }).map((numbers) => Uint32Array.from(numbers).sort());

const keyBy = (seed: number) => (member: number) => hashOf(seed, 1, member);

describe('sample', () => {
  it('draws the requested number without repetition, in the original order', () => {
    fc.assert(
      fc.property(members, fc.nat(50), fc.nat(), (all, size, seed) => {
        const drawn = Array.from(sample(all, size, keyBy(seed)));
        expect(drawn).toHaveLength(Math.min(size, all.length));
        expect(drawn).toEqual(Array.from(all).filter((member) => drawn.includes(member)));
      }),
    );
  });

  it('contains every smaller sample of the same seed', () => {
    fc.assert(
      fc.property(members, fc.nat(20), fc.nat(20), fc.nat(), (all, size, more, seed) => {
        expect(Array.from(sample(all, size + more, keyBy(seed)))).toEqual(
          expect.arrayContaining(Array.from(sample(all, size, keyBy(seed)))),
        );
      }),
    );
  });

  it('draws every member about equally often', () => {
    const tally = new Array<number>(10).fill(0);
    const all = Uint32Array.from(tally.keys());
    for (let seed = 0; seed < 4000; seed++) for (const member of sample(all, 3, keyBy(seed))) tally[member]!++;
    // Five standard deviations: √(4,000 · 0.3 · 0.7) = 29.
    for (const count of tally) expect(Math.abs(count - 1200)).toBeLessThan(145);
  });
});
