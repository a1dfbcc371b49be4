import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

import { chmodSync, lchownSync, readdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { CONTAINER, hasContainers, tellNoContainers } from '../cli/container.js';
import { EVENTS, put } from '../cli/data.js';
import { withFaults } from '../cli/faults.js';
import { ARGS, held, MANY, newFolder, runFolder } from '../cli/resuming.js';
import { BINARY, exitOf, leftBehind, run, start, textOf } from '../cli/run.js';

/** The lock entry of a run in another container. */
const FOREIGN_ENTRY = '1-5-1a2b3c4d-0123456789abcdef@web-3-7';

test('a run whose lock another run has taken over ends with 75, and does not touch the lock, its folder and the old output', async () => {
  const folder = newFolder();
  const tmp = newFolder();
  put(folder, 'events.csv', MANY);
  put(folder, 'recs.csv', 'old');
  const { child, ended, said } = await held('count', folder, tmp, [...ARGS, '-q', '--resume']);
  const lock = join(folder, '.recs.csv.lock');
  // The rename fails if the run renews its lock at this moment.
  while (readdirSync(lock)[0] !== FOREIGN_ENTRY) {
    try {
      renameSync(join(lock, readdirSync(lock)[0] ?? ''), join(lock, FOREIGN_ENTRY));
    } catch {}
  }
  expect(await ended, await said).toBe(75);
  expect(await said).toBe(
    'recommend: recs.csv was taken over by another run, since this one was stopped for too long, or its lock was deleted; this run wrote no output file\n',
  );
  expect(child.exitCode).toBe(75);
  expect(readFileSync(join(folder, 'recs.csv'), 'utf8')).toBe('old');
  expect(readdirSync(lock)).toEqual([FOREIGN_ENTRY]);
  expect(readdirSync(runFolder(folder) ?? '')).toContain('manifest');
  expect(leftBehind(tmp)).toEqual([]);
});

test.each([
  ['count', 'recs.csv'],
  ['recommend', 'recs.csv'],
  ['learn', '-'],
] as const)(
  'a run whose folder is removed during %s, with output to %s, ends with 74 and a one-line error',
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

if (!hasContainers) tellNoContainers();

test.runIf(hasContainers)(
  'a second run on the same output in another container is refused and does not disturb the first',
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
    const [code, stderr] = await Promise.all([exitOf(second), textOf(second.stderr)]);
    expect(code, stderr).toBe(75);
    expect(stderr).toMatch(
      /^recommend: recs.csv is being written by another run \(process 1 on \S+\); --lock-wait 10m waits for it/,
    );
    expect(readdirSync(folder).filter((name) => name.endsWith('.run'))).toEqual(before);
    first.stdin.end(EVENTS);
    expect(await firstEnded).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(['few.csv', 'recs.csv']);
  },
);

const SMALL = ['-u', 'few.csv', '-o', 'recs.csv', '--algorithm', 'ridge'];

/** Runs the program from a shell, after the shell command `change`. */
async function runAfter(change: string, folder: string, args: readonly string[], ...shell: readonly string[]) {
  const [command = 'sh', ...rest] = [...shell, 'sh'];
  const child = spawn(command, [...rest, '-c', `${change} && exec "$@"`, 'sh', process.execPath, BINARY, ...args], {
    cwd: folder,
  });
  const [code, stderr] = await Promise.all([exitOf(child), textOf(child.stderr)]);
  return { code, stderr };
}

const hasMounts = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/proc']).status === 0;
if (!hasMounts) process.stderr.write('\nNOT TESTED HERE: runs without /proc (unshare --mount is not permitted)\n\n');

test.runIf(hasMounts)('a run works without /proc, and warns only if --max-memory cannot be enforced', async () => {
  const folder = newFolder();
  put(folder, 'few.csv', EVENTS);
  const [change, shell] = ['mount -t tmpfs none /proc', ['unshare', '--mount']] as const;
  expect(await runAfter(change, folder, SMALL, ...shell)).toEqual({ code: 0, stderr: '' });
  const limited = await runAfter(change, folder, [...SMALL, '--max-memory', '2G'], ...shell);
  expect(limited).toEqual({
    code: 0,
    stderr: expect.stringMatching(/^recommend: warning: --max-memory: the system does not show .*\n$/),
  });
  expect(readdirSync(folder).sort()).toEqual(['few.csv', 'recs.csv']);
});

test.runIf(process.platform === 'linux')('a run with too few open files ends with 71 and EMFILE', async () => {
  const folder = newFolder();
  put(folder, 'few.csv', EVENTS);
  // How many open files are needed differs between versions of Node.
  let ending: Awaited<ReturnType<typeof runAfter>> = { code: 0, stderr: '' };
  for (const limit of [32, 30, 28, 26, 24]) {
    if (ending.code === 0) ending = await runAfter(`ulimit -n ${limit}`, folder, SMALL);
  }
  expect(ending).toEqual({ code: 71, stderr: expect.stringMatching(/^recommend: .*\bEMFILE\b/) });
  expect(readdirSync(folder).filter((name) => name !== 'recs.csv')).toEqual(['few.csv']);
});

test.runIf(process.platform === 'linux')('a run with little address space gives the same output', async () => {
  const folder = newFolder();
  put(folder, 'few.csv', EVENTS);
  expect(await runAfter('true', folder, SMALL)).toEqual({ code: 0, stderr: '' });
  const whole = readFileSync(join(folder, 'recs.csv'));
  expect(await runAfter('ulimit -v 4000000', folder, SMALL)).toEqual({ code: 0, stderr: '' });
  expect(readFileSync(join(folder, 'recs.csv'))).toEqual(whole);
});

test('a reader that stops reading stderr delays neither the end of the run nor its exit code', async () => {
  // Two copies of this name are more than fits into a pipe.
  const child = start(['-u', 'x'.repeat(120_000), '-o', 'recs.csv'], { folder: newFolder() });
  child.stdout.resume();
  const [code] = await once(child, 'exit');
  expect(code).toBe(74);
  child.stderr.destroy();
});

test('output through another user’s link in a folder that others can write to is refused', async () => {
  const folder = newFolder();
  put(folder, 'few.csv', EVENTS);
  put(folder, 'target.csv', 'precious');
  symlinkSync('target.csv', join(folder, 'recs.csv'));
  chmodSync(folder, 0o777);
  if (process.getuid?.() !== 0)
    process.stderr.write('\nNOT TESTED HERE: links of another user (only root can make one)\n\n');
  else {
    // The link now has another owner than the folder.
    lchownSync(join(folder, 'recs.csv'), 12345, 12345);
    for (const option of ['-o', '--summary']) {
      const { code, stderr } = await run(['-u', 'few.csv', option, 'recs.csv', '-q'], { folder, terminal: false });
      expect([code, readFileSync(join(folder, 'target.csv'), 'utf8')]).toEqual([option === '-o' ? 73 : 0, 'precious']);
      expect(stderr).toContain('recs.csv is a link that another user made in a folder where others may write');
    }
    lchownSync(join(folder, 'recs.csv'), 0, 0);
  }
  // A link is followed if it is the user's own, or if nobody else can write to its folder.
  expect(await run(['-u', 'few.csv', '-o', 'recs.csv', '-q'], { folder })).toMatchObject({ code: 0, stderr: '' });
  expect(readFileSync(join(folder, 'target.csv'), 'utf8')).toContain('user_id');
});
