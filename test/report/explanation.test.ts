import { expect, test } from 'vitest';
import { emptyRows } from '../../src/matrix/sparse.js';
import { orderOf, userFacts } from '../../src/report/explanation.js';
import { rowsOf } from '../model/worlds.js';

const strengths = [[1, 3, 2, 3]];
const historyOf = (times: number[] | undefined) =>
  userFacts(
    {
      ...{ userIds: ['u'], itemIds: ['a', 'b', 'c', 'd'], titles: [], attributeNames: [], groupNames: [] },
      ...{ interactions: rowsOf(strengths, 4), times: times && Float64Array.from(times) },
      ...{ excluded: emptyRows(1, 4), preferences: emptyRows(1, 0), groups: emptyRows(1, 0) },
    },
    0,
  ).history;
const idsOf = (history: ReturnType<typeof historyOf>) => history.map(({ item_id }) => item_id).join('');

test('a history is sorted by time, latest first, then by strength; items without a time come last', () => {
  expect(idsOf(historyOf([86_400, 60, 60, Number.NaN]))).toBe('abcd');
  expect(idsOf(historyOf([60, 60, 86_400, 60]))).toBe('cbda');
  expect(idsOf(historyOf(undefined))).toBe('bdca');
});

test('the order of a history is described', () => {
  expect(orderOf(historyOf([60, 60, 60, Number.NaN]))).toBe('the latest first');
  expect(orderOf(historyOf(undefined))).toBe('the strongest first');
});
