import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { Writable } from 'node:stream';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../src/cli/evaluate-options.js';
import { parse as parsed } from '../../src/cli/values.js';
import { compareAlgorithms } from '../../src/commands/evaluate.js';
import { ExitCode } from '../../src/failure.js';
import { startRun } from '../../src/pipeline/run.js';
import { byName, useTemporaryFolder } from '../csv/temporary.js';
import { algorithms, type RecommendLists } from './algorithms.js';

const folder = useTemporaryFolder();

/** Writes lines as CSV; in the tests, spaces separate the cells for readability. */
function file(name: string, lines: readonly string[]): string {
  return folder.file(name, `${lines.map((line) => line.replaceAll(' ', ',')).join('\n')}\n`);
}

/** Runs the command with the test algorithms, or with `recommend`; the result goes to a file. */
async function evaluated(
  args: readonly string[],
  recommend?: RecommendLists,
  interrupted = new AbortController().signal,
) {
  const { recommend: plain, calls } = algorithms();
  const output = folder.path('answer');
  const options = parsed(evaluate, [...args, '-o', output], '', () => {})!;
  const { stderr, text } = captured();
  const run = startRun(options, { stdout: stderr, stderr });
  try {
    await compareAlgorithms(run, options, interrupted, recommend ?? plain);
  } finally {
    await run.end();
  }
  return { answer: readFileSync(output, 'utf8'), calls, stderr: text() };
}

function captured(): { stderr: Writable; text: () => string } {
  let text = '';
  const stderr = new Writable({
    write: (chunk, _encoding, done) => {
      text += chunk;
      done();
    },
  });
  return { stderr, text: () => text };
}

/** Two groups with different tastes: users a1 to a6 like items x1 to x5, users b1 to b6 items y1 to y5; users 1 to 5 each lack the item of their own number. */
const BLOCKS = [
  'user item',
  ...['a', 'b'].flatMap((block, b) =>
    [1, 2, 3, 4, 5, 6].flatMap((user) =>
      [1, 2, 3, 4, 5].filter((item) => item !== user).map((item) => `${block}${user} ${b === 0 ? 'x' : 'y'}${item}`),
    ),
  ),
];

const jsonOf = (answer: string) => JSON.parse(answer);
const figureOf = (answer: string, algorithm: string, metric: string, at: number, group = 'all') =>
  jsonOf(answer).figures.find(
    (each: Record<string, unknown>) =>
      each.algorithm === algorithm && each.metric === metric && each.at === at && each.group === group,
  );

