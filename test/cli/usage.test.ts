import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { recommend } from '../../src/cli/recommend-options.js';
import { temporaryFolders } from '../files/temporary.js';
import { EVENTS, put } from './data.js';
import { root, runInProcess } from './run.js';

const newFolder = temporaryFolders();

test('the program without arguments prints a short help to stderr and ends with 2', async () => {
  const { code, stdout, stderr } = await runInProcess([], { folder: newFolder() });
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^recommend: /);
  expect(stderr).toContain('recommend --help');
  expect(stderr.trimEnd().split('\n').length).toBeLessThan(12);
});

test('--version prints the version of the package on one line', async () => {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(await runInProcess(['--version'], { folder: newFolder() })).toEqual({
    code: 0,
    stdout: `${version}\n`,
    stderr: '',
  });
});

test('--version needs only bin/ and package.json, and loads none of the built files', () => {
  const folder = newFolder();
  cpSync(join(root, 'bin'), join(folder, 'bin'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "version": "9.8.7", "type": "module" }');
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bin/recommend.js', '--version'], { cwd: folder });
  expect([status, `${stdout}`, `${stderr}`]).toEqual([0, '9.8.7\n', '']);
});

test('--help prints examples first and every option, to stdout', async () => {
  const { code, stdout, stderr } = await runInProcess(['--help'], { folder: newFolder() });
  expect(code).toBe(0);
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^Examples:\n {2}recommend --users /);
  for (const { flags } of recommend.command('').options) expect(stdout).toContain(flags);
});

test.each([
  ['an unknown option', ['-u', 'events.csv', '--colour']],
  ['an argument without an option', ['events.csv']],
  ['no users', ['-n', '3']],
  ['a list of 0 items', ['-u', 'events.csv', '-n', '0']],
  ['a fractional number of workers', ['-u', 'events.csv', '-j', '1.5']],
  ['a separator of nine characters', ['-u', 'events.csv', '--delimiter', '|'.repeat(9)]],
  ['an unknown encoding', ['-u', 'events.csv', '--encoding', 'latin-99']],
  ['an unknown way to merge duplicates', ['-u', 'events.csv', '--duplicates', 'mean']],
  ['an event weight without a number', ['-u', 'events.csv', '--event-weights', 'view=1,buy']],
  ['event weights without a column of event types', ['-u', 'events.csv', '--event-weights', 'view=1']],
  ['two files from one standard input', ['-u', '-', '-i', '-']],
  ['an output that is an input', ['-u', 'events.csv', '-o', 'events.csv']],
  ['two outputs to standard output', ['-u', 'events.csv', '--summary', '-']],
  ['an unknown log format', ['-u', 'events.csv', '--log-format', 'xml']],
  ['a misspelled word for --bad-rows', ['-u', 'events.csv', '--bad-rows', 'stopp']],
  ['a column that no file has', ['-u', 'events.csv', '--rating-col', 'stars']],
])('%s ends with 2, a reason, and no output', async (_, args) => {
  const folder = newFolder();
  const path = put(folder, 'events.csv', EVENTS);
  const { code, stdout, stderr } = await runInProcess(args, { folder });
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).not.toBe('');
  expect(stderr).not.toMatch(/\n\s+at /);
  expect(readFileSync(path, 'utf8')).toBe(EVENTS);
});

test('docs/options.md lists the options of the program, in its order', () => {
  const page = readFileSync(join(root, 'docs/options.md'), 'utf8');
  const listed = [...page.matchAll(/^\| `(-[^`]*)` \|/gm)].map((match) => match[1]);
  expect(listed).toEqual([...recommend.command('').options.map((option) => option.flags), '-h, --help']);
});
