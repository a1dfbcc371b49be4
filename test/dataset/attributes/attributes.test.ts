import { describe, expect, it } from 'vitest';
import { decideAttribute } from '../../../src/dataset/attributes/attributes.js';

const decide = (cells: string[], wanted = false) => decideAttribute({ name: 'x', cells }, wanted);
const numbered = (count: number, cell: (n: number) => string) => Array.from({ length: count }, (_, n) => cell(n));

describe('decideAttribute', () => {
  it('splits a column at | if any cell contains one', () => {
    const cells = ['Comedy|Drama', 'Comedy', 'Drama', 'Action|Comedy'];
    expect(decide(cells)).toEqual({ as: 'values', separator: '|', values: 3 });
  });

  it.each([
    [';', ['red;blue', 'red', 'blue;green', 'green;red', 'blue;red']],
    [',', ['red, blue', 'red', 'blue, green', 'green, red', 'blue, red']],
  ])('splits a column at %s if the parts recur', (separator, cells) => {
    expect(decide(cells)).toEqual({ as: 'values', separator, values: 3 });
  });

  it('reads Python and JSON lists if all cells are lists', () => {
    const cells = ["['Drama', 'Comedy']", '["Drama"]', '[]', "[{'id': 1, 'name': 'Comedy'}]"];
    expect(decide(cells)).toEqual({ as: 'values', separator: 'list', values: 2 });
    expect(decide(['[REC]', 'Drama', 'Drama'])).toMatchObject({ separator: undefined });
  });

  it('splits a RecBole token_seq column at spaces, unless the cells are sentences', () => {
    const decideTokens = (cells: string[]) => decideAttribute({ name: 'genre:token_seq', cells }, false);
    expect(decideTokens(['Drama Comedy', 'Comedy', 'Drama'])).toEqual({ as: 'values', separator: ' ', values: 2 });
    expect(decideTokens(numbered(9, (n) => `${n} ${'long words and more '.repeat(5)}`))).toEqual({ as: 'text' });
  });

  it('does not split at a comma if the parts do not recur in other combinations', () => {
    const cells = ['Paris, France', 'Paris, France', 'Paris, France', 'Rome, Italy', 'Rome, Italy', 'Rome, Italy'];
    expect(decide(cells)).toEqual({ as: 'values', separator: undefined, values: 2 });
  });

  it('counts values ignoring case and placeholders', () => {
    const cells = ['FR', 'fr', ' Fr ', 'DE', 'de', '', 'N/A', 'unknown', '(no genres listed)'];
    expect(decide(cells)).toEqual({ as: 'values', separator: undefined, values: 2 });
  });

  it.each([
    ['ids', numbered(20, (n) => `B00${n}X`), 'nearly every value stands alone'],
    ['a few prices', numbered(20, (n) => `${n % 3}.99`), 'numbers, too few to make bands of'],
    ['row numbers', numbered(50, (n) => String(7 + 3 * n)), 'a running number'],
    ['codes', numbered(50, (n) => `0${(n * 37) % 50}`), 'codes'],
    ['a price that is always the same', numbered(50, () => '9.99'), 'the same everywhere'],
    ['a constant', numbered(20, () => 'book'), 'the same everywhere'],
    ['lists of objects without a name', ['[{"url":"x"}]', '[{"url":"y"}]'], 'lists without values'],
    ['placeholders', ['', '-', 'none', 'NULL'], 'empty'],
  ])('does not read %s as attributes', (_, cells, reason) => {
    expect(decide(cells)).toEqual({ as: 'nothing', reason });
  });

  it.each([false, true])('reads long text as text, whether or not the column was named (%s)', (wanted) => {
    const cells = numbered(20, () => 'a heartwarming story of a boy, his dog, and the long road they take home');
    expect(decide(cells, wanted)).toEqual({ as: 'text' });
  });

  it.each(['book_id', 'bestBookId', 'ISBN13', 'catalogue no', 'Id'])(
    'reads distinct numbers in a column called %j as ids',
    (name) => {
      const cells = numbered(50, (n) => String((n * 37) % 50));
      expect(decideAttribute({ name, cells }, false)).toEqual({ as: 'nothing', reason: 'numbers that are ids' });
    },
  );

  it.each([
    ['prices', (n: number) => `${n}.99`],
    ['prices with a comma', (n: number) => `${n},50`],
    ['prices in euros', (n: number) => `€${n}.50`],
    ['counts', (n: number) => String((n * 37) % 50)],
    ['falling counts', (n: number) => String(1000 - n)],
  ])('divides %s into bands', (_, cell) => {
    expect(decide(numbered(50, cell))).toMatchObject({ as: 'bands' });
  });

  it('does not read amounts as ids because the name of the column contains "id", "sin" or "barcode"', () => {
    const cells = numbered(50, (n) => String((n * 37) % 50));
    for (const name of ['paid', 'casino', 'barcode_free_weight'])
      expect(decideAttribute({ name, cells }, false)).toMatchObject({ as: 'bands' });
  });

  it('divides the numbers of a named column into bands, or takes them as values if they are too few', () => {
    expect(
      decide(
        numbered(50, (n) => `${n}.5`),
        true,
      ),
    ).toMatchObject({ as: 'bands' });
    expect(
      decide(
        numbered(9, (n) => `${n}.5`),
        true,
      ),
    ).toMatchObject({ as: 'values', values: 9 });
  });

  it('reads years as attributes if enough entities share them', () => {
    expect(decide(numbered(12, (n) => String(1990 + (n % 4))))).toEqual({
      as: 'values',
      separator: undefined,
      values: 4,
    });
  });

  it('accepts a flag that only some entities have', () => {
    expect(decide(['yes', 'yes', '', ''])).toEqual({ as: 'values', separator: undefined, values: 1 });
  });

  it('accepts any named column that is not empty', () => {
    expect(
      decide(
        numbered(20, (n) => `B00${n}X`),
        true,
      ),
    ).toMatchObject({ as: 'values', values: 20 });
    expect(decide(['', '-'], true)).toEqual({ as: 'nothing', reason: 'empty' });
  });
});
