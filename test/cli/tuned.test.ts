import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolders } from '../files/temporary.js';
import { EVENTS, manyEvents, put } from './data.js';
import { withFaults } from './faults.js';
import { runInProcess } from './run.js';
import { events, good, hoursAgo, POPULAR, QUICK, rewrite, TUNED, tunedFolder, tunedIn, tunedText } from './tuning.js';
import { keepWorkersInProcess } from './workers-in-process.js';

keepWorkersInProcess();

const newFolder = temporaryFolders();

describe('the options that auto prints for the nightly job', () => {
  test('name only the settings that differ from the defaults of ridge, and give the same bytes as auto', async () => {
    const folder = newFolder();
    put(folder, 'events.csv', events(POPULAR));
    const auto = await good(['-u', 'events.csv', '-v', '--set', 'steps=4', '--summary', 's.json'], folder);
    const lines = auto.stderr.split('\n');
    const options = lines
      .find((line) => line.startsWith('for the nightly job: '))
      ?.slice('for the nightly job: '.length);
    expect(options).toMatch(/^--algorithm ridge( --set [a-z-]+=[\d.e-]+)+$/);
    expect(options).toMatch(/ --set steps=4 .*--set popularity-weight=\d+/);
    const { method } = JSON.parse(readFileSync(join(folder, 's.json'), 'utf8'));
    expect(method.auto.options).toBe(options);
    const pasted = await good(['-u', 'events.csv', ...(options ?? '').split(' ')], folder);
    expect(pasted.stdout).toBe(auto.stdout);
    expect(pasted.stderr).not.toContain('nightly');
    expect((await good(['-u', 'events.csv', '--algorithm', 'ridge'], folder)).stdout).not.toBe(auto.stdout);
  });

  test('are only --algorithm ridge if auto keeps all defaults', async () => {
    const folder = newFolder();
    put(folder, 'events.csv', manyEvents(99, 40, 8));
    expect((await good(['-u', 'events.csv'], folder)).stderr).toMatch(/^for the nightly job: --algorithm ridge$/m);
  });
});

