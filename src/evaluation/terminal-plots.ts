import { countsOf } from '../matrix/sparse.js';
import { bars, distributionLines, distributionsOf, doublingLabel, horizontalBar } from '../report/distributions.js';
import { aligned } from '../report/item-table.js';
import { ALL, type Evaluation, type Ranking } from './evaluation.js';
import { shapeOf } from './list-shapes.js';
import { finder, headOf } from './report-tables.js';
import type { TestSet } from './test-set.js';

const WIDTH = 30;

/** Small plots for a terminal: accuracy, the popularity of recommended and of held-out items, and the data that was learned from. */
export function terminalPlots(
  { figures, cuts }: Evaluation,
  test: TestSet,
  rankings: readonly Ranking[],
  { served, times }: { served: number; times?: Float64Array | undefined },
): string {
  const at = cuts[cuts.length - 1]!;
  const find = finder(figures);
  const recall = rankings.map(({ algorithm }) => find(algorithm, ALL, 'recall', at)?.value ?? 0);
  const most = Math.max(...recall) || 1;
  const popularity = countsOf(test.train.index, test.train.columns);
  const shares = (items: Uint32Array) => [...shapeOf(items, popularity, test.offered).byPopularity];
  const heldOut = shares(test.relevant.index);
  // The first part has the items that nobody had.
  const last = doublingLabel(Math.max(0, heldOut.length - 2));
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
      [['held out', bars(heldOut)], ...rankings.map(({ algorithm, lists }) => [algorithm, bars(shares(lists.items))])],
      'l',
    ),
    '',
    'learned from',
    ...distributionLines(distributionsOf({ interactions: test.train, served, times }), true),
    '',
  ].join('\n');
}
