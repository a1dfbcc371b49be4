import { existsSync, readdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolders } from '../files/temporary.js';
import { EVENTS, manyEvents, put } from './data.js';
import { run } from './run.js';

const newFolder = temporaryFolders();

test('a limit with memory for one worker only reduces the run to it, with the same bytes', async () => {
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

test('a limit that is too small is refused before any input is read, with the memory that the run needs', async () => {
  const folder = newFolder();
  put(folder, 'e.csv', EVENTS);
  // Two gigabytes of holes: reading them as rows would fail.
  truncateSync(join(folder, 'e.csv'), 2 ** 31);
  const { code, stderr } = await run(['-u', 'e.csv', '-o', 'recs.csv', '--max-memory', '1G'], { folder });
  expect(code).toBe(71);
  expect(stderr).toMatch(
    /^recommend: --max-memory 1,000 MB is too little: to read these files takes about \d,\d{3} MB with one worker; give it that, or a smaller input\n$/,
  );
  expect(readdirSync(folder)).toEqual(['e.csv']);
});

test.each(['2', 'lots', '-1G', '2X'])('--max-memory %s is refused: it is not an amount of memory', async (text) => {
  const folder = newFolder();
  const { code, stderr } = await run(['-u', 'e.csv', '-o', 'recs.csv', `--max-memory=${text}`], { folder });
  expect(code).toBe(2);
  expect(stderr).toContain('Expected an amount like 500M or 2G.');
  expect(existsSync(join(folder, 'recs.csv'))).toBe(false);
});
