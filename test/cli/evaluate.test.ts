import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { temporaryFolders } from '../storage/temporary.js';
import { listsOf, manyEvents, put, rowsIn } from './data.js';
import { atWork, exitOf, leftBehind, root, run, start, textOf } from './run.js';

const newFolder = temporaryFolders();

const USERS = 60;
const BLOCKS = 3;
const KINDS = ['tree', 'fish', 'bird'];
const METRICS = ['recall', 'precision', 'ndcg', 'map', 'mrr', 'hit_rate'];

interface Event {
  user: string;
  item: string;
  time: number;
  rating: number;
}

/**
 * Users of three tastes with six of the ten items of their kind and two others each, at moments that are all different
 * and not in the order of the file. The last three users did everything after everybody else.
 */
const EVENTS: readonly Event[] = Array.from({ length: USERS }, (_, u) =>
  Array.from({ length: 8 }, (_, k) => {
    const kind = KINDS[(k < 6 ? u : u + 1) % BLOCKS];
    const number = (k < 6 ? u + k * (1 + (u % 2) * 2) : u * 3 + k * 5) % 10;
    const place = ((u * 8 + k) * 7919) % 4801;
    return {
      user: `user-${u}`,
      item: `${kind}-${number}`,
      time: 1_600_000_000 + 60 * place + (u >= USERS - 3 ? 1_000_000 : 0),
      rating: 1 + ((u * 5 + k * k * 3) % 5),
    };
  }),
).flat();

const ITEMS = [...KINDS.flatMap((kind) => Array.from({ length: 10 }, (_, n) => `${kind}-${n},${kind}`)), 'new,tree'];
const COUNTRIES = ['FR', 'DE', ''];

function eventsCsv(events: readonly Event[], columns: readonly (keyof Event)[] = ['user', 'item', 'time']): string {
  return `${[columns.join(','), ...events.map((event) => columns.map((name) => event[name]).join(','))].join('\n')}\n`;
}

/** The files of the world; the arguments that name them, and a test file where there is one. */
function world(folder: string, events: readonly Event[] = EVENTS, columns?: readonly (keyof Event)[]): string[] {
  put(folder, 'events.csv', eventsCsv(events, columns));
  put(folder, 'items.csv', `item,kind\n${ITEMS.join('\n')}\n`);
  const profiles = Array.from({ length: USERS }, (_, u) => `user-${u},${COUNTRIES[u % 4] ?? 'FR'}`);
  put(folder, 'users.csv', `user,country\n${profiles.join('\n')}\n`);
  return ['-u', 'users.csv', '--interactions', 'events.csv', '-i', 'items.csv'];
}

type Row = Record<string, string>;

function table(csv: string): Row[] {
  return parse<Row>(csv, { columns: true });
}

/** Runs `evaluate` to a good end; its answer, and what it said. */
async function evaluated(folder: string, args: readonly string[]): Promise<{ answer: string; said: string }> {
  const { code, stdout, stderr } = await run(['evaluate', ...args], { folder });
  expect(code, stderr).toBe(0);
  return { answer: stdout, said: stderr };
}

const isTimed = ({ metric = '' }: { metric?: string }) => metric === 'learn_seconds' || metric === 'users_per_second';

/** What a list is worth by the formulas of docs/evaluation.md, in the order of METRICS. */
function worth(list: readonly string[], toFind: ReadonlySet<string>, cut: number): number[] {
  const found = list.slice(0, cut).map((item) => (toFind.has(item) ? 1 : 0));
  const most = Math.min(cut, toFind.size);
  const gain = (rank: number) => 1 / Math.log2(rank + 1);
  const hits = found.reduce((sum: number, hit) => sum + hit, 0);
  const sum = (terms: readonly number[]) => terms.reduce((a, b) => a + b, 0);
  const upTo = (at: number) => sum(found.slice(0, at + 1));
  const first = found.indexOf(1);
  return [
    hits / toFind.size,
    hits / cut,
    sum(found.map((hit, at) => hit * gain(at + 1))) / sum(Array.from({ length: most }, (_, at) => gain(at + 1))),
    sum(found.map((hit, at) => (hit * upTo(at)) / (at + 1))) / most,
    first < 0 ? 0 : 1 / (first + 1),
    Math.min(1, hits),
  ];
}