describe('evaluate with a split', () => {
  it('finds all held-out items in data with two tastes, and popularity finds fewer', async () => {
    const users = file('events.csv', BLOCKS);
    const { answer } = await evaluated(['-u', users, '--algorithms', 'together', '--at', '2', '--format', 'json']);
    // Each of the six users likes four or five of five items, so at most two items of their taste are not in their history.
    expect(figureOf(answer, 'together', 'recall', 2).value).toBe(1);
    expect(figureOf(answer, 'popular', 'recall', 2).value).toBeLessThan(0.9);
    expect(jsonOf(answer).comparisons[0]).toMatchObject({ first: 'together', second: 'popular' });
  });

  it('runs each algorithm once, for the same users, with lists as long as the largest cut', async () => {
    const users = file('events.csv', BLOCKS);
    const { calls } = await evaluated(['-u', users, '--algorithms', 'together,together', '--at', '1,3']);
    expect(calls.map(({ algorithm, count }) => [algorithm, count])).toEqual([
      ['together', 3],
      ['popular', 3],
    ]);
    expect(calls[0]?.users).toEqual(calls[1]?.users);
    expect(calls[0]?.dataset).toBe(calls[1]?.dataset);
  });

  it('holds out the latest interactions if there are times, otherwise random ones, and says which', async () => {
    const times = file('times.csv', ['user item time', 'u a 3', 'u b 1', 'u c 2', 'v a 1', 'v c 2']);
    const timed = await evaluated(['-u', times, '--holdout', '1']);
    expect(byName(timed.calls[0]!.dataset, timed.calls[0]!.dataset.interactions)).toEqual({
      u: { b: 1, c: 1 },
      v: { a: 1 },
    });
    expect(timed.answer).toMatch(/^held out: of each user’s interactions the last 1 /m);
    expect((await evaluated(['-u', file('events.csv', BLOCKS)])).answer).toMatch(/^held out: .* 20 % at random/m);
  });

  it('refuses a split by time if the events have no times', async () => {
    const users = file('events.csv', BLOCKS);
    const refusal = { exitCode: ExitCode.usage, message: expect.stringContaining('--split random') };
    await expect(evaluated(['-u', users, '--split', 'last'])).rejects.toMatchObject(refusal);
    await expect(evaluated(['-u', users, '--split', 'time'])).rejects.toMatchObject(refusal);
  });

  it('gives the same result for the same seed, and another split for another seed', async () => {
    const args = ['-u', file('events.csv', BLOCKS), '--algorithms', 'together', '--at', '2'];
    const first = await evaluated([...args, '--seed', '5']);
    expect((await evaluated([...args, '--seed', '5'])).answer).toBe(first.answer);
    const other = await evaluated([...args, '--seed', '6']);
    expect(other.calls[0]?.dataset.interactions).not.toEqual(first.calls[0]?.dataset.interactions);
  });

  it('tests only a sample of users with --sample-users, and learns from all', async () => {
    const { calls, answer } = await evaluated(['-u', file('events.csv', BLOCKS), '--sample-users', '4', '--at', '2']);
    expect(calls[0]?.users).toHaveLength(4);
    expect(answer).toContain('tested         4 users of 12, chosen at random');
    expect(Object.keys(byName(calls[0]!.dataset, calls[0]!.dataset.interactions))).toHaveLength(12);
  });

  it('divides precision by the cut even if the cut is larger than the catalogue', async () => {
    const users = file('events.csv', BLOCKS);
    const { answer } = await evaluated(['-u', users, '--at', '1000', '--format', 'json', '--holdout', '1']);
    expect(figureOf(answer, 'popular', 'recall', 1000).value).toBe(1);
    expect(figureOf(answer, 'popular', 'precision', 1000).value).toBe(0.001);
  });

  it('ends with 65 if no user has an item to find', async () => {
    const users = file('events.csv', ['user item', 'u a', 'v b']);
    await expect(evaluated(['-u', users])).rejects.toMatchObject({ exitCode: ExitCode.badData });
  });
});

describe('evaluate leaks no held-out data', () => {
  const CATALOGUE = ['item title', 'a A', 'b B', 'c C', 'd D', 'e E'];
  const BEFORE = ['user item time', 'u a 1', 'u b 2', 'v a 1', 'v c 2', 'w d 1', 'w b 2'];

  it.each([
    ['last', ['--holdout', '1']],
    ['time', ['--holdout', '3']],
  ])('split %s gives algorithms the same dataset, whatever is held out', async (split, holdout) => {
    const items = file('items.csv', CATALOGUE);
    const given = async (name: string, held: string[]) => {
      const users = file(name, [...BEFORE, ...held]);
      const args = ['-u', users, '-i', items, '--split', split, ...holdout];
      return (await evaluated(args)).calls.map(({ dataset }) => dataset);
    };
    const one = await given('one.csv', ['u c 9', 'v d 9', 'w a 9']);
    const other = await given('other.csv', ['u e 8', 'v e 8', 'w e 9']);
    expect(one).toEqual(other);
    expect(byName(one[0]!, one[0]!.interactions)).toEqual({ u: { a: 1, b: 1 }, v: { a: 1, c: 1 }, w: { b: 1, d: 1 } });
    expect(Array.from(one[0]!.times!)).toEqual([1, 2, 1, 2, 2, 1]);
  });

  it('does not offer an item that appears only in the held-out part, if there is no catalogue', async () => {
    const users = file('events.csv', [...BEFORE, 'u new 9', 'v d 9', 'w a 9']);
    const { calls, answer } = await evaluated(['-u', users, '--holdout', '1']);
    const { itemIds, offered } = calls[0]!.dataset;
    expect(itemIds.filter((_, item) => offered[item] === 1)).toEqual(['a', 'b', 'c', 'd']);
    expect(answer).toContain('1 to be found are not in the catalogue');
  });

  it('uses every liked pair either for learning or for testing', async () => {
    const users = file('events.csv', BLOCKS);
    for (const seed of ['1', '2', '3']) {
      const args = ['-u', users, '--split', 'random', '--holdout', '0.5', '--seed', seed, '--format', 'json'];
      const { counts } = jsonOf((await evaluated(args)).answer);
      expect(counts.learnedFrom + counts.toFind).toBe(BLOCKS.length - 1);
      // A pair in both parts would be counted here.
      expect(counts.hadBefore).toBe(0);
      expect(counts.toFind).toBeGreaterThan(0);
    }
  });

  it('refuses lists with items that their user already has', async () => {
    const { recommend } = algorithms();
    const cheating: RecommendLists = async (run, algorithm, dataset, users, count, rules) => {
      const none = { ...dataset.interactions, start: new Uint32Array(dataset.userIds.length + 1) };
      return recommend(run, algorithm, { ...dataset, interactions: none }, users, count, rules);
    };
    await expect(evaluated(['-u', file('events.csv', BLOCKS)], cheating)).rejects.toThrow(/which its user has/);
  });
});

