import { expect } from 'vitest';
import type { Settings } from '../../src/model/settings.js';
import type { World } from './worlds.js';

/* Learns item rows by the formulas as they are written down, with dense matrices and without any shortcut. */

export interface SlowItems {
  /** By item: users who liked it. */
  popularity: number[];
  degree: number[];
  /** items × items: G, with its diagonal. */
  gram: number[][];
  /** items × items: the keys by which candidates are chosen; 0 if the item is no candidate. */
  keys: number[][];
}

interface Basket {
  weight: number;
  /** How much an item of strength x in this basket adds to its evidence. */
  evidenceOf: (x: number) => number;
  held: number[];
}

export function slowItems(world: World, settings: Settings): SlowItems {
  const all = [...world.offered.keys()];
  const gram = all.map(() => all.map(() => 0));
  const degree = all.map(() => 0);
  for (const { weight, evidenceOf, held } of basketsOf(world, settings)) {
    const size = held.filter((x) => x > 0).length;
    for (const i of all) {
      if (held[i]! > 0) degree[i]! += evidenceOf(held[i]!);
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
      baskets.push({ weight: 1, evidenceOf: settings.weighting === 'tfidf' ? (x) => x * x : () => 1, held });
    }
  }
  const { attributeWeight, attributeReach } = settings;
  for (let value = 0; value < (world.attributes[0]?.length ?? 0); value++) {
    const held = world.attributes.map((row) => row[value]!);
    const size = held.filter((x) => x > 0).length;
    if (attributeWeight === 0 || size < 2 || size > attributeReach) continue;
    baskets.push({ weight: attributeWeight, evidenceOf: (x) => attributeWeight * x * x, held });
  }
  return baskets;
}

function popularityOf(world: World): number[] {
  return world.offered.map((_, item) => world.interactions.filter((row) => row[item]! > 0).length);
}

/** users × items: the weight of each liked item in its user's basket. */
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

/** items × items: the rows of normalised co-occurrence or of Jaccard's coefficient, normalised and not truncated to K. */
export function slowCooccurrence(world: World, settings: Settings): number[][] {
  const { gram, degree, keys } = slowItems(world, settings);
  const weights = keys.map((row, i) =>
    row.map((key, j) => {
      if (key === 0) return 0;
      const { sourceDamping, targetDamping, method } = settings;
      if (method === 'jaccard') return key;
      return gram[i]![j]! / (degree[i]! ** sourceDamping * degree[j]! ** targetDamping);
    }),
  );
  return raised(weights, settings.power);
}

/** Raises weights to the power p; if p is not 1 they are divided by the largest first. */
function raised(weights: number[][], p: number): number[][] {
  const largest = p === 1 ? 1 : Math.max(...weights.flat().map(Math.abs)) || 1;
  return weights.map((row) => row.map((weight) => Math.sign(weight) * Math.abs(weight / largest) ** p));
}

export interface SlowRows {
  /** items × items: the normalised rows. */
  weights: number[][];
  /** By item: P_i. */
  precision: number[];
}

/**
 * The normalised rows of the ridge, on all candidates or on those given by item. With 20 steps or more each system is solved exactly, with
 * fewer by as many steps of conjugate gradients.
 */
export function slowRidge(world: World, settings: Settings, given?: number[][]): SlowRows {
  const { gram, degree, keys } = slowItems(world, settings);
  const { sourceDamping: a, targetDamping: b, power, steps } = settings;
  const scale = degree.map((d) => (d > 0 ? d ** (-a / 2) : 0));
  const scaled = gram.map((row, i) => row.map((g, j) => g * scale[i]! * scale[j]!));
  const all = [...degree.keys()].filter((i) => degree[i]! > 0);
  const liked = all.filter((i) => world.interactions.some((row) => row[i]! > 0));
  const known = liked.length > 0 ? liked : all;
  const evidence = mean(known.map((i) => degree[i]!));
  const thinned = evidence > 20 ? 20 / evidence : 1;
  const lambda = known.length > 0 ? settings.lambda * mean(known.map((i) => scaled[i]![i]!)) : 1;
  const ridged = scaled.map((row, i) =>
    row.map((g, j) => (i === j ? g + thinned * (lambda + settings.dropout * g) : g)),
  );
  const among = (items: number[]) => items.map((i) => items.map((j) => ridged[i]![j]!));
  const candidates = given ?? keys.map((row) => [...row.keys()].filter((j) => row[j]! > 0));
  const solutions = candidates.map((others, i) => {
    const wanted = others.map((j) => scaled[i]![j]!);
    const exact = () => times(inverse(among(others)), wanted);
    return steps < 20 ? conjugateGradients(among(others), wanted, steps) : exact();
  });
  const precision = candidates.map((others, i) => {
    if (steps >= 20) return inverse(among([i, ...others]))[0]![0]!;
    const wanted = others.map((j) => scaled[i]![j]!);
    return 1 / (ridged[i]![i]! - dot(solutions[i]!, wanted));
  });
  const weights = candidates.map((others, i) =>
    degree.map((d, j) => {
      const y = solutions[i]![others.indexOf(j)] ?? 0;
      return y > 0 ? ((y * precision[i]!) / precision[j]!) * scale[i]! * d ** (a / 2 - b) : 0;
    }),
  );
  return { weights: raised(weights, power), precision };
}

