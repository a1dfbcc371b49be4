import { printableName } from '../csv/printable.js';
import { plural, thousands } from '../report/quantities.js';
import { CATALOGUE_METRICS } from './catalogue-metrics.js';
import { ALL, COLD, type ComparedPair, type Evaluation, type Figure } from './evaluation.js';
import type { Summary } from './test-set.js';
import { USER_METRICS } from './user-metrics.js';

/** Column heads, of the metrics whose name is not their head. */
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

/** Metrics that the text shows by group and in comparisons; csv and json have all of them. */
const SHOWN = ['recall', 'ndcg'] as const;
/** Differences below this p are called better or worse. */
const SIGNIFICANT = 0.05;

/** The answer for people: the conclusion, what was held out, a table per cut, speed, groups, and which algorithm is better. */
export function reportText(evaluation: Evaluation, summary: Summary): string {
  const { cuts, rankings } = evaluation;
  const find = finder(evaluation.figures);
  const names = rankings.map((ranking) => ranking.algorithm);
  const explanations = rankings.flatMap(({ algorithm, explanation }) =>
    explanation === undefined ? [] : [`${algorithm}: ${explanation}`],
  );
  const last = cuts[cuts.length - 1]!;
  const sections: string[][] = [
    [conclusion(names[0]!, evaluation.comparisons, last, find)],
    summaryLines(summary),
    ...cuts.map((at) => cutTable(names, at, find)),
    speedTable(names, find),
    explanations,
    ...SHOWN.map((metric) => groupTable(evaluation, metric, last, find)),
    comparisonLines(evaluation.comparisons, last),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

/** "ridge finds 10 % more than cosine (recall@20); chance does not explain it": of the others, the one that finds most is named. */
function conclusion(first: string, comparisons: readonly ComparedPair[], at: number, find: Find): string {
  const recallOf = (name: string) => find(name, ALL, 'recall', at)?.value ?? 0;
  const own = recallOf(first);
  const [rival] = comparisons
    .filter((pair) => pair.metric === 'recall' && pair.at === at)
    .sort((a, b) => recallOf(b.second) - recallOf(a.second));
  const of = `(recall@${at})`;
  if (!rival) return `${first} finds ${percent(own)} of what was held out ${of}`;
  const other = recallOf(rival.second);
  if (own === other) return `${first} finds as much as ${rival.second} ${of}`;
  const chance = rival.p < SIGNIFICANT ? 'chance does not explain it' : 'which may be chance';
  const more = other === 0 ? 'what' : `${percent(Math.abs(own / other - 1))} ${own > other ? 'more' : 'less'} than`;
  return `${first} finds ${more} ${rival.second}${other === 0 ? ' does not' : ''} ${of}; ${chance}`;
}

/** A share, to two digits. */
function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}

/** What was held out, what of it counts, and who is tested. */
export function summaryLines({ how, heldOut, relevant, sampled }: Summary): string[] {
  const lines = [
    how,
    `  learned from   ${plural(heldOut.train, 'interaction')}`,
    `  held out       ${plural(heldOut.heldOut, 'interaction')}, of them to be found: ${thousands(relevant.toFind)}`,
  ];
  const left: [number, string][] = [
    [heldOut.notLiked, 'not liked'],
    [heldOut.ofUntested, 'of users who are not tested'],
    [relevant.had, 'of items the user had before'],
    [relevant.excluded, 'of items the user excludes'],
  ];
  for (const [n, what] of left) if (n > 0) lines.push(`  not counted    ${thousands(n)} ${what}`);
  if (relevant.outside > 0) {
    const unknown = heldOut.unknownItems > 0 ? ` (${plural(heldOut.unknownItems, 'item')} nobody knows)` : '';
    lines.push(
      `  out of reach   ${thousands(relevant.outside)} to be found are not in the catalogue${unknown}: missed by all`,
    );
  }
  const drawn = sampled.users < sampled.of ? ` of ${thousands(sampled.of)}, chosen at random` : '';
  lines.push(
    `  tested         ${plural(sampled.users, 'user')}${drawn}; users without held-out items: ${thousands(relevant.usersWithout)}`,
  );
  if (heldOut.unknownUsers > 0) {
    lines.push(`  new            ${plural(heldOut.unknownUsers, 'test user')} nobody knows, served without a history`);
  }
  return lines;
}

type Find = ReturnType<typeof finder>;

function finder(figures: readonly Figure[]) {
  const keyOf = (...parts: (string | number | undefined)[]) => JSON.stringify(parts);
  const byKey = new Map(figures.map((each) => [keyOf(each.algorithm, each.group, each.metric, each.at), each]));
  return (algorithm: string, group: string, metric: string, at: number | undefined) =>
    byKey.get(keyOf(algorithm, group, metric, at));
}

/** One row per algorithm, and under it how far the 95 % interval reaches on its farther side. */
function cutTable(names: readonly string[], at: number, find: Find): string[] {
  const metrics = [...USER_METRICS, ...CATALOGUE_METRICS];
  const rows = names.flatMap((name) => {
    const figures = metrics.map((metric) => find(name, ALL, metric, at));
    const reach = figures.map(reachText);
    return [
      [name, ...figures.map((figure, m) => plainText(metrics[m]!, figure?.value))],
      ...(reach.some((cell) => cell !== '') ? [['  ±', ...reach]] : []),
    ];
  });
  return aligned([[`at ${at}`, ...metrics.map(headOf)], ...rows]);
}

const SPEED = ['users_served', 'learn_seconds', 'users_per_second'] as const;

function speedTable(names: readonly string[], find: Find): string[] {
  const rows = names.map((name) => [
    name,
    ...SPEED.map((metric) => plainText(metric, find(name, ALL, metric, undefined)?.value)),
  ]);
  return aligned([['', ...SPEED.map(headOf)], ...rows]);
}

function groupTable({ groups, cold, rankings }: Evaluation, metric: string, at: number, find: Find): string[] {
  const names = rankings.map((ranking) => ranking.algorithm);
  const rows = groups.map(({ name, users }) => [
    name === COLD ? `${name} (${thousands(cold.items)})` : printableName(name),
    thousands(users),
    ...names.map((algorithm) => plainText(metric, find(algorithm, name, metric, at)?.value)),
  ]);
  return aligned([[`${headOf(metric)}@${at} of`, 'users', ...names], ...rows]);
}

function comparisonLines(comparisons: readonly ComparedPair[], at: number): string[] {
  return comparisons.flatMap((pair) =>
    pair.at === at && SHOWN.some((metric) => metric === pair.metric) ? [comparisonLine(pair)] : [],
  );
}

/** "ridge better than popular: +0.0123 recall@20 [0.0100, 0.0146], p < 0.001". */
export function comparisonLine({ first, second, metric, at, difference, low, high, p }: ComparedPair): string {
  const isSignificant = p < SIGNIFICANT && difference !== 0;
  const verdict = isSignificant
    ? `${first} ${difference > 0 ? 'better' : 'worse'} than ${second}`
    : `${first} not told apart from ${second}`;
  const ends = low === undefined || high === undefined ? '' : ` [${signed(low)}, ${signed(high)}]`;
  return `${verdict}: ${signed(difference)} ${headOf(metric)}@${at}${ends}, ${p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`}`;
}

function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(4)}`;
}

function headOf(metric: string): string {
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

/** Rows of cells, all equally many, as lines: the first column aligned left, the others right. */
export function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  );
}
