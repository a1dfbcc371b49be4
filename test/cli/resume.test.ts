import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { readJson, writeJson } from '../../src/files/array-file.js';
import { EVENTS, put, rowsOf } from './data.js';
import {
  ARGS,
  alter,
  cut,
  finishedIn,
  goesOn,
  griefOver,
  HELD,
  held,
  killed,
  MANY,
  newFolder,
  rowsIn,
  runFolder,
  STAGES,
  wholeOutput,
} from './resuming.js';
import { exitOf, leftBehind, run, runInProcess, start } from './run.js';
import { good, QUICK, rewrite, TUNED, tunedFolder, tunedIn } from './tuning.js';

describe.each(['count', 'learn', 'recommend'] as const)('a run that is killed (-9) over a %s shard', (kind) => {
  test('can be resumed: finished shards are not computed again, and the bytes are those of an uninterrupted run', async () => {
    const folder = await cut(kind);
    expect(statSync(runFolder(folder) ?? '').mode & 0o777).toBe(0o700);
    // A worker that computed the first row again would be killed.
    const stderr = await goesOn(folder, ['-j', '1'], griefOver(kind, 0, 'SIGKILL'));
    expect(stderr).toMatch(
      new RegExp(`going on with an interrupted run, which had finished .*\\d+ pieces? of ${STAGES[kind]}`),
    );
    expect(stderr).not.toContain('warning');
  });
});

test('a run that writes Parquet can be resumed, too, and gives the same bytes', async () => {
  const folder = newFolder();
  const tmp = newFolder();
  put(folder, 'events.csv', MANY);
  const args = [...ARGS, '-o', 'recs.parquet', '--titles'];
  const { child, ended } = await held('recommend', folder, tmp, args);
  await killed(child, ended, tmp);
  const once = await runInProcess([...args, '-o', 'once.parquet', '-q'], { folder });
  expect(once).toMatchObject({ code: 0, stderr: '' });
  const { code, stderr } = await runInProcess([...args, '--resume', '-j', '1'], {
    folder,
    env: griefOver('recommend', 0, 'SIGKILL'),
  });
  expect(code, stderr).toBe(0);
  expect(stderr).toContain('going on with an interrupted run');
  expect(stderr).not.toContain('warning');
  expect(readFileSync(join(folder, 'recs.parquet')).equals(readFileSync(join(folder, 'once.parquet')))).toBe(true);
  expect(readdirSync(folder).sort()).toEqual(['events.csv', 'once.parquet', 'recs.parquet']);
});

test('the next run without --resume removes what a killed run had finished, and mentions --resume', async () => {
  const folder = await cut('learn');
  const { code, stderr } = await run(ARGS, { folder });
  expect(code).toBe(0);
  expect(stderr).toContain(
    'removed the finished work of an interrupted run of recs.csv; --resume would have continued it\n',
  );
  expect(readFileSync(join(folder, 'recs.csv'), 'utf8')).toBe(wholeOutput());
  expect(readdirSync(folder).sort()).toEqual(['events.csv', 'recs.csv']);
});

test('with nothing to resume, --resume starts from the beginning without a message', async () => {
  const folder = newFolder();
  put(folder, 'events.csv', MANY);
  mkdirSync(join(folder, '.recs.csv.0123456789abcdef.run'), { mode: 0o700 });
  expect(await goesOn(folder, ['-q'])).toBe('');
});

test('resuming with another output format is refused', async () => {
  const folder = await cut('learn');
  const { code, stderr } = await runInProcess([...ARGS, '--resume', '--format', 'wide', '-q'], { folder });
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('--format was "csv", and is "wide"') });
});

test('resuming with other rules reuses the model, but not the lists', async () => {
  const folder = await cut('recommend');
  put(folder, 'never.csv', 'item-0\nitem-1\nitem-13\n');
  const args = [...ARGS, '--exclude-items', 'never.csv', '-q'];
  expect(await runInProcess([...args, '--resume', '-v'], { folder })).toMatchObject({ code: 0 });
  const lists = readFileSync(join(folder, 'recs.csv'), 'utf8');
  expect(await runInProcess(args, { folder })).toMatchObject({ code: 0 });
  expect(lists).toBe(readFileSync(join(folder, 'recs.csv'), 'utf8'));
  expect(lists).not.toBe(wholeOutput());
});

