import { expect, test } from 'vitest';
import { sideBySide } from '../../src/matrix/combined.js';
import { ALGORITHMS } from '../../src/model/algorithms.js';
import { evidenceOf } from '../../src/model/evidence.js';
import { statisticsOf } from '../../src/model/row-normalisation.js';
import type { Settings } from '../../src/model/settings.js';
import { signalCounts } from '../../src/model/signals.js';
import { modelOf } from '../../src/ranking/model.js';
import { alsFactorsOf, fitterOf, plainRecommender } from '../model/learned.js';
import { observationsOf, settingsWith, type World } from '../model/worlds.js';

/*
 * Two blocks of taste, the second three times as popular. Each user has all items of their block except one, and every
 * fifth user has one item of the other block as well.
 *
 *     items      0 1 2 3 4 5   6 7 8 9 10 11
 *     20 users   1 1 . 1 1 1   . . . 1 .  .
 *     60 users   . . . . . .   1 1 1 1 1  .
 */
const SIZE = 6;
const WORLD: World = {
  interactions: Array.from({ length: 80 }, (_, user) =>
    Array.from({ length: 2 * SIZE }, (_, item) => {
      const isOwn = item < SIZE === user < 20;
      if (isOwn) return item % SIZE === user % SIZE ? 0 : 1;
      return user % 5 === 0 && item % SIZE === (user / 5) % SIZE ? 1 : 0;
    }),
  ),
  attributes: Array.from({ length: 2 * SIZE }, () => []),
  groups: Array.from({ length: 80 }, () => []),
  offered: Array(2 * SIZE).fill(1),
};

/** The first recommendation to each user, learned in two shards. */
async function firstItems(settings: Settings): Promise<number[]> {
  const seen = observationsOf(WORLD);
  const evidence = evidenceOf(seen, settings);
  const counts = signalCounts(evidence);
  const learn = fitterOf(evidence, settings, [0, 3]);
  const parts = [learn(0, 5), learn(5, counts.items)];
  const precision = Float64Array.from(parts.flatMap((part) => Array.from(part.precision)));
  const rows = parts.map((part) => part.rows);
  const factors = settings.method === 'als' ? await alsFactorsOf(seen, settings) : undefined;
  const model = modelOf(counts, rows, [0, 5], statisticsOf(evidence, precision), settings, factors);
  const signals = sideBySide(seen.interactions, seen.groups, seen.groups);
  const recommender = plainRecommender(model, { signals, excluded: seen.interactions, offered: seen.offered }, 3);
  return WORLD.interactions.map((_, user) => recommender.recommend(user).items[0]!);
}

const missing = WORLD.interactions.map((_, user) => (user < 20 ? 0 : SIZE) + (user % SIZE));
const personal = ALGORITHMS.filter(({ name }) => !['content', 'popular', 'last-item'].includes(name));

test.each(personal.map(({ name, settings }) => ({ name, settings })))(
  '$name recommends to each user the one item of their block that they lack',
  async ({ settings }) => {
    expect(await firstItems(settings)).toEqual(missing);
  },
);

test('ridge finds the missing item even with few candidates, one step and a popularity prior', async () => {
  const few = settingsWith({ neighbors: SIZE - 1, steps: 1, lambda: 100, popularityWeight: 1, targetDamping: 0.5 });
  expect(await firstItems(few)).toEqual(missing);
});

test('popular recommends items of the larger block to everybody', async () => {
  const popular = ALGORITHMS.find(({ name }) => name === 'popular')!.settings;
  expect((await firstItems(popular)).every((item) => item >= SIZE)).toBe(true);
});
