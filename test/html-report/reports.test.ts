import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { expect, test } from 'vitest';
import { loadPlotter } from '../../src/html-report/plotter.js';
import { put } from '../cli/data.js';
import { runInProcess } from '../cli/run.js';
import { temporaryFolders } from '../files/temporary.js';

type Page = ReturnType<typeof parseHTML>['document'];

const newFolder = temporaryFolders();
const HOSTILE = '<img src=x onerror=alert(1)>';

/** Writes events of users with two tastes, with ratings and dates, and a catalogue with a hostile title. */
function world(): string {
  const folder = newFolder();
  const events = Array.from({ length: 60 }, (_, user) =>
    [0, 1, 2, 3, 4, 5].map((k) => {
      const item = (user % 2) * 10 + ((user + k * (1 + (user % 3))) % 10);
      return `u${user},i${item},${1 + ((user + k) % 5)},2024-0${1 + k}-1${user % 10}`;
    }),
  );
  put(folder, 'events.csv', ['user,item,rating,date', ...events.flat(), ''].join('\n'));
  const items = Array.from({ length: 22 }, (_, k) => `i${k},"${k === 3 ? HOSTILE : `Title ${k}`}",kind${k % 2}`);
  put(folder, 'items.csv', ['item,title,kind', ...items, ''].join('\n'));
  return folder;
}

const FILES = ['-u', 'events.csv', '-i', 'items.csv'];
const read = (folder: string, name: string) => {
  const text = readFileSync(join(folder, name), 'utf8');
  return { text, document: parseHTML(text).document };
};
const textsOf = (document: Page, selector: string) =>
  [...document.querySelectorAll(selector)].map(({ textContent }) => textContent ?? '');