function byUser(events: readonly Event[]): Map<string, Event[]> {
  const all = new Map<string, Event[]>();
  for (const event of events) all.set(event.user, [...(all.get(event.user) ?? []), event]);
  return all;
}

describe('the three formats', () => {
  test('agree on every figure, and none says more than it measured', async () => {
    const folder = newFolder();
    const args = [...world(folder), '--algorithms', 'ridge,cosine', '--at', '3,10', '--by', 'Country'];
    const [text, csv, json] = await Promise.all(
      ['table', 'csv', 'json'].map(async (format) => (await evaluated(folder, [...args, '--format', format])).answer),
    );
    const figures = table(csv ?? '').filter((row) => !isTimed(row));
    const object = JSON.parse(json ?? '');
    expect(csv?.split('\n')[0]).toBe('algorithm,group,metric,at,value,low,high,users');
    const cellOf = (value: unknown) => (value === null ? '' : String(value));
    expect(
      object.figures
        .filter((figure: { metric: string }) => !isTimed(figure))
        .map((figure: object) =>
          Object.fromEntries(Object.entries(figure).map(([key, value]) => [key, cellOf(value)])),
        ),
    ).toEqual(figures);

    const find = (algorithm: string, group: string, metric: string, at: string) =>
      figures.find(
        (row) => row.algorithm === algorithm && row.group === group && row.metric === metric && row.at === at,
      );
    const sections = (text ?? '')
      .split('\n\n')
      .map((section) => section.split('\n').map((line) => line.split(/ {2,}/)));
    const sectionOf = (head: string) => sections.find(([first]) => first?.[0] === head) ?? [];
    const all = [...METRICS, 'coverage', 'gini', 'novelty', 'diversity'];
    const isNear = (cell: string | undefined, value: string | undefined, digits: number) => {
      expect(cell).toMatch(digits === 2 ? /^\d+\.\d\d$/ : /^\d\.\d{4}$/);
      expect(Math.abs(Number(cell) - Number(value))).toBeLessThanOrEqual(0.51 * 10 ** -digits);
    };
    for (const at of ['3', '10']) {
      const [, ...rows] = sectionOf(`at ${at}`);
      expect(rows.map(([name]) => name)).toEqual(['ridge', '', 'cosine', '', 'popular', '']);
      rows.forEach(([name = '', ...cells], line) => {
        if (name !== '') {
          all.forEach((metric, m) => {
            isNear(cells[m], find(name, 'all', metric, at)?.value, metric === 'novelty' ? 2 : 4);
          });
          return;
        }
        // The line below: the farther end of each interval, behind its mark.
        const algorithm = rows[line - 1]?.[0] ?? '';
        expect(cells).toHaveLength(1 + METRICS.length);
        METRICS.forEach((metric, m) => {
          const { value, low, high } = find(algorithm, 'all', metric, at) ?? {};
          const reach = Math.max(Number(high) - Number(value), Number(value) - Number(low));
          isNear(cells[1 + m], String(reach), 4);
        });
      });
    }

    const histories = ['history 0', 'history 1-4', 'history 5-19', 'history 20+'];
    const groups = ['all', ...histories, 'country:fr', 'country:de', 'country: none', 'cold items'];
    expect(object.groups.map(({ name }: { name: string }) => name)).toEqual(groups);
    for (const [head, metric] of [
      ['recall@10 of', 'recall'],
      ['NDCG@10 of', 'ndcg'],
    ] as const) {
      const [, ...rows] = sectionOf(head);
      expect(rows.map(([name = '']) => name.replace(/ \(\d+\)$/, ''))).toEqual(groups);
      rows.forEach(([name = '', users, ...cells]) => {
        const group = name.replace(/ \(\d+\)$/, '');
        ['ridge', 'cosine', 'popular'].forEach((algorithm, a) => {
          const figure = find(algorithm, group, metric, '10');
          expect(figure?.users).toBe(users);
          if (users === '0') expect([cells[a], figure?.value]).toEqual(['–', '']);
          else isNear(cells[a], figure?.value, 4);
        });
      });
    }

    for (const pair of object.comparisons) {
      const means = [pair.first, pair.second].map((name) =>
        Number(find(name, 'all', pair.metric, String(pair.at))?.value),
      );
      expect(pair.difference).toBeCloseTo((means[0] ?? 0) - (means[1] ?? 0), 5);
      if (pair.at !== 10 || !['recall', 'ndcg'].includes(pair.metric)) continue;
      const metric = pair.metric === 'ndcg' ? 'NDCG' : 'recall';
      const signed = (value: number) => `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(4)}`;
      const p = pair.p < 0.001 ? 'p < 0.001' : `p = ${pair.p.toFixed(3)}`;
      const verdict =
        pair.p >= 0.05
          ? `${pair.first} not told apart from ${pair.second}`
          : `${pair.first} ${pair.difference > 0 ? 'better' : 'worse'} than ${pair.second}`;
      expect(text?.split('\n')).toContain(
        `${verdict}: ${signed(pair.difference)} ${metric}@10 [${signed(pair.low)}, ${signed(pair.high)}], ${p}`,
      );
    }
    expect(object.comparisons).toHaveLength(2 * METRICS.length * 2);
  });

  test('tell of the same counts: the table on top, the others on stderr', async () => {
    const folder = newFolder();
    const args = [...world(folder), '--algorithms', 'popular', '--format'];
    const [text, csv, json] = await Promise.all(
      ['table', 'csv', 'json'].map((format) => evaluated(folder, [...args, format])),
    );
    const summary = text?.answer.slice(0, text.answer.indexOf('\n\n')) ?? '';
    // 8 interactions a user: 1.6 are rounded to 2, the rest is learned from.
    expect(summary).toContain('held out: of each user’s interactions the last 20 % (seed 1)\n');
    expect(summary).toContain('  learned from   360 interactions\n');
    expect(summary).toContain('  held out       120 interactions, of them to be found: 120\n');
    expect(csv?.said).toContain(summary);
    expect(json?.said).toContain(summary);
    expect(JSON.parse(json?.answer ?? '').counts).toMatchObject({
      learnedFrom: 360,
      heldOut: 120,
      toFind: 120,
      usersTested: 60,
    });
  });
});

