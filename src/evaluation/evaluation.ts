import type { SparseRows } from '../matrix/sparse.js';
import { bootstrapIntervals } from './bootstrap.js';
import {
  CATALOGUE_METRICS,
  diversitySample,
  type ItemFacts,
  itemFacts,
  measureCatalogue,
} from './catalogue-metrics.js';
import { coldOnly } from './cold-items.js';
import type { UserGroup } from './groups.js';
import { type Lists, listsAt, measureLists } from './lists.js';
import { USER_METRICS, type UserMetric } from './metrics.js';
import { type Comparison, compare } from './paired-test.js';
import { columnMeans, columnOf, sideBySide, type Table, tableRows } from './tables.js';

/** Who is tested, on what, after learning from what. */
export interface Trial {
  /** Rising user indices. */
  users: Uint32Array;
  /** One row a tested user × items to find, none empty. */
  relevant: SparseRows;
  /** users × items, the part that was learned from. */
  train: SparseRows;
  /** By item: 1 where it may be recommended. */
  offered: Uint8Array;
  /** Rising lengths of list that are judged. */
  cuts: readonly number[];
  groups: readonly UserGroup[];
  /** Decides samples, intervals and tests. */
  seed: number;
}

/** What one algorithm gave the tested users, and how long it took. */
export interface Ranking {
  algorithm: string;
  /** One list a tested user. */
  lists: Lists;
  learnSeconds: number;
  recommendSeconds: number;
  /** What it decided, in a line. */
  explanation: string | undefined;
}

/** One number of the answer: a metric of an algorithm, at a cut, over a group of users. */
export interface Figure {
  algorithm: string;
  group: string;
  metric: string;
  /** The length of list it is about; undefined for what does not depend on it. */
  at: number | undefined;
  /** Undefined where there is nothing to measure. */
  value: number | undefined;
  /** The ends of the 95 % interval; undefined for what is no mean over users, and for fewer than two of them. */
  low: number | undefined;
  high: number | undefined;
  /** Users it is taken over. */
  users: number;
}

/** How much better the first algorithm is than the second. */
export interface ComparedPair extends Comparison {
  first: string;
  second: string;
  metric: UserMetric;
  at: number;
}

export interface Evaluation {
  cuts: readonly number[];
  /** The user groups by name, "all" first and the cold items last. */
  groups: { name: string; users: number }[];
  cold: { items: number; pairs: number };
  rankings: { algorithm: string; explanation: string | undefined }[];
  figures: Figure[];
  /** The first ranking against each of the others. */
  comparisons: ComparedPair[];
  /** What each tested user got: one table a ranking, one row a user, the columns of `measureLists`. */
  perUser: Table[];
}

export const ALL = 'all';
export const COLD = 'cold items';

/** Judges rankings of the same users side by side. */
export function judge(trial: Trial, rankings: readonly Ranking[]): Evaluation {
  const { users, relevant, cuts, groups, seed } = trial;
  const names = rankings.map((ranking) => ranking.algorithm);
  const perUser = rankings.map(({ lists }) => measureLists(lists, relevant, cuts));
  const cold = coldOnly(relevant, trial.train, trial.offered);
  const coldTables = rankings.map(({ lists }) => measureLists(listsAt(lists, cold.positions), cold.relevant, cuts));
  const everybody = { name: ALL, members: Uint32Array.from(users.keys()) };
  const groupFigures = [everybody, ...groups].flatMap(({ name, members }) =>
    figuresOf(
      name,
      names,
      perUser.map((table) => tableRows(table, members)),
      cuts,
      seed,
    ),
  );
  return {
    cuts,
    groups: [
      ...[everybody, ...groups].map(({ name, members }) => ({ name, users: members.length })),
      { name: COLD, users: cold.positions.length },
    ],
    cold: { items: cold.items, pairs: cold.relevant.index.length },
    rankings: rankings.map(({ algorithm, explanation }) => ({ algorithm, explanation })),
    figures: [
      ...groupFigures,
      ...figuresOf(COLD, names, coldTables, cuts, seed),
      ...catalogueFigures(trial, itemFacts(trial.train, trial.offered), rankings),
      ...rankings.flatMap(speedFigures),
    ],
    comparisons: comparisons(names, perUser, cuts, seed),
    perUser,
  };
}

/** The metrics of one group, algorithm by algorithm; all of them resampled together, so that their intervals match. */
function figuresOf(
  group: string,
  algorithms: readonly string[],
  tables: readonly Table[],
  cuts: readonly number[],
  seed: number,
): Figure[] {
  const joined = sideBySide(tables);
  const means = columnMeans(joined);
  const ends = bootstrapIntervals(joined, seed);
  const columns = cuts.flatMap((at) => USER_METRICS.map((metric) => ({ at, metric })));
  return algorithms.flatMap((algorithm, a) =>
    columns.map(({ at, metric }, c) => {
      const column = a * columns.length + c;
      const value = joined.rows === 0 ? undefined : means[column];
      return {
        algorithm,
        group,
        metric,
        at,
        value,
        low: ends?.low[column],
        high: ends?.high[column],
        users: joined.rows,
      };
    }),
  );
}

function catalogueFigures({ users, cuts, seed }: Trial, facts: ItemFacts, rankings: readonly Ranking[]): Figure[] {
  const sampled = diversitySample(users.length, seed);
  return rankings.flatMap(({ algorithm, lists }) =>
    cuts.flatMap((at) => {
      const values = measureCatalogue(lists, facts, at, sampled);
      return CATALOGUE_METRICS.map((metric) => plainFigure(algorithm, metric, at, values[metric], users.length));
    }),
  );
}

function speedFigures({ algorithm, lists, learnSeconds, recommendSeconds }: Ranking): Figure[] {
  const users = lists.start.length - 1;
  let served = 0;
  for (let row = 0; row < users; row++) if (lists.start[row + 1]! > lists.start[row]!) served++;
  // A clock too coarse to see the work gives no rate.
  const rate = recommendSeconds > 0 ? users / recommendSeconds : undefined;
  return [
    plainFigure(algorithm, 'users_served', undefined, served, users),
    plainFigure(algorithm, 'learn_seconds', undefined, learnSeconds, users),
    plainFigure(algorithm, 'users_per_second', undefined, rate, users),
  ];
}

function plainFigure(
  algorithm: string,
  metric: string,
  at: number | undefined,
  value: number | undefined,
  users: number,
): Figure {
  return { algorithm, group: ALL, metric, at, value, low: undefined, high: undefined, users };
}

function comparisons(
  names: readonly string[],
  tables: readonly Table[],
  cuts: readonly number[],
  seed: number,
): ComparedPair[] {
  const [first, ...others] = names;
  if (first === undefined) return [];
  return others.flatMap((second, other) =>
    cuts.flatMap((at, c) =>
      USER_METRICS.map((metric, m) => {
        const column = c * USER_METRICS.length + m;
        const values = columnOf(tables[0]!, column);
        return { first, second, metric, at, ...compare(values, columnOf(tables[other + 1]!, column), seed) };
      }),
    ),
  );
}
