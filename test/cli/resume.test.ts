import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { readJson, writeJson } from '../../src/files/json-file.js';
import { temporaryFolders } from '../files/temporary.js';
import { EVENTS, manyEvents, put, rowsOf } from './data.js';
import { exitOf, leftBehind, run, start, textOf } from './run.js';

const newFolder = temporaryFolders();
const grief = new URL('./faults/grief.mjs', import.meta.url).href;
const MANY = manyEvents(6000, 1500, 25);
const ARGS = ['-u', 'events.csv', '-o', 'recs.csv', '-n', '5', '--algorithm', 'ridge'];
const FOREVER = 1e6;

/** A row in a shard of each job that is not the first of its stage. */
const HELD = { count: 1490, learn: 1000, recommend: 4000 } as const;
const STAGES = { count: 'counting', learn: 'learning', recommend: 'recommending' } as const;
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

/** The names of finished shards of a stage, or of other files whose names begin so. */
function finishedIn(folder: string, kind: Kind | 'settings'): string[] {
  const path = runFolder(folder);
  const name = new RegExp(`^${kind}-[0-9a-f]{16}(-\\d+-\\d+)?$`);
  return path !== undefined && existsSync(path) ? readdirSync(path).filter((each) => name.test(each)) : [];
}

/** The rows in the name of a finished shard. */
function rowsIn(name: string): { from: number; to: number } {
  const [from = Number.NaN, to = Number.NaN] = name.split('-').slice(-2).map(Number);
  return { from, to };
}

/** True once the first shard of a stage is there. */
function hasBegun(folder: string, kind: Kind): boolean {
  return finishedIn(folder, kind).some((name) => rowsIn(name).from === 0);
}

