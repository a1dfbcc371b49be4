import { existsSync, readdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { temporaryFolders } from '../files/temporary.js';
import { EVENTS, manyEvents, put } from './data.js';
import { run } from './run.js';

const newFolder = temporaryFolders();

test('where there is room for one worker only, one does all, to the same bytes', async () => {
  const folder = newFolder();
  put(folder, 'e.csv', manyEvents(300, 100, 20));
  const args = ['-u', 'e.csv', '-j', '2', '--algorithm', 'ridge'];
  const free = await run([...args, '-o', 'free.csv', '-v'], { folder });
  const within = await run([...args, '-o', 'within.csv', '--max-memory', '250M', '-v'], { folder });
  expect(free.stderr).toContain('of 2 workers');
  expect(within.code, within.stderr).toBe(0);
  expect(within.stderr).toContain('--max-memory has room for 1 worker of 2\n');
  expect(within.stderr).toContain('on 1 of 1 workers');
  expect(readFileSync(join(folder, 'within.csv'))).toEqual(readFileSync(join(folder, 'free.csv')));
});

test('too little memory is told of before anything is read, with what is needed', async () => {
  const folder = newFolder();
  put(folder, 'e.csv', EVENTS);
  // Two gigabytes that take no room: they would not be rows, were they read.
  truncateSync(join(folder, 'e.csv'), 2 ** 31);
  const { code, stderr } = await run(['-u', 'e.csv', '-o', 'recs.csv', '--max-memory', '1G'], { folder });
  expect(code).toBe(71);
  expect(stderr).toMatch(
    /^recommend: --max-memory 1,000 MB is too little: to read these files takes about \d,\d{3} MB with one worker; give it that, or a smaller input\n$/,
  );
  expect(readdirSync(folder)).toEqual(['e.csv']);
});

test('a packed file that swells beyond the memory ends the run, and the old output stays', async () => {
  const folder = newFolder();
  const filler = 'x'.repeat(2000);
  const rows = Array.from({ length: 150_000 }, (_, k) => `${filler}${k},oak\n`);
  put(folder, 'e.csv.gz', gzipSync(`user,item\n${rows.join('')}`, { level: 1 }));
  put(folder, 'recs.csv', 'old');
  const { code, stderr } = await run(['-u', 'e.csv.gz', '-o', 'recs.csv', '--max-memory', '300M'], { folder });
  expect(code, stderr).toBe(71);
  expect(stderr).toMatch(/recommend: stopped at \d+ MB while reading: more than --max-memory 300 MB; no output file/);
  expect(readFileSync(join(folder, 'recs.csv'), 'utf8')).toBe('old');
  expect(readdirSync(folder).sort()).toEqual(['e.csv.gz', 'recs.csv']);
});

test('of what comes from a pipe, the rows are counted before they are put in order: that they do not fit is told then', async () => {
  const folder = newFolder();
  const rows = Array.from({ length: 100 }, (_, k) => `${k},${(k * 7) % 31}\n`).join('');
  const stdin = `user,item\n${rows.repeat(80_000)}`;
  const args = ['-u', '-', '-o', 'recs.csv', '-j', '1', '--algorithm', 'popular', '--max-memory', '220M'];
  const { code, stderr } = await run(args, { folder, stdin });
  expect(code, stderr).toBe(71);
  expect(stderr).toMatch(
    /^recommend: --max-memory 220 MB is too little: to put 8,000,000 rows in order takes about \d+ MB, \d+ MB of it in use already; no output file was written; give it that, or a smaller input\n$/,
  );
  expect(readdirSync(folder)).toEqual([]);
});

test.each(['2', 'lots', '-1G', '2X'])('--max-memory %s is no amount', async (text) => {
  const folder = newFolder();
  const { code, stderr } = await run(['-u', 'e.csv', '-o', 'recs.csv', `--max-memory=${text}`], { folder });
  expect(code).toBe(2);
  expect(stderr).toContain('Expected an amount like 500M or 2G.');
  expect(existsSync(join(folder, 'recs.csv'))).toBe(false);
});