describe('--tuned', () => {
  test('writes the settings that auto found; the next run reuses them and gives the same bytes', async () => {
    const folder = newFolder();
    put(folder, 'events.csv', events(POPULAR));
    const first = await good([...TUNED, '--summary', 's.json'], folder);
    expect(first.stderr).toMatch(/^auto: tuned on /m);
    const summary = JSON.parse(readFileSync(join(folder, 's.json'), 'utf8'));
    expect(tunedIn(folder)).toMatchObject({
      version: summary.version,
      tuned: summary.started,
      options: summary.method.auto.options,
      settings: summary.method.settings,
      set: '',
      data: {
        users: summary.data.users,
        items: summary.data.items,
        interactions: POPULAR.length,
        times: false,
        attributes: false,
        groups: false,
      },
      explanation: summary.method.auto.explanation,
    });
    expect(tunedIn(folder).gain).toBeGreaterThan(0.03);
    const before = tunedText(folder);
    const second = await good([...TUNED, '--summary', 's.json'], folder);
    expect(second.stderr).toMatch(
      /^auto: settings of a\.tuned, tuned less than a day ago on about the same data\nfor the nightly job: --algorithm ridge --set .*popularity-weight=/m,
    );
    expect(second.stdout).toBe(first.stdout);
    expect(tunedText(folder)).toBe(before);
    const { method } = JSON.parse(readFileSync(join(folder, 's.json'), 'utf8'));
    expect(method).toMatchObject({
      settings: summary.method.settings,
      auto: { options: summary.method.auto.options, trials: [] },
    });
  });

  test('reuses settings that are three days old, on data that grew by a tenth', async () => {
    const folder = await tunedFolder();
    const { settings } = tunedIn(folder);
    rewrite(folder, {
      tuned: hoursAgo(24 * 3 + 1),
      settings: { ...settings, 'popularity-weight': 2.5 },
      data: { ...tunedIn(folder).data, interactions: Math.ceil(POPULAR.length / 1.1) },
    });
    const { stderr, stdout } = await good([...TUNED, ...QUICK], folder);
    expect(stderr).toContain('auto: settings of a.tuned, tuned 3 days ago on about the same data\n');
    const byHand = await good(['-u', 'events.csv', '--algorithm', 'ridge', '--set', 'popularity-weight=2.5'], folder);
    expect(stdout).toBe(byHand.stdout);
  });

  test.each<[string, string, (before: ReturnType<typeof tunedIn>) => object, (readonly string[])?]>([
    [
      'more interactions',
      '23 % more interactions than when it was tuned',
      ({ data }) => ({ data: { ...data, interactions: Math.round(data.interactions / 1.23) } }),
    ],
    ['fewer users', '25 % fewer users than when it was tuned', ({ data }) => ({ data: { ...data, users: 396 } })],
    ['more items', '20 % more items than when it was tuned', ({ data }) => ({ data: { ...data, items: 100 } })],
    ['data without times', 'the data has no times now', ({ data }) => ({ data: { ...data, times: true } })],
    ['data without groups', 'the data has no groups now', ({ data }) => ({ data: { ...data, groups: true } })],
    ['an age above 30 days', 'it was tuned 30 days ago', () => ({ tuned: hoursAgo(24 * 30 + 1) })],
    ['an age above --retune', 'it was tuned 2 days ago', () => ({ tuned: hoursAgo(49) }), ['--retune', '2d']],
    [
      'a date in the future',
      'it says that it was tuned on 2999-01-01T00:00:00.000Z, which is still to come',
      () => ({ tuned: '2999-01-01T00:00:00.000Z' }),
    ],
    [
      'another --set',
      'it was tuned with --set lambda=12 --set power=1, and this run has --set lambda=12 ',
      () => ({ set: '--set lambda=12 --set power=1' }),
    ],
    ['a new --set', 'it was tuned with no --set, and this run has --set lambda=12 ', () => ({ set: '' })],
    [
      'another version with other settings',
      'version 0.0.1, which wrote it, has other settings',
      () => ({ version: '0.0.1', settings: { lambda: 3 } }),
    ],
  ])('tunes again for %s, and reports the reason', async (_, why, changes, more = []) => {
    const folder = await tunedFolder();
    const fresh = tunedIn(folder);
    rewrite(folder, { settings: { ...fresh.settings, 'popularity-weight': 0.5 }, ...changes(fresh) });
    const { stderr } = await good([...TUNED, ...QUICK, ...more], folder);
    expect(stderr).toContain(`a.tuned: tuned again: ${why}`);
    expect(stderr).toMatch(/^auto: tuned on /m);
    const { settings, data, set, version } = tunedIn(folder);
    expect({ settings, data, set, version }).toEqual({
      settings: fresh.settings,
      data: fresh.data,
      set: fresh.set,
      version: fresh.version,
    });
    expect(Date.parse(tunedIn(folder).tuned)).toBeLessThanOrEqual(Date.now());
  });

  test('tunes again when new files add attributes and times', async () => {
    const folder = await tunedFolder();
    put(folder, 'items.csv', `item,kind\n${Array.from({ length: 120 }, (_, k) => `i${k},k${k % 9}\n`).join('')}`);
    const { stderr } = await good([...TUNED, ...QUICK, '-i', 'items.csv'], folder);
    expect(stderr).toContain('tuned again: the data has attributes now');
    put(
      folder,
      'events.csv',
      `user,item,time\n${POPULAR.map((row, at) => `${row},${1.6e9 + ((at * 7919) % POPULAR.length)}\n`).join('')}`,
    );
    const again = await good([...TUNED, ...QUICK, '-i', 'items.csv'], folder);
    expect(again.stderr).toContain('tuned again: the data has times now');
    expect(tunedIn(folder).data).toMatchObject({ times: true, attributes: true });
  });

  test('with --retune never, settings of any age are reused', async () => {
    const folder = await tunedFolder();
    rewrite(folder, { tuned: '2001-02-03T00:00:00.000Z' });
    const { stderr } = await good([...TUNED, ...QUICK, '--retune', 'never'], folder);
    expect(stderr).toMatch(/^auto: settings of a\.tuned, tuned [\d,]+ days ago/m);
  });

  test('writes no file if there is too little data to tune on', async () => {
    const folder = newFolder();
    put(folder, 'events.csv', EVENTS);
    await good(TUNED, folder);
    expect(readdirSync(folder)).toEqual(['events.csv']);
  });

  test('writes no file if workers lost rows during tuning, as the settings may not be the best', async () => {
    const folder = newFolder();
    put(folder, 'events.csv', events(POPULAR));
    const env = withFaults(newFolder(), { job: 'learn', row: 0, how: 'SIGKILL' });
    const { code, stderr } = await runInProcess([...TUNED, ...QUICK, '-j', '1'], { folder, env });
    expect(code, stderr).toBe(3);
    expect(stderr).toMatch(/^auto: tuned on /m);
    expect(readdirSync(folder)).toEqual(['events.csv']);
  });

  test('writes the settings into an empty file', async () => {
    const folder = newFolder();
    put(folder, 'events.csv', events(POPULAR));
    put(folder, 'a.tuned', '');
    await good([...TUNED, ...QUICK], folder);
    expect(tunedIn(folder).settings).toHaveProperty('lambda', 12);
  });
});