test('-j changes no figure', async () => {
  const folder = newFolder();
  put(folder, 'events.csv', manyEvents(300, 200, 40));
  const answers = await Promise.all(
    ['1', '3'].map(async (workers) => {
      const args = [
        '-u',
        'events.csv',
        '--algorithms',
        'ridge',
        '--format',
        'csv',
        '--per-user',
        `p${workers}.csv`,
        '-v',
      ];
      const { answer, said } = await evaluated(folder, [...args, '-j', workers]);
      expect(Number(/learning in (\d+) shards/.exec(said)?.[1])).toBeGreaterThan(3);
      expect(said).toContain(`of ${workers} workers`);
      return {
        figures: table(answer).filter((row) => !isTimed(row)),
        perUser: rowsIn(join(folder, `p${workers}.csv`)),
      };
    }),
  );
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[0]?.perUser).toHaveLength(300 * 2 * 2);
});

describe('no leak: each user’s figures are those of the lists that a real run makes of the learned part alone', () => {
  /** The held-out part by the words of docs/evaluation.md. */
  const last = [...byUser(EVENTS).values()].flatMap((own) => [...own].sort((a, b) => b.time - a.time).slice(0, 2));
  const late = [...EVENTS].sort((a, b) => b.time - a.time).slice(0, 96);

  test.each([
    ['--split last', last, ['user', 'item', 'time']],
    ['--split time', late, ['user', 'item', 'time']],
    ['--test held-out.csv', last, ['user', 'item', 'time']],
    ['--test held-out.csv', last, ['user', 'item', 'rating', 'time']],
  ] as const)('%s', async (how, heldOut, columns) => {
    const folder = newFolder();
    const out = new Set(heldOut);
    const learned = EVENTS.filter((event) => !out.has(event));
    const files = world(folder, how.startsWith('--test') ? learned : EVENTS, columns);
    put(folder, 'held-out.csv', eventsCsv(heldOut, columns));
    const algorithms = ['ridge', 'popular'];
    const cuts = [3, 10];
    await evaluated(folder, [
      ...[...files, ...how.split(' '), '--algorithms', algorithms.join(','), '--at', cuts.join(',')],
      ...['--per-user', 'per-user.csv', '-q'],
    ]);
    const measured = rowsIn(join(folder, 'per-user.csv'));

    world(folder, learned, columns);
    const toFind = byUser(heldOut);
    const histories = byUser(learned);
    const lists = await Promise.all(
      algorithms.map(async (algorithm) => {
        const { code, stdout, stderr } = await run([...files, '--algorithm', algorithm, '-q'], { folder });
        expect(code, stderr).toBe(0);
        return listsOf(stdout);
      }),
    );
    const expected = Array.from({ length: USERS }, (_, u) => `user-${u}`).flatMap((user) => {
      const wanted = new Set(toFind.get(user)?.map(({ item }) => item));
      if (wanted.size === 0) return [];
      return algorithms.flatMap((algorithm, a) =>
        cuts.map((cut) => ({
          user_id: user,
          algorithm,
          at: String(cut),
          ...Object.fromEntries(
            worth(lists[a]?.get(user) ?? [], wanted, cut).map((value, m) => [
              METRICS[m],
              String(Number(value.toPrecision(6))),
            ]),
          ),
          history: String(histories.get(user)?.length ?? 0),
          to_find: String(wanted.size),
        })),
      );
    });
    expect(measured).toEqual(expected);
    // Something is found, and not everything, or nothing was compared.
    const recalls = measured.map(({ recall }) => Number(recall));
    expect(Math.max(...recalls)).toBeGreaterThan(0);
    expect(Math.min(...recalls)).toBeLessThan(1);
  });
});

