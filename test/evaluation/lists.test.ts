import { describe, expect, it } from 'vitest';
import { checkLists, listsAt, measureLists } from '../../src/evaluation/lists.js';
import { USER_METRICS } from '../../src/evaluation/metrics.js';
import { rowsOf } from '../model/worlds.js';
import { listsOf } from './lists.js';

describe('measureLists', () => {
  it('has a row a user, and in it the metrics cut by cut', () => {
    const { rows, columns, values } = measureLists(
      listsOf([2, 0], [1, 0]),
      rowsOf(
        [
          [1, 0, 0],
          [0, 1, 0],
        ],
        3,
      ),
      [1, 2],
    );
    expect([rows, columns]).toEqual([2, 2 * USER_METRICS.length]);
    const recall = USER_METRICS.indexOf('recall');
    const recalls = [0, 1].map((row) =>
      [0, 1].map((cut) => values[row * columns + cut * USER_METRICS.length + recall]),
    );
    expect(recalls).toEqual([
      [0, 1],
      [1, 1],
    ]);
  });
});

describe('listsAt', () => {
  it('picks lists in the order given', () => {
    expect(listsAt(listsOf([1, 2], [], [3]), Uint32Array.from([2, 0]))).toEqual(listsOf([3], [1, 2]));
  });
});

describe('checkLists', () => {
  const barred = rowsOf(
    [
      [1, 0, 0, 0],
      [0, 1, 0, 0],
    ],
    4,
  );
  const offered = Uint8Array.from([1, 1, 1, 0]);
  const check = (...lists: number[][]) => checkLists(listsOf(...lists), barred, offered, 2);

  it('takes lists by the rules, and what is barred for one user of another', () => {
    expect(() => check([1, 2], [0, 2])).not.toThrow();
  });

  it.each([
    ['too few lists', [[1]], /2 lists were wanted, 1 came/],
    [
      'a list that is too long',
      [
        [1, 2],
        [0, 2, 2],
      ],
      /list 1 has 3 items/,
    ],
    ['an item the user has', [[0], []], /item 0, which its user has/],
    ['an item that is not offered', [[3], []], /item 3, which is not offered/],
    ['an item that does not exist', [[9], []], /item 9, which is not offered/],
    ['an item twice', [[1], [2, 2]], /list 1 has item 2 twice/],
  ])('refuses %s', (_, lists, message) => {
    expect(() => check(...lists)).toThrow(message);
  });
});
