import type { SignalCounts } from './fit.js';
import type { Settings } from './settings.js';

/** What a row of each kind is multiplied by, and the row of nobody in particular. */
export interface Scales {
  items: number;
  preferences: number;
  groups: number;
  /** By item: what popularity adds to everyone's score. */
  prior: Float64Array;
}

/** By item: the sum of its finished row and the largest weight in it. */
export interface RowFacts {
  sum: Float64Array;
  largest: Float64Array;
}

/** With β = 0 popularity still orders what nothing else tells apart: it then weighs as much as this of an item. */
const TIE_BREAK = 1e-9;

/**
 * Brings the rows to one scale: an item of a history adds 1 in all, on average.
 *
 * Popularity then counts as β items of history. A group, in the same measure, turns it into popularity among its own.
 * A preference adds what the strongest neighbour of a liked item does, and at least twice what popularity can, so that
 * somebody who asked for comedies sees comedies first.
 *
 * @param popularity by item, as it weighs the rows; `trend`, as it is recommended.
 */
export function scalesOf(
  { popularity, trend, trust }: { popularity: Float64Array; trend: Float64Array; trust: number },
  facts: RowFacts,
  counts: SignalCounts,
  settings: Settings,
): Scales {
  let total = 0;
  let mass = 0;
  let strongest = 0;
  let recent = 0;
  let most = 0;
  for (let item = 0; item < counts.items; item++) {
    const degree = popularity[item]!;
    total += degree;
    mass += degree * facts.sum[item]!;
    strongest += degree * facts.largest[item]!;
    recent += trend[item]!;
    most = Math.max(most, trend[item]!);
  }
  // No two items were ever held together: the item rows are empty and need no scale.
  const items = mass > 0 ? total / mass : 1;
  // Nobody has done anything: nothing is popular.
  const weight = recent > 0 ? Math.max(settings.popularityWeight, TIE_BREAK) / recent : 0;
  const neighbour = mass > 0 ? strongest / mass : 0;
  const preferences = Math.max(neighbour, 2 * 2 * weight * most) || 1;
  return {
    items,
    preferences: preferences * settings.preferenceWeight * trust,
    groups: settings.popularityWeight,
    prior: trend.map((degree) => weight * degree),
  };
}
