import type { Settings } from '../../src/model/settings.js';
import type { World } from './worlds.js';

/** The learning of item rows as its formulas are written down: dense, and by no way cleverly. */
export interface SlowItems {
  /** By item: users who liked it. */
  popularity: number[];
  degree: number[];
  /** items × items: G, with a diagonal. */
  gram: number[][];
  /** items × items: W of all that may stand in a row, whatever K is. */
  weights: number[][];
  /** items × items: what candidates are chosen by; -Infinity for what is no candidate. */
  keys: number[][];
}

export function slowItems(world: World, settings: Settings): SlowItems {
  const items = world.offered.length;
  const all = [...Array(items).keys()];
  const baskets: { weight: number; counts: number; held: number[] }[] = [];
  for (const row of world.interactions) baskets.push({ weight: 1, counts: 1, held: row.map((x) => Math.max(0, x)) });
  for (let value = 0; value < (world.attributes[0]?.length ?? 0); value++) {
    const held = all.map((item) => world.attributes[item]![value]!);
    const size = held.filter((x) => x > 0).length;
    if (settings.attributeWeight === 0 || size < 2 || size > settings.attributeReach) continue;
    baskets.push({ weight: settings.attributeWeight, counts: settings.attributeWeight, held });
  }
  const gram = all.map(() => all.map(() => 0));
  const degree = all.map(() => 0);
  const popularity = all.map((item) => world.interactions.filter((row) => row[item]! > 0).length);
  for (const { weight, counts, held } of baskets) {
    const size = held.filter((x) => x > 0).length;
    for (const i of all) {
      if (held[i]! > 0) degree[i]! += counts;
      for (const j of all) {
        if (held[i]! > 0 && held[j]! > 0)
          gram[i]![j]! += weight * size ** -settings.basketDamping * held[i]! * held[j]!;
      }
    }
  }
  const isCandidate = (i: number, j: number) => i !== j && gram[i]![j]! > 0 && world.offered[j] === 1;
  return {
    popularity,
    degree,
    gram,
    weights: all.map((i) =>
      all.map((j) =>
        isCandidate(i, j)
          ? gram[i]![j]! / (degree[i]! ** settings.sourceDamping * degree[j]! ** settings.targetDamping)
          : 0,
      ),
    ),
    keys: all.map((i) =>
      all.map((j) =>
        isCandidate(i, j) ? gram[i]![j]! / degree[j]! ** settings.candidateDamping : Number.NEGATIVE_INFINITY,
      ),
    ),
  };
}
