import { expect } from 'vitest';
import type { Settings } from '../../src/model/settings.js';
import type { World } from './worlds.js';

/* The learning of item rows as its formulas are written down: dense, and by no way cleverly. */

export interface SlowItems {
  /** By item: users who liked it. */
  popularity: number[];
  degree: number[];
  /** items × items: G, with its diagonal. */
  gram: number[][];
  /** items × items: what candidates are chosen by; 0 for what is no candidate. */
  keys: number[][];
}

interface Basket {
  weight: number;
  /** What each item in it counts as evidence. */
  counts: (x: number) => number;
  held: number[];
}

export function slowItems(world: World, settings: Settings): SlowItems {
  const all = [...world.offered.keys()];
  const gram = all.map(() => all.map(() => 0));
  const degree = all.map(() => 0);
  for (const { weight, counts, held } of basketsOf(world, settings)) {
    const size = held.filter((x) => x > 0).length;
    for (const i of all) {
      if (held[i]! > 0) degree[i]! += counts(held[i]!);
      for (const j of all) {
        if (held[i]! > 0 && held[j]! > 0) {
          gram[i]![j]! += weight * size ** -settings.basketDamping * held[i]! * held[j]!;
        }
      }
    }
  }
  const isCandidate = (i: number, j: number) => i !== j && gram[i]![j]! > 0 && world.offered[j] === 1;
  const keys = all.map((i) =>
    all.map((j) => {
      if (!isCandidate(i, j)) return 0;
      if (settings.method === 'jaccard') return gram[i]![j]! / (degree[i]! + degree[j]! - gram[i]![j]!);
      return gram[i]![j]! / degree[j]! ** settings.candidateDamping;
    }),
  );
  return { popularity: popularityOf(world), degree, gram, keys };
}

function basketsOf(world: World, settings: Settings): Basket[] {
  const baskets: Basket[] = [];
  if (settings.userWeight === 1) {
    for (const held of slowWeighted(world, settings.weighting)) {
      baskets.push({ weight: 1, counts: settings.weighting === 'tfidf' ? (x) => x * x : () => 1, held });
    }
  }
  const { attributeWeight, attributeReach } = settings;
  for (let value = 0; value < (world.attributes[0]?.length ?? 0); value++) {
    const held = world.attributes.map((row) => row[value]!);
    const size = held.filter((x) => x > 0).length;
    if (attributeWeight === 0 || size < 2 || size > attributeReach) continue;
    baskets.push({ weight: attributeWeight, counts: (x) => attributeWeight * x * x, held });
  }
  return baskets;
}

function popularityOf(world: World): number[] {
  return world.offered.map((_, item) => world.interactions.filter((row) => row[item]! > 0).length);
}

/** users × items: what each liked item counts in its user's basket. */
export function slowWeighted(world: World, weighting: Settings['weighting']): number[][] {
  const popularity = popularityOf(world);
  const known = popularity.filter((d) => d > 0).length;
  const mean = popularity.reduce((a, b) => a + b, 0) / known;
  return world.interactions.map((row) => {
    const size = row.filter((x) => x > 0).length;
    const rarity = Math.max(0, Math.log(row.length / (1 + size)));
    return row.map((x, item) => {
      if (!(x > 0)) return 0;
      if (weighting === 'plain') return x;
      if (weighting === 'binary') return 1;
      if (weighting === 'tfidf') return Math.sqrt(x) * rarity;
      return ((x * 2.2) / (1.2 * (0.25 + (0.75 * popularity[item]!) / mean) + x)) * rarity;
    });
  });
}

/** items × items: the finished rows of normalised co-occurrence or of Jaccard's coefficient, whatever K is. */
export function slowCooccurrence(world: World, settings: Settings): number[][] {
  const { gram, degree, keys } = slowItems(world, settings);
  return keys.map((row, i) =>
    row.map((key, j) => {
      if (key === 0) return 0;
      const { sourceDamping, targetDamping, method } = settings;
      const weight =
        method === 'jaccard' ? key : gram[i]![j]! / (degree[i]! ** sourceDamping * degree[j]! ** targetDamping);
      return weight ** settings.power;
    }),
  );
}

/** Close in proportion, as far as single floats go. */
export function expectClose(actual: number, expected: number, relative = 1e-5): void {
  expect(Math.abs(actual - expected), `${actual} is not about ${expected}`).toBeLessThanOrEqual(
    relative * Math.abs(expected) + 1e-9,
  );
}
