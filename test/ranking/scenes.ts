import fc from 'fast-check';
import { StackedRows } from '../../src/matrix/stacked-rows.js';
import type { LowRank } from '../../src/model/low-rank.js';
import { type SignalCounts, signalCount } from '../../src/model/signals.js';
import type { Model } from '../../src/ranking/model.js';
import { rowsOf, sharedBetween, table } from '../model/worlds.js';

/** A model and an audience as dense tables; every number is a power of two, so that all sums are exact. */
export interface Scene {
  counts: SignalCounts;
  scales: { items: number; preferences: number; groups: number };
  prior: number[];
  rows: number[][];
  /** The low-rank part of the model, if it has one. */
  lowRank?: LowRank | undefined;
  cuts: number[];
  signals: number[][];
  excluded: number[][];
  had?: number[][] | undefined;
  candidates?: number[][] | undefined;
  offered: number[];
}

const scale = fc.constantFrom(0.5, 1, 2);
export const scenes = (items: fc.Arbitrary<number>): fc.Arbitrary<Scene> =>
  fc
    .record({
      items,
      preferences: fc.nat(2),
      groups: fc.nat(2),
      latest: fc.nat(2),
      users: fc.integer({ min: 1, max: 4 }),
    })
    .chain(({ users, ...counts }) => {
      const { items } = counts;
      const signals = signalCount(counts);
      const perItem = (...cells: number[]) =>
        fc.array(fc.constantFrom(...cells), { minLength: items, maxLength: items });
      return fc.record({
        counts: fc.constant(counts),
        scales: fc.record({ items: scale, preferences: scale, groups: scale }),
        prior: perItem(0, 0.25, 0.25, 0.5, 1),
        rows: table(signals, items, [0, 0, 0, -0.5, 0.25, 0.5, 1]),
        lowRank: fc.option(table(items, 4, [-1, 0, 0.5, 1]).map(lowRankFrom), { nil: undefined }),
        cuts: fc.array(fc.nat(signals), { maxLength: 3 }),
        signals: table(users, signals, [0, 0, 0, -1, -0.25, 0.5, 1]),
        excluded: table(users, items, [0, 0, 1]),
        had: fc.option(table(users, items, [0, 0, 1]), { nil: undefined }),
        candidates: fc.option(table(users, items, [0, 1]), { nil: undefined, freq: 2 }),
        offered: perItem(0, 1, 1),
      });
    });

function lowRankFrom(factors: number[][]): LowRank {
  const popularity = Float64Array.from(factors, (_, item) => 1 << (item % 3));
  return { isAls: false, rank: 4, factors: Float32Array.from(factors.flat()), popularity, weight: 0.5 };
}

export function modelOf({ counts, scales, prior, rows, lowRank, cuts }: Scene): Model {
  const from = [0, ...cuts.toSorted((a, b) => a - b)];
  return {
    counts,
    scales: { ...scales, prior: Float64Array.from(prior) },
    rows: new StackedRows(
      from.map((begin, k) => rowsOf(rows.slice(begin, from[k + 1]), counts.items)),
      from,
      rows.length,
    ),
    lowRank,
  };
}

/** By item, its score for a user: the sum over all signals. */
export function slowScores({ counts, scales, prior, rows, lowRank, signals }: Scene, user: number): number[] {
  const scaleOf = (signal: number) =>
    signal < counts.items
      ? scales.items
      : signal < counts.items + counts.preferences
        ? scales.preferences
        : signal < counts.items + counts.preferences + counts.groups
          ? scales.groups
          : 1;
  const between = (item: number, other: number) => (lowRank ? sharedBetween(lowRank, item, other) : 0);
  return prior.map(
    (popularity, item) =>
      rows.reduce(
        (total, row, s) =>
          total + signals[user]![s]! * (scaleOf(s) * row[item]! + (s < counts.items ? between(s, item) : 0)),
        0,
      ) + popularity,
  );
}
