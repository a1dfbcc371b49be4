import { rowLengths } from '../matrix/sparse.js';
import type { ExplainedList } from '../report/explanation.js';
import {
  CATALOGUE_METRICS,
  diversitySample,
  type ItemFacts,
  itemFacts,
  measureCatalogue,
} from './catalogue-metrics.js';
import type { UserGroup } from './groups.js';
import type { Lists } from './lists.js';
import { adjusted, bootstrapIntervals, compare, mean } from './significance.js';
import { coldItems, type TestSet } from './test-set.js';
import { measureLists, USER_METRICS } from './user-metrics.js';

/** What one algorithm recommended to the tested users, and how long it took. */
export interface Ranking {
  algorithm: string;
  /** One list per tested user. */
  lists: Lists;
  learnSeconds: number;
  recommendSeconds: number;
  /** What the algorithm decided, as one line of text. */
  explanation: string | undefined;
  /** If some users are examined more closely: the scores of all lists, one after another, and the lists of those users. */
  explained?: { scores: readonly number[]; lists: readonly ExplainedList[] };
}

/** What to measure. */
export interface Measures {
  /** The list lengths, rising. */
  cuts: readonly number[];
  groups: readonly UserGroup[];
  /** Random seed of samples, intervals and tests. */
  seed: number;
}

/** One number of the evaluation: a metric of an algorithm, at a cut, over a group of users. */
export interface Figure {
  algorithm: string;
  group: string;
  metric: string;
  /** The cut, a list length; undefined for metrics that do not depend on it. */
  at: number | undefined;
  /** Undefined where there is nothing to measure. */
  value: number | undefined;
  /** The ends of the 95 % interval; undefined for metrics that are not means over users, and for fewer than two users. */
  low: number | undefined;
  high: number | undefined;
  /** How many users it is computed from. */
  users: number;
}

/** How much better the first algorithm is than the second. */
export type ComparedPair = ReturnType<typeof comparisons>[number];

export type Evaluation = ReturnType<typeof evaluateRankings>;

export const ALL = 'all';
export const COLD = 'cold items';

/** Measures rankings of the same users side by side. */
export function evaluateRankings(test: TestSet, rankings: readonly Ranking[], measures: Measures) {
  const { cuts, seed } = measures;
  const lists = rankings.map((ranking) => ranking.lists);
  const perUser = measureLists(lists, test.relevant, cuts);
  const cold = coldItems(test);
  const groups = [{ name: ALL, members: Uint32Array.from(test.users.keys()) }, ...measures.groups];
  const names = rankings.map(({ algorithm }) => algorithm);
  /** The metrics of one group; all algorithms are resampled together, so that their intervals match. */
  const figuresOf = (group: string, columns: readonly Float64Array[]): Figure[] => {
    const users = columns[0]?.length ?? 0;
    const ends = bootstrapIntervals(columns, seed);
    const all = names.flatMap((algorithm) =>
      cuts.flatMap((at) => USER_METRICS.map((metric) => ({ algorithm, metric, at }))),
    );
    return all.map(({ algorithm, metric, at }, column) => {
      const { low, high } = ends?.[column] ?? {};
      return { algorithm, group, metric, at, value: users > 0 ? mean(columns[column]!) : undefined, low, high, users };
    });
  };
  const ofMembers = (members: Uint32Array) => perUser.map((column) => pickedValues(column, members));
  const figures = [
    ...groups.flatMap(({ name, members }) => figuresOf(name, ofMembers(members))),
    ...figuresOf(COLD, measureLists(lists, cold.relevant, cuts, cold.users)),
    ...catalogueFigures(itemFacts(test.train, test.offered), rankings, measures),
    ...rankings.flatMap(speedFigures),
  ];
  return {
    cuts,
    /** The user groups by name, "all" first and the cold items last. */
    groups: [
      ...groups.map(({ name, members }) => ({ name, users: members.length })),
      { name: COLD, users: cold.users.length },
    ],
    cold: { items: cold.items, pairs: cold.relevant.index.length },
    rankings: rankings.map(({ algorithm, explanation }) => ({ algorithm, explanation })),
    figures,
    find: finder(figures),
    /** The first ranking against each of the others. */
    comparisons: comparisons(perUser, names, measures),
    /** The metrics of each tested user, as `measureLists` has them. */
    perUser,
    summary: test.summary,
  };
}

/** Finds a figure by its names. */
function finder(figures: readonly Figure[]) {
  const keyOf = (...parts: (string | number | undefined)[]) => JSON.stringify(parts);
  const byKey = new Map(figures.map((each) => [keyOf(each.algorithm, each.group, each.metric, each.at), each]));
  return (algorithm: string, group: string, metric: string, at?: number) =>
    byKey.get(keyOf(algorithm, group, metric, at));
}

function pickedValues(values: Float64Array, at: Uint32Array): Float64Array {
  if (at.length === values.length) return values;
  const picked = new Float64Array(at.length);
  for (let k = 0; k < at.length; k++) picked[k] = values[at[k]!]!;
  return picked;
}

function catalogueFigures(facts: ItemFacts, rankings: readonly Ranking[], { cuts, seed }: Measures): Figure[] {
  return rankings.flatMap(({ algorithm, lists }) => {
    const users = lists.start.length - 1;
    const sampled = diversitySample(users, seed);
    return cuts.flatMap((at) => {
      const values = measureCatalogue(lists, facts, at, sampled);
      return CATALOGUE_METRICS.map((metric) => plainFigure({ algorithm, metric, at, value: values[metric], users }));
    });
  });
}

function speedFigures({ algorithm, lists, learnSeconds, recommendSeconds }: Ranking): Figure[] {
  const users = lists.start.length - 1;
  const served = rowLengths({ rows: users, start: lists.start }).filter((length) => length > 0).length;
  // Where the clock is too coarse to measure the time, there is no rate.
  const rate = recommendSeconds > 0 ? users / recommendSeconds : undefined;
  const speed = { users_served: served, learn_seconds: learnSeconds, users_per_second: rate };
  return Object.entries(speed).map(([metric, value]) =>
    plainFigure({ algorithm, metric, at: undefined, value, users }),
  );
}

/** A figure that is not a mean over users, and so has no interval. */
function plainFigure({ algorithm, metric, at, value, users }: Omit<Figure, 'group' | 'low' | 'high'>): Figure {
  return { algorithm, group: ALL, metric, at, value, low: undefined, high: undefined, users };
}

function comparisons(
  perUser: readonly Float64Array[],
  [first, ...others]: readonly string[],
  { cuts, seed }: Measures,
) {
  if (first === undefined) return [];
  const columns = cuts.flatMap((at) => USER_METRICS.map((metric) => ({ at, metric })));
  const byColumn = columns.map((_, column) => {
    const compared = others.map((_, other) => {
      const theirs = perUser[(other + 1) * columns.length + column]!;
      const differences = perUser[column]!.map((value, user) => value - theirs[user]!);
      return compare(differences, seed);
    });
    // p, adjusted for all algorithms that the first one is compared with by this metric at this cut.
    const ps = adjusted(compared.map(({ p }) => p));
    return compared.map((comparison, other) => ({ ...comparison, adjusted: ps[other]! }));
  });
  return others.flatMap((second, other) =>
    columns.map(({ at, metric }, column) => ({ first, second, metric, at, ...byColumn[column]![other]! })),
  );
}
