import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolders } from '../files/temporary.js';
import { manyEvents, put, rowsIn } from './data.js';
import { EVENTS, evaluated, eventsCsv, world } from './evaluation.js';
import { endless } from './faults.js';
import { atWork, exitOf, leftBehind, root, runInProcess, start, textOf } from './run.js';

const newFolder = temporaryFolders();

describe('--test', () => {
  test('counts and reports unknown users and items, and judges by them, too', async () => {
    const folder = newFolder();
    put(folder, 'train.csv', 'user,item\nann,oak\nann,elm\nbob,oak\nbob,elm\nbob,ash\ncat,oak\ncat,fir\n');
    // Ann already has elm; yew and box are unknown items; dan and eve are new users.
    put(folder, 'test.csv', 'user,item\nann,ash\nann,elm\nann,yew\ndan,oak\neve,yew\neve,box\nbob,fir\n');
    const files = ['-u', 'train.csv', '--test', 'test.csv'];
    const args = [...files, '--algorithms', 'popular', '--at', '1,4', '--per-user', 'per-user.csv'];
    const { answer } = await evaluated(folder, [...args, '--format', 'json']);
    const { counts, figures } = JSON.parse(answer);
    expect(counts).toEqual({
      learnedFrom: 7,
      heldOut: 7,
      notLiked: 0,
      ofUntestedUsers: 0,
      toFind: 6,
      outsideCatalogue: 3,
      hadBefore: 1,
      excludedByUser: 0,
      usersTested: 4,
      usersWithItems: 4,
      usersWithoutItems: 1,
      unknownUsers: 2,
      unknownItems: 2,
      coldItems: 0,
      coldToFind: 0,
    });
    // By popularity: oak 3, elm 2, ash 1, fir 1. Ann's list finds ash but not yew, bob's fir, dan's oak, eve's nothing.
    const found = rowsIn(join(folder, 'per-user.csv')).map(({ user_id, at, recall, history, to_find }) => [
      ...[user_id, at, recall, history, to_find],
    ]);
    expect(found).toEqual([
      ['ann', '1', '0.5', '2', '2'],
      ['ann', '4', '0.5', '2', '2'],
      ['bob', '1', '1', '3', '1'],
      ['bob', '4', '1', '3', '1'],
      ['dan', '1', '1', '0', '1'],
      ['dan', '4', '1', '0', '1'],
      ['eve', '1', '0', '0', '2'],
      ['eve', '4', '0', '0', '2'],
    ]);
    const recall = (figure: { metric: string; at: number; group: string }) =>
      figure.metric === 'recall' && figure.at === 4 && figure.group === 'all';
    expect(figures.find(recall)).toMatchObject({ value: 0.625, users: 4 });

    const { answer: text } = await evaluated(folder, files);
    expect(text).toContain('  held out       7 interactions, of them to be found: 6\n');
    expect(text).toContain('  not counted    1 of items the user had before\n');
    expect(text).toContain(
      '  out of reach   3 to be found are not in the catalogue (2 unknown items): missed by all\n',
    );
    expect(text).toContain('  tested         4 users; users without held-out items: 1\n');
    expect(text).toContain('  new            2 unknown test users, served without a history\n');
  });

  test('the example in docs/evaluation.md has the documented metrics', async () => {
    const folder = newFolder();
    const likes = ['a', 'b', 'c', 'd', 'e'].flatMap((item, at) =>
      Array.from({ length: 9 - at }, (_, user) => `user-${user},${item}`),
    );
    put(folder, 'train.csv', `user,item\n${likes.join('\n')}\n`);
    put(folder, 'test.csv', 'user,item\nsomebody,b\nsomebody,d\nsomebody,z\n');
    const args = [
      '-u',
      'train.csv',
      '--test',
      'test.csv',
      '--algorithms',
      'popular',
      '--at',
      '5',
      '--per-user',
      'p.csv',
    ];
    await evaluated(folder, args);
    expect(rowsIn(join(folder, 'p.csv'))).toEqual([
      {
        ...{ user_id: 'somebody', algorithm: 'popular', at: '5', history: '0', to_find: '3' },
        ...{ recall: '0.666667', precision: '0.4', ndcg: '0.498189', map: '0.333333', mrr: '0.5', hit_rate: '1' },
      },
    ]);
    const docs = readFileSync(join(root, 'docs', 'evaluation.md'), 'utf8');
    expect(docs).toMatch(
      /recall 2\/3, precision 2\/5, NDCG\s[^=]*= 0\.498, average precision [^=]* = 1\/3, reciprocal rank 1\/2, hit 1\./,
    );
  });
});

