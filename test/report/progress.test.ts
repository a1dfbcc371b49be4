import { expect, test } from 'vitest';
import { READING, stagesOf } from '../../src/pipeline/learning/learn-files.js';
import { methodOf } from '../../src/pipeline/learning/method.js';
import { progressOf, type Stage } from '../../src/report/progress.js';

const ALL: readonly Stage[] = ['reading', 'tuning', 'counting', 'learning', 'recommending'];

test('progress rises from 0 to 1 by the weights of the stages and the work done in them', () => {
  const run = progressOf(ALL.map((stage, k) => ({ stage, weight: k })));
  expect(run.at('reading', 5, 10, 0)).toEqual({ stage: 'reading', ofStage: 0.5, ofRun: 0, users: 0 });
  expect(run.at('tuning', 5, 10, 0).ofRun).toBeCloseTo(0.05);
  expect(run.at('learning', 1, 3, 0).ofRun).toBeCloseTo(0.4);
  expect(run.at('recommending', 10, 10, 7)).toEqual({ stage: 'recommending', ofStage: 1, ofRun: 1, users: 7 });
});

test('progress never falls, and a repeated stage counts as the next one of that name', () => {
  const twice = ['counting', 'learning', 'recommending'] as const;
  const run = progressOf([...twice, ...twice, 'recommending' as const].map((stage) => ({ stage, weight: 1 })));
  const shares: number[] = [];
  for (const stage of [...twice, ...twice, 'recommending'] as const) {
    for (const done of [0, 2, 4]) shares.push(run.at(stage, done, 4, 0).ofRun);
  }
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  expect(shares.map((share) => Math.round(share * 14))).toEqual([
    0, 1, 2, 2, 3, 4, 4, 5, 6, 6, 7, 8, 8, 9, 10, 10, 11, 12, 12, 13, 14,
  ]);
});

test('a stage of unknown size stays at 0, and a stage without work is complete', () => {
  const run = progressOf([{ stage: 'reading', weight: 1 }]);
  expect(run.at('reading', 1000, 0, 0).ofStage).toBe(0);
  expect(run.at('reading', 0, 0, 0).ofStage).toBe(1);
});

test.each([
  ['auto', ['reading', 'tuning', 'counting', 'learning', 'recommending']],
  ['ridge', ['reading', 'counting', 'learning', 'recommending']],
  ['cosine', ['reading', 'learning', 'recommending']],
  ['ease', ['reading', 'learning', 'recommending']],
  ['popular', ['reading', 'recommending']],
])('%s plans time for exactly %j', (name, stages) => {
  const planned = [READING, ...stagesOf(methodOf(name, [], '--algorithm'), 1e6)];
  expect(planned.filter(({ weight }) => weight > 0).map(({ stage }) => stage)).toEqual(stages);
});
