import { spawn, spawnSync } from 'node:child_process';

import { readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { EVENTS, put } from './data.js';
import { withFaults } from './faults.js';
import { ARGS, held, MANY, newFolder, runFolder } from './resuming.js';
import { BINARY, exitOf, leftBehind, run, textOf } from './run.js';

/** Another run's, in another container. */
const THEIRS = '1-5-1a2b3c4d-0123456789abcdef@web-3-7';

test('a run whose output another has taken over ends with 75, and leaves lock, folder and the old output alone', async () => {
  const folder = newFolder();
  const tmp = newFolder();
  put(folder, 'events.csv', MANY);
  put(folder, 'recs.csv', 'old');
  const { child, ended, said } = await held('count', folder, tmp, [...ARGS, '-q', '--resume']);
  const lock = join(folder, '.recs.csv.lock');
  // It may be renewed just now.
  while (readdirSync(lock)[0] !== THEIRS) {
    try {
      renameSync(join(lock, readdirSync(lock)[0] ?? ''), join(lock, THEIRS));
    } catch {}
  }
  expect(await ended, await said).toBe(75);
  expect(await said).toBe(
    'recommend: recs.csv was taken over by another run, since this one was stopped for too long, or its lock was deleted; this run wrote no output file\n',
  );
  expect(child.exitCode).toBe(75);
  expect(readFileSync(join(folder, 'recs.csv'), 'utf8')).toBe('old');
  expect(readdirSync(lock)).toEqual([THEIRS]);
  expect(readdirSync(runFolder(folder) ?? '')).toContain('manifest');
  expect(leftBehind(tmp)).toEqual([]);
});

test.each([
  ['count', 'recs.csv'],
  ['recommend', 'recs.csv'],
  ['learn', '-'],
] as const)(
  'a run whose folder is removed while it works on %s for %s ends with 74 and one sentence',
  async (job, output) => {
    const folder = newFolder();
    const tmp = newFolder();
    put(folder, 'events.csv', MANY);
    const args = ['-u', 'events.csv', '-o', output, '--algorithm', 'ridge', '-j', '2'];
    const ended = await run(args, {
      folder,
      tmp,
      terminal: false,
      env: withFaults(newFolder(), { job, row: 0, how: 'bury', times: 1 }),
    });
    expect(ended.code, ended.stderr).toBe(74);
    expect(ended.stderr).toMatch(
      /^recommend: \S+, where this run keeps its work, was removed while it ran; no output file was written; run it again\n$/,
    );
    expect(readdirSync(folder)).toEqual(['events.csv']);
    expect(readdirSync(tmp)).toEqual([]);
  },
);

const CONTAINER = ['--pid', '--fork', '--kill-child', '--mount-proc', '--uts'];
const hasContainers = spawnSync('unshare', [...CONTAINER, 'true']).status === 0;
if (!hasContainers)
  process.stderr.write('\nNOT TESTED HERE: runs in real PID namespaces (unshare is not permitted)\n\n');

test.runIf(hasContainers)(
  'of two runs in two containers on one output, the second leaves the first alone',
  async () => {
    const folder = newFolder();
    put(folder, 'few.csv', EVENTS);
    const args = ['-u', '-', '-o', 'recs.csv', '--algorithm', 'cosine'];
    const first = spawn('unshare', [...CONTAINER, process.execPath, BINARY, ...args], { cwd: folder });
    const firstEnded = exitOf(first);
    while (!readdirSync(folder).some((name) => name.endsWith('.run'))) await sleep(10);
    const before = readdirSync(folder).filter((name) => name.endsWith('.run'));
    const second = spawn('unshare', [...CONTAINER, process.execPath, BINARY, '-u', 'few.csv', '-o', 'recs.csv'], {
      cwd: folder,
    });
    const [code, said] = await Promise.all([exitOf(second), textOf(second.stderr)]);
    expect(code, said).toBe(75);
    expect(said).toMatch(
      /^recommend: recs.csv is being written by another run \(process 1 on \S+\); --lock-wait 10m waits for it/,
    );
    expect(readdirSync(folder).filter((name) => name.endsWith('.run'))).toEqual(before);
    first.stdin.end(EVENTS);
    expect(await firstEnded).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(['few.csv', 'recs.csv']);
  },
);
