import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { journalLine } from '../../src/files/journal.js';
import { temporaryFolders } from '../files/temporary.js';
import { EVENTS, manyEvents, put, rowsOf } from './data.js';
import { exitOf, leftBehind, run, start, textOf } from './run.js';

const newFolder = temporaryFolders();
const grief = new URL('./faults/grief.mjs', import.meta.url).href;
const MANY = manyEvents(6000, 1500, 25);
const ARGS = ['-u', 'events.csv', '-o', 'recs.csv', '-n', '5', '--algorithm', 'ridge'];
const FOREVER = 1e6;

/** A row in a shard of each job that is not the first of its stage. */
const HELD = { gram: 1490, fit: 1000, score: 4000 } as const;
const STAGES = { gram: 'counting', fit: 'learning', score: 'recommending' } as const;
type Kind = keyof typeof HELD;

let whole = '';

beforeAll(async () => {
  const folder = newFolder();
  put(folder, 'events.csv', MANY);
  const { code, stderr } = await run([...ARGS, '-q'], { folder });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  whole = readFileSync(join(folder, 'recs.csv'), 'utf8');
});

function griefOver(kind: string, row: number, how: string): NodeJS.ProcessEnv {
  return { NODE_OPTIONS: `--import ${grief}`, GRIEF: `${kind} ${row} ${how} ${FOREVER}`, GRIEF_FOLDER: newFolder() };
}

/** The folder of a run that lives or was cut; undefined where there is none. */
function runFolder(folder: string): string | undefined {
  const name = readdirSync(folder).find((each) => each.endsWith('.run'));
  return name === undefined ? undefined : join(folder, name);
}

function journalIn(folder: string): string {
  const path = runFolder(folder);
  const journal = path === undefined ? '' : join(path, 'journal');
  return existsSync(journal) ? readFileSync(journal, 'utf8') : '';
}

/** Starts a run that gets no further than a shard of that job, and waits until it keeps something of the stage. */
async function held(kind: Kind, folder: string, tmp: string, args: readonly string[]) {
  const child = start([...args, '-j', '2'], { folder, tmp, env: griefOver(kind, HELD[kind], 'hold') });
  const ended = exitOf(child);
  const said = textOf(child.stderr);
  const mark = kind === 'score' ? '"kind":"lists"' : `"stage":"${STAGES[kind]}"`;
  while (!journalIn(folder).includes(mark) && child.exitCode === null) await sleep(20);
  expect(child.exitCode).toBeNull();
  return { child, ended, said };
}

/** A folder in which a run was killed (-9) at that stage. */
async function cut(kind: Kind, args: readonly string[] = ARGS): Promise<string> {
  const folder = newFolder();
  const tmp = newFolder();
  put(folder, 'events.csv', MANY);
  const { child, ended } = await held(kind, folder, tmp, args);
  await killed(child, ended, tmp);
  return folder;
}

/** A folder in which a run was killed (-9) over its lists, of which it had kept some, with rows of a job that no worker could work. */
async function cutWithLost(kind: Kind, rows: readonly number[]) {
  const folder = newFolder();
  const tmp = newFolder();
  put(folder, 'events.csv', MANY);
  const args = [...ARGS, '-j', '1'];
  const env = griefOver('score', HELD.score, 'hold');
  const lost = rows.map((row) => `${kind} ${row} SIGKILL ${FOREVER}`).join(';');
  const child = start(args, { folder, tmp, env: { ...env, GRIEF: `${lost};${env.GRIEF}` } });
  const ended = exitOf(child);
  // Until the whole first shard of lists is kept, and one behind it.
  while (!/"kind":"lists","from":[1-3]\d{3},/.test(journalIn(folder)) && child.exitCode === null) await sleep(20);
  expect(journalIn(folder).match(/"kind":"lost"/g)?.length).toBe(rows.length);
  await killed(child, ended, tmp);
  return { folder, args };
}

async function killed(child: ChildProcessWithoutNullStreams, ended: Promise<unknown>, tmp: string): Promise<void> {
  child.kill('SIGKILL');
  await ended;
  while (leftBehind(tmp).length > 0) await sleep(20);
}