/** The figures of lists, whatever is to be found in them: none of them may move with the held-out part. */
function ofLists(csv: string): Row[] {
  return table(csv).filter(({ metric = '' }) =>
    ['coverage', 'gini', 'novelty', 'diversity', 'users_served'].includes(metric),
  );
}

describe('the held-out part is judged by, and nothing else', () => {
  const cuts = ['--at', '1,2,3,5,8', '--algorithms', 'ridge,cosine', '--format', 'csv', '-q'];
  const last = [...byUser(EVENTS).values()].flatMap((own) => [...own].sort((a, b) => b.time - a.time).slice(0, 2));
  const isLast = new Set(last);
  /** Another item of the catalogue for each event of the last ones, which its user has nowhere else. */
  const altered = EVENTS.map((event) => {
    if (!isLast.has(event)) return event;
    const own = new Set(EVENTS.filter(({ user }) => user === event.user).map(({ item }) => item));
    const free = ITEMS.map((line) => line.split(',')[0] ?? '').filter((item) => !own.has(item));
    const at = last.indexOf(event);
    return { ...event, item: free[(at % 2) * 7 + (at % 5)] ?? '' };
  });

  test('under --split last, other held-out items leave every list as it was', async () => {
    const folder = newFolder();
    const { answer: before } = await evaluated(folder, [...world(folder), ...cuts]);
    const { answer: after } = await evaluated(folder, [...world(folder, altered), ...cuts]);
    expect(ofLists(after)).toEqual(ofLists(before));
    expect(ofLists(before)).toHaveLength(3 * (4 * 5 + 1));
    expect(table(after).filter((row) => !isTimed(row))).not.toEqual(table(before).filter((row) => !isTimed(row)));
  });

  test('the order of a test file changes nothing, and its items no list', async () => {
    const folder = newFolder();
    const files = world(
      folder,
      EVENTS.filter((event) => !isLast.has(event)),
    );
    const answers: Row[][] = [];
    for (const events of [last, [...last].reverse(), altered.filter((event) => !EVENTS.includes(event))]) {
      put(folder, 'test.csv', eventsCsv(events));
      const { answer } = await evaluated(folder, [...files, '--test', 'test.csv', ...cuts]);
      answers.push(table(answer).filter((row) => !isTimed(row)));
    }
    const [before, reversed, others] = answers;
    expect(reversed).toEqual(before);
    expect(others).not.toEqual(before);
    const lists = (rows: Row[] | undefined) => rows?.filter(({ metric = '' }) => !METRICS.includes(metric));
    expect(lists(others)).toEqual(lists(before));
  });
});

