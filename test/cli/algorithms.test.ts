import { describe, expect, test } from 'vitest';
import { Random } from '../../src/matrix/sampling.js';
import { ALGORITHMS } from '../../src/model/algorithms.js';
import { DEFAULT_SETTINGS, HYPER_PARAMETERS } from '../../src/model/settings.js';
import { temporaryFolders } from '../files/temporary.js';
import { listsOf, manyEvents, put, rowsOf } from './data.js';
import { type Ended, runInProcess } from './run.js';
import { keepWorkersInProcess } from './workers-in-process.js';

keepWorkersInProcess();

const newFolder = temporaryFolders();
const names = ALGORITHMS.map(({ name }) => name);

/**
 * Two blocks of five items; no user has items of both. The fish are far more popular than the trees. User k of a block lacks its
 * item k, which is the one to recommend.
 */
const BLOCKS = [
  { kind: 'tree', users: 5 },
  { kind: 'fish', users: 15 },
];

function world(folder: string): string[] {
  const events = BLOCKS.flatMap(({ kind, users }) =>
    Array.from({ length: users }, (_, user) =>
      [0, 1, 2, 3, 4].filter((item) => item !== user % 5).map((item) => `${kind}-lover-${user},${kind}-${item}`),
    ).flat(),
  );
  const items = BLOCKS.flatMap(({ kind }) => [0, 1, 2, 3, 4].map((item) => `${kind}-${item},${kind}`));
  put(folder, 'events.csv', `user,item\n${events.join('\n')}\n`);
  put(folder, 'items.csv', `item,kind\n${items.join('\n')}\n`);
  return ['-u', 'events.csv', '-i', 'items.csv'];
}

describe.each(['auto', ...names])('%s', (name) => {
  test('fills every list, best first, with each item that the user has not had, once', async () => {
    const folder = newFolder();
    const { code, stdout, stderr } = await runInProcess([...world(folder), '-n', '6', '--algorithm', name, '-q'], {
      folder,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const rows = rowsOf(stdout);
    rows.forEach(({ user_id, rank, score }, at) => {
      const before = rows[at - 1];
      const isNext = before?.user_id === user_id;
      expect(Number(rank)).toBe(isNext ? Number(before.rank) + 1 : 1);
      expect(Number.isFinite(Number(score))).toBe(true);
      if (isNext) expect(Number(score)).toBeLessThanOrEqual(Number(before.score));
    });
    const lists = listsOf(stdout);
    expect(lists.size).toBe(20);
    for (const [user, list] of lists) {
      const [kind = '', , number] = user.split('-');
      const other = kind === 'tree' ? 'fish' : 'tree';
      const missing = `${kind}-${Number(number) % 5}`;
      // Six of the ten items are new to the user: one of their own block and all five of the other.
      expect([...list].sort()).toEqual([missing, ...[0, 1, 2, 3, 4].map((item) => `${other}-${item}`)].sort());
      if (!['popular', 'last-item'].includes(name) || kind === 'fish') expect(list[0], user).toBe(missing);
      else expect(list[5], user).toBe(missing);
    }
  });
});

describe('an unknown algorithm or an invalid setting', () => {
  test.each([
    [['--algorithm', 'cosinus'], '--algorithm: unknown algorithm "cosinus"; did you mean cosine? Known: auto, ridge, '],
    [['--algorithm', 'Ridge '], '--algorithm: unknown algorithm "Ridge "; did you mean ridge? Known: auto, ridge, '],
    [['--algorithm', 'xyzzyx'], '--algorithm: unknown algorithm "xyzzyx". Known: auto, ridge, '],
    [['--set', 'lamda=1'], '--set lamda=1: unknown setting "lamda"; did you mean lambda? Known: neighbors, lambda, '],
    [['--set', 'alpha=1'], '--set alpha=1: unknown setting "alpha". Known: neighbors, lambda, '],
    [['--set', 'lambda=0'], '--set lambda=0: lambda is a number from 0.000001 to 1000000, not "0"'],
    [['--set', 'lambda=many'], '--set lambda=many: lambda is a number from 0.000001 to 1000000, not "many"'],
    [['--set', 'neighbors=1.5'], '--set neighbors=1.5: neighbors is a whole number from 1 to 10000, not "1.5"'],
    [['--set', 'power'], '--set power: power has no value; expected KEY=VALUE'],
    [['--set', '=1'], '--set =1: the setting has no name; expected KEY=VALUE'],
    [['--set', 'power=2', '--set', 'recency=11'], '--set recency=11: recency is a number from 0 to 10, not "11"'],
    [
      ['--algorithm', 'cosine', '--set', 'lambda=3'],
      '--set lambda=3: cosine has no setting lambda; it has neighbors, ',
    ],
  ])('%j ends with 2 before any input is read, and the message says what is valid', async (args, message) => {
    const folder = newFolder();
    const { code, stdout, stderr } = await runInProcess(['-u', 'never-read.csv', ...args], { folder });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr.startsWith(`recommend: ${message}`), stderr).toBe(true);
    expect(stderr).toMatch(/^.* \(recommend help algorithms\)\n$/);
  });

  test('ease on more than 8,000 items ends with 2 and names ridge as the alternative', async () => {
    const folder = newFolder();
    put(folder, 'events.csv', manyEvents(8_001, 8_101, 1));
    const { code, stdout, stderr } = await runInProcess(['-u', 'events.csv', '--algorithm', 'ease', '-q'], { folder });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /(^|\n)recommend: --algorithm ease is exact, for 8,000 items at most, .*ridge is its sparse form\n$/,
    );
  });
});