/** Goes on in a folder, and sees that it comes to the whole output and leaves nothing else. */
async function goesOn(folder: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) {
  const { code, stderr } = await run([...ARGS, '--resume', ...args], { folder, env });
  expect(code, stderr).toBe(0);
  expect(readFileSync(join(folder, 'recs.csv'), 'utf8')).toBe(whole);
  expect(readdirSync(folder).sort()).toEqual(['events.csv', 'recs.csv']);
  return stderr;
}

describe.each(['gram', 'fit', 'score'] as const)('a run that is killed (-9) over a %s shard', (kind) => {
  test('is gone on with: what was finished is not done again, and the bytes are those of a run in one go', async () => {
    const folder = await cut(kind);
    expect(statSync(runFolder(folder) ?? '').mode & 0o777).toBe(0o700);
    // Whoever works the first row again dies of it.
    const said = await goesOn(folder, ['-j', '1'], griefOver(kind, 0, 'SIGKILL'));
    expect(said).toMatch(new RegExp(`going on with a run that was cut, which has .*\\d+ pieces? of ${STAGES[kind]}`));
    expect(said).not.toContain('warning');
  });
});

test('a run that was killed is forgotten by the next without --resume, which says that it could have gone on', async () => {
  const folder = await cut('fit');
  const { code, stderr } = await run(ARGS, { folder });
  expect(code).toBe(0);
  expect(stderr).toContain(
    'what a run that was cut had finished of recs.csv is removed; --resume would have gone on with it\n',
  );
  expect(readFileSync(join(folder, 'recs.csv'), 'utf8')).toBe(whole);
  expect(readdirSync(folder).sort()).toEqual(['events.csv', 'recs.csv']);
});

test('with nothing to go on with, --resume begins anew and says nothing of it', async () => {
  const folder = newFolder();
  put(folder, 'events.csv', MANY);
  mkdirSync(join(folder, '.recs.csv.0123456789abcdef.run'), { mode: 0o700 });
  expect(await goesOn(folder, ['-q'])).toBe('');
});

test('a run can be cut and gone on with at every stage, one after the other', async () => {
  const folder = await cut('gram');
  for (const kind of ['fit', 'score'] as const) {
    const tmp = newFolder();
    const { child, ended } = await held(kind, folder, tmp, [...ARGS, '--resume']);
    await killed(child, ended, tmp);
  }
  await goesOn(folder);
});

test('auto does not tune again, and the summary says the same of how it tuned', async () => {
  const args = ['-u', 'users.csv', '--interactions', 'events.csv', '-o', 'recs.csv', '-n', '5', '--summary', 's.json'];
  const folder = newFolder();
  put(folder, 'events.csv', manyEvents(600, 150, 12));
  const users = Array.from({ length: 700 }, (_, user) => `user-${user},${['north', 'south', 'east'][user % 3]}\n`);
  put(folder, 'users.csv', `user,region\n${users.join('')}`);
  const once = await run(args, { folder });
  const before = readFileSync(join(folder, 'recs.csv'), 'utf8');
  const methodIn = () => JSON.parse(readFileSync(join(folder, 's.json'), 'utf8')).method;
  const { auto, settings } = methodIn();
  const tmp = newFolder();
  const child = start(args, { folder, tmp, env: griefOver('score', 0, 'hold') });
  const ended = exitOf(child);
  while (!journalIn(folder).includes('"kind":"settled"') && child.exitCode === null) await sleep(20);
  await killed(child, ended, tmp);
  const { code, stderr } = await run([...args, '--resume'], { folder, env: griefOver('trial', 0, 'SIGKILL') });
  expect(code, stderr).toBe(0);
  expect(stderr).toContain('which has the settings of auto');
  expect(stderr.match(/auto: .* trials/)?.[0]).toBe(once.stderr.match(/auto: .* trials/)?.[0]);
  expect(readFileSync(join(folder, 'recs.csv'), 'utf8')).toBe(before);
  const trials = (cold: boolean) =>
    auto.trials.filter(({ without_history }: { without_history: boolean }) => without_history === cold).length;
  expect([trials(false), trials(true)]).toEqual([expect.any(Number), 4]);
  expect(trials(false)).toBeGreaterThan(4);
  expect(methodIn()).toMatchObject({ settings, auto: { trials: auto.trials } });
});

