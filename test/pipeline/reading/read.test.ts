import { readdirSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import type { Reject } from '../../../src/csv/bad-rows.js';
import { readDataset } from '../../../src/dataset/read.js';
import { Random } from '../../../src/matrix/sampling.js';
import { startChildren } from '../../../src/pipeline/reading/read.js';
import { rangeWorkers } from '../../../src/pipeline/reading/read-parts.js';
import { type Run, startRun } from '../../../src/pipeline/run.js';
import { inputsOf, useTemporaryFolder } from '../../csv/temporary.js';

const folder = useTemporaryFolder();
const runs: Run[] = [];

afterEach(async () => {
  await Promise.all(runs.splice(0).map((run) => run.end()));
});

/** Events of several types, with some odd rows: quoted, with missing or extra cells, without an item, with other line ends. */
function events(rows: number): string {
  const random = new Random(5);
  const pick = (count: number) => random.next() % count;
  const lines = Array.from({ length: rows }, () => {
    const row = `u${pick(40)},"i ${pick(90)}",${1 + pick(9)},2024-0${1 + pick(9)}-1${pick(9)},${['view', 'buy', 'Cart'][pick(3)]}`;
    if (pick(50) > 0) return row;
    return [`${row},more`, '"two\nlines",i,1,,view', 'u1,NA,1,,view', `${row}\r`, 'u"1,i,1,,view', 'x,y,z,,view', ''][
      pick(7)
    ];
  });
  return `user,item,quantity,date,event\n${lines.join('\n')}\n`;
}

test('children that read ranges of a file give the same result as one process, and leave no files', async () => {
  const path = folder.file('events.csv', events(4000));
  const run = startRun({ workers: 2, quiet: true, verbose: false }, process);
  runs.push(run);
  const read = async (rest: object) => {
    const rejects: Reject[] = [];
    const { dataset, reports } = await readDataset(
      inputsOf(path, { badRows: (reject) => rejects.push(reject), ...rest }),
    );
    return { dataset, reports, rejects };
  };
  const sizes = { chunk: 4096, range: 10_000, ranged: 0, head: 25_000 };
  const whole = await read({});
  expect(whole.rejects.length).toBeGreaterThan(10);
  expect(await read({ sizes, rangeWorkers: rangeWorkers(run) })).toEqual(whole);
  expect(readdirSync(run.directory.path)).toEqual([]);
});

test('a run with one worker reads its files without children', () => {
  const run = startRun({ workers: 1, quiet: true, verbose: false }, process);
  runs.push(run);
  expect(rangeWorkers(run)).toBeUndefined();
});

test('children start before reading begins, one per megabyte of known input, at most one per worker', async () => {
  for (const [bytes, children] of [
    [0, 0],
    [1, 1],
    [1_000_000, 1],
    [1_000_001, 2],
    [1e9, 3],
  ] as const) {
    const run = startRun({ workers: 3, quiet: true, verbose: false }, process);
    runs.push(run);
    startChildren(run, bytes);
    expect(run.pool.pids().length).toBe(children);
  }
});
