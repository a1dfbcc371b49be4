import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, createReadStream, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { EVENTS, manyEvents, put } from '../cli/data.js';
import { endless } from '../cli/faults.js';
import { atWork, exitOf, leftBehind, run, shellExitOf, start, textOf } from '../cli/run.js';
import { temporaryFolders } from '../files/temporary.js';

const newFolder = temporaryFolders();

test('a reader that closes the pipe early (`| head -1`) ends the run with 0 and without a message', async () => {
  const folder = newFolder();
  const tmp = newFolder();
  put(folder, 'events.csv', manyEvents(10_000, 2_000, 10));
  const child = start(['-u', 'events.csv', '--algorithm', 'ridge', '-n', '50', '-q', '-j', '2'], { folder, tmp });
  const ended = exitOf(child);
  const stderr = textOf(child.stderr);
  const [first] = await once(child.stdout, 'data');
  child.stdout.destroy();
  expect(String(first)).toMatch(/^user_id,item_id,rank,score\n/);
  expect(await ended).toBe(0);
  expect(await stderr).toBe('');
  expect(readdirSync(tmp)).toEqual([]);
  expect(leftBehind(tmp)).toEqual([]);
});

describe.each([
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s', (signal, code) => {
  test('while learning ends the run without remaining children or files, and keeps the old output', async () => {
    const folder = newFolder();
    const tmp = newFolder();
    put(folder, 'events.csv', manyEvents(100, 50, 8));
    put(folder, 'recs.csv', 'old');
    const child = start(['-u', 'events.csv', '-o', 'recs.csv', '-j', '2'], { folder, tmp, env: endless(newFolder()) });
    const ended = exitOf(child);
    const stderr = textOf(child.stderr);
    await atWork(child, tmp);
    child.kill(signal);
    const text = await stderr;
    expect(await ended).toBe(code);
    expect(text).toContain(`recommend: stopped by ${signal}; no output file was written\n`);
    expect(text).not.toMatch(/\n\s+at /);
    expect(readFileSync(join(folder, 'recs.csv'), 'utf8')).toBe('old');
    expect(readdirSync(folder).sort()).toEqual(['events.csv', 'recs.csv']);
    expect(readdirSync(tmp)).toEqual([]);
    expect(leftBehind(tmp)).toEqual([]);
  });

  test('while reading standard input ends the run at once without remaining files', async () => {
    const folder = newFolder();
    const tmp = newFolder();
    put(folder, 'items.csv', 'item\noak\n');
    const child = start(['-u', '-', '-i', 'items.csv', '-o', 'recs.csv'], { folder, tmp });
    const ended = exitOf(child);
    const stderr = textOf(child.stderr);
    // This is more than a pipe holds: once it is written, the program is reading, and it never gets the end of the input.
    const taken = new Promise<void>((resolve) => child.stdin.write(manyEvents(20_000, 50, 5), () => resolve()));
    child.stdin.on('error', () => {});
    await taken;
    child.kill(signal);
    expect(await ended).toBe(code);
    expect(await stderr).toContain(`recommend: stopped by ${signal}; no output file was written\n`);
    expect(readdirSync(folder)).toEqual(['items.csv']);
    expect(readdirSync(tmp)).toEqual([]);
    expect(leftBehind(tmp)).toEqual([]);
  });
});

test.skipIf(process.platform === 'win32').each([
  ['SIGTERM', 'SIGTERM', 143],
  ['SIGINT', 'SIGINT', 130],
  ['SIGHUP', 'SIGTERM', 143],
] as const)('%s, then %s: the second ends a waiting run at once', async (first, second, code) => {
  const folder = newFolder();
  const tmp = newFolder();
  put(folder, 'events.csv', manyEvents(100, 50, 8));
  // Nobody reads this pipe, so the summary is never written.
  execFileSync('mkfifo', [join(folder, 'summary')]);
  const args = ['-u', 'events.csv', '-o', 'recs.csv', '-j', '2', '--summary', 'summary', '--metrics-file', 'r.prom'];
  const child = start(args, { folder, tmp, terminal: false, env: endless(newFolder()) });
  const ended = shellExitOf(child);
  const stderr = textOf(child.stderr);
  await atWork(child, tmp);
  child.kill(first);
  // The metrics are written before the summary, so the run is now waiting to write the summary.
  while (!readdirSync(folder).includes('r.prom') && child.exitCode === null) await sleep(10);
  child.kill(second);
  expect(await ended).toBe(code);
  expect(await stderr).toBe(`recommend: stopped at once by a second signal, ${second}; no output file was written\n`);
  expect(readFileSync(join(folder, 'r.prom'), 'utf8')).toContain(
    `recommend_exit_code{run="r"} ${{ SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }[first]}\n`,
  );
  expect(readdirSync(folder).sort()).toEqual(['events.csv', 'r.prom', 'summary']);
  expect(readdirSync(tmp)).toEqual([]);
  expect(leftBehind(tmp)).toEqual([]);
});