describe('--set', () => {
  test('changes the named setting: a huge popularity weight makes cosine give the lists of popular', async () => {
    const folder = newFolder();
    const files = world(folder);
    const popular = await runInProcess([...files, '--algorithm', 'popular'], { folder });
    const cosine = await runInProcess([...files, '--algorithm', 'cosine'], { folder });
    const outweighed = await runInProcess([...files, '--algorithm', 'cosine', '--set', 'popularity-weight=1e6'], {
      folder,
    });
    expect(listsOf(cosine.stdout)).not.toEqual(listsOf(popular.stdout));
    expect(listsOf(outweighed.stdout)).toEqual(listsOf(popular.stdout));
  });

  test('can be repeated, the last value of a key wins, and a default value changes nothing', async () => {
    const folder = newFolder();
    const args = [...world(folder), '--algorithm', 'ridge'];
    const plain = await runInProcess(args, { folder });
    const repeated = await runInProcess([...args, '--set', 'lambda=1', '--set', 'power=1', '--set', 'lambda=12'], {
      folder,
    });
    const other = await runInProcess([...args, '--set', 'lambda=1'], { folder });
    expect(repeated.stdout).toBe(plain.stdout);
    expect(other.stdout).not.toBe(plain.stdout);
  });
});

test('recommend help algorithms lists every algorithm and every setting, and nothing else', async () => {
  const { code, stdout, stderr } = await runInProcess(['help', 'algorithms'], { folder: newFolder() });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [algorithms = '', settings = ''] = stdout.split(/^Settings .*:$/m);
  expect([...algorithms.matchAll(/^ {2}(\S+) {2,}/gm)].map(([, name]) => name)).toEqual(['auto', ...names]);
  const SETTING = /^ {2}(\S+)(?: \((.+?)\))? (.+?) (whole, )?(\S+) to (\S+); default ([^\s;]+)/;
  const listed = settings
    .split(/^(?= {2}\S)/m)
    .slice(1)
    .map((item) => SETTING.exec(`  ${item.trim().replaceAll(/\s+/g, ' ')}`) ?? []);
  expect(
    listed.map(([, key, letter = '', effect, whole, low, high, standard]) => ({
      key,
      letter,
      effect,
      whole: whole !== undefined,
      range: [low, high].map(Number),
      standard: Number(standard),
    })),
  ).toEqual(
    HYPER_PARAMETERS.map(({ key, setting, letter, effect, whole, low, high }) => ({
      key,
      letter,
      effect,
      whole,
      range: [low, high],
      standard: DEFAULT_SETTINGS[setting],
    })),
  );
});