describe('a file that --tuned did not write in this form is refused with 65 before any input is read, and stays unchanged', () => {
  const FOREIGN = 'cannot be read as a file that --tuned wrote';
  test.each([
    ['a file of events', FOREIGN, () => EVENTS],
    ['other JSON', FOREIGN, () => '{"settings": {"lambda": 3}}'],
    ['JSON that is not an object', FOREIGN, () => 'null'],
    ['a truncated file', FOREIGN, (text: string) => text.slice(0, -20)],
    ['a large file', FOREIGN, () => ' '.repeat(2 << 20)],
    [
      'a setting that was altered',
      'was altered since --tuned wrote it',
      (text: string) => text.replace('"lambda": 12', '"lambda": 13'),
    ],
  ])('%s', async (_, why, spoil) => {
    const folder = await tunedFolder();
    const text = spoil(tunedText(folder));
    put(folder, 'a.tuned', text);
    const { code, stdout, stderr } = await runInProcess(['-u', 'none.csv', '--tuned', 'a.tuned'], { folder });
    expect({ code, stdout }).toEqual({ code: 65, stdout: '' });
    expect(stderr).toBe(
      `recommend: a.tuned ${why}; it stays as it is: name another, or remove it and auto tunes again\n`,
    );
    expect(tunedText(folder)).toBe(text);
  });

  test('a folder', async () => {
    const folder = newFolder();
    put(folder, 'events.csv', EVENTS);
    mkdirSync(join(folder, 'a.tuned'));
    expect((await runInProcess(TUNED, { folder })).code).toBe(65);
  });
});

test('if the file cannot be written, a warning says so and the lists are the same', async () => {
  const folder = newFolder();
  put(folder, 'events.csv', events(POPULAR));
  const args = ['-u', 'events.csv', '-q', ...QUICK];
  const { code, stdout, stderr } = await runInProcess([...args, '--tuned', 'none/a.tuned'], { folder });
  expect(code).toBe(0);
  expect(stderr).toMatch(
    /^recommend: warning: no tuned settings: none\/a\.tuned: the folder none does not exist; .*\n$/,
  );
  expect(stdout).toBe((await good(args, folder)).stdout);
});

test.each([
  ['an algorithm other than auto', ['--tuned', 'a.tuned', '--algorithm', 'ridge'], '--tuned is for --algorithm auto'],
  ['standard output', ['--tuned', '-'], 'name a plain file'],
  ['a compressed file', ['--tuned', 'a.gz'], 'name a plain file'],
  ['an input', ['--tuned', 'events.csv'], '--tuned events.csv is also an input'],
  ['the output', ['--tuned', 'a.tuned', '-o', './a.tuned'], '--output and --tuned name the same file'],
  ['an age without a file', ['--retune', '3d'], '--retune needs --tuned FILE'],
  ['an age in hours', ['--tuned', 'a.tuned', '--retune', '3h'], 'Expected days like 30d, or never'],
])('%s is refused with 2', async (_, args, why) => {
  const folder = newFolder();
  put(folder, 'events.csv', EVENTS);
  const { code, stderr } = await runInProcess(['-u', 'events.csv', ...args], { folder });
  expect(code).toBe(2);
  expect(stderr).toContain(why);
  expect(existsSync(join(folder, 'a.tuned'))).toBe(false);
});