test('a packed output and one from standard input are gone on with as well', async () => {
  const folder = newFolder();
  const tmp = newFolder();
  const args = ['-u', '-', '-o', 'recs.csv.gz', '-n', '5', '--algorithm', 'ridge', '-q'];
  const child = start(args, { folder, tmp, env: griefOver('score', HELD.score, 'hold') });
  const ended = exitOf(child);
  child.stdin.end(MANY);
  while (!journalIn(folder).includes('"kind":"lists"') && child.exitCode === null) await sleep(20);
  await killed(child, ended, tmp);
  const env = griefOver('score', 0, 'SIGKILL');
  const { code, stderr } = await run([...args, '--resume'], { folder, stdin: MANY, env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(gunzipSync(readFileSync(join(folder, 'recs.csv.gz'))).toString()).toBe(whole);
  expect(readdirSync(folder)).toEqual(['recs.csv.gz']);
});

test('users who were lost are tried again, and nobody else is', async () => {
  const { folder, args } = await cutWithLost('score', [57, 60, 66]);
  // Again: each is lost, and it is no matter of all rows.
  const tmp = newFolder();
  const hold = griefOver('score', HELD.score, 'hold');
  const again = [57, 60, 66].map((row) => `score ${row} SIGKILL ${FOREVER}`).join(';');
  const child = start([...args, '--resume'], { folder, tmp, env: { ...hold, GRIEF: `${again};${hold.GRIEF}` } });
  const ended = exitOf(child);
  const isListed = () =>
    /"kind":"lists","from":[1-3]\d{3},/.test(journalIn(folder).split('"kind":"forget"').at(-1) ?? '');
  while (!isListed() && child.exitCode === null) await sleep(20);
  await killed(child, ended, tmp);
  // Of those who had a list, one would kill whoever makes it once more.
  await goesOn(folder, ['-j', '1'], griefOver('score', 63, 'SIGKILL'));
});

test('users who are lost again are named, with what became of the others', async () => {
  const { folder, args } = await cutWithLost('score', [57, 60, 66]);
  const env = griefOver('score', 63, 'SIGKILL');
  const lost = [57, 60, 66].map((row) => `score ${row} SIGKILL ${FOREVER}`).join(';');
  const { code, stderr } = await run([...args, '--resume', '-q'], {
    folder,
    env: { ...env, GRIEF: `${env.GRIEF};${lost}` },
  });
  expect(code, stderr).toBe(3);
  expect(stderr).toContain('user user-57 got no list: score shard ');
  const kept = whole.split('\n').filter((line) => !/^user-(57|60|66),/.test(line));
  expect(readFileSync(join(folder, 'recs.csv'), 'utf8')).toBe(kept.join('\n'));
  expect(readdirSync(folder).sort()).toEqual(['events.csv', 'recs.csv']);
});

test.each(['gram', 'fit'] as const)(
  'a row that was lost over a %s shard is tried again, and what rests on it is done anew',
  async (kind) => {
    const { folder } = await cutWithLost(kind, [40]);
    // Of the rows beside it, one would kill whoever works it once more.
    await goesOn(folder, ['-j', '1'], griefOver(kind, 44, 'SIGKILL'));
  },
);

test('what is not the same any more is named, and what is kept stays', async () => {
  const folder = await cut('fit');
  const refused = async (args: readonly string[], code: number, why: RegExp) => {
    const ended = await run([...args, '--resume', '-q'], { folder });
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toMatch(/^recommend: --resume: what a run that was cut left in \S+\.run was made /);
    expect(ended.stderr).toMatch(why);
    expect(ended.stderr).toContain('without --resume a run begins anew');
    expect(ended.stderr).not.toMatch(/\n\s+at /);
    expect(journalIn(folder)).toContain('"stage":"learning"');
    expect(existsSync(join(folder, '.recs.csv.lock'))).toBe(false);
  };
  await refused([...ARGS, '-n', '6'], 2, /with other options: --top was 5, and is 6;/);
  await refused([...ARGS, '--algorithm', 'cosine'], 2, /--algorithm was "ridge", and is "cosine";/);
  await refused([...ARGS, '--delimiter', ','], 2, /--delimiter was nothing, and is ",";/);

  put(folder, 'events.csv', `${MANY}user-1,item-1499\n`);
  await refused(ARGS, 65, /from other data: not the same any more in events.csv \(\d+ bytes then, \d+ now\);/);
  put(folder, 'events.csv', MANY);

  const journal = () => join(runFolder(folder) ?? '', 'journal');
  const before = readFileSync(journal(), 'utf8');
  const [first = '', ...rest] = before.split('\n');
  const begin = { ...JSON.parse(first.slice(9)), version: '0.0.9' };
  writeFileSync(journal(), [journalLine(begin).trimEnd(), ...rest].join('\n'));
  await refused(ARGS, 65, /by version 0\.0\.9 of this program, and this is \d+\.\d+\.\d+;/);
  writeFileSync(journal(), before);
  await goesOn(folder);
});

describe('what is left is not trusted', () => {
  test('a last line that was cut is done again, quietly', async () => {
    const folder = await cut('fit');
    const journal = join(runFolder(folder) ?? '', 'journal');
    truncateSync(journal, statSync(journal).size - 10);
    expect(await goesOn(folder, ['-q'])).toBe('');
  });

  test('a line that was altered is told of, and what follows is done again', async () => {
    const folder = await cut('fit');
    const journal = join(runFolder(folder) ?? '', 'journal');
    const lines = readFileSync(journal, 'utf8').split('\n');
    lines.splice(4, 1, (lines[4] ?? '').replace('"from":', '"form":'));
    writeFileSync(journal, lines.join('\n'));
    expect(await goesOn(folder, ['-q'])).toBe(
      'recommend: warning: line 5 was altered in the journal of the run that was cut: what follows is done again\n',
    );
  });

  test('a journal whose first line cannot be read, or that names a file elsewhere, is refused', async () => {
    const folder = await cut('fit');
    const journal = join(runFolder(folder) ?? '', 'journal');
    const before = readFileSync(journal, 'utf8');
    const files = [{ name: '../events.csv', bytes: 1, sum: 1 }];
    for (const [text, why] of [
      [`altered${before}`, 'line 1 was altered'],
      [before + journalLine({ kind: 'files', stage: 'learning', from: 0, to: 1, files }), 'is none of this version’s'],
    ] as const) {
      writeFileSync(journal, text);
      const { code, stderr } = await run([...ARGS, '--resume', '-q'], { folder });
      expect([code, stderr]).toEqual([65, expect.stringContaining(why)]);
      expect(stderr).toContain('; without --resume a run begins anew');
    }
    expect(existsSync(journal)).toBe(true);
  });

  test.each([
    ['is altered', (path: string) => alter(path)],
    ['is cut', (path: string) => truncateSync(path, statSync(path).size >> 1)],
  ])('rows in a file that %s are done again, with a warning', async (_, spoil) => {
    const folder = await cut('fit');
    const at = runFolder(folder) ?? '';
    const [, name = ''] = /"stage":"learning".*?"name":"([^"]+)"/.exec(journalIn(folder)) ?? [];
    spoil(join(at, name));
    expect(await goesOn(folder, ['-q'])).toMatch(
      /^recommend: warning: learning of rows 0 to \d+ was kept, and is done again: .*\n$/,
    );
  });

  test('lists that were altered are done again from there on, with a warning', async () => {
    const folder = await cut('score');
    // Among the first lists: those at the end may be written and not in the journal yet, and are not believed anyway.
    alter(join(runFolder(folder) ?? '', 'lists'), 40);
    expect(await goesOn(folder, ['-q'])).toMatch(
      /^recommend: warning: recommending of rows \d+ to \d+ was kept, and is done again: .*\n$/,
    );
  });
});