describe('--test', () => {
  test('counts and says whom and what the learned part does not know, and judges by all of it', async () => {
    const folder = newFolder();
    put(folder, 'train.csv', 'user,item\nann,oak\nann,elm\nbob,oak\nbob,elm\nbob,ash\ncat,oak\ncat,fir\n');
    // Ann has the elm already, and two things that nobody knows are to be found; dan and eve are new.
    put(folder, 'test.csv', 'user,item\nann,ash\nann,elm\nann,yew\ndan,oak\neve,yew\neve,box\nbob,fir\n');
    const files = ['-u', 'train.csv', '--test', 'test.csv'];
    const args = [...files, '--algorithms', 'popular', '--at', '1,4', '--per-user', 'per-user.csv'];
    const { answer } = await evaluated(folder, [...args, '--format', 'json']);
    const { counts, figures } = JSON.parse(answer);
    expect(counts).toEqual({
      learnedFrom: 7,
      heldOut: 7,
      notLiked: 0,
      ofUntestedUsers: 0,
      toFind: 6,
      outsideCatalogue: 3,
      hadBefore: 1,
      excludedByUser: 0,
      usersTested: 4,
      usersWithItems: 4,
      usersWithoutItems: 1,
      unknownUsers: 2,
      unknownItems: 2,
      coldItems: 0,
      coldToFind: 0,
    });
    // Popular are oak 3, elm 2, ash 1, fir 1. Ann finds the ash but no yew, bob the fir, dan the oak, eve nothing.
    const found = rowsIn(join(folder, 'per-user.csv')).map(({ user_id, at, recall, history, to_find }) => [
      ...[user_id, at, recall, history, to_find],
    ]);
    expect(found).toEqual([
      ['ann', '1', '0.5', '2', '2'],
      ['ann', '4', '0.5', '2', '2'],
      ['bob', '1', '1', '3', '1'],
      ['bob', '4', '1', '3', '1'],
      ['dan', '1', '1', '0', '1'],
      ['dan', '4', '1', '0', '1'],
      ['eve', '1', '0', '0', '2'],
      ['eve', '4', '0', '0', '2'],
    ]);
    const recall = (figure: { metric: string; at: number; group: string }) =>
      figure.metric === 'recall' && figure.at === 4 && figure.group === 'all';
    expect(figures.find(recall)).toMatchObject({ value: 0.625, users: 4 });

    const { answer: text } = await evaluated(folder, files);
    expect(text).toContain('  held out       7 interactions, of them to be found: 6\n');
    expect(text).toContain('  not counted    1 of items the user had before\n');
    expect(text).toContain(
      '  out of reach   3 to be found are not in the catalogue (2 items nobody knows): missed by all\n',
    );
    expect(text).toContain('  tested         4 users; users without held-out items: 1\n');
    expect(text).toContain('  new            2 test users nobody knows, served without a history\n');
  });

  test('the example of docs/evaluation.md comes to what stands there', async () => {
    const folder = newFolder();
    const likes = ['a', 'b', 'c', 'd', 'e'].flatMap((item, at) =>
      Array.from({ length: 9 - at }, (_, user) => `user-${user},${item}`),
    );
    put(folder, 'train.csv', `user,item\n${likes.join('\n')}\n`);
    put(folder, 'test.csv', 'user,item\nsomebody,b\nsomebody,d\nsomebody,z\n');
    const args = [
      '-u',
      'train.csv',
      '--test',
      'test.csv',
      '--algorithms',
      'popular',
      '--at',
      '5',
      '--per-user',
      'p.csv',
    ];
    await evaluated(folder, args);
    expect(rowsIn(join(folder, 'p.csv'))).toEqual([
      {
        ...{ user_id: 'somebody', algorithm: 'popular', at: '5', history: '0', to_find: '3' },
        ...{ recall: '0.666667', precision: '0.4', ndcg: '0.498189', map: '0.333333', mrr: '0.5', hit_rate: '1' },
      },
    ]);
    const docs = readFileSync(join(root, 'docs', 'evaluation.md'), 'utf8');
    expect(docs).toMatch(
      /recall 2\/3, precision 2\/5, NDCG\s[^=]*= 0\.498, average precision [^=]* = 1\/3, reciprocal rank 1\/2, hit 1\./,
    );
  });
});

