import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolders } from '../files/temporary.js';
import { manyEvents, put, rowsIn } from './data.js';
import { evaluated, isTimed, METRICS, table, world } from './evaluation.js';

const newFolder = temporaryFolders();

describe('the three formats', () => {
  test('agree on every figure, and the verdicts of the table match the p values', async () => {
    const folder = newFolder();
    const args = [...world(folder), '--algorithms', 'ridge,cosine', '--at', '3,10', '--by', 'Country'];
    const [text, csv, json] = await Promise.all(
      ['table', 'csv', 'json'].map(async (format) => (await evaluated(folder, [...args, '--format', format])).answer),
    );
    const figures = table(csv ?? '').filter((row) => !isTimed(row));
    const object = JSON.parse(json ?? '');
    expect(csv?.split('\n')[0]).toBe('algorithm,group,metric,at,value,low,high,users');
    const cellOf = (value: unknown) => (value === null ? '' : String(value));
    expect(
      object.figures
        .filter((figure: { metric: string }) => !isTimed(figure))
        .map((figure: object) =>
          Object.fromEntries(Object.entries(figure).map(([key, value]) => [key, cellOf(value)])),
        ),
    ).toEqual(figures);

    const find = (algorithm: string, group: string, metric: string, at: string) =>
      figures.find(
        (row) => row.algorithm === algorithm && row.group === group && row.metric === metric && row.at === at,
      );
    const sections = (text ?? '')
      .split('\n\n')
      .map((section) => section.split('\n').map((line) => line.split(/ {2,}/)));
    const sectionOf = (head: string) => sections.find(([first]) => first?.[0] === head) ?? [];
    const all = [...METRICS, 'coverage', 'gini', 'novelty', 'diversity'];
    const isNear = (cell: string | undefined, value: string | undefined, digits: number) => {
      expect(cell).toMatch(digits === 2 ? /^\d+\.\d\d$/ : /^\d\.\d{4}$/);
      expect(Math.abs(Number(cell) - Number(value))).toBeLessThanOrEqual(0.51 * 10 ** -digits);
    };
    for (const at of ['3', '10']) {
      const [, ...rows] = sectionOf(`at ${at}`);
      expect(rows.map(([name]) => name)).toEqual(['ridge', '', 'cosine', '', 'popular', '']);
      rows.forEach(([name = '', ...cells], line) => {
        if (name !== '') {
          all.forEach((metric, m) => {
            isNear(cells[m], find(name, 'all', metric, at)?.value, metric === 'novelty' ? 2 : 4);
          });
          return;
        }
        // The next line has the distance from each value to the farther end of its interval.
        const algorithm = rows[line - 1]?.[0] ?? '';
        expect(cells).toHaveLength(1 + METRICS.length);
        METRICS.forEach((metric, m) => {
          const { value, low, high } = find(algorithm, 'all', metric, at) ?? {};
          const reach = Math.max(Number(high) - Number(value), Number(value) - Number(low));
          isNear(cells[1 + m], String(reach), 4);
        });
      });
    }

    const histories = ['history 0', 'history 1-4', 'history 5-19', 'history 20+'];
    const groups = ['all', ...histories, 'country:fr', 'country:de', 'country: none', 'cold items'];
    expect(object.groups.map(({ name }: { name: string }) => name)).toEqual(groups);
    for (const [head, metric] of [
      ['recall@10 of', 'recall'],
      ['NDCG@10 of', 'ndcg'],
    ] as const) {
      const [, ...rows] = sectionOf(head);
      expect(rows.map(([name = '']) => name.replace(/ \(\d+\)$/, ''))).toEqual(groups);
      rows.forEach(([name = '', users, ...cells]) => {
        const group = name.replace(/ \(\d+\)$/, '');
        ['ridge', 'cosine', 'popular'].forEach((algorithm, a) => {
          const figure = find(algorithm, group, metric, '10');
          expect(figure?.users).toBe(users);
          if (users === '0') expect([cells[a], figure?.value]).toEqual(['–', '']);
          else isNear(cells[a], figure?.value, 4);
        });
      });
    }

    for (const pair of object.comparisons) {
      const means = [pair.first, pair.second].map((name) =>
        Number(find(name, 'all', pair.metric, String(pair.at))?.value),
      );
      expect(pair.difference).toBeCloseTo((means[0] ?? 0) - (means[1] ?? 0), 5);
      if (pair.at !== 10 || !['recall', 'ndcg'].includes(pair.metric)) continue;
      const metric = pair.metric === 'ndcg' ? 'NDCG' : 'recall';
      const signed = (value: number) => `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(4)}`;
      const p = pair.p < 0.001 ? 'p < 0.001' : `p = ${pair.p.toFixed(3)}`;
      const verdict =
        pair.p >= 0.05
          ? `${pair.first} not significantly different from ${pair.second}`
          : `${pair.first} ${pair.difference > 0 ? 'better' : 'worse'} than ${pair.second}`;
      expect(text?.split('\n')).toContain(
        `${verdict}: ${signed(pair.difference)} ${metric}@10 [${signed(pair.low)}, ${signed(pair.high)}], ${p}`,
      );
    }
    expect(object.comparisons).toHaveLength(2 * METRICS.length * 2);
  });

  test('report the same counts: the table at its top, the others on stderr', async () => {
    const folder = newFolder();
    const args = [...world(folder), '--algorithms', 'popular', '--format'];
    const [text, csv, json] = await Promise.all(
      ['table', 'csv', 'json'].map((format) => evaluated(folder, [...args, format])),
    );
    const [conclusion = '', summary = ''] = text?.answer.split('\n\n') ?? [];
    expect(conclusion).toMatch(/^popular finds \d+ % of what was held out \(recall@20\)$/);
    // 20 % of the 8 interactions of a user are 1.6, rounded to 2; the others are learned from.
    expect(summary).toContain('held out: of each user’s interactions the last 20 % (seed 1)\n');
    expect(summary).toContain('  learned from   360 interactions\n');
    expect(summary).toContain('  held out       120 interactions, of them to be found: 120\n');
    expect(csv?.said).toContain(summary);
    expect(json?.said).toContain(summary);
    expect(JSON.parse(json?.answer ?? '').counts).toMatchObject({
      learnedFrom: 360,
      heldOut: 120,
      toFind: 120,
      usersTested: 60,
    });
  });
});

