import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolders } from '../files/temporary.js';
import { manyEvents, put, rowsOf } from './data.js';
import { runInProcess } from './run.js';

const newFolder = temporaryFolders();

function summaryIn(folder: string) {
  return JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8'));
}

test('the summary of a run has the inputs, the method, the number of users served, and the stages', async () => {
  const folder = newFolder();
  const events = `${manyEvents(150, 40, 8)},oak\nnobody,\n`;
  put(folder, 'events.csv', events);
  const args = ['-u', 'events.csv', '-o', 'recs.csv', '-n', '38', '--summary', 'summary.json', '--set', 'recency=0'];
  const { code, stderr } = await runInProcess(args, { folder });
  expect(code, stderr).toBe(0);
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const lists = new Map<string, number>();
  for (const { user_id } of rowsOf(readFileSync(join(folder, 'recs.csv'), 'utf8'))) {
    lists.set(user_id ?? '', (lists.get(user_id ?? '') ?? 0) + 1);
  }
  const summary = summaryIn(folder);
  expect(summary).toMatchObject({
    program: 'recommend',
    version,
    exit_code: 0,
    error: null,
    options: { users: ['events.csv'], output: 'recs.csv', top: 38, summary: 'summary.json' },
    inputs: [
      {
        path: 'events.csv',
        kind: 'events',
        sha256: createHash('sha256').update(events).digest('hex'),
        rejected: 0,
        skipped: [
          { what: 'without a user id (empty, NA or NULL)', rows: 1 },
          { what: 'without an item id (empty, NA or NULL)', rows: 1 },
        ],
      },
    ],
    data: { users: 151, items: 41 },
    method: { name: 'auto', settings: { recency: 0 } },
    served: {
      users: 151,
      rows: [...lists.values()].reduce((a, b) => a + b),
      short: [...lists.values()].filter((length) => length < 38).length,
      empty: 0,
      cold: 1,
      failed: 0,
      lost: [],
    },
    retries: [],
  });
  expect(summary.served.short).toBeGreaterThan(0);
  expect(stderr).toContain(`auto: ${summary.method.auto.explanation}\n`);
  const trials = /held out: (\d+) trials/.exec(stderr)?.[1];
  expect(summary.method.auto.trials.length).toBe(Number(trials));
  for (const trial of summary.method.auto.trials) {
    expect(Object.keys(trial.changes).length).toBeGreaterThan(0);
    expect(trial.changes).not.toHaveProperty('recency');
  }
  expect(Object.keys(summary.stages)).toEqual(['reading', 'tuning', 'learning', 'recommending']);
  const stages: number[] = Object.values(summary.stages);
  expect(stages.reduce((a, b) => a + b)).toBeLessThanOrEqual(summary.seconds);
  expect(summary.peak_memory_bytes).toBeGreaterThan(10e6);
  expect(['pss', 'rss', 'rss of the parent']).toContain(summary.peak_memory_measure);
});

test('a failed run writes a summary with its exit code and error', async () => {
  const folder = newFolder();
  put(folder, 'events.csv', 'user,item,rating\na,b,much\n');
  const { code, stderr } = await runInProcess(['-u', 'events.csv', '-o', 'recs.csv', '--summary', 'summary.json'], {
    folder,
  });
  expect(code).toBe(65);
  const { exit_code, error, served, inputs, stages } = summaryIn(folder);
  expect(exit_code).toBe(65);
  expect(stderr).toContain(error);
  expect(error).toContain('events.csv:2: column "rating": "much" is not a number');
  expect(served).toBeUndefined();
  expect(inputs).toEqual([
    { path: 'events.csv', sha256: createHash('sha256').update('user,item,rating\na,b,much\n').digest('hex') },
  ]);
  expect(Object.keys(stages)).toEqual(['reading']);
});

test('a summary that cannot be written causes a warning, and the lists are still written', async () => {
  const folder = newFolder();
  put(folder, 'events.csv', manyEvents(20, 10, 3));
  const args = ['-u', 'events.csv', '-o', 'recs.csv', '-q', '--summary', 'none/summary.json'];
  const { code, stderr } = await runInProcess(args, { folder });
  expect(code).toBe(0);
  expect(stderr).toMatch(/^recommend: warning: no summary: none\/summary.json: the folder none does not exist; .*\n$/);
  expect(readFileSync(join(folder, 'recs.csv'), 'utf8')).toMatch(/^user_id,/);
});
