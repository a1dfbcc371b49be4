import { bars, distributionLines, distributionsOf, doublingLabel, horizontalBar } from '../report/distributions.js';
import { aligned } from '../report/item-table.js';
import { ALL, type Evaluation, type Ranking } from './evaluation.js';
import { shapesOf } from './list-shapes.js';
import { headOf } from './report-tables.js';
import type { TestSet } from './test-set.js';

const WIDTH = 30;

/** Small plots for a terminal: accuracy, the popularity of recommended and of held-out items, and the data that was learned from. */
export function terminalPlots(
  { find, cuts }: Evaluation,
  test: TestSet,
  rankings: readonly Ranking[],
  { served, times }: { served: number; times?: Float64Array | undefined },
): string {
  const at = cuts[cuts.length - 1]!;
  const recall = rankings.map(({ algorithm }) => find(algorithm, ALL, 'recall', at)?.value ?? 0);
  const most = Math.max(...recall) || 1;
  const shares = shapesOf(test, rankings).map(([name, { byPopularity }]) => [name, [...byPopularity]] as const);
  // The first part has the items that nobody had.
  const last = doublingLabel(Math.max(0, (shares[0]?.[1].length ?? 0) - 2));
  return [
    '',
    ...aligned(
      [
        [`${headOf('recall')}@${at}`, ''],
        ...rankings.map(({ algorithm }, row) => [algorithm, horizontalBar(recall[row]! / most, WIDTH)]),
      ],
      'l',
    ),
    '',
    `items by the users who had them: nobody, 1, 2, up to 4, … ${last}`,
    ...aligned(
      shares.map(([name, parts]) => [name, bars(parts)]),
      'l',
    ),
    '',
    'learned from',
    ...distributionLines(distributionsOf({ interactions: test.train, served, times }), true),
    '',
  ].join('\n');
}