/** Changes a byte of a file, in the middle unless another is named. */
function alter(path: string, place?: number): void {
  const bytes = readFileSync(path);
  const at = place ?? bytes.length >> 1;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

test('of two that would go on with the same, the second says who does', async () => {
  const folder = await cut('fit');
  const tmp = newFolder();
  const { child, ended } = await held('score', folder, tmp, [...ARGS, '--resume']);
  const second = await run([...ARGS, '--resume'], { folder });
  expect(second.code).toBe(75);
  expect(second.stderr).toContain(`recs.csv is being written by another run (process ${child.pid})`);
  await killed(child, ended, tmp);
  await goesOn(folder);
});

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('with --resume, what a run that gets %s has finished stays, and it says so', async (signal, code) => {
  const folder = newFolder();
  const tmp = newFolder();
  put(folder, 'events.csv', MANY);
  const { child, ended, said } = await held('fit', folder, tmp, [...ARGS, '--resume', '-q']);
  child.kill(signal);
  expect(await ended).toBe(code);
  expect(await said).toBe(
    `recommend: stopped by ${signal}; no output file was written; --resume goes on with what is done\n`,
  );
  expect(leftBehind(tmp)).toEqual([]);
  expect(existsSync(join(folder, '.recs.csv.lock'))).toBe(false);
  const gone = griefOver('fit', 0, 'SIGKILL');
  expect(await goesOn(folder, ['-q'], gone)).toBe('');
});

test('--max-duration ends a run with 75, says how far it was, and keeps what is done', async () => {
  const folder = newFolder();
  const tmp = newFolder();
  put(folder, 'events.csv', MANY);
  put(folder, 'recs.csv', 'old');
  // Nobody works the first row: however fast the machine is, the time is up before it is done.
  const env = griefOver('fit', HELD.fit, 'hold');
  const args = [...ARGS, '-q', '-j', '2', '--max-duration', '4s'];
  const { code, stderr } = await run(args, { folder, tmp, env });
  expect(code).toBe(75);
  expect(stderr).toMatch(
    /^recommend: stopped after 4 s \(--max-duration\) while (reading|tuning|learning).*; no output file was written; --resume goes on with what is done\n$/,
  );
  expect(readFileSync(join(folder, 'recs.csv'), 'utf8')).toBe('old');
  expect(leftBehind(tmp)).toEqual([]);
  expect(await goesOn(folder, ['-q'])).toBe('');
});

test.skipIf(process.platform !== 'linux')(
  'a run that is short of memory tells what --resume would keep, or keeps',
  async () => {
    const folder = newFolder();
    put(folder, 'events.csv', MANY);
    const env = griefOver('score', HELD.score, 'hoard');
    const args = [...ARGS, '-q', '-j', '1', '--max-memory', '300M'];
    const stopped =
      /^recommend: stopped at \d+ MB while recommending: more than --max-memory 300 MB; no output file was written; give it more, a smaller -j or a smaller input/;
    const lost = await run(args, { folder, env });
    expect([lost.code, lost.stderr]).toEqual([71, expect.stringMatching(stopped)]);
    expect(lost.stderr).toMatch(/; what was done is gone, with --resume it stays for the next run\n$/);
    expect(readdirSync(folder)).toEqual(['events.csv']);
    const kept = await run([...args, '--resume'], { folder, env });
    expect([kept.code, kept.stderr]).toEqual([71, expect.stringMatching(stopped)]);
    expect(kept.stderr).toMatch(/; --resume goes on with what is done\n$/);
    await goesOn(folder, ['-j', '1'], griefOver('fit', 0, 'SIGKILL'));
  },
);

test('without a file to write, --max-duration keeps nothing, and --resume is refused', async () => {
  const folder = newFolder();
  const tmp = newFolder();
  put(folder, 'events.csv', MANY);
  const env = griefOver('fit', HELD.fit, 'hold');
  const args = ['-u', 'events.csv', '--algorithm', 'ridge', '-q', '--max-duration', '2s'];
  const ended = await run(args, { folder, tmp, env });
  expect([ended.code, ended.stderr]).toEqual([75, expect.stringMatching(/^recommend: stopped after 2 s .*written\n$/)]);
  expect(readdirSync(tmp)).toEqual([]);
  put(folder, 'few.csv', EVENTS);
  const refused = await run(['-u', 'few.csv', '--resume'], { folder });
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('--resume needs an output file')]);
  const device = await run(['-u', 'few.csv', '--resume', '-o', '/dev/null'], { folder });
  expect([device.code, device.stderr]).toEqual([2, expect.stringContaining('/dev/null is a pipe or a device')]);
  const done = await run(['-u', 'few.csv', '--max-duration', '24h'], { folder });
  expect([done.code, rowsOf(done.stdout).length]).toEqual([0, 1]);
});
