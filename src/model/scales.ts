import type { Settings } from './settings.js';
import type { SignalCounts } from './signals.js';

/** The factor of each kind of row, and the prior. */
export interface Scales {
  items: number;
  preferences: number;
  groups: number;
  /** By item: what popularity adds to everybody's score. */
  prior: Float64Array;
}

/** By item: the sum of its normalised row and the largest weight in it. */
export interface RowFacts {
  sum: Float64Array;
  largest: Float64Array;
}

/** With β = 0 popularity only breaks ties: it then counts as this much of an item. */
const TIE_BREAK = 1e-9;

/**
 * Brings the rows to one scale, on which an item of a history adds 1 in all, on average.
 *
 * Popularity then counts as β items of history, and so does a group, which turns it into the popularity within the group.
 * A preference adds what the strongest neighbour of a liked item does, and at least twice what popularity can, so that
 * users who asked for comedies see comedies first.
 *
 * @param popularity by item: the weight of its row in the averages; `trend` is what popularity recommends.
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
  // Without any pair of items the item rows are empty and need no scale.
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