describe.skipIf(process.platform === 'win32')('a pipe that nobody reads', () => {
  /** Waits until a run reports that it is waiting for a reader of the pipe. */
  async function untilItReportsWaiting(stderr: Readable): Promise<void> {
    let text = '';
    for await (const chunk of stderr.iterator({ destroyOnReturn: false })) {
      text += chunk;
      if (text.includes('nobody reads pipe yet: its output waits for a reader\n')) return;
    }
    throw new Error(`it ended, and wrote ${text}`);
  }

  /** Starts a run in a folder with a pipe that nobody reads. */
  function startWithPipe(events: string, args: readonly string[]) {
    const folder = newFolder();
    const tmp = newFolder();
    put(folder, 'events.csv', events);
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const child = start(['-u', 'events.csv', '-j', '1', ...args], { folder, tmp });
    return { folder, tmp, child, ended: shellExitOf(child) };
  }

  test.each([
    ['--bad-rows', ['-o', 'recs.csv', '--bad-rows', 'pipe']],
    ['--bad-rows=', ['-o', 'recs.csv', '--bad-rows=pipe']],
    ['--output', ['-o', 'pipe']],
    ['--summary', ['-o', '/dev/null', '--summary', 'pipe']],
  ])('as %s makes the run wait and say so, until a signal ends it', async (_, args) => {
    const { folder, tmp, child, ended } = startWithPipe(EVENTS, args);
    await untilItReportsWaiting(child.stderr);
    child.stderr.resume();
    expect(child.exitCode).toBeNull();
    child.kill('SIGTERM');
    // A run that only has its summary left to write needs a second signal to give that up.
    const isOver = () => child.exitCode !== null || child.signalCode !== null;
    if (args.includes('--summary')) for (; !isOver(); await sleep(50)) child.kill('SIGTERM');
    expect(await ended).toBe(143);
    expect(readdirSync(folder).sort()).toEqual(['events.csv', 'pipe']);
    expect(readdirSync(tmp)).toEqual([]);
  });

  test.each([
    ['--bad-rows', ['-o', 'recs.csv', '--bad-rows', 'pipe', '--user-col', 'who'], 2],
    ['--output', ['-o', 'pipe'], 65],
    ['--output, when the time is up,', ['-o', 'pipe', '--max-duration', '2s'], 75],
  ])('as %s does not keep a failing run from ending', async (_, args, code) => {
    const { ended } = startWithPipe(code === 75 ? EVENTS : `${EVENTS}cat,oak,abc\n`, args);
    expect(await ended).toBe(code);
  });

  test.each([
    [
      '--output',
      manyEvents(3000, 300, 4),
      ['-o', 'pipe', '-n', '50', '--algorithm', 'popular', '--max-duration', '4s'],
      75,
    ],
    ['--bad-rows', `user,item,rating\n${'cat,oak,abc\n'.repeat(5000)}`, ['-o', 'recs.csv', '--bad-rows', 'pipe'], 65],
  ])(
    'as %s does not keep a failing run from ending if its reader has stopped reading',
    async (_, events, args, code) => {
      const { folder, ended } = startWithPipe(events, args);
      const reader = openSync(join(folder, 'pipe'), constants.O_RDONLY | constants.O_NONBLOCK);
      expect(await ended).toBe(code);
      closeSync(reader);
    },
  );

  test('as --bad-rows gets all rows when its reader comes late', async () => {
    const { folder, child, ended } = startWithPipe(`${EVENTS}cat,oak,abc\n`, ['-o', 'recs.csv', '--bad-rows', 'pipe']);
    await untilItReportsWaiting(child.stderr);
    child.stderr.resume();
    expect(await textOf(createReadStream(join(folder, 'pipe')))).toBe(
      'file,line,reason,row\nevents.csv,7,"column ""rating"": ""abc"" is not a number","cat,oak,abc"\n',
    );
    expect(await ended).toBe(0);
    expect(readdirSync(folder).sort()).toEqual(['events.csv', 'pipe', 'recs.csv']);
  });

  test('as --bad-rows buffers many rows for a late reader without a warning', async () => {
    const bad = Array.from({ length: 2000 }, (_, k) => `cat,oak${k},abc\n`).join('');
    const { folder, child, ended } = startWithPipe(EVENTS + bad, ['-o', '/dev/null', '--bad-rows', 'pipe']);
    await untilItReportsWaiting(child.stderr);
    const stderr = textOf(child.stderr);
    const rows = await textOf(createReadStream(join(folder, 'pipe')));
    expect(rows.split('\n').length).toBe(2002);
    expect(rows.slice(rows.lastIndexOf('cat'))).toBe('cat,oak1999,abc"\n');
    expect(await ended).toBe(0);
    expect(await stderr).not.toContain('Warning');
  });
});

test.skipIf(process.platform === 'win32')('a full temporary folder ends the run with 74 and advice', async () => {
  const folder = newFolder();
  const tmp = newFolder();
  put(folder, 'events.csv', manyEvents(300, 120, 12));
  // The shell limits the size of files to a few blocks.
  const { code, stderr } = await run(['-u', 'events.csv', '-o', '/dev/null', '--algorithm', 'cosine'], {
    folder,
    tmp,
    terminal: false,
    inside: ['sh', '-c', 'ulimit -f 8; exec "$@"', 'sh'],
  });
  expect(stderr).toMatch(/^recommend: no room in \S+ \(EFBIG.* set TMPDIR to a folder with some, and run it again\n$/);
  expect(code).toBe(74);
  expect(readdirSync(tmp)).toEqual([]);
});