test('--per-user has one row a tested user, algorithm and cut, and its means are the figures of the answer', async () => {
  const folder = newFolder();
  const args = [...world(folder), '--algorithms', 'ridge,cosine:neighbors=5', '--at', '3,10', '--sample-users', '40'];
  const { answer } = await evaluated(folder, [...args, '--per-user', 'per-user.csv', '--format', 'csv']);
  const rows = rowsIn(join(folder, 'per-user.csv'));
  expect(new Set(rows.map(({ user_id }) => user_id)).size).toBe(40);
  const names = ['ridge', 'cosine:neighbors=5', 'popular'];
  expect(rows.map(({ algorithm, at }) => [algorithm, at])).toEqual(
    Array.from({ length: 40 }, () =>
      names.flatMap((name) => [
        [name, '3'],
        [name, '10'],
      ]),
    ).flat(),
  );
  const means = table(answer).filter(({ group, metric = '' }) => group === 'all' && METRICS.includes(metric));
  expect(means).toHaveLength(3 * 2 * METRICS.length);
  for (const { algorithm, at, metric = '', value, users } of means) {
    const own = rows.filter((row) => row.algorithm === algorithm && row.at === at).map((row) => Number(row[metric]));
    expect(users).toBe('40');
    expect(Number(value)).toBeCloseTo(own.reduce((a, b) => a + b, 0) / own.length, 5);
  }
});

