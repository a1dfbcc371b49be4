import { plural, thousands } from '../quantities.js';
import { aligned } from '../report/item-table.js';
import { ALL, type ComparedPair, type Evaluation } from './evaluation.js';
import { cutTable, groupTable, headOf, speedTable } from './report-tables.js';
import type { Summary } from './test-set.js';

/** Metrics that the text shows by group and in comparisons; csv and json have all of them. */
export const SHOWN = ['recall', 'ndcg'] as const;
/** Differences with an adjusted p below this are called better or worse. */
const SIGNIFICANT = 0.05;

/** The evaluation as text: the conclusion, what was held out, a table per cut, speed, groups, and which algorithm is better. */
export function reportText(evaluation: Evaluation): string {
  const { cuts, rankings, summary } = evaluation;
  const explanations = rankings.flatMap(({ algorithm, explanation }) =>
    explanation === undefined ? [] : [`${algorithm}: ${explanation}`],
  );
  const last = cuts[cuts.length - 1]!;
  const sections: string[][] = [
    [conclusion(evaluation)],
    summaryLines(summary),
    ...cuts.map((at) => aligned(cutTable(evaluation, at), 'lr')),
    aligned(speedTable(evaluation), 'lr'),
    explanations,
    ...SHOWN.map((metric) => aligned(groupTable(evaluation, metric, last), 'lr')),
    shownComparisons(evaluation, last).map(comparisonLine),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

/** "ridge finds 10 % more than cosine (recall@20); chance does not explain it": the first algorithm against the best of the others. */
export function conclusion(evaluation: Evaluation): string {
  const { cuts, rankings, comparisons } = evaluation;
  const at = cuts[cuts.length - 1]!;
  const recallOf = meanOf(evaluation, 'recall', at);
  const [rival] = comparisons
    .filter((pair) => pair.metric === 'recall' && pair.at === at)
    .sort((a, b) => recallOf(b.second) - recallOf(a.second));
  if (rival) return comparisonSentence(evaluation, rival);
  const first = rankings[0]!.algorithm;
  return `${first} finds ${percent(recallOf(first))} of what was held out (recall@${at})`;
}

/** A comparison as a sentence; `comparisonLine` has its numbers. */
export function comparisonSentence(
  evaluation: Evaluation,
  { first, second, metric, at, adjusted: p }: ComparedPair,
): string {
  const meanBy = meanOf(evaluation, metric, at);
  const [own, other] = [meanBy(first), meanBy(second)];
  const of = `(${headOf(metric)}@${at})`;
  const [does, more, less] = metric === 'recall' ? ['finds', 'more', 'less'] : ['does', 'better', 'worse'];
  if (own === other) return `${first} ${does} as ${metric === 'recall' ? 'much' : 'well'} as ${second} ${of}`;
  const chance = p < SIGNIFICANT ? 'chance does not explain it' : 'which may be chance';
  if (other === 0) return `${first} finds what ${second} does not ${of}; ${chance}`;
  return `${first} ${does} ${percent(Math.abs(own / other - 1))} ${own > other ? more : less} than ${second} ${of}; ${chance}`;
}

/** The mean of a metric over all users, by algorithm. */
function meanOf({ find }: Evaluation, metric: string, at: number): (algorithm: string) => number {
  return (algorithm) => find(algorithm, ALL, metric, at)?.value ?? 0;
}

/** A share, to two digits. */
function percent(share: number): string {
  return `${Number((100 * share).toPrecision(2))} %`;
}

/** What was held out, what of it counts, and who is tested. */
export function summaryLines({ how, counts }: Summary): string[] {
  const lines = [
    how,
    `  learned from   ${plural(counts.learnedFrom, 'interaction')}`,
    `  held out       ${plural(counts.heldOut, 'interaction')}, of them to be found: ${thousands(counts.toFind)}`,
  ];
  const notCounted: [number, string][] = [
    [counts.notLiked, 'not liked'],
    [counts.ofUntestedUsers, 'of users who are not tested'],
    [counts.hadBefore, 'of items the user had before'],
    [counts.excludedByUser, 'of items the user excludes'],
  ];
  for (const [n, what] of notCounted) if (n > 0) lines.push(`  not counted    ${thousands(n)} ${what}`);
  if (counts.outsideCatalogue > 0) {
    const unknown = counts.unknownItems > 0 ? ` (${plural(counts.unknownItems, 'unknown item')})` : '';
    lines.push(
      `  out of reach   ${thousands(counts.outsideCatalogue)} to be found are not in the catalogue${unknown}: missed by all`,
    );
  }
  const drawn =
    counts.usersTested < counts.usersWithItems ? ` of ${thousands(counts.usersWithItems)}, chosen at random` : '';
  lines.push(
    `  tested         ${plural(counts.usersTested, 'user')}${drawn}; users without held-out items: ${thousands(counts.usersWithoutItems)}`,
  );
  if (counts.unknownUsers > 0) {
    lines.push(`  new            ${plural(counts.unknownUsers, 'unknown test user')}, served without a history`);
  }
  return lines;
}

/** The first algorithm against each of the others at a cut, by the metrics that reports show. */
export function shownComparisons({ comparisons }: Evaluation, at: number): ComparedPair[] {
  return comparisons.filter((pair) => pair.at === at && SHOWN.some((metric) => metric === pair.metric));
}

/** "ridge better than popular: +0.0123 recall@20 [0.0100, 0.0146], p < 0.001". */
export function comparisonLine(pair: ComparedPair): string {
  const { first, second, metric, at, difference, low, high, adjusted: p } = pair;
  const isSignificant = p < SIGNIFICANT && difference !== 0;
  const verdict = isSignificant
    ? `${first} ${difference > 0 ? 'better' : 'worse'} than ${second}`
    : `${first} not significantly different from ${second}`;
  const ends = low === undefined || high === undefined ? '' : ` [${signed(low)}, ${signed(high)}]`;
  return `${verdict}: ${signed(difference)} ${headOf(metric)}@${at}${ends}, ${p < 0.001 ? 'p < 0.001' : `p = ${p.toFixed(3)}`}`;
}

function signed(value: number): string {
  return `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(4)}`;
}