/** Starts a run that gets no further than a shard of that job, and waits until it has finished the first shard of the stage. */
async function held(kind: Kind, folder: string, tmp: string, args: readonly string[]) {
  const child = start([...args, '-j', '2'], { folder, tmp, env: griefOver(kind, HELD[kind], 'hold') });
  const ended = exitOf(child);
  const said = textOf(child.stderr);
  while (!hasBegun(folder, kind) && child.exitCode === null) await sleep(20);
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

/** A folder in which a run was killed (-9) over its lists, of which some were finished, with rows of a job that no worker could work. */
async function cutWithLost(kind: Kind, rows: readonly number[]) {
  const folder = newFolder();
  const tmp = newFolder();
  put(folder, 'events.csv', MANY);
  const args = [...ARGS, '-j', '1'];
  const env = griefOver('recommend', HELD.recommend, 'hold');
  const lost = rows.map((row) => `${kind} ${row} SIGKILL ${FOREVER}`).join(';');
  const child = start(args, { folder, tmp, env: { ...env, GRIEF: `${lost};${env.GRIEF}` } });
  const ended = exitOf(child);
  // Until all that can be made of the first shard of lists is there, and something behind it.
  while (!hasListsBehind(folder) && child.exitCode === null) await sleep(20);
  const finished = finishedIn(folder, kind).map(rowsIn);
  for (const row of rows) expect(finished.some(({ from, to }) => from <= row && row < to)).toBe(false);
  await killed(child, ended, tmp);
  return { folder, args };
}

function hasListsBehind(folder: string): boolean {
  return finishedIn(folder, 'recommend').some((name) => rowsIn(name).from >= 1000);
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

describe.each(['count', 'learn', 'recommend'] as const)('a run that is killed (-9) over a %s shard', (kind) => {
  test('is gone on with: what was finished is not done again, and the bytes are those of a run in one go', async () => {
    const folder = await cut(kind);
    expect(statSync(runFolder(folder) ?? '').mode & 0o777).toBe(0o700);
    // Whoever works the first row again dies of it.
    const said = await goesOn(folder, ['-j', '1'], griefOver(kind, 0, 'SIGKILL'));
    expect(said).toMatch(
      new RegExp(`going on with an interrupted run, which had finished .*\\d+ pieces? of ${STAGES[kind]}`),
    );
    expect(said).not.toContain('warning');
  });
});

test('a run that was killed is forgotten by the next without --resume, which says that it could have gone on', async () => {
  const folder = await cut('learn');
  const { code, stderr } = await run(ARGS, { folder });
  expect(code).toBe(0);
  expect(stderr).toContain(
    'removed what an interrupted run had finished of recs.csv; --resume would have gone on with it\n',
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
  const folder = await cut('count');
  for (const kind of ['learn', 'recommend'] as const) {
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
  const child = start(args, { folder, tmp, env: griefOver('recommend', 0, 'hold') });
  const ended = exitOf(child);
  while (finishedIn(folder, 'settings').length === 0 && child.exitCode === null) await sleep(20);
  await killed(child, ended, tmp);
  const { code, stderr } = await run([...args, '--resume'], { folder, env: griefOver('trial', 0, 'SIGKILL') });
  expect(code, stderr).toBe(0);
  expect(stderr).toContain('which had finished the settings of auto');
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
  const child = start(args, { folder, tmp, env: griefOver('recommend', HELD.recommend, 'hold') });
  const ended = exitOf(child);
  child.stdin.end(MANY);
  while (!hasBegun(folder, 'recommend') && child.exitCode === null) await sleep(20);
  await killed(child, ended, tmp);
  const env = griefOver('recommend', 0, 'SIGKILL');
  const { code, stderr } = await run([...args, '--resume'], { folder, stdin: MANY, env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(gunzipSync(readFileSync(join(folder, 'recs.csv.gz'))).toString()).toBe(whole);
  expect(readdirSync(folder)).toEqual(['recs.csv.gz']);
});

test('users who were lost are tried again, and nobody else is', async () => {
  const { folder, args } = await cutWithLost('recommend', [57, 60, 66]);
  // Each is lost again, which does not mean that all rows fail: the run goes on to the shard that is held.
  const tmp = newFolder();
  const hold = griefOver('recommend', HELD.recommend, 'hold');
  const again = [57, 60, 66].map((row) => `recommend ${row} SIGKILL ${FOREVER}`).join(';');
  const child = start([...args, '--resume'], { folder, tmp, env: { ...hold, GRIEF: `${again};${hold.GRIEF}` } });
  const ended = exitOf(child);
  const losses = () => readdirSync(hold.GRIEF_FOLDER ?? '').filter((name) => name.startsWith('3.')).length;
  while (losses() === 0 && child.exitCode === null) await sleep(20);
  expect(child.exitCode).toBeNull();
  await killed(child, ended, tmp);
  // Of those who had a list, one would kill whoever makes it once more.
  await goesOn(folder, ['-j', '1'], griefOver('recommend', 63, 'SIGKILL'));
});

test('users who are lost again are named, with what became of the others', async () => {
  const { folder, args } = await cutWithLost('recommend', [57, 60, 66]);
  const env = griefOver('recommend', 63, 'SIGKILL');
  const lost = [57, 60, 66].map((row) => `recommend ${row} SIGKILL ${FOREVER}`).join(';');
  const { code, stderr } = await run([...args, '--resume', '-q'], {
    folder,
    env: { ...env, GRIEF: `${env.GRIEF};${lost}` },
  });
  expect(code, stderr).toBe(3);
  expect(stderr).toContain('user user-57 got no list: recommend shard ');
  const kept = whole.split('\n').filter((line) => !/^user-(57|60|66),/.test(line));
  expect(readFileSync(join(folder, 'recs.csv'), 'utf8')).toBe(kept.join('\n'));
  expect(readdirSync(folder).sort()).toEqual(['events.csv', 'recs.csv']);
});

test.each(['count', 'learn'] as const)(
  'a row that was lost over a %s shard is tried again, and what rests on it is done anew',
  async (kind) => {
    const { folder } = await cutWithLost(kind, [40]);
    // Of the rows beside it, one would kill whoever works it once more.
    await goesOn(folder, ['-j', '1'], griefOver(kind, 44, 'SIGKILL'));
  },
);

test('what is not the same any more is named, and what is kept stays', async () => {
  const folder = await cut('learn');
  const refused = async (args: readonly string[], code: number, why: RegExp) => {
    const ended = await run([...args, '--resume', '-q'], { folder });
    expect(ended).toMatchObject({ code, stdout: '' });
    expect(ended.stderr).toMatch(/^recommend: --resume: what an interrupted run left in \S+\.run was made /);
    expect(ended.stderr).toMatch(why);
    expect(ended.stderr).toContain('without --resume the run starts over');
    expect(ended.stderr).not.toMatch(/\n\s+at /);
    expect(finishedIn(folder, 'learn')).not.toEqual([]);
    expect(existsSync(join(folder, '.recs.csv.lock'))).toBe(false);
  };
  await refused([...ARGS, '-n', '6'], 2, /with other options: --top was 5, and is 6;/);
  await refused([...ARGS, '--algorithm', 'cosine'], 2, /--algorithm was "ridge", and is "cosine";/);
  await refused([...ARGS, '--delimiter', ','], 2, /--delimiter was not given, and is ",";/);

  put(folder, 'events.csv', `${MANY}user-1,item-1499\n`);
  await refused(ARGS, 65, /from other data; changed since: events.csv \(\d+ bytes then, \d+ now\);/);
  put(folder, 'events.csv', MANY);

  const manifest = join(runFolder(folder) ?? '', 'manifest');
  const before = readFileSync(manifest);
  const begin = readJson(manifest) as object;
  rmSync(manifest);
  writeJson(manifest, { ...begin, version: '0.0.9' });
  await refused(ARGS, 65, /by version 0\.0\.9 of this program, and this is \d+\.\d+\.\d+;/);
  writeFileSync(manifest, before);
  await goesOn(folder);
});

describe('what is left is not trusted', () => {
  test('a shard that was not finished when the run was killed is made again, quietly', async () => {
    const folder = await cut('learn');
    const at = runFolder(folder) ?? '';
    const [name = ''] = finishedIn(folder, 'learn');
    renameSync(join(at, name), join(at, `${name}.123-456-0123abcd`));
    expect(await goesOn(folder, ['-q'])).toBe('');
  });

  test('a manifest that was altered or cut is refused, and stays', async () => {
    const folder = await cut('learn');
    const manifest = join(runFolder(folder) ?? '', 'manifest');
    const before = readFileSync(manifest);
    for (const [bytes, why] of [
      [Buffer.from(before).fill(0x20, before.length - 9), 'was altered: its check sum is another'],
      [before.subarray(0, 100), 'ends inside "json"'],
    ] as const) {
      writeFileSync(manifest, bytes);
      const { code, stderr } = await run([...ARGS, '--resume', '-q'], { folder });
      expect([code, stderr]).toEqual([65, expect.stringContaining(why)]);
      expect(stderr).toContain('; without --resume the run starts over');
      expect(readFileSync(manifest)).toEqual(bytes);
    }
    writeFileSync(manifest, before);
    await goesOn(folder);
  });

  test.each([
    ['learn', 'is altered', alter],
    ['learn', 'is cut', (path: string) => truncateSync(path, statSync(path).size >> 1)],
    ['learn', 'is empty', (path: string) => truncateSync(path, 0)],
    ['recommend', 'is altered', alter],
  ] as const)('%s rows in a file that %s are worked again, with a warning that names them', async (kind, _, spoil) => {
    const folder = await cut(kind);
    const [name = ''] = finishedIn(folder, kind);
    spoil(join(runFolder(folder) ?? '', name));
    const { from, to } = rowsIn(name);
    expect(await goesOn(folder, ['-q'])).toMatch(
      new RegExp(
        `^recommend: warning: rows ${from} to ${to - 1} of an interrupted run are worked again \\(${kind}\\): \\S+/${name} .*\\n$`,
      ),
    );
  });

  test('counts are wanted again where learned rows are altered after the counts are gone', async () => {
    const folder = await cut('recommend');
    expect(finishedIn(folder, 'count')).toEqual([]);
    const [name = ''] = finishedIn(folder, 'learn');
    alter(join(runFolder(folder) ?? '', name));
    expect(await goesOn(folder, ['-q'])).toContain(`${name} was altered`);
  });
});

/** Changes a byte in the middle of a file. */
function alter(path: string): void {
  const bytes = readFileSync(path);
  const at = bytes.length >> 1;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

test('of two that would go on with the same, the second says who does', async () => {
  const folder = await cut('learn');
  const tmp = newFolder();
  const { child, ended } = await held('recommend', folder, tmp, [...ARGS, '--resume']);
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
  const { child, ended, said } = await held('learn', folder, tmp, [...ARGS, '--resume', '-q']);
  child.kill(signal);
  expect(await ended).toBe(code);
  expect(await said).toBe(
    `recommend: stopped by ${signal}; no output file was written; --resume goes on with what is done\n`,
  );
  expect(leftBehind(tmp)).toEqual([]);
  expect(existsSync(join(folder, '.recs.csv.lock'))).toBe(false);
  const gone = griefOver('learn', 0, 'SIGKILL');
  expect(await goesOn(folder, ['-q'], gone)).toBe('');
});

test('--max-duration ends a run with 75, says how far it was, and keeps what is done', async () => {
  const folder = newFolder();
  const tmp = newFolder();
  put(folder, 'events.csv', MANY);
  put(folder, 'recs.csv', 'old');
  // Nobody works the first row: however fast the machine is, the time is up before it is done.
  const env = griefOver('learn', HELD.learn, 'hold');
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
    const env = griefOver('recommend', HELD.recommend, 'hoard');
    const args = [...ARGS, '-q', '-j', '1', '--max-memory', '300M'];
    const stopped =
      /^recommend: stopped at \d+ MB while recommending: more than --max-memory 300 MB; no output file was written; give it more, a smaller -j or a smaller input/;
    const lost = await run(args, { folder, env });
    expect([lost.code, lost.stderr]).toEqual([71, expect.stringMatching(stopped)]);
    expect(lost.stderr).toMatch(/; its finished work is gone; with --resume it would have stayed\n$/);
    expect(readdirSync(folder)).toEqual(['events.csv']);
    const kept = await run([...args, '--resume'], { folder, env });
    expect([kept.code, kept.stderr]).toEqual([71, expect.stringMatching(stopped)]);
    expect(kept.stderr).toMatch(/; --resume goes on with what is done\n$/);
    await goesOn(folder, ['-j', '1'], griefOver('learn', 0, 'SIGKILL'));
  },
);

test('without a file to write, --max-duration keeps nothing, and --resume is refused', async () => {
  const folder = newFolder();
  const tmp = newFolder();
  put(folder, 'events.csv', MANY);
  const env = griefOver('learn', HELD.learn, 'hold');
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
