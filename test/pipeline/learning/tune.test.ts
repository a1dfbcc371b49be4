import { readdirSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import type { Dataset } from '../../../src/dataset/dataset.js';
import { Failure } from '../../../src/failure.js';
import { Random } from '../../../src/matrix/sampling.js';
import { emptyRows, rowLengths } from '../../../src/matrix/sparse.js';
import { learn } from '../../../src/pipeline/learning/learn.js';
import { methodOf } from '../../../src/pipeline/learning/method.js';
import { chooseSettings } from '../../../src/pipeline/learning/tune.js';
import { type Run, startRun } from '../../../src/pipeline/run.js';
import { meanLength } from '../../../src/ranking/audience.js';
import { readStatistics } from '../../../src/workers/run-files.js';
import { learnt } from '../../model/learned.js';
import { largeWorld, observationsOf, placeKeys, rowsOf, settingsWith, type World } from '../../model/worlds.js';

const runs: Run[] = [];

afterEach(async () => {
  await Promise.all(runs.splice(0).map((run) => run.end()));
});

function startTestRun(): { run: Run; infos: string[] } {
  const run = startRun({ workers: 2, quiet: true, verbose: false }, process);
  runs.push(run);
  const infos: string[] = [];
  return {
    run: { ...run, info: (text) => void infos.push(text) },
    infos,
  };
}

function datasetOf(world: World): Dataset {
  const users = world.interactions.length;
  const items = world.offered.length;
  const names = (letter: string, count: number) => Array.from({ length: count }, (_, k) => `${letter}${k}`);
  const { times, ...seen } = observationsOf(world);
  return {
    ...seen,
    times,
    rated: undefined,
    userIds: names('u', users),
    served: users,
    itemIds: names('i', items),
    titles: names('', items),
    excluded: emptyRows(users, items),
    attributeNames: names('a', world.attributes[0]?.length ?? 0),
    preferences: emptyRows(users, world.attributes[0]?.length ?? 0),
    groupNames: names('g', world.groups[0]?.length ?? 0),
    itemColumns: [],
    userColumns: [],
  };
}

test('a named method is not tuned, and no message is written', async () => {
  const { run, infos } = startTestRun();
  const method = methodOf('cosine', [], '--algorithm');
  expect(await chooseSettings(run, datasetOf(largeWorld(1, 200, 20)), method)).toEqual({
    settings: method.settings,
    auto: null,
  });
  expect(infos).toEqual([]);
});

test('auto keeps the fixed defaults and explains why if there are too few users to evaluate', async () => {
  const { run } = startTestRun();
  const method = methodOf('auto', ['lambda=3'], '--algorithm');
  expect(await chooseSettings(run, datasetOf(largeWorld(1, 60, 20)), method)).toEqual({
    settings: method.settings,
    auto: {
      explanation:
        'the fixed defaults with your settings: 15 users with items to hold out; it takes 100 to tell a gain from noise',
      table: '',
      gain: 0,
      trials: [],
      coldTrials: [],
    },
  });
});

test('auto tunes but keeps K and the user’s settings, explains the result, repeats it exactly, and leaves no files', async () => {
  const { run } = startTestRun();
  const method = methodOf('auto', ['lambda=3', 'recency=0'], '--algorithm');
  const dataset = datasetOf(largeWorld(1, 450, 20));
  const { settings, auto } = await chooseSettings(run, dataset, method);
  expect(settings).toMatchObject({ lambda: 3, recency: 0, neighbors: 200, method: 'ridge', steps: 3 });
  expect(auto?.explanation).toMatch(/^tuned on 1\d\d users, the latest interactions of all held out: /);
  expect(auto?.table).toMatch(/^ {4}\d\.\d{4} {2}the fixed defaults with your settings\n/);
  expect(readdirSync(run.directory.path)).toEqual([]);
  // Tuning again on the same data gives the same settings.
  expect((await chooseSettings(startTestRun().run, dataset, method)).settings).toEqual(settings);
});

test('auto raises the popularity weight when only popularity predicts what users take', async () => {
  const { run } = startTestRun();
  const users = 1500;
  const items = 400;
  const random = new Random(5);
  // A share of the users proportional to 1 / √k takes the k-th item, independently of what else they take.
  const interactions = Array.from({ length: users }, () =>
    Array.from({ length: items }, (_, item) => (random.next() / 2 ** 32 < 0.15 / Math.sqrt(item + 1) ? 1 : 0)),
  );
  const { times: _, ...dataset } = datasetOf({ ...largeWorld(1, users, items), interactions });
  const method = methodOf('auto', ['attribute-weight=0', 'group-weight=0'], '--algorithm');
  const { settings, auto } = await chooseSettings(run, { ...dataset, times: undefined }, method);
  expect(settings.popularityWeight).toBeGreaterThanOrEqual(30);
  const gain = /popularity-weight \d+ \(not 3\).*: recall and NDCG at 20 ([\d.]+) % above/.exec(
    auto?.explanation ?? '',
  )?.[1];
  expect(Number(gain)).toBeGreaterThan(10);
});

test('auto raises the group weight of users without a history when groups predict what users take', async () => {
  const { run } = startTestRun();
  const [users, items, groups] = [600, 160, 30];
  const random = new Random(6);
  const group = (user: number) => user % groups;
  // Everybody takes half of ten hits, and half of the five items of their group.
  const interactions = Array.from({ length: users }, (_, user) =>
    Array.from({ length: items }, (_, item) => {
      const isTheirs = item < 10 || Math.floor((item - 10) / 5) === group(user);
      return isTheirs && random.below(2) === 1 ? 1 : 0;
    }),
  );
  const world = {
    ...largeWorld(1, users, items),
    interactions,
    groups: interactions.map((_, user) => Array.from({ length: groups }, (_, g) => (g === group(user) ? 1 : 0))),
  };
  const { settings, auto } = await chooseSettings(run, datasetOf(world), methodOf('auto', [], '--algorithm'));
  expect(settings.coldGroupWeight).toBeGreaterThan(1);
  expect(auto?.explanation).toMatch(
    /chose cold-group-weight (3|10) \(not 1\): their lists without a history [\d.]+ % better/,
  );
});

test('learning in shards leaves only the files of the model, and returns their precision and mean length', async () => {
  const { run } = startTestRun();
  const world = largeWorld(5, 40, 15);
  const settings = settingsWith({ neighbors: 6 });
  const seen = observationsOf(world);
  const learned = await learn(run, seen, () => placeKeys(seen.interactions), settings);
  const { counts, statistics, rows } = learnt(world, settings);
  expect(learned.model.counts).toEqual(counts);
  expect(learned.precision).toEqual(statistics.precision);
  expect(readStatistics(learned.model.statistics)).toEqual(statistics);
  expect(learned.cellsPerRow).toBe(meanLength(rowLengths(rows)));
  expect(readdirSync(run.directory.path).length).toBe(1 + learned.model.rows.length);
});

test('ease is refused for more than 8,000 items, with ridge as the alternative', async () => {
  const items = 8001;
  const { run } = startTestRun();
  const seen = {
    interactions: rowsOf([Array(items).fill(1)], items),
    offered: new Uint8Array(items).fill(1),
    attributes: emptyRows(items, 0),
    groups: emptyRows(1, 0),
    preferences: emptyRows(1, 0),
  };
  const refused = await learn(
    run,
    seen,
    () => placeKeys(seen.interactions),
    settingsWith({ method: 'ease', longestHistory: items }),
  ).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(Failure);
  expect(refused).toMatchObject({
    exitCode: 2,
    message: '--algorithm ease is exact, for 8,000 items at most, and there are 8,001; ridge is its sparse form',
  });
});