describe('an evaluation that makes no sense ends with its code, a reason, and no file', () => {
  test.each([
    [
      ['--by', 'contry'],
      2,
      '--by contry: the users have no such attribute; did you mean "country"?\n  their attributes: "country"\n',
    ],
    [['--by', 'age'], 2, '--by age: the users have no such attribute\n  their attributes: "country"\n'],
    [
      ['--algorithms', 'cosinus'],
      2,
      '--algorithms: there is no algorithm "cosinus"; is it cosine? There are auto, ridge, ',
    ],
    [['--algorithms', 'cosine:lambda=3'], 2, '--algorithms lambda=3: cosine has no lambda. It has neighbors, '],
    [['--split', 'last', '--time-col', 'none'], 2, '--split last: the interactions have no times; '],
    [['--split', 'time', '--time-col', 'none'], 2, '--split time: the interactions have no times; '],
    [['--test', 'had.csv'], 65, 'nobody has anything to be found: '],
    [['--test', 'gone.csv'], 66, 'gone.csv: no such file\n'],
    [['--test', 'had.csv', '--split', 'last'], 2, '--test and --split exclude each other'],
  ])('%j', async (args, expected, said) => {
    const folder = newFolder();
    const files = world(folder);
    put(folder, 'had.csv', eventsCsv(EVENTS.slice(0, 5)));
    const before = readdirSync(folder);
    const { code, stdout, stderr } = await run(
      ['evaluate', ...files, ...args, '-q', '-o', 'answer.txt', '--per-user', 'per-user.csv'],
      { folder },
    );
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
    expect(stderr.startsWith(`recommend: ${said}`), stderr).toBe(true);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(readdirSync(folder)).toEqual(before);
  });

  test('--by where the users are those of events says that they have no attributes', async () => {
    const folder = newFolder();
    world(folder);
    const { code, stderr } = await run(['evaluate', '-u', 'events.csv', '--by', 'country', '-q'], { folder });
    expect(code).toBe(2);
    expect(stderr).toBe(
      'recommend: --by country: the users have no attributes; profiles, one user a row, give them some\n',
    );
  });
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s while it learns: no child and no file is left', async (signal, expected) => {
  const folder = newFolder();
  const tmp = newFolder();
  put(folder, 'events.csv', manyEvents(4_000, 3_000, 20));
  const outputs = ['-o', 'answer.txt', '--per-user', 'per-user.csv'];
  const child = start(['evaluate', '-u', 'events.csv', '--algorithms', 'ridge', ...outputs, '-j', '2'], {
    folder,
    tmp,
  });
  const ended = exitOf(child);
  const said = textOf(child.stderr);
  await atWork(child, tmp);
  child.kill(signal);
  expect(await ended).toBe(expected);
  expect(await said).toContain(`recommend: stopped by ${signal}; no output file was written\n`);
  expect(await said).not.toMatch(/\n\s+at /);
  expect(readdirSync(folder)).toEqual(['events.csv']);
  expect(readdirSync(tmp)).toEqual([]);
  expect(leftBehind(tmp)).toEqual([]);
});

describe('what the documents show', () => {
  test('README’s evaluation of the books comes to the figures that stand there', async () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const [, command = '', shown = ''] = /^\$ recommend (evaluate .+)\n([\s\S]*?)^```/m.exec(readme) ?? [];
    const { code, stdout, stderr } = await run([...command.split(' '), '-q'], { folder: root });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = shown.split('\n').filter((line) => line !== '' && line !== '…');
    expect(lines.length).toBeGreaterThan(5);
    const answer = stdout.split('\n');
    expect(answer.filter((line) => lines.includes(line)).slice(0, lines.length)).toEqual(lines);
  });

  /** What stands behind `recommend evaluate` in a text, by command. */
  const commandsIn = (text: string) =>
    [...text.matchAll(/^ *recommend evaluate (-.+)$/gm)].map(([, args = '']) => args);

  test('the commands of docs/evaluation.md and of the help run as they stand there', async () => {
    const folder = newFolder();
    world(folder);
    const likes = EVENTS.filter((_, at) => at % 8 < 6);
    put(folder, 'ratings.csv', eventsCsv(EVENTS, ['user', 'item', 'rating', 'time']));
    put(folder, 'orders.csv', eventsCsv(EVENTS));
    put(folder, 'train.csv', eventsCsv(likes));
    put(folder, 'test.csv', eventsCsv(EVENTS.filter((event) => !likes.includes(event))));
    put(folder, 'movies.csv', readFileSync(join(folder, 'items.csv')));
    put(folder, 'profiles.csv', readFileSync(join(folder, 'users.csv')));
    const help = await run(['evaluate', '--help'], { folder });
    const commands = [
      ...commandsIn(readFileSync(join(root, 'docs', 'evaluation.md'), 'utf8')),
      ...commandsIn(help.stdout),
    ];
    expect(commands).toHaveLength(5);
    const answers = await Promise.all(commands.map((command) => evaluated(folder, command.split(' '))));
    for (const { answer } of answers) expect(answer).toMatch(/^held out: |^\{/);
    expect(rowsIn(join(folder, 'users.csv'))).toHaveLength(USERS * 2 * 2);
  });
});
