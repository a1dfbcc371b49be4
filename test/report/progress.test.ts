import { expect, test } from 'vitest';
import { methodOf } from '../../src/pipeline/learning/method.js';
import { READING, stagesOf } from '../../src/pipeline/planned-stages.js';
import { progressOf, type Stage } from '../../src/report/progress.js';

const ALL: readonly Stage[] = ['reading', 'tuning', 'counting', 'learning', 'recommending'];

test('a run goes through its stages from 0 to 1, each by its weight and by the work done in it', () => {
  const run = progressOf(ALL.map((stage, k) => ({ stage, weight: k })));
  expect(run.at('reading', 5, 10, 0)).toEqual({ stage: 'reading', ofStage: 0.5, ofRun: 0, users: 0 });
  expect(run.at('tuning', 5, 10, 0).ofRun).toBeCloseTo(0.05);
  expect(run.at('learning', 1, 3, 0).ofRun).toBeCloseTo(0.4);
  expect(run.at('recommending', 10, 10, 7)).toEqual({ stage: 'recommending', ofStage: 1, ofRun: 1, users: 7 });
});

test('it never goes back, and a stage that comes again is the next of its name', () => {
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

test('of a pipe nobody knows how much is read; of no work all is done', () => {
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
])('%s takes time for %j alone', (name, stages) => {
  const planned = [READING, ...stagesOf(methodOf(name, [], '--algorithm'), 1e6)];
  expect(planned.filter(({ weight }) => weight > 0).map(({ stage }) => stage)).toEqual(stages);
});