describe('an invalid evaluation ends with its exit code and a reason, and writes no file', () => {
  test.each([
    [
      ['--by', 'contry'],
      2,
      '--by contry: the users have no such attribute; did you mean "country"?\n  their attributes: "country"\n',
    ],
    [['--by', 'age'], 2, '--by age: the users have no such attribute\n  their attributes: "country"\n'],
    [
      ['--algorithms', 'cosinus'],
      2,
      '--algorithms: unknown algorithm "cosinus"; did you mean cosine? Known: auto, ridge, ',
    ],
    [
      ['--algorithms', 'cosine:lambda=3'],
      2,
      '--algorithms cosine:lambda=3: cosine has no setting lambda; it has neighbors, ',
    ],
    [['--split', 'last', '--time-col', 'none'], 2, '--split last: the interactions have no times; '],
    [['--split', 'time', '--time-col', 'none'], 2, '--split time: the interactions have no times; '],
    [['--test', 'had.csv'], 65, 'no user has an item to find (held out: the interactions in had.csv): '],
    [
      ['--test', 'strange.csv'],
      65,
      'no item to find is in the catalogue (held out: the interactions in strange.csv), ',
    ],
    [['--test', 'gone.csv'], 66, 'gone.csv: no such file\n'],
    [['--test', 'had.csv', '--split', 'last'], 2, '--test and --split cannot be combined'],
  ])('%j', async (args, expected, message) => {
    const folder = newFolder();
    const files = world(folder);
    put(folder, 'had.csv', eventsCsv(EVENTS.slice(0, 5)));
    put(folder, 'strange.csv', 'user,item\nann,nobody-has-it\n');
    const before = readdirSync(folder);
    const { code, stdout, stderr } = await runInProcess(
      ['evaluate', ...files, ...args, '-q', '-o', 'answer.txt', '--per-user', 'per-user.csv'],
      { folder },
    );
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
    expect(stderr.startsWith(`recommend: ${message}`), stderr).toBe(true);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(readdirSync(folder)).toEqual(before);
  });

  test('--by without user profiles is refused: the users have no attributes', async () => {
    const folder = newFolder();
    world(folder);
    const { code, stderr } = await runInProcess(['evaluate', '-u', 'events.csv', '--by', 'country', '-q'], { folder });
    expect(code).toBe(2);
    expect(stderr).toBe(
      'recommend: --by country: the users have no attributes; a file of profiles, one user a row, would give them some\n',
    );
  });
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s while it learns ends the evaluation and leaves no workers and no files', async (signal, expected) => {
  const folder = newFolder();
  const tmp = newFolder();
  put(folder, 'events.csv', manyEvents(100, 50, 8));
  const outputs = ['-o', 'answer.txt', '--per-user', 'per-user.csv'];
  const child = start(['evaluate', '-u', 'events.csv', '--algorithms', 'ridge', ...outputs, '-j', '2'], {
    folder,
    tmp,
    env: endless(newFolder()),
  });
  const ended = exitOf(child);
  const stderr = textOf(child.stderr);
  await atWork(child, tmp);
  child.kill(signal);
  expect(await ended).toBe(expected);
  expect(await stderr).toContain(`recommend: stopped by ${signal}; no output file was written\n`);
  expect(await stderr).not.toMatch(/\n\s+at /);
  expect(readdirSync(folder)).toEqual(['events.csv']);
  expect(readdirSync(tmp)).toEqual([]);
  expect(leftBehind(tmp)).toEqual([]);
});
