import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { temporaryFolders } from '../files/temporary.js';
import { EVENTS, manyEvents, put } from './data.js';
import { endless } from './faults.js';
import { exitOf, leftBehind, run, start, textOf } from './run.js';

const newFolder = temporaryFolders();

test('a run that is killed (-9) leaves no workers, and the next run removes its files', async () => {
  const folder = newFolder();
  const tmp = newFolder();
  put(folder, 'events.csv', manyEvents(400, 401, 200));
  put(folder, 'recs.csv', 'old');
  const args = ['-u', 'events.csv', '-o', 'recs.csv', '-j', '2'];
  const child = start(args, { folder, tmp, env: endless(newFolder()) });
  const ended = exitOf(child);
  while (leftBehind(tmp).length < 3 && child.exitCode === null) await sleep(10);
  child.kill('SIGKILL');
  await ended;
  await vi.waitFor(() => expect(leftBehind(tmp)).toEqual([]), { timeout: 10_000 });
  expect(readFileSync(join(folder, 'recs.csv'), 'utf8')).toBe('old');
  // Two more files: the lock, and the folder of the run.
  expect(readdirSync(folder).length).toBe(4);

  put(folder, 'few.csv', EVENTS);
  const { code, stderr } = await run(['-u', 'few.csv', '-o', 'recs.csv', '-q'], { folder, tmp });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(readdirSync(tmp)).toEqual([]);
  expect(readdirSync(folder).sort()).toEqual(['events.csv', 'few.csv', 'recs.csv']);
});

test('temporary files of a running process, of another output or of unknown origin are not removed', async () => {
  const folder = newFolder();
  const tmp = newFolder();
  put(folder, 'few.csv', EVENTS);
  const names = [
    `.recs.csv.1-0-00000000.0123456789ab.tmp`,
    '.recs.csv.tmp',
    '.other.csv.999999999-1-ffffffff.0123456789ab.tmp',
  ];
  for (const name of names) writeFileSync(join(folder, name), 'theirs');
  const { code } = await run(['-u', 'few.csv', '-o', 'recs.csv', '-q'], { folder, tmp });
  expect(code).toBe(0);
  for (const name of names) expect(existsSync(join(folder, name)), name).toBe(true);
});

test('a second run on the same output names the process of the first and ends with 75, or waits with --lock-wait', async () => {
  const folder = newFolder();
  const tmp = newFolder();
  put(folder, 'few.csv', EVENTS);
  // The first run locks its output at once, and then waits for its input.
  const first = start(['-u', '-', '-o', 'recs.csv', '-q', '--algorithm', 'cosine'], { folder, tmp });
  const ended = exitOf(first);
  const complaints = textOf(first.stderr);
  while (!readdirSync(folder).some((name) => name.endsWith('.run'))) await sleep(10);
  const second = await run(['-u', 'few.csv', '-o', 'recs.csv'], { folder, tmp });
  expect(second.code).toBe(75);
  expect(second.stderr).toContain(
    `recs.csv is being written by another run (process ${first.pid}); --lock-wait 10m waits`,
  );
  const third = start(['-u', 'few.csv', '-o', 'recs.csv', '--lock-wait', '2m'], { folder, tmp });
  const thirdEnded = exitOf(third);
  const [waiting] = await once(third.stderr, 'data');
  expect(String(waiting)).toMatch(
    new RegExp(
      `^recs.csv is being written by another run \\(process ${first.pid}\\): waiting; its lock, .recs.csv.lock, is`,
    ),
  );
  third.stderr.resume();
  first.stdin.end(manyEvents(200, 50, 8));
  expect([await ended, await complaints]).toEqual([0, '']);
  expect(await thirdEnded).toBe(0);
  // The third run wrote last, and its output is the short one.
  expect(readFileSync(join(folder, 'recs.csv'), 'utf8').split('\n').length).toBeLessThan(100);
  expect(readdirSync(folder).sort()).toEqual(['few.csv', 'recs.csv']);
  expect(readdirSync(tmp)).toEqual([]);
});