/** The normalised rows of exact EASE. */
export function slowEase(world: World, settings: Settings): SlowRows {
  const { gram, degree } = slowItems(world, settings);
  const { sourceDamping: a, targetDamping: b, power } = settings;
  const known = [...degree.keys()].filter((i) => degree[i]! > 0);
  const lambda = settings.lambda * mean(known.map((i) => degree[i]!));
  const ofKnown = inverse(known.map((i) => known.map((j) => gram[i]![j]! + (i === j ? lambda : 0))));
  const at = (i: number, j: number) => ofKnown[known.indexOf(i)]?.[known.indexOf(j)] ?? 0;
  const weights = degree.map((_, i) =>
    degree.map((d, j) => {
      if (i === j || world.offered[j] === 0 || at(i, j) === 0) return 0;
      return (-at(i, j) * d ** (a / 2 - b)) / at(j, j);
    }),
  );
  return { weights: raised(weights, power), precision: degree.map((d, i) => (d > 0 ? at(i, i) : 1)) };
}

/** The inverse by Gauss-Jordan elimination with partial pivoting. */
export function inverse(matrix: readonly (readonly number[])[]): number[][] {
  const size = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let at = 0; at < size; at++) {
    let pivot = at;
    for (let i = at; i < size; i++) if (Math.abs(rows[i]![at]!) > Math.abs(rows[pivot]![at]!)) pivot = i;
    [rows[at], rows[pivot]] = [rows[pivot]!, rows[at]!];
    rows[at] = rows[at]!.map((x) => x / rows[at]![at]!);
    rows.forEach((row, i) => {
      if (i !== at) rows[i] = row.map((x, j) => x - row[at]! * rows[at]![j]!);
    });
  }
  return rows.map((row) => row.slice(size));
}

/** Textbook conjugate gradients from 0, preconditioned by the diagonal. */
export function conjugateGradients(matrix: number[][], wanted: number[], steps: number): number[] {
  const preconditioned = (vector: number[]) => vector.map((x, i) => x / matrix[i]![i]!);
  let solution = wanted.map(() => 0);
  let residual = wanted;
  let direction = preconditioned(residual);
  for (let step = 0; step < steps; step++) {
    const length = dot(residual, preconditioned(residual));
    const image = times(matrix, direction);
    if (length === 0) break;
    const stride = length / dot(direction, image);
    solution = solution.map((x, i) => x + stride * direction[i]!);
    residual = residual.map((x, i) => x - stride * image[i]!);
    const kept = dot(residual, preconditioned(residual)) / length;
    const ahead = preconditioned(residual);
    direction = ahead.map((x, i) => x + kept * direction[i]!);
  }
  return solution;
}

export function times(matrix: readonly (readonly number[])[], vector: readonly number[]): number[] {
  return matrix.map((row) => dot(row, vector));
}

export function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((total, x, i) => total + x * b[i]!, 0);
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** Expects two numbers to be equal within a relative error, by default that of single floats. */
export function expectClose(actual: number, expected: number, relative = 1e-5): void {
  expect(Math.abs(actual - expected), `${actual} is not about ${expected}`).toBeLessThanOrEqual(
    relative * Math.abs(expected) + 1e-9,
  );
}
