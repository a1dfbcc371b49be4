import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compiledKernel, PLAIN_KERNEL } from '../../src/kernels/kernel.js';
import { signalCount } from '../../src/model/signals.js';
import { SOURCES } from '../../src/output/reason-cells.js';
import { explainer } from '../../src/ranking/explainer.js';
import { Mark } from '../../src/ranking/list-rules.js';
import { scoresOf } from '../../src/ranking/scores.js';
import { rowsOf } from '../model/worlds.js';
import { modelOf, type Scene, scenes, slowScores } from './scenes.js';

const kernels = { plain: PLAIN_KERNEL.sumsOf, compiled: compiledKernel().sumsOf };

function explainerOf(scene: Scene, kernel: keyof typeof kernels, count: number, named: number) {
  const model = modelOf(scene);
  const scores = scoresOf(model, rowsOf(scene.signals, scene.rows.length), kernels[kernel]);
  return explainer(model, scores, count, named);
}

/** By signal, the part that it adds to the score of an item, and popularity last; each is scored alone by dense sums. */
function slowParts(scene: Scene, user: number, item: number): number[] {
  const own = scene.signals[user]!;
  const of = (signals: number[]) =>
    slowScores({ ...scene, prior: scene.prior.map(() => 0), signals: [signals] }, 0)[item]!;
  return [...own.map((_, s) => of(own.map((strength, t) => (t === s ? strength : 0)))), scene.prior[item]!];
}

function slowSource({ counts }: Scene, parts: readonly number[]): string {
  const { items, preferences, groups } = counts;
  const ends = [items, items + preferences, items + preferences + groups, signalCount(counts)];
  const sum = (from = 0, to = 0) => parts.slice(from, to).reduce((a, b) => a + b, 0);
  const sums = [sum(0, ends[0]) + sum(ends[2], ends[3]), sum(ends[0], ends[1]), sum(ends[1], ends[2]), parts.at(-1)!];
  return SOURCES[sums.indexOf(Math.max(...sums))]!;
}

test.each(['plain', 'compiled'] as const)(
  'a score is split into one part per signal, and the largest parts are reported, with %s sums',
  (kernel) => {
    fc.assert(
      fc.property(
        scenes(fc.integer({ min: 1, max: 9 })),
        fc.integer({ min: 1, max: 3 }),
        fc.nat(),
        (scene, named, seed) => {
          const explain = explainerOf(scene, kernel, 9, named);
          scene.signals.forEach((_, user) => {
            const items = scene.prior.map((_, item) => item).filter((item) => (seed >> item) % 2 === 0);
            const list = { items: Uint32Array.from(items).reverse(), scores: new Float64Array(items.length) };
            const reasons = explain(user, list, undefined);
            list.items.forEach((item, at) => {
              const parts = slowParts(scene, user, item);
              const met = [...parts.entries()]
                .filter(([, part]) => part !== 0)
                .sort(([s, a], [t, b]) => b - a || s - t);
              expect(reasons.parts[at]).toBe(met.length);
              expect(reasons.sum[at]).toBe(slowScores(scene, user)[item]);
              expect(SOURCES[reasons.source[at]!]).toBe(slowSource(scene, parts));
              const kept = [...reasons.cause].map((cause, place) => [cause, reasons.amount[place]]);
              const first = at * reasons.kept;
              expect(kept.slice(first, first + Math.min(met.length, reasons.kept))).toEqual(met.slice(0, reasons.kept));
            });
          });
        },
      ),
      { numRuns: 60 },
    );
  },
);

test('items that a rule put into a list have that rule as their source, and a boosted score has its factor', () => {
  const scene: Scene = {
    counts: { items: 3, preferences: 0, groups: 0, latest: 0 },
    scales: { items: 1, preferences: 1, groups: 1 },
    prior: [1, 0.5, 0.25],
    rows: [
      [0, 0, 1],
      [0, 0, 0],
      [0, 0, 0],
    ],
    cuts: [],
    signals: [[1, 0, 0]],
    excluded: [[1, 0, 0]],
    offered: [1, 1, 1],
  };
  const marks = Uint8Array.of(Mark.pinned, Mark.byScore, Mark.explored);
  const list = { items: Uint32Array.of(0, 2, 1), scores: new Float64Array(3), marks };
  const { source, factor, sum } = explainerOf(scene, 'plain', 3, 1)(0, list, Float64Array.of(1, 2, 0.5));
  expect(Array.from(source, (at) => SOURCES[at])).toEqual(['pinned', 'history', 'explored']);
  expect([...factor]).toEqual([1, 0.5, 2]);
  expect([...sum]).toEqual([1, 1.25, 0.5]);
});
