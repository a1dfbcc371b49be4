import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolders } from '../files/temporary.js';
import { put } from './data.js';
import { run, runInProcess } from './run.js';
import { keepWorkersInProcess } from './workers-in-process.js';

keepWorkersInProcess();

const newFolder = temporaryFolders();

const BEFORE = 'user_id,item_id,rank,score,title\nu1,a,1,.5,Apple\nu1,b,2,.4,Bread\nu2,a,1,.5,Apple\nu3,c,1,.1,Corn\n';
const AFTER = 'user_id,item_1,item_2\nu1,a,d\nu2,a,\nu4,d,a\n';

function shelf(): string {
  const folder = newFolder();
  put(folder, 'before.csv', BEFORE);
  put(folder, 'after.csv', AFTER);
  return folder;
}

const diff = (folder: string, ...args: string[]) => runInProcess(['diff', ...args], { folder, terminal: false });

test('the text report shows how much changed, for which users, and which items came or went', async () => {
  expect(await diff(shelf(), 'before.csv', 'after.csv')).toEqual({
    code: 0,
    stderr: '',
    stdout: `Change 0.2500: 2 users of both files kept 75.0 % of their lists.
Rank-biased overlap 0.7750: how far the lists agree from the top down (1: the same order, 0: nothing in
common; a rank weighs 0.9 of the one above it).

       before  after  both  came  went
users       3      3     2     1     1
items       3      2     1     1     2

lists that changed most  kept  of  rank-biased overlap
u1                          1   2               0.5500

items in more lists  before  after
d                         0      2
a  Apple                  2      3

items in fewer lists  before  after
b  Bread                   1      0
c  Corn                    1      0
`,
  });
});

test('--format json reports the same figures, and -o writes them to a file', async () => {
  const folder = shelf();
  const args = ['before.csv', 'after.csv', '--format', 'json', '-o', 'diff.json'];
  expect(await diff(folder, ...args)).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(JSON.parse(readFileSync(join(folder, 'diff.json'), 'utf8'))).toEqual({
    change: 0.25,
    rankBiasedOverlap: 0.775,
    users: { before: 3, after: 3, both: 2, came: 1, went: 1 },
    items: { before: 3, after: 2, both: 1, came: 1, went: 2 },
    inMoreLists: [
      { item: 'd', before: 0, after: 2 },
      { item: 'a', title: 'Apple', before: 2, after: 3 },
    ],
    inFewerLists: [
      { item: 'b', title: 'Bread', before: 1, after: 0 },
      { item: 'c', title: 'Corn', before: 1, after: 0 },
    ],
    mostChanged: [{ user: 'u1', both: 1, longest: 2, rankBiasedOverlap: 0.55 }],
  });
});

describe('--max-change', () => {
  test.each<[string, number, string]>([
    ['0.34', 0, ''],
    ['.3', 1, 'recommend: after.csv: 33.3 % of the users of before.csv have none, more than --max-change 0.3 allows\n'],
    [
      '0.2',
      1,
      'recommend: after.csv: the lists changed by 0.2500, and 33.3 % of the users of before.csv have none, more than --max-change 0.2 allows\n',
    ],
  ])('%s ends with %i and still prints the report', async (share, code, stderr) => {
    const ended = await diff(shelf(), 'before.csv', 'after.csv', '--max-change', share);
    expect(ended).toEqual({ code, stderr, stdout: expect.stringMatching(/^Change 0.2500/) });
  });

  test('0 accepts identical lists only', async () => {
    expect(await diff(shelf(), 'after.csv', 'after.csv', '--max-change', '0')).toMatchObject({ code: 0, stderr: '' });
    expect(await diff(shelf(), 'after.csv', 'before.csv', '--max-change', '0')).toMatchObject({ code: 1 });
  });
});

test('the lists of one run do not differ between formats', async () => {
  const folder = newFolder();
  const events = Array.from({ length: 80 }, (_, k) => `u${k % 16},i${(k * k) % 9}\n`);
  put(folder, 'e.csv', `user_id,item_id\n${events.join('')}`);
  const files = ['a.csv.gz', 'b.jsonl', 'c.parquet'];
  for (const [at, file] of files.entries()) {
    const args = ['-u', 'e.csv', '-n', '3', '--algorithm', 'popular', '-j', '1', '-o', file];
    expect((await runInProcess(args, { folder })).code).toBe(0);
    const ended = await diff(folder, files[0] ?? '', file, '--max-change', '0');
    expect([at, ended.code, ended.stdout.slice(0, 30)]).toEqual([at, 0, 'Change 0.0000: 10 users of bot']);
  }
});

test.each<[string[], number, string]>([
  [['before.csv'], 2, "missing required argument 'after'"],
  [['before.csv', 'after.csv', 'more.csv'], 2, 'too many arguments'],
  [['-', '-'], 2, 'only one of the two files can come from standard input'],
  [['before.csv', 'after.csv', '-o', './before.csv'], 2, '--output ./before.csv is also an input'],
  [['before.csv', 'after.csv', '--max-change', '30'], 2, 'Expected a share from 0 to 1, like 0.3.'],
  [['before.csv', 'absent.csv'], 66, 'absent.csv: no such file'],
])('%j ends with %i', async (args, code, message) => {
  const folder = shelf();
  const ended = await diff(folder, ...args);
  expect(ended).toMatchObject({ code, stdout: '' });
  expect(ended.stderr).toContain(message);
  expect(readFileSync(join(folder, 'before.csv'), 'utf8')).toBe(BEFORE);
});

test('one file can be standard input, and options can come from a configuration', async () => {
  const folder = shelf();
  put(folder, 'c.json', '{"max-change": 0.1, "format": "json"}');
  const args = ['diff', '-', 'after.csv', '--config', 'c.json'];
  const { code, stdout } = await run(args, { folder, stdin: BEFORE, terminal: false });
  expect([code, JSON.parse(stdout).change]).toEqual([1, 0.25]);
});
