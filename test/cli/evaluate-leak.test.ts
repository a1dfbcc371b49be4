import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolders } from '../files/temporary.js';
import { listsOf, put, rowsIn } from './data.js';
import {
  byUser,
  EVENTS,
  evaluated,
  eventsCsv,
  ITEMS,
  isTimed,
  METRICS,
  type Row,
  table,
  USERS,
  world,
} from './evaluation.js';
import { runInProcess } from './run.js';
import { keepWorkersInProcess } from './workers-in-process.js';

keepWorkersInProcess();

const newFolder = temporaryFolders();

/** The metrics of a list by the formulas of docs/evaluation.md, in the order of METRICS. */
function metricsOf(list: readonly string[], toFind: ReadonlySet<string>, cut: number): number[] {
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

/** Rules with ages, which count back from the latest time of the learned part, and other rules. */
const RULES =
  '--min-rating 2 --since 2020-09-14 --half-life 1d --seen-window 12h --exclude-items never.csv --where time>=2020-09-16';

describe('no leak: each user’s metrics equal those of the lists that a real run makes from the learned part alone', () => {
  /** The held-out part as docs/evaluation.md defines it. */
  const last = [...byUser(EVENTS).values()].flatMap((own) => [...own].sort((a, b) => b.time - a.time).slice(0, 2));
  const late = [...EVENTS].sort((a, b) => b.time - a.time).slice(0, 96);

  test.each([
    ['--split last', last, ['user', 'item', 'time']],
    ['--split last', last, ['user', 'item', 'rating', 'time']],
    ['--split time', late, ['user', 'item', 'rating', 'time']],
    ['--split time', late, ['user', 'item', 'time']],
    ['--test held-out.csv', last, ['user', 'item', 'time']],
    ['--test held-out.csv', last, ['user', 'item', 'rating', 'time']],
    ['--split time', late, ['user', 'item', 'rating', 'time'], RULES],
  ] as const)('%s', async (how, heldOut, columns, rules?: string) => {
    const folder = newFolder();
    const out = new Set(heldOut);
    const learned = EVENTS.filter((event) => !out.has(event));
    const files = world(folder, how.startsWith('--test') ? learned : EVENTS, columns);
    put(folder, 'held-out.csv', eventsCsv(heldOut, columns));
    put(folder, 'never.csv', 'item\ntree-1\nfish-2\n');
    files.push(...(rules?.split(' ') ?? []));
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
        const { code, stdout, stderr } = await runInProcess([...files, '--algorithm', algorithm, '-q'], { folder });
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
            metricsOf(lists[a]?.get(user) ?? [], wanted, cut).map((value, m) => [
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
    // Some items are found and some are missed: otherwise the comparison would prove nothing.
    const recalls = measured.map(({ recall }) => Number(recall));
    expect(Math.max(...recalls)).toBeGreaterThan(0);
    expect(Math.min(...recalls)).toBeLessThan(1);
  });
});

/** The metrics that depend on the lists alone: the held-out part must not change them. */
function listMetricsOf(csv: string): Row[] {
  return table(csv).filter(({ metric = '' }) =>
    ['coverage', 'gini', 'novelty', 'diversity', 'users_served'].includes(metric),
  );
}

describe('the held-out part is used for judging only', () => {
  const cuts = ['--at', '1,2,3,5,8', '--algorithms', 'ridge,cosine', '--format', 'csv', '-q'];
  const last = [...byUser(EVENTS).values()].flatMap((own) => [...own].sort((a, b) => b.time - a.time).slice(0, 2));
  const isLast = new Set(last);
  /** The events with every held-out item replaced by one of the catalogue that its user has not had. */
  const altered = EVENTS.map((event) => {
    if (!isLast.has(event)) return event;
    const own = new Set(EVENTS.filter(({ user }) => user === event.user).map(({ item }) => item));
    const free = ITEMS.map((line) => line.split(',')[0] ?? '').filter((item) => !own.has(item));
    const at = last.indexOf(event);
    return { ...event, item: free[(at % 2) * 7 + (at % 5)] ?? '' };
  });

  test('under --split last, other held-out items change no list', async () => {
    const folder = newFolder();
    const { answer: before } = await evaluated(folder, [...world(folder), ...cuts]);
    const { answer: after } = await evaluated(folder, [...world(folder, altered), ...cuts]);
    expect(listMetricsOf(after)).toEqual(listMetricsOf(before));
    expect(listMetricsOf(before)).toHaveLength(3 * (4 * 5 + 1));
    expect(table(after).filter((row) => !isTimed(row))).not.toEqual(table(before).filter((row) => !isTimed(row)));
  });

  test('the order of a test file changes no figure, and other test items change no list', async () => {
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
