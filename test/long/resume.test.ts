import { readdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { manyEvents, put } from '../cli/data.js';
import {
  ARGS,
  alter,
  cut,
  cutWithLost,
  FOREVER,
  finishedIn,
  goesOn,
  griefOver,
  HELD,
  hasBegun,
  held,
  killed,
  MANY,
  newFolder,
  rowsIn,
  runFolder,
  wholeOutput,
} from '../cli/resuming.js';
import { exitOf, run, start } from '../cli/run.js';

test('a run can be interrupted and resumed in every stage, one after the other', async () => {
  const folder = await cut('count');
  for (const kind of ['learn', 'recommend'] as const) {
    const tmp = newFolder();
    const { child, ended } = await held(kind, folder, tmp, [...ARGS, '--resume']);
    await killed(child, ended, tmp);
  }
  await goesOn(folder);
});

test.each([
  ['jsonl', 'recs.jsonl'],
  ['wide', 'recs.csv'],
])('a resumed run that writes %s gives the same bytes', async (format, output) => {
  const folder = newFolder();
  const tmp = newFolder();
  put(folder, 'events.csv', MANY);
  const args = [...ARGS, '-o', output, '--format', format];
  const { child, ended } = await held('recommend', folder, tmp, args);
  await killed(child, ended, tmp);
  const { code, stderr } = await run([...args, '--resume'], { folder, env: griefOver('recommend', 0, 'SIGKILL') });
  expect(code, stderr).toBe(0);
  expect(stderr).toContain('going on with an interrupted run');
  const resumed = readFileSync(join(folder, output));
  await run(args, { folder });
  expect(readFileSync(join(folder, output)).equals(resumed)).toBe(true);
});

test('a resumed run does not tune auto again, and its summary describes the tuning as before', async () => {
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

test('a run from standard input with compressed output can be resumed', async () => {
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
  expect(gunzipSync(readFileSync(join(folder, 'recs.csv.gz'))).toString()).toBe(wholeOutput());
  expect(readdirSync(folder)).toEqual(['recs.csv.gz']);
});

test('a resumed run retries users who were lost, and no others', async () => {
  const { folder, args } = await cutWithLost('recommend', [57, 60, 66]);
  // Three rows that are lost again do not count as "every row fails": the run goes on to the shard that is held.
  const tmp = newFolder();
  const hold = griefOver('recommend', HELD.recommend, 'hold');
  const again = [57, 60, 66].map((row) => `recommend ${row} SIGKILL ${FOREVER}`).join(';');
  const child = start([...args, '--resume'], { folder, tmp, env: { ...hold, GRIEF: `${again};${hold.GRIEF}` } });
  const ended = exitOf(child);
  const losses = () => readdirSync(hold.GRIEF_FOLDER ?? '').filter((name) => name.startsWith('3.')).length;
  while (losses() === 0 && child.exitCode === null) await sleep(20);
  expect(child.exitCode).toBeNull();
  await killed(child, ended, tmp);
  // User 63 already has a list; making it again would kill the worker.
  await goesOn(folder, ['-j', '1'], griefOver('recommend', 63, 'SIGKILL'));
});

test('users who are lost again are named, and the output has the lists of all others', async () => {
  const { folder, args } = await cutWithLost('recommend', [57, 60, 66]);
  const env = griefOver('recommend', 63, 'SIGKILL');
  const lost = [57, 60, 66].map((row) => `recommend ${row} SIGKILL ${FOREVER}`).join(';');
  const { code, stderr } = await run([...args, '--resume', '-q'], {
    folder,
    env: { ...env, GRIEF: `${env.GRIEF};${lost}` },
  });
  expect(code, stderr).toBe(3);
  expect(stderr).toContain('user user-57 got no list: recommend shard ');
  const kept = wholeOutput()
    .split('\n')
    .filter((line) => !/^user-(57|60|66),/.test(line));
  expect(readFileSync(join(folder, 'recs.csv'), 'utf8')).toBe(kept.join('\n'));
  expect(readdirSync(folder).sort()).toEqual(['events.csv', 'recs.csv']);
});

test.each(['count', 'learn'] as const)(
  'a row that was lost in a %s shard is tried again, and everything that depends on it is redone',
  async (kind) => {
    const { folder } = await cutWithLost(kind, [40]);
    // Row 44 of the same shard is finished; doing it again would kill the worker.
    await goesOn(folder, ['-j', '1'], griefOver(kind, 44, 'SIGKILL'));
  },
);

test.skipIf(process.platform !== 'linux')(
  'a run stopped by --max-memory keeps its finished work only with --resume, and says so',
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

test('a second run that tries to resume the same work is refused and names the first', async () => {
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
  ['learn', 'is truncated', (path: string) => truncateSync(path, statSync(path).size >> 1)],
  ['learn', 'is empty', (path: string) => truncateSync(path, 0)],
] as const)('%s rows whose file %s are done again, with a warning that names them', async (kind, _, spoil) => {
  const folder = await cut(kind);
  const [name = ''] = finishedIn(folder, kind);
  spoil(join(runFolder(folder) ?? '', name));
  const { from, to } = rowsIn(name);
  expect(await goesOn(folder, ['-q'])).toMatch(
    new RegExp(
      `^recommend: warning: rows ${from} to ${to - 1} of an interrupted run are done again \\(${kind}\\): \\S+/${name} .*\\n$`,
    ),
  );
});

test('altered learned rows are learned again even if the counts are already deleted', async () => {
  const folder = await cut('recommend');
  expect(finishedIn(folder, 'count')).toEqual([]);
  const [name = ''] = finishedIn(folder, 'learn');
  alter(join(runFolder(folder) ?? '', name));
  expect(await goesOn(folder, ['-q'])).toContain(`${name} was altered`);
});