describe('evaluate with a test file', () => {
  it('serves unknown users, counts unknown items as missed, and leaves out items that users already have', async () => {
    const users = file('train.csv', ['user item', 'u a', 'u b', 'v a', 'v c', 'w a']);
    const test = file('test.csv', ['user item', 'u c', 'u a', 'u unknown', 'new a', 'v zero']);
    const { calls, answer, stderr } = await evaluated([
      '-u',
      users,
      '--test',
      test,
      '--at',
      '1',
      '--format',
      'json',
      '-v',
    ]);
    const { dataset, users: tested } = calls[0]!;
    expect(tested.map((user) => dataset.userIds[user])).toEqual(['u', 'v', 'new']);
    expect(jsonOf(answer).setting).toMatchObject({ split: null, holdout: null, test });
    expect(jsonOf(answer).counts).toMatchObject({
      learnedFrom: 5,
      heldOut: 5,
      toFind: 4,
      hadBefore: 1,
      outsideCatalogue: 2,
      unknownUsers: 1,
      unknownItems: 2,
      usersTested: 3,
      usersWithoutItems: 1,
    });
    // u gets c, one of two items to find. v has nothing that can be recommended. The new user gets a, the most popular item.
    expect(figureOf(answer, 'popular', 'recall', 1).value).toBeCloseTo((0.5 + 0 + 1) / 3, 5);
    expect(figureOf(answer, 'popular', 'recall', 1, 'history 0')).toMatchObject({ value: 1, users: 1 });
    expect(stderr).toContain('users without held-out items: 1');
    expect(stderr).toContain(`${test}: events, 5 rows`);
  });

  it('does not count disliked items as items to find', async () => {
    const users = file('train.csv', ['user item rating', 'u a 1', 'v b 1', 'v a 1', 'v d 1']);
    const test = file('test.csv', ['user item rating', 'u b -1', 'u d 1', 'v e 1', 'v c 1']);
    const { answer } = await evaluated(['-u', users, '--test', test, '--format', 'json']);
    expect(jsonOf(answer).counts).toMatchObject({ heldOut: 4, notLiked: 1, toFind: 3 });
  });
});