/** Checks that a page loads nothing, runs no script, and has no elements injected by a title of the catalogue. */
function expectSelfContained(text: string, document: Page) {
  expect(document.querySelectorAll('script, img, link, iframe, object, [src], [href], [onerror]')).toHaveLength(0);
  expect(text).not.toMatch(/url\(|@import|NaN|undefined|Infinity/);
}

test('evaluate --report shows the conclusion, the figures of the table, and twenty users with their hits marked', async () => {
  const folder = world();
  const args = ['evaluate', ...FILES, '--algorithms', 'ridge,cosine', '--at', '3,5', '--report', 'r.html', '-j', '1'];
  const { code, stdout, stderr } = await runInProcess(args, { folder });
  expect(code, stderr).toBe(0);
  const { text, document } = read(folder, 'r.html');
  expectSelfContained(text, document);
  expect(document.querySelector('h1')?.textContent).toBe(`${stdout.split('\n')[0]}.`);
  const [row] = /^ridge +0\..*$/m.exec(stdout.slice(stdout.indexOf('at 5 '))) ?? [''];
  const recall = row.split(/ +/)[1] ?? '';
  expect(textsOf(document, 'svg text')).toContain(recall);
  expect(textsOf(document, 'table td')).toContain(recall);
  expect(document.querySelectorAll('svg[role="img"][aria-label]').length).toBeGreaterThan(8);
  const users = [...document.querySelectorAll('details')];
  expect(users).toHaveLength(20);
  for (const user of users) {
    const [, found, of] = /: (\d+) of (\d+) found/.exec(user.querySelector('summary')?.textContent ?? '') ?? [];
    const [, list, took] = [...user.querySelectorAll('.columns > div')];
    expect(list?.querySelectorAll('.hit')).toHaveLength(Number(found));
    expect(took?.querySelectorAll('.hit')).toHaveLength(Number(found));
    expect(took?.querySelectorAll('li')).toHaveLength(Number(of));
    expect(list?.querySelectorAll('ol > li').length).toBeLessThanOrEqual(5);
  }
  expect(users[0]?.hasAttribute('open')).toBe(true);
  expect(text).toContain('&#60;img src=x onerror=alert(1)&#62;');
});

test('the report is the same with more workers, except for the times', async () => {
  const folder = world();
  const pages = [];
  for (const workers of ['1', '2']) {
    const args = ['evaluate', ...FILES, '--algorithms', 'ridge', '--report', `${workers}.html`, '-j', workers];
    await runInProcess([...args, '-o', `${workers}.txt`], { folder });
    const { document } = read(folder, `${workers}.html`);
    document.querySelector('[aria-label="Time"]')?.remove();
    pages.push(document.toString());
  }
  expect(pages[0]).toBe(pages[1]);
});

test('describe --report shows how the input was understood, what is suspicious, and the command', async () => {
  const folder = world();
  put(folder, 'odd.csv', 'user,item\nann,oak\nann,elm\nbob,oak\n,\n,\n,\n,\n');
  for (const [files, suspicions] of [
    [FILES, 'Nothing is suspicious.'],
    [['-u', 'odd.csv'], 'One thing is suspicious.'],
  ] as const) {
    const { code, stdout } = await runInProcess(['describe', ...files, '--report', 'd.html'], { folder });
    expect(code).toBe(0);
    const { text, document } = read(folder, 'd.html');
    expectSelfContained(text, document);
    const [first] = stdout.split('\n');
    expect(document.querySelector('h1')?.textContent).toBe(first);
    expect(first).toContain(suspicions);
    expect(textsOf(document, 'pre').at(-1)).toBe(stdout.trimEnd().split('\n').at(-1)?.trim());
  }
});

test('a report can go to standard output, but not together with the normal output', async () => {
  const folder = world();
  const { stdout } = await runInProcess(['describe', ...FILES, '--report', '-', '-o', 'd.txt'], { folder });
  expect(stdout.startsWith('<!doctype html>')).toBe(true);
  for (const command of ['describe', 'evaluate']) {
    const ended = await runInProcess([command, ...FILES, '--report', '-'], { folder });
    expect([ended.code, ended.stderr]).toEqual([
      2,
      expect.stringContaining('only one of --output and --report can go to standard output'),
    ]);
  }
});

test('a run that fails keeps the previous report', async () => {
  const folder = world();
  put(folder, 'r.html', 'last week');
  const args = ['evaluate', '-u', 'events.csv', '--split', 'time', '--holdout', '0.000001', '--report', 'r.html'];
  const { code } = await runInProcess([...args, '--at', '1', '--only-users', 'nobody.csv'], { folder });
  expect(code).not.toBe(0);
  expect(readFileSync(join(folder, 'r.html'), 'utf8')).toBe('last week');
  expect(existsSync(join(folder, 'nobody.csv'))).toBe(false);
});

test('missing plot packages are reported with the command that installs them', async () => {
  const missing = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
  await expect(loadPlotter(() => Promise.reject(missing))).rejects.toThrow(/npm install @observablehq\/plot linkedom/);
  await expect(loadPlotter(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
});

test.each(['evaluate', 'describe'])('%s draws bars on a terminal only', async (command) => {
  const folder = world();
  const args = [command, ...FILES, ...(command === 'evaluate' ? ['--algorithms', 'cosine'] : [])];
  const piped = await runInProcess(args, { folder });
  const shown = await runInProcess(args, { folder, stdoutIsTerminal: true });
  expect(piped.stdout).not.toMatch(/[▁-▏]/);
  expect(shown.stdout).toMatch(/^users an item has {2}[ ▁-█]+ {2}\d+ to \d+, the median \d+$/m);
  expect(shown.stdout).toMatch(/^dates +[ ▁-█]+ {2}2024-01-\d\d to 2024-0\d-\d\d$/m);
  if (command === 'evaluate') expect(shown.stdout).toMatch(/^cosine +█+/m);
});

test('lists of different lengths, including empty ones, are drawn', async () => {
  const folder = world();
  const candidates = Array.from({ length: 60 }, (_, user) =>
    Array.from({ length: user % 7 }, (_, k) => `u${user},i${(user % 2) * 10 + k}`),
  );
  put(folder, 'some.csv', ['user,item', ...candidates.flat(), ''].join('\n'));
  const args = ['evaluate', ...FILES, '--algorithms', 'cosine', '--candidates', 'some.csv', '--report', 'r.html'];
  const { code, stderr } = await runInProcess(args, { folder });
  expect(code, stderr).toBe(0);
  const { text, document } = read(folder, 'r.html');
  expectSelfContained(text, document);
  expect(textsOf(document, 'figcaption').some((words) => /^0 to \d, the median \d$/.test(words))).toBe(true);
});