test('resuming with other options, data or another version is refused with the difference, and the finished shards stay', async () => {
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

describe('the files of an interrupted run are checked', () => {
  test('a shard that was unfinished when the run was killed is computed again without a warning', async () => {
    const folder = await cut('learn');
    const at = runFolder(folder) ?? '';
    const [name = ''] = finishedIn(folder, 'learn');
    renameSync(join(at, name), join(at, `${name}.123-456-0123abcd`));
    expect(await goesOn(folder, ['-q'])).toBe('');
  });

  test('a manifest that was altered or truncated is refused, and stays unchanged', async () => {
    const folder = await cut('learn');
    const manifest = join(runFolder(folder) ?? '', 'manifest');
    const before = readFileSync(manifest);
    for (const [bytes, why] of [
      [Buffer.from(before).fill(0x20, before.length - 9), 'was altered: its check sum does not match'],
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
    ['learn', 'was altered', alter],
    ['recommend', 'was altered', alter],
  ] as const)('%s rows of a file that %s are computed again, with a warning naming them', async (kind, _, spoil) => {
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
});

test.each([
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const)('with --resume, a run that gets %s keeps its finished shards and says so', async (signal, code) => {
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

test('--max-duration ends a run with 75, names its stage, and keeps its finished shards', async () => {
  const folder = newFolder();
  const tmp = newFolder();
  put(folder, 'events.csv', MANY);
  put(folder, 'recs.csv', 'old');
  // A worker holds at one row, so that the time is up before the run is finished, however fast the machine is.
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

test('without an output file, --max-duration keeps no shards, and --resume is refused', async () => {
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

describe('--resume with --tuned', () => {
  const RUN = [...TUNED, ...QUICK, '-o', 'recs.csv'];

  /** Makes a folder in which a run with --tuned was killed while it made lists. @returns it, and the output of an uninterrupted run. */
  async function cutTuned() {
    const folder = await tunedFolder();
    await good(RUN, folder);
    const whole = readFileSync(join(folder, 'recs.csv'), 'utf8');
    writeFileSync(join(folder, 'recs.csv'), '');
    const tmp = newFolder();
    const child = start(RUN, { folder, tmp, env: griefOver('recommend', 0, 'hold') });
    const ended = exitOf(child);
    while (finishedIn(folder, 'learn').length === 0 && child.exitCode === null) await sleep(20);
    await killed(child, ended, tmp);
    expect(finishedIn(folder, 'settings')).toHaveLength(1);
    return { folder, whole };
  }

  test('uses the settings of the interrupted run, even if the tuned file has changed since', async () => {
    const { folder, whole } = await cutTuned();
    rewrite(folder, { settings: { ...tunedIn(folder).settings, 'popularity-weight': 0.5 } });
    const { stderr } = await good([...RUN, '--resume'], folder);
    expect(stderr).toContain('which had finished the settings of auto, ');
    expect(stderr).toContain('auto: settings of a.tuned, tuned less than a day ago');
    expect(readFileSync(join(folder, 'recs.csv'), 'utf8')).toBe(whole);
  });

  test('reuses no shards if the settings of the interrupted run are damaged, so that settings never mix', async () => {
    const { folder, whole } = await cutTuned();
    const [directory = ''] = readdirSync(folder).filter((name) => name.endsWith('.run'));
    const [settings = ''] = finishedIn(folder, 'settings');
    writeFileSync(join(folder, directory, settings), 'altered');
    rewrite(folder, { settings: { ...tunedIn(folder).settings, 'popularity-weight': 0.5 } });
    const { stderr } = await good([...RUN, '--resume'], folder);
    expect(stderr).toContain('warning: auto tunes again: ');
    const lists = readFileSync(join(folder, 'recs.csv'), 'utf8');
    expect(lists).not.toBe(whole);
    expect(lists).toBe((await good([...TUNED, ...QUICK], folder)).stdout);
  });
});
