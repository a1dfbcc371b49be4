import { describe, expect, it } from 'vitest';
import { evaluateRankings } from '../../src/evaluation/evaluation.js';
import { comparisonLine, reportText, summaryLines } from '../../src/evaluation/report.js';
import { MEASURES, RANKINGS, SUMMARY, TEST_SET } from './example.js';

const text = reportText(evaluateRankings(TEST_SET, RANKINGS, MEASURES));
const lines = text.split('\n');

describe('reportText', () => {
  it('has a row per algorithm for each cut, with the half-widths of its intervals below', () => {
    const at = lines.findIndex((line) => line.startsWith('at 2 '));
    expect(lines[at]?.trim().split(/\s+/)).toEqual([
      'at',
      '2',
      'recall',
      'precision',
      'NDCG',
      'MAP',
      'MRR',
      'hit',
      'coverage',
      'Gini',
      'novelty',
      'diversity',
    ]);
    expect(lines[at + 1]).toMatch(/^good +0\.8333 +0\.6667 /);
    expect(lines[at + 2]).toMatch(/^ {2}± +0\.3333 /);
    expect(lines[at + 3]).toMatch(/^popular +0\.6667 +0\.5000 /);
    expect(lines.filter((line) => /^at \d/.test(line))).toHaveLength(2);
  });

  it('fits into 100 columns, with aligned cells', () => {
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
    const at = lines.findIndex((line) => line.startsWith('at 1 '));
    const end = (line: string | undefined, cell: string) => (line ?? '').indexOf(cell) + cell.length;
    expect(end(lines[at], 'recall')).toBe(end(lines[at + 1], '0.6667'));
  });

  it('shows groups at the longest cut, a dash for an empty group, and the number of cold items', () => {
    expect(text).toMatch(/^recall@2 of +users +good +popular$/m);
    expect(text).toMatch(/^all +3 +0\.8333 +0\.6667$/m);
    expect(text).toMatch(/^country:DE +0 +– +–$/m);
    expect(text).toMatch(/^cold items \(1\) +2 +0\.5000 +0\.0000$/m);
    expect(text).toMatch(/^NDCG@2 of /m);
  });

  it('shows the speed, and the explanation an algorithm gives', () => {
    expect(text).toMatch(/^good +3 +1\.50 +1,500$/m);
    expect(text).toMatch(/^popular +3 +0\.25 +–$/m);
    expect(text).toMatch(/^good: good, by decree$/m);
  });

  it('begins with the conclusion: the first algorithm against the best other one, and whether it may be chance', () => {
    expect(lines[0]).toBe('good finds 25 % more than popular (recall@2); which may be chance');
    const alone = reportText(evaluateRankings(TEST_SET, RANKINGS.slice(0, 1), MEASURES));
    expect(alone.split('\n')[0]).toBe('good finds 83 % of what was held out (recall@2)');
    const twice = RANKINGS.slice(0, 1).flatMap((ranking) => [ranking, { ...ranking, algorithm: 'same' }]);
    const even = reportText(evaluateRankings(TEST_SET, twice, MEASURES));
    expect(even.split('\n')[0]).toBe('good finds as much as same (recall@2)');
  });

  it('ends with the comparison of the algorithms', () => {
    expect(lines.at(-2)).toMatch(
      /^good not significantly different from popular: \+0\.\d{4} NDCG@2 \[.*\], p = 1\.000$/,
    );
  });
});

describe('summaryLines', () => {
  it('accounts for every held-out interaction', () => {
    expect(summaryLines(SUMMARY)).toEqual([
      'held out: of each user’s interactions the last 20 % (seed 1)',
      '  learned from   1,007 interactions',
      '  held out       13 interactions, of them to be found: 5',
      '  not counted    2 not liked',
      '  not counted    4 of users who are not tested',
      '  not counted    1 of items the user had before',
      '  not counted    1 of items the user excludes',
      '  out of reach   1 to be found are not in the catalogue: missed by all',
      '  tested         3 users of 1,234, chosen at random; users without held-out items: 12',
      '  new            1 unknown test user, served without a history',
    ]);
  });

  it('leaves out lines with a count of 0, except for users without held-out items', () => {
    const heldOut = { learnedFrom: 7, heldOut: 3, notLiked: 0, ofUntestedUsers: 0, unknownUsers: 0, unknownItems: 0 };
    const relevant = { toFind: 3, outsideCatalogue: 0, hadBefore: 0, excludedByUser: 0, usersWithoutItems: 0 };
    const counts = { ...heldOut, ...relevant, usersTested: 2, usersWithItems: 2 };
    expect(summaryLines({ how: 'so', counts })).toEqual([
      'so',
      '  learned from   7 interactions',
      '  held out       3 interactions, of them to be found: 3',
      '  tested         2 users; users without held-out items: 0',
    ]);
  });
});

describe('comparisonLine', () => {
  const pair = { first: 'ridge', second: 'popular', metric: 'recall', at: 20 } as const;

  it.each([
    [
      { difference: 0.0123, low: 0.01, high: 0.0146, p: 0.0001 },
      'ridge better than popular: +0.0123 recall@20 [+0.0100, +0.0146], p < 0.001',
    ],
    [
      { difference: -0.0123, low: -0.0146, high: -0.01, p: 0.0123 },
      'ridge worse than popular: -0.0123 recall@20 [-0.0146, -0.0100], p = 0.012',
    ],
    [
      { difference: 0.001, low: -0.001, high: 0.003, p: 0.4 },
      'ridge not significantly different from popular: +0.0010 recall@20 [-0.0010, +0.0030], p = 0.400',
    ],
    [
      { difference: 1, low: undefined, high: undefined, p: 1 },
      'ridge not significantly different from popular: +1.0000 recall@20, p = 1.000',
    ],
  ])('%o', (comparison, line) => {
    expect(comparisonLine({ ...pair, ...comparison, adjusted: comparison.p })).toBe(line);
  });
});
