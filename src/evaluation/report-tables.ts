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

/** Rows of cells, the first their heads: one row per algorithm, and below it the longer side of the 95 % interval. */
export function cutTable({ rankings, find }: Evaluation, at: number): string[][] {
  const metrics = [...USER_METRICS, ...CATALOGUE_METRICS];
  const rows = rankings.flatMap(({ algorithm }) => {
    const figures = metrics.map((metric) => find(algorithm, ALL, metric, at));
    const reach = figures.map(reachText);
    return [
      [algorithm, ...figures.map((figure, m) => plainText(metrics[m]!, figure?.value))],
      ...(reach.some((cell) => cell !== '') ? [['  ±', ...reach]] : []),
    ];
  });
  return [[`at ${at}`, ...metrics.map(headOf)], ...rows];
}

const SPEED = ['users_served', 'learn_seconds', 'users_per_second'] as const;

/** How many users each algorithm served, and how fast. */
export function speedTable({ rankings, find }: Evaluation): string[][] {
  const rows = rankings.map(({ algorithm }) => [
    algorithm,
    ...SPEED.map((metric) => plainText(metric, find(algorithm, ALL, metric)?.value)),
  ]);
  return [['', ...SPEED.map(headOf)], ...rows];
}

/** One row per group, one column per algorithm. */
export function groupTable({ groups, cold, rankings, find }: Evaluation, metric: string, at: number): string[][] {
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
