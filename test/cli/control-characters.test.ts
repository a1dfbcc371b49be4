import { expect, test } from 'vitest';
import { temporaryFolders } from '../files/temporary.js';
import { put } from './data.js';
import { runInProcess } from './run.js';
import { keepWorkersInProcess } from './workers-in-process.js';

keepWorkersInProcess();

const newFolder = temporaryFolders();
/** Clears the screen in two ways, reverses the direction of text, and forges a line of output. */
const EVIL = '\u001b[2J\u009b2J\u202egpj\u2066\u007f\u2028\rrecommend: all is well';
const CONTROL = /(?!\n)[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;

const name = `in${EVIL.replaceAll('/', '')}.csv`;

test.each([
  ['that are read', ['-v'], 0, 'like'],
  ['that are refused', ['-q'], 65, `x${EVIL}`],
  ['that are left out', ['-v', '--bad-rows', 'skip'], 0, `x${EVIL}`],
])('ids, headers, types and file names %s never control the terminal', async (_, options, exitCode, rating) => {
  const folder = newFolder();
  const header = `user,item,rating,event,"more ${EVIL}"`;
  const row = (user: number) => `"u${user}${EVIL}","i${user % 3}${EVIL}",${user % 5},"view${EVIL}",x`;
  const rows = Array.from({ length: 40 }, (_, user) => row(user));
  const last = rating === 'like' ? [] : [`a,b,"${rating}",view,x`];
  put(folder, name, [header, ...rows, ...last, ''].join('\n'));
  for (const format of ['text', 'json']) {
    const args = ['-u', name, '-o', `out${name}`, '--log-format', format, ...options];
    const { code, stderr } = await runInProcess(args, { folder });
    expect(code, stderr).toBe(exitCode);
    expect(stderr).not.toMatch(CONTROL);
    expect(stderr).toContain('\\u009b2J');
    for (const line of format === 'json' ? stderr.trim().split('\n') : []) JSON.parse(line);
  }
});

test('the groups of an evaluation and an unknown option never control the terminal', async () => {
  const folder = newFolder();
  put(
    folder,
    'events.csv',
    ['user,item', ...Array.from({ length: 60 }, (_, at) => `u${at % 6},i${at % 10}`)].join('\n'),
  );
  const groups = Array.from({ length: 6 }, (_, at) => `u${at},"g${at % 2}${EVIL}\nx"`);
  put(folder, 'users.csv', ['user,group', ...groups].join('\n'));
  const args = ['evaluate', '-u', 'users.csv', '--interactions', 'events.csv', '--by', 'group', '--at', '2'];
  const { code, stdout, stderr } = await runInProcess([...args, '--algorithms', 'popular', '--split', 'random'], {
    folder,
  });
  expect(code, stderr).toBe(0);
  expect(stdout).toContain('g1\\u001b');
  expect(stdout + stderr).not.toMatch(CONTROL);
  expect(stdout + stderr).not.toMatch(/^x/m);
  const refused = await runInProcess(['-u', 'events.csv', `--no${EVIL}`], { folder });
  expect(refused.code).toBe(2);
  expect(refused.stderr).not.toMatch(CONTROL);
});