test('the number of workers changes no figure', async () => {
  const folder = newFolder();
  put(folder, 'events.csv', manyEvents(300, 410, 40));
  const answers = await Promise.all(
    ['1', '3'].map(async (workers) => {
      const args = [
        '-u',
        'events.csv',
        '--algorithms',
        'ridge',
        '--format',
        'csv',
        '--per-user',
        `p${workers}.csv`,
        '-v',
      ];
      const { answer, said } = await evaluated(folder, [...args, '-j', workers]);
      expect(Number(/learning in (\d+) shards/.exec(said)?.[1])).toBeGreaterThan(3);
      expect(said).toContain(`of ${workers} workers`);
      return {
        figures: table(answer).filter((row) => !isTimed(row)),
        perUser: rowsIn(join(folder, `p${workers}.csv`)),
      };
    }),
  );
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[0]?.perUser).toHaveLength(300 * 2 * 2);
});

test('--per-user has one row per tested user, algorithm and cut, and their means are the reported figures', async () => {
  const folder = newFolder();
  const args = [...world(folder), '--algorithms', 'ridge,cosine:neighbors=5', '--at', '3,10', '--sample-users', '40'];
  const { answer } = await evaluated(folder, [...args, '--per-user', 'per-user.csv', '--format', 'csv']);
  const rows = rowsIn(join(folder, 'per-user.csv'));
  expect(new Set(rows.map(({ user_id }) => user_id)).size).toBe(40);
  const names = ['ridge', 'cosine:neighbors=5', 'popular'];
  expect(rows.map(({ algorithm, at }) => [algorithm, at])).toEqual(
    Array.from({ length: 40 }, () =>
      names.flatMap((name) => [
        [name, '3'],
        [name, '10'],
      ]),
    ).flat(),
  );
  const means = table(answer).filter(({ group, metric = '' }) => group === 'all' && METRICS.includes(metric));
  expect(means).toHaveLength(3 * 2 * METRICS.length);
  for (const { algorithm, at, metric = '', value, users } of means) {
    const own = rows.filter((row) => row.algorithm === algorithm && row.at === at).map((row) => Number(row[metric]));
    expect(users).toBe('40');
    expect(Number(value)).toBeCloseTo(own.reduce((a, b) => a + b, 0) / own.length, 5);
  }
});
