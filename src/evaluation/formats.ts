import { type Quote, quoted } from '../csv/quoting.js';
import type { Evaluation, Figure } from './evaluation.js';
import type { Summary } from './summary.js';

/** What the command was told, for who reads the answer later. */
export interface Setting {
  /** 'last', 'random', 'time'; null with a test file. */
  split: string | null;
  holdout: number | null;
  test: string | null;
  algorithms: readonly string[];
  at: readonly number[];
  by: readonly string[];
  sampleUsers: number | null;
  seed: number;
}

/**
 * One figure a row: algorithm, group, metric, at, value, low, high, users; a cell is empty where there is nothing.
 * @param quote makes cells of text.
 */
export function csvText({ figures }: Evaluation, quote: Quote = quoted): string {
  const lines = figures.map(({ algorithm, group, metric, at, value, low, high, users }) =>
    [quote(algorithm), quote(group), metric, at ?? '', ...[value, low, high].map(cell), users].join(','),
  );
  return ['algorithm,group,metric,at,value,low,high,users', ...lines, ''].join('\n');
}

/** Everything there is, one object; docs/evaluation.md describes it. */
export function jsonText(evaluation: Evaluation, summary: Summary, setting: Setting): string {
  const { groups, cold, rankings, figures, comparisons } = evaluation;
  const { heldOut, relevant, sampled } = summary;
  const answer = {
    setting,
    counts: {
      learnedFrom: heldOut.train,
      heldOut: heldOut.heldOut,
      notLiked: heldOut.notLiked,
      ofUntestedUsers: heldOut.ofUntested,
      toFind: relevant.toFind,
      outsideCatalogue: relevant.outside,
      hadBefore: relevant.had,
      excludedByUser: relevant.excluded,
      usersTested: sampled.users,
      usersWithItems: sampled.of,
      usersWithoutItems: relevant.usersWithout,
      unknownUsers: heldOut.unknownUsers,
      unknownItems: heldOut.unknownItems,
      coldItems: cold.items,
      coldToFind: cold.pairs,
    },
    groups,
    algorithms: rankings.map(({ algorithm, explanation }) => ({ algorithm, explanation: explanation ?? null })),
    figures: figures.map((figure) => ({
      ...figure,
      at: figure.at ?? null,
      value: number(figure.value),
      low: number(figure.low),
      high: number(figure.high),
    })),
    comparisons: comparisons.map((pair) => ({
      ...pair,
      difference: number(pair.difference),
      low: number(pair.low),
      high: number(pair.high),
      p: number(pair.p),
    })),
  };
  return `${JSON.stringify(answer, null, 2)}\n`;
}

function cell(value: Figure['value']): string {
  return String(number(value) ?? '');
}

/** Six significant digits are more than any interval here is narrow. */
function number(value: number | undefined): number | null {
  return value === undefined ? null : Number(value.toPrecision(6));
}
