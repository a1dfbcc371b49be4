import { describe, expect, it } from 'vitest';
import { checkLists, listsFrom } from '../../src/evaluation/lists.js';
import { rowsOf } from '../model/worlds.js';
import { listsOf } from './lists.js';

describe('listsFrom', () => {
  it('builds lists from their lengths and their items, which come in several pieces', () => {
    const parts = [Uint32Array.of(5, 6, 7), Uint32Array.of(8)];
    expect(listsFrom(Uint32Array.of(2, 0, 1, 1), parts)).toEqual(listsOf([5, 6], [], [7], [8]));
    expect(listsFrom(new Uint32Array(0), [])).toEqual(listsOf());
  });
});

describe('checkLists', () => {
  const excluded = rowsOf(
    [
      [1, 0, 0, 0],
      [0, 1, 0, 0],
    ],
    4,
  );
  const offered = Uint8Array.from([1, 1, 1, 0]);
  const check = (...lists: number[][]) => checkLists(listsOf(...lists), excluded, offered, 2);

  it('accepts valid lists, even with an item that is excluded for another user only', () => {
    expect(() => check([1, 2], [0, 2])).not.toThrow();
  });

  it('refuses an item that the rules do not allow for the user of the list', () => {
    const isAllowed = (row: number, item: number) => row === 0 || item !== 2;
    const checked = (...lists: number[][]) => checkLists(listsOf(...lists), excluded, offered, 2, isAllowed);
    expect(() => checked([1, 2], [0])).not.toThrow();
    expect(() => checked([1], [0, 2])).toThrow('list 1 has item 2, which is not for its user');
  });

  it.each([
    ['too few lists', [[1]], /expected 2 lists, got 1/],
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