describe('auto', () => {
  /** Enough users to tune on, with tastes strong enough that settings matter. */
  const events = manyEvents(150, 40, 8);

  test('keeps the fixed defaults for fewer than 100 users, says why, and gives the bytes of ridge', async () => {
    const folder = newFolder();
    put(folder, 'events.csv', manyEvents(99, 40, 8));
    const auto = await runInProcess(['-u', 'events.csv'], { folder });
    const ridge = await runInProcess(['-u', 'events.csv', '--algorithm', 'ridge'], { folder });
    expect(auto.stderr).toMatch(/^auto: the fixed defaults: 99 users .*\b100\b.*$/m);
    expect(auto.stdout).toBe(ridge.stdout);
    expect(ridge.stderr).not.toContain('auto');
  });

  test('reports what it tuned on and chose; the same settings by hand give the same lists', async () => {
    const folder = newFolder();
    // The events depend on the popularity of items only, so that the default settings are far from the best.
    const random = new Random(5);
    const rows = Array.from({ length: 1500 * 400 }, (_, at) => [Math.floor(at / 400), at % 400] as const).filter(
      ([, item]) => random.next() / 2 ** 32 < 0.15 / Math.sqrt(item + 1),
    );
    put(folder, 'events.csv', `user,item\n${rows.map(([user, item]) => `u${user},i${item}\n`).join('')}`);
    const auto = await runInProcess(['-u', 'events.csv'], { folder });
    const report =
      /^auto: tuned on [\d,]+ users, some items of each held out: \d+ trials, \d+ fits, \d+\.\d s\n {2}chose (.+): recall and NDCG at 20 \d+\.\d % above the fixed defaults\n/m.exec(
        auto.stderr,
      );
    // Only -v shows the table of trials.
    expect(auto.stderr).not.toContain('±');
    const chosen = [...(report?.[1] ?? '').matchAll(/([a-z-]+) (\S+) \(not \S+\)/g)];
    expect(chosen.length).toBeGreaterThan(0);
    const byHand = chosen.flatMap(([, key, value]) => ['--set', `${key}=${value}`]);
    const ridge = await runInProcess(['-u', 'events.csv', '--algorithm', 'ridge', ...byHand], { folder });
    const plain = await runInProcess(['-u', 'events.csv', '--algorithm', 'ridge'], { folder });
    expect(listsOf(auto.stdout)).toEqual(listsOf(ridge.stdout));
    expect(listsOf(auto.stdout)).not.toEqual(listsOf(plain.stdout));
  });

  test('-v shows a table with a row for every trial, and marks those that auto adopted', async () => {
    const folder = newFolder();
    put(folder, 'events.csv', events);
    const { stderr } = await runInProcess(['-u', 'events.csv', '-v'], { folder });
    const trials = /held out: (\d+) trials, (\d+) fits/.exec(stderr);
    const rows = [...stderr.matchAll(/^ {2}([* ]) \d\.\d{4} {2}[+−]\d\.\d{4} ± \d\.\d{4} {2}(.+)$/gm)];
    expect(rows).toHaveLength(Number(trials?.[1]));
    expect(stderr).toMatch(/^ {4}\d\.\d{4} {2}the fixed defaults$/m);
    expect(rows.some(([, mark]) => mark === '*')).toBe(true);
    const keys = new Set(HYPER_PARAMETERS.map(({ key }) => key));
    for (const [, , changes = ''] of rows) {
      for (const change of changes.replace(' (fit)', '').split(', ')) {
        expect(keys.has(change.split(' ')[0] ?? ''), changes).toBe(true);
      }
    }
  });

  test('prints nothing with -q', async () => {
    const folder = newFolder();
    put(folder, 'events.csv', events);
    expect(await runInProcess(['-u', 'events.csv', '-q', '-o', 'recs.csv'], { folder })).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
  });

  test('does not tune settings that were set by hand', async () => {
    const folder = newFolder();
    put(folder, 'events.csv', events);
    const byHand = ['--set', 'lambda=7', '--set', 'popularity-weight=2', '--set', 'neighbors=30'];
    const { stderr } = await runInProcess(['-u', 'events.csv', '-v', ...byHand], { folder });
    expect(stderr).toContain('auto: tuned on');
    expect(stderr).toMatch(/± \d\.\d{4} {2}.*target-damping/);
    expect(stderr.replace(/^for the nightly job: .*/m, '')).not.toMatch(/lambda|popularity-weight|neighbors/);
  });

  test('with every tunable setting set by hand, gives the lists of ridge with these settings', async () => {
    const folder = newFolder();
    put(folder, 'events.csv', events);
    const byHand = [
      'popularity-weight=2',
      'recency=0.3',
      'target-damping=0.2',
      'popularity-half-life=0.5',
      'power=1.1',
      'lambda=7',
      'attribute-weight=1',
      'basket-damping=0.6',
      'source-damping=0.6',
    ].flatMap((assignment) => ['--set', assignment]);
    const auto = await runInProcess(['-u', 'events.csv', ...byHand], { folder });
    const ridge = await runInProcess(['-u', 'events.csv', '--algorithm', 'ridge', ...byHand], { folder });
    expect(auto.code, auto.stderr).toBe(0);
    expect(auto.stdout).toBe(ridge.stdout);
  });

  test('gives the same lists and prints the same report with one worker and with three', async () => {
    const folder = newFolder();
    put(folder, 'events.csv', manyEvents(300, 410, 40));
    const runs: Ended[] = [];
    for (const workers of ['1', '3'])
      runs.push(await runInProcess(['-u', 'events.csv', '-v', '-j', workers], { folder }));
    const [one, three] = runs.map(({ code, stdout, stderr }) => {
      expect(code, stderr).toBe(0);
      // With a single shard the order of the work could not differ.
      expect(Number(/learning in (\d+) shards/.exec(stderr)?.[1])).toBeGreaterThan(3);
      const report = stderr.slice(stderr.indexOf('auto: '));
      const paragraph = report.slice(0, report.search(/^[\d.]+ s: /m)).replace(/[\d.]+ s$/m, '');
      expect(paragraph).toMatch(/^auto: tuned on .*\n {2}(chose |the fixed defaults stay)/);
      return { stdout, paragraph };
    });
    expect(three).toEqual(one);
    expect(rowsOf(one?.stdout ?? '')).toHaveLength(300 * 10);
  });
});
