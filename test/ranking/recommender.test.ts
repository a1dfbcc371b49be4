import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compiledKernel, PLAIN_KERNEL } from '../../src/kernels/kernel.js';
import type { SumsOf } from '../../src/kernels/sums.js';
import { priorOf } from '../../src/ranking/list-rules.js';
import { Recommender } from '../../src/ranking/recommender.js';
import { scoresOf } from '../../src/ranking/scores.js';
import { rowsOf } from '../model/worlds.js';
import { modelOf, type Scene, scenes, slowScores } from './scenes.js';

const anyScene = scenes(fc.integer({ min: 1, max: 9 }));

const kernels: [string, SumsOf][] = [
  ['plain sums', PLAIN_KERNEL.sumsOf],
  ['compiled sums', compiledKernel().sumsOf],
];

function recommenderOf(scene: Scene, count: number, sumsOf = PLAIN_KERNEL.sumsOf): Recommender {
  const { items } = scene.counts;
  const audience = {
    signals: rowsOf(scene.signals, scene.rows.length),
    excluded: rowsOf(scene.excluded, items),
    had: scene.had && rowsOf(scene.had, items),
    candidates: scene.candidates && rowsOf(scene.candidates, items),
    offered: Uint8Array.from(scene.offered),
  };
  const model = modelOf(scene);
  return new Recommender(model, audience, count, scoresOf(model, audience.signals, sumsOf));
}

/** Whether an item may be recommended. */
function isOpen({ offered, excluded, had, candidates }: Scene, user: number, item: number): boolean {
  return (
    offered[item] === 1 && excluded[user]![item] === 0 && had?.[user]?.[item] !== 1 && candidates?.[user]?.[item] !== 0
  );
}

/** Scores all items and sorts them. */
function slowList(scene: Scene, user: number, count: number): { item: number; score: number }[] {
  return slowScores(scene, user)
    .map((score, item) => ({ item, score }))
    .filter(({ item }) => isOpen(scene, user, item))
    .sort((a, b) => b.score - a.score || a.item - b.item)
    .slice(0, count);
}

test.each(kernels)('every list equals scoring all items and sorting them, with %s', (_, sumsOf) => {
  fc.assert(
    fc.property(anyScene, fc.nat(11), (scene, count) => {
      // One recommender for all users: a user must leave nothing behind for the next.
      const recommender = recommenderOf(scene, count, sumsOf);
      scene.signals.forEach((_, user) => {
        const { items, scores } = recommender.recommend(user);
        expect(Array.from(items, (item, place) => ({ item, score: scores[place] }))).toEqual(
          slowList(scene, user, count),
        );
      });
    }),
    { numRuns: 300 },
  );
});

test('a list has N items or all there are, without repeats, none of them excluded, and its scores never rise', () => {
  fc.assert(
    fc.property(anyScene, fc.nat(11), (scene, count) => {
      const recommender = recommenderOf(scene, count);
      scene.signals.forEach((_, user) => {
        const { items, scores } = recommender.recommend(user);
        const available = scene.offered.filter((_, item) => isOpen(scene, user, item)).length;
        expect(items.length).toBe(Math.min(count, available));
        expect(new Set(items).size).toBe(items.length);
        for (const item of items) expect(isOpen(scene, user, item)).toBe(true);
        expect(scores.every((score, place) => place === 0 || score <= scores[place - 1]!)).toBe(true);
      });
    }),
  );
});

test('reversing the users reverses the lists and changes none', () => {
  fc.assert(
    fc.property(anyScene, (scene) => {
      const reversed = {
        ...scene,
        signals: scene.signals.toReversed(),
        excluded: scene.excluded.toReversed(),
        had: scene.had?.toReversed(),
        candidates: scene.candidates?.toReversed(),
      };
      const users = [...scene.signals.keys()];
      const there = recommenderOf(scene, 4);
      const back = recommenderOf(reversed, 4);
      const lists = users.map((user) => there.recommend(user));
      expect(users.map((user) => back.recommend(user)).toReversed()).toEqual(lists);
    }),
  );
});

/** Three items, item 0 the most popular; a like of item 0 is a signal for item 2. */
const SMALL: Scene = {
  counts: { items: 3, preferences: 0, groups: 0, latest: 0 },
  scales: { items: 2, preferences: 1, groups: 1 },
  prior: [1, 0.5, 0.25],
  rows: [
    [0, 0, 1],
    [0, 0, 0],
    [0, 0, 0],
  ],
  cuts: [],
  signals: [
    [0, 0, 0],
    [1, 0, 0],
    [-1, 0, 0],
  ],
  excluded: [
    [0, 0, 0],
    [1, 0, 0],
    [1, 0, 0],
  ],
  offered: [1, 1, 1],
};

test('a user without signals gets popular items, a like raises related items, and a dislike lowers them', () => {
  const recommender = recommenderOf(SMALL, 3);
  const lists = [0, 1, 2].map((user) => recommender.recommend(user));
  expect(lists.map(({ items }) => Array.from(items))).toEqual([
    [0, 1, 2],
    [2, 1],
    [1, 2],
  ]);
  expect(lists.map(({ scores }) => Array.from(scores))).toEqual([
    [1, 0.5, 0.25],
    [2.25, 0.5],
    [0.5, -1.75],
  ]);
});

test('an item that a negative signal pushed down does not come back by its popularity', () => {
  // Item 0 is touched by a negative signal and is the most popular one.
  const scene = {
    ...SMALL,
    rows: [
      [1, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ],
    excluded: [
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ],
  };
  expect(recommenderOf(scene, 2).recommend(2)).toEqual({
    items: Uint32Array.of(1, 2),
    scores: Float64Array.of(0.5, 0.25),
  });
});

test('recommendWith gives the lists of models with those priors and low-rank weights, and leaves the model’s own unchanged', () => {
  const forTuning = anyScene.map((scene) => ({ ...scene, candidates: undefined }));
  fc.assert(
    fc.property(forTuning, fc.nat(11), (scene, count) => {
      const { prior, lowRank } = scene;
      const others = [prior.toReversed(), prior.map(() => 0), prior].flatMap((prior) =>
        [1, 0, 4].map((lowRankWeight) => ({ prior, lowRankWeight })),
      );
      const variants = others.map(({ prior, lowRankWeight }) => ({
        prior: priorOf(Float64Array.from(prior), Uint8Array.from(scene.offered)),
        lowRankWeight,
      }));
      const slow = others.map(({ prior, lowRankWeight }) =>
        recommenderOf(
          { ...scene, prior, lowRank: lowRank && { ...lowRank, weight: lowRankWeight * lowRank.weight } },
          count,
        ),
      );
      const recommender = recommenderOf(scene, count);
      scene.signals.forEach((_, user) => {
        const lists: number[][] = [];
        recommender.recommendWith(user, variants, (items, place) => {
          lists[place] = [...items];
        });
        expect(lists).toEqual(slow.map((other) => [...other.recommend(user).items]));
        expect(recommender.recommend(user)).toEqual(recommenderOf(scene, count).recommend(user));
      });
    }),
  );
});
