import { printableName } from '../csv/printable.js';
import { thousands } from '../quantities.js';
import { CATALOGUE_METRICS } from './catalogue-metrics.js';
import { ALL, COLD, type Evaluation, type Figure } from './evaluation.js';
import { USER_METRICS } from './user-metrics.js';

/** Column heads, where these are not the names of the metrics. */
const HEADS: Readonly<Record<string, string>> = {
  ndcg: 'NDCG',
  map: 'MAP',
  mrr: 'MRR',
  hit_rate: 'hit',
  gini: 'Gini',
  users_served: 'users served',
  learn_seconds: 'seconds to learn',
  users_per_second: 'users per second',
};

export type Find = ReturnType<typeof finder>;

/** Finds a figure by its names. */
export function finder(figures: readonly Figure[]) {
  const keyOf = (...parts: (string | number | undefined)[]) => JSON.stringify(parts);
  const byKey = new Map(figures.map((each) => [keyOf(each.algorithm, each.group, each.metric, each.at), each]));
  return (algorithm: string, group: string, metric: string, at: number | undefined) =>
    byKey.get(keyOf(algorithm, group, metric, at));
}

/** Rows of cells, the first their heads: one row per algorithm, and below it the longer side of the 95 % interval. */
export function cutTable(names: readonly string[], at: number, find: Find): string[][] {
  const metrics = [...USER_METRICS, ...CATALOGUE_METRICS];
  const rows = names.flatMap((name) => {
    const figures = metrics.map((metric) => find(name, ALL, metric, at));
    const reach = figures.map(reachText);
    return [
      [name, ...figures.map((figure, m) => plainText(metrics[m]!, figure?.value))],
      ...(reach.some((cell) => cell !== '') ? [['  ±', ...reach]] : []),
    ];
  });
  return [[`at ${at}`, ...metrics.map(headOf)], ...rows];
}

const SPEED = ['users_served', 'learn_seconds', 'users_per_second'] as const;

/** How many users each algorithm served, and how fast. */
export function speedTable(names: readonly string[], find: Find): string[][] {
  const rows = names.map((name) => [
    name,
    ...SPEED.map((metric) => plainText(metric, find(name, ALL, metric, undefined)?.value)),
  ]);
  return [['', ...SPEED.map(headOf)], ...rows];
}

/** One row per group, one column per algorithm. */
export function groupTable({ groups, cold, rankings }: Evaluation, metric: string, at: number, find: Find): string[][] {
  const names = rankings.map((ranking) => ranking.algorithm);
  const rows = groups.map(({ name, users }) => [
    name === COLD ? `${name} (${thousands(cold.items)})` : printableName(name),
    thousands(users),
    ...names.map((algorithm) => plainText(metric, find(algorithm, name, metric, at)?.value)),
  ]);
  return [[`${headOf(metric)}@${at} of`, 'users', ...names], ...rows];
}

/** The column head of a metric. */
export function headOf(metric: string): string {
  return HEADS[metric] ?? metric;
}

function plainText(metric: string, value: number | undefined): string {
  if (value === undefined) return '–';
  if (metric === 'users_served' || metric === 'users_per_second') return thousands(Math.round(value));
  return value.toFixed(metric === 'novelty' || metric === 'learn_seconds' ? 2 : 4);
}

function reachText(figure: Figure | undefined): string {
  const { value, low, high } = figure ?? {};
  if (value === undefined || low === undefined || high === undefined) return '';
  return Math.max(high - value, value - low).toFixed(4);
}
