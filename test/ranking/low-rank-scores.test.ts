import fc from 'fast-check';
import { expect, test } from 'vitest';
import { itemScores, similarItems } from '../../src/ranking/item-scores.js';
import { rowsOf } from '../model/worlds.js';
import { modelOf, scenes, slowScores } from './scenes.js';

const anyScene = scenes(fc.integer({ min: 1, max: 9 }));

test('itemScores gives an item the score that each user’s list gives it', () => {
  fc.assert(
    fc.property(anyScene, (scene) => {
      const model = modelOf(scene);
      const signals = rowsOf(scene.signals, scene.rows.length);
      const expected = scene.signals.map((_, user) => slowScores(scene, user));
      scene.prior.forEach((_, item) => {
        expect([...itemScores(model, signals, item)]).toEqual(expected.map((scores) => scores[item]));
      });
    }),
  );
});

test('similar items have the scores they would have for a user with only that item, without popularity', () => {
  fc.assert(
    fc.property(anyScene, (scene) => {
      const offered = Uint8Array.from(scene.offered);
      const find = similarItems(modelOf(scene), offered, 9);
      scene.prior.forEach((_, item) => {
        const signals = [scene.rows.map((_, signal) => (signal === item ? 1 : 0))];
        const scores = slowScores({ ...scene, prior: scene.prior.map(() => 0), signals }, 0);
        const found = find(item);
        expect([...found.scores]).toEqual(Array.from(found.items, (other) => scores[other]));
      });
    }),
  );
});
