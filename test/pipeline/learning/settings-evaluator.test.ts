import { readdirSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { sideBySide } from '../../../src/matrix/combined.js';
import { emptyRows, mapped, pickedRows } from '../../../src/matrix/sparse.js';
import type { Settings } from '../../../src/model/settings.js';
import { settingsEvaluator } from '../../../src/pipeline/learning/settings-evaluator.js';
import { type Run, startRun } from '../../../src/pipeline/run.js';
import { withRecency } from '../../../src/ranking/audience.js';
import { modelOf } from '../../../src/ranking/model.js';
import { type ValidationSplit, validationSplit } from '../../../src/tuning/validation-split.js';
import { ChildFailure } from '../../../src/workers/child.js';
import { learntFrom, plainRecommender } from '../../model/learned.js';
import { largeWorld, observationsOf, placeKeys, settingsWith } from '../../model/worlds.js';

const runs: Run[] = [];

afterEach(async () => {
  await Promise.all(runs.splice(0).map((run) => run.end()));
});

/** A run with two workers, and the kinds of the jobs that its pool got. */
function startTestRun(): { run: Run; jobs: string[] } {
  const run = startRun({ workers: 2, quiet: true, verbose: false }, process);
  runs.push(run);
  const jobs: string[] = [];
  const { pool } = run;
  const originalRun = pool.run.bind(pool);
  pool.run = (job, shards, onAnswer) => {
    jobs.push(job.kind);
    return originalRun(job, shards, onAnswer);
  };
  return { run, jobs };
}

const { times, ...WORLD } = observationsOf(largeWorld(7, 60, 24));
const VALIDATION: ValidationSplit = validationSplit(
  { ...WORLD, times, rated: undefined, preferences: emptyRows(60, 4), excluded: emptyRows(60, 24) },
  placeKeys(WORLD.interactions),
);

/** The utility of each user’s list when everything is learned from scratch. */
function slowUtility(settings: Settings): number[] {
  const { seen, users, heldOut } = VALIDATION;
  const { counts, rows, statistics } = learntFrom(seen, settings);
  const histories = pickedRows(withRecency(seen.interactions, seen.times, settings), users);
  const { groupWeight, coldGroupWeight } = settings;
  const groups = mapped(pickedRows(seen.groups, users), (value, user) => {
    const items = histories.start[user + 1]! - histories.start[user]!;
    return value * (groupWeight + (coldGroupWeight - groupWeight) / (1 + items) ** 2);
  });
  const signals = sideBySide(histories, pickedRows(seen.preferences, users), groups);
  const audience = { signals, excluded: histories, offered: seen.offered };
  const recommender = plainRecommender(modelOf(counts, [rows], [0], statistics, settings), audience, 20);
  return Array.from(users, (_, k) => {
    const wanted = [...heldOut.index.subarray(heldOut.start[k], heldOut.start[k + 1])];
    const places = [...recommender.recommend(k).items].flatMap((item, place) => (wanted.includes(item) ? [place] : []));
    const gain = (place: number) => 1 / Math.log2(place + 2);
    const ideal = wanted.map((_, place) => gain(place)).reduce((a, b) => a + b, 0);
    return places.length / wanted.length + places.map(gain).reduce((a, b) => a + b, 0) / ideal;
  });
}

test('counts and learned rows are reused only if no setting that affects them differs', async () => {
  const { run, jobs } = startTestRun();
  const evaluator = settingsEvaluator(run, VALIDATION, placeKeys(VALIDATION.seen.interactions), settingsWith({}));
  const start = settingsWith({ neighbors: 10 });
  const cases: [Partial<Settings>, Partial<Settings>[], string][] = [
    [{}, [{}, { popularityWeight: 30 }, { recency: 2 }, { popularityHalfLife: 0.1 }], 'count learn trial'],
    [{}, [{ targetDamping: 0.45, power: 1.5 }], 'trial'],
    // Settings that only affect scoring need no new learning either.
    [{ popularityWeight: 10, recency: 0, targetDamping: 0 }, [{}], 'trial'],
    [{ lambda: 1 }, [{}, { recency: 0 }], 'learn trial'],
    [{ sourceDamping: 0.9 }, [{}], 'learn trial'],
    [{ basketDamping: 0 }, [{}], 'count learn trial'],
    [{ attributeWeight: 4 }, [{}], 'count learn trial'],
    [{ attributeWeight: 0 }, [{}], 'count learn trial'],
    [{ candidateDamping: 1 }, [{}], 'count learn trial'],
    [{ neighbors: 3 }, [{}], 'count learn trial'],
    [{}, [{}], 'count learn trial'],
    // The rows of the "follow" part do not depend on its weight.
    [{ follow: 0.2 }, [{ follow: 0 }], 'count learn trial'],
    [{ follow: 0.4 }, [{ follow: 0 }], 'trial'],
  ];
  for (const [learned, variants, kinds] of cases) {
    const settings = { ...start, ...learned };
    const utilities = await evaluator.evaluate(
      settings,
      variants.map((variant) => ({ ...settings, ...variant })),
    );
    expect(jobs.splice(0).join(' '), JSON.stringify(learned)).toBe(kinds);
    expect(utilities.length).toBe(variants.length);
    variants.forEach((variant, k) => {
      slowUtility({ ...settings, ...variant }).forEach((value, user) => {
        expect(utilities[k]![user]).toBeCloseTo(value, 12);
      });
    });
  }
});

test('a user who cannot be evaluated under one variant counts 0 under all', async () => {
  const { run } = startTestRun();
  const { pool } = run;
  const evaluator = settingsEvaluator(run, VALIDATION, placeKeys(VALIDATION.seen.interactions), settingsWith({}));
  const settings = settingsWith({ neighbors: 10 });
  const variants = [settings, { ...settings, targetDamping: 0.45 }];
  const whole = await evaluator.evaluate(settings, variants);
  const users = VALIDATION.users.length;
  const user = whole[1]!.findIndex((utility, at) => utility > 0 && whole[0]![at]! > 0);
  const originalRun = pool.run.bind(pool);
  pool.run = async (job, shards, onAnswer, onLost) => {
    await originalRun(job, shards, onAnswer);
    const row = users + user;
    await onLost?.({ index: 0, from: row, to: row + 1, cost: 1 }, new ChildFailure('was killed', 'was killed'));
  };
  const without = whole.map((utility) => utility.with(user, 0));
  expect(await evaluator.evaluate(settings, variants)).toEqual(without);
});

test('a settings evaluator does not accumulate files while it works, and leaves none', async () => {
  const { run } = startTestRun();
  const evaluator = settingsEvaluator(run, VALIDATION, placeKeys(VALIDATION.seen.interactions), settingsWith({}));
  const files = () => readdirSync(run.directory.path).length;
  const counts: number[] = [];
  for (const basketDamping of [0, 0.25, 0.5, 0.75, 1, 1.25]) {
    const settings = settingsWith({ neighbors: 10, basketDamping });
    await evaluator.evaluate(settings, [settings]);
    counts.push(files());
  }
  expect(counts.slice(1)).toEqual(Array(5).fill(counts[1]));
  await evaluator.end();
  expect(files()).toBe(0);
});
