import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { evaluateRankings } from '../../src/evaluation/evaluation.js';
import { csvText, jsonText, perUserCsv } from '../../src/evaluation/formats.js';
import { USER_METRICS } from '../../src/evaluation/user-metrics.js';
import { MEASURES, RANKINGS, SUMMARY, TEST_SET } from './example.js';

const evaluation = evaluateRankings(TEST_SET, RANKINGS, MEASURES);
const rowsOfCsv = (text: string): Record<string, string>[] => parse(text, { columns: true });

describe('csvText', () => {
  it('has a row per figure, with empty cells when there is nothing to measure', () => {
    const rows = rowsOfCsv(csvText(evaluation));
    expect(rows).toHaveLength(evaluation.figures.length);
    expect(rows.find((row) => row.group === 'country:DE')).toEqual({
      algorithm: 'good',
      group: 'country:DE',
      metric: 'recall',
      at: '1',
      value: '',
      low: '',
      high: '',
      users: '0',
    });
    const learning = rows.find((row) => row.metric === 'learn_seconds' && row.algorithm === 'good');
    expect(learning).toMatchObject({ at: '', value: '1.5', users: '3' });
  });

  it('writes six significant digits, and quotes names that need it', () => {
    const named = evaluateRankings(TEST_SET, RANKINGS, {
      ...MEASURES,
      groups: [{ name: 'city:"A", B', members: Uint32Array.from([0]) }],
    });
    const rows = rowsOfCsv(csvText(named));
    expect(rows.some((row) => row.group === 'city:"A", B')).toBe(true);
    expect(rows.find((row) => row.metric === 'recall' && row.at === '2')?.value).toBe('0.833333');
  });
});

describe('jsonText', () => {
  it('holds the settings, the counts, and every figure and comparison', () => {
    const setting = {
      split: 'last' as const,
      holdout: 0.2,
      test: undefined,
      algorithms: ['good', 'popular'],
      at: [1, 2],
      by: ['country'],
      sampleUsers: 3,
      seed: 1,
    };
    const answer = JSON.parse(jsonText(evaluation, setting));
    expect(answer.setting).toEqual({ ...setting, test: null });
    expect(answer.counts).toEqual({ ...SUMMARY.counts, coldItems: 1, coldToFind: 2 });
    expect(answer.groups).toEqual(evaluation.groups);
    expect(answer.algorithms).toEqual([
      { algorithm: 'good', explanation: 'good, by decree' },
      { algorithm: 'popular', explanation: null },
    ]);
    expect(answer.figures).toHaveLength(evaluation.figures.length);
    expect(answer.figures[0]).toMatchObject({ algorithm: 'good', group: 'all', metric: 'recall', at: 1, users: 3 });
    expect(answer.comparisons).toHaveLength(evaluation.comparisons.length);
    expect(answer.comparisons[0]).toMatchObject({ first: 'good', second: 'popular', metric: 'recall', at: 1, p: 1 });
  });
});

describe('perUserCsv', () => {
  const ids = ['u,0', 'u1', 'u2', 'u3'];

  it('has a row per user, algorithm and cut, in that order', () => {
    const rows = rowsOfCsv([...perUserCsv(evaluation, TEST_SET, ids)].join(''));
    expect(rows.map((row) => [row.user_id, row.algorithm, row.at])).toEqual(
      ['u,0', 'u1', 'u3'].flatMap((id) =>
        ['good', 'popular'].flatMap((name) => ['1', '2'].map((at) => [id, name, at])),
      ),
    );
    expect(rows[1]).toEqual({
      user_id: 'u,0',
      algorithm: 'good',
      at: '2',
      recall: '1',
      precision: '1',
      ndcg: '1',
      map: '1',
      mrr: '1',
      hit_rate: '1',
      history: '1',
      to_find: '2',
    });
  });

  it('averages to the figures of the evaluation', () => {
    const rows = rowsOfCsv([...perUserCsv(evaluation, TEST_SET, ids)].join(''));
    for (const metric of USER_METRICS) {
      const own = rows.filter((row) => row.algorithm === 'popular' && row.at === '2').map((row) => Number(row[metric]));
      const figure = evaluation.figures.find(
        (each) => each.algorithm === 'popular' && each.metric === metric && each.at === 2 && each.group === 'all',
      );
      expect(own.reduce((a, b) => a + b, 0) / own.length).toBeCloseTo(figure!.value!, 5);
    }
  });
});