describe('evaluate by groups of users', () => {
  const PROFILES = ['user_id history country', 'u a|b FR', 'v a|c FR', 'w b|c DE', 'x a|b '];

  it('groups by an attribute of users, whose name is matched without case', async () => {
    const users = file('profiles.csv', PROFILES);
    const { answer } = await evaluated(['-u', users, '--by', 'COUNTRY', '--format', 'json', '--attributes', 'country']);
    const groups = jsonOf(answer).groups.map(({ name, users: count }: { name: string; users: number }) => [
      name,
      count,
    ]);
    expect(groups).toEqual([
      ['all', 4],
      ['history 0', 0],
      ['history 1-4', 4],
      ['history 5-19', 0],
      ['history 20+', 0],
      ['country:fr', 2],
      ['country:de', 1],
      ['country: none', 1],
      ['cold items', expect.any(Number)],
    ]);
  });

  it('refuses an unknown attribute, and lists the known ones', async () => {
    const users = file('profiles.csv', PROFILES);
    const args = ['-u', users, '--attributes', 'country', '--by', 'age'];
    await expect(evaluated(args)).rejects.toMatchObject({
      exitCode: ExitCode.usage,
      message: expect.stringContaining('"country"'),
    });
    await expect(evaluated(['-u', file('events.csv', BLOCKS), '--by', 'age'])).rejects.toThrow(/no attributes/);
  });

  it('measures cold items separately if a catalogue offers them', async () => {
    const items = file('items.csv', ['item title', 'a A', 'b B', 'cold C']);
    const users = file('train.csv', ['user item', 'u a', 'v b', 'w a']);
    const test = file('test.csv', ['user item', 'u cold', 'v a']);
    const { answer } = await evaluated(['-u', users, '-i', items, '--test', test, '--at', '1,2', '--format', 'json']);
    expect(figureOf(answer, 'popular', 'recall', 1, 'cold items')).toMatchObject({ value: 0, users: 1 });
    expect(figureOf(answer, 'popular', 'recall', 2, 'cold items')).toMatchObject({ value: 1, users: 1 });
    expect(jsonOf(answer).counts).toMatchObject({ coldItems: 1, coldToFind: 1 });
  });
});

describe('evaluate writes', () => {
  it('the split and the table to the output, and only the report on the input to stderr', async () => {
    const { answer, stderr } = await evaluated(['-u', file('events.csv', BLOCKS), '--algorithms', 'together', '-v']);
    expect(answer).toMatch(/^held out: /m);
    expect(answer).toMatch(/^together: who has this has that too$/m);
    expect(stderr).toMatch(/events\.csv: events/);
    expect(stderr).not.toContain('held out');
  });

  it('the metrics of each user to the file of --per-user', async () => {
    const users = file('events.csv', BLOCKS);
    const perUser = folder.path('users.csv');
    const { answer } = await evaluated(['-u', users, '--at', '2', '--format', 'csv', '--per-user', perUser]);
    const rows: Record<string, string>[] = parse(readFileSync(perUser), { columns: true });
    expect(rows).toHaveLength(12 * 2);
    const recalls = rows.filter((row) => row.algorithm === 'popular').map((row) => Number(row.recall));
    const [figure] = (parse(answer, { columns: true }) as Record<string, string>[]).filter(
      (row) => row.algorithm === 'popular' && row.metric === 'recall' && row.group === 'all',
    );
    expect(Number(figure?.value)).toBeCloseTo(recalls.reduce((a, b) => a + b, 0) / recalls.length, 5);
  });

  it('no files if it fails', async () => {
    const users = file('events.csv', BLOCKS);
    const failing: RecommendLists = async () => {
      throw new Error('out of luck');
    };
    const args = ['-u', users, '--per-user', folder.path('users.csv')];
    await expect(evaluated(args, failing)).rejects.toThrow('out of luck');
    expect(readdirSync(dirname(users))).toEqual(['events.csv']);
  });

  it('no files if it is interrupted, and does not wait for a stuck algorithm', async () => {
    const users = file('events.csv', BLOCKS);
    const stop = new AbortController();
    const stuck: RecommendLists = () => {
      stop.abort(new Error('stopped'));
      return new Promise(() => {});
    };
    await expect(evaluated(['-u', users, '--per-user', folder.path('p.csv')], stuck, stop.signal)).rejects.toThrow(
      'stopped',
    );
    expect(readdirSync(dirname(users))).toEqual(['events.csv']);
    expect(existsSync(folder.path('answer'))).toBe(false);
  });
});
