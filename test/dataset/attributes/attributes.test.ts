import { describe, expect, it } from 'vitest';
import { valuesOf } from '../../../src/csv/cell-values.js';
import { decideAttribute } from '../../../src/dataset/attributes/attributes.js';

const decide = (cells: string[], wanted = false) => decideAttribute({ name: 'x', cells }, wanted);
const numbered = (count: number, cell: (n: number) => string) => Array.from({ length: count }, (_, n) => cell(n));

describe('decideAttribute', () => {
  it('cuts a column at | wherever one occurs', () => {
    const cells = ['Comedy|Drama', 'Comedy', 'Drama', 'Action|Comedy'];
    expect(decide(cells)).toEqual({ as: 'values', separator: '|', values: 3 });
  });

  it.each([
    [';', ['red;blue', 'red', 'blue;green', 'green;red', 'blue;red']],
    [',', ['red, blue', 'red', 'blue, green', 'green, red', 'blue, red']],
  ])('cuts a column at %s where the parts recur', (separator, cells) => {
    expect(decide(cells)).toEqual({ as: 'values', separator, values: 3 });
  });

  it('reads lists of Python and JSON where all cells are such lists', () => {
    const cells = ["['Drama', 'Comedy']", '["Drama"]', '[]', "[{'id': 1, 'name': 'Comedy'}]"];
    expect(decide(cells)).toEqual({ as: 'values', separator: 'list', values: 2 });
    expect(decide(['[REC]', 'Drama', 'Drama'])).toMatchObject({ separator: undefined });
  });

  it('cuts at spaces where RecBole says that cells are lists, but not sentences', () => {
    const decideIt = (cells: string[]) => decideAttribute({ name: 'genre:token_seq', cells }, false);
    expect(decideIt(['Drama Comedy', 'Comedy', 'Drama'])).toEqual({ as: 'values', separator: ' ', values: 2 });
    expect(decideIt(numbered(9, (n) => `${n} ${'long words and more '.repeat(5)}`))).toEqual({ as: 'text' });
  });

  it('does not cut a comma that always stands in the same place', () => {
    const cells = ['Paris, France', 'Paris, France', 'Paris, France', 'Rome, Italy', 'Rome, Italy', 'Rome, Italy'];
    expect(decide(cells)).toEqual({ as: 'values', separator: undefined, values: 2 });
  });

  it('counts values without case and without the cells that say nothing', () => {
    const cells = ['FR', 'fr', ' Fr ', 'DE', 'de', '', 'N/A', 'unknown', '(no genres listed)'];
    expect(decide(cells)).toEqual({ as: 'values', separator: undefined, values: 2 });
  });

  it.each([
    ['ids', numbered(20, (n) => `B00${n}X`), 'nearly every value stands alone'],
    ['prices of a few', numbered(20, (n) => `${n % 3}.99`), 'numbers, too few to make bands of'],
    ['row numbers', numbered(50, (n) => String(7 + 3 * n)), 'a running number'],
    ['codes', numbered(50, (n) => `0${(n * 37) % 50}`), 'codes'],
    ['a price that all have', numbered(50, () => '9.99'), 'the same everywhere'],
    ['a constant', numbered(20, () => 'book'), 'the same everywhere'],
    ['lists of objects without a name', ['[{"url":"x"}]', '[{"url":"y"}]'], 'lists without values'],
    ['placeholders', ['', '-', 'none', 'NULL'], 'empty'],
  ])('does not take %s for attributes', (_, cells, reason) => {
    expect(decide(cells)).toEqual({ as: 'nothing', reason });
  });

  it.each([false, true])('takes long text for text to read, asked for or not', (wanted) => {
    const cells = numbered(20, () => 'a heartwarming story of a boy, his dog, and the long road they take home');
    expect(decide(cells, wanted)).toEqual({ as: 'text' });
  });

  it.each(['book_id', 'bestBookId', 'ISBN13', 'catalogue no', 'Id'])(
    'takes distinct numbers called %j for ids',
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
    ['counts that fall', (n: number) => String(1000 - n)],
  ])('cuts %s into bands', (_, cell) => {
    expect(decide(numbered(50, cell))).toMatchObject({ as: 'bands' });
  });

  it('does not take an amount for an id because its name ends like one', () => {
    const cells = numbered(50, (n) => String((n * 37) % 50));
    for (const name of ['paid', 'casino', 'barcode_free_weight'])
      expect(decideAttribute({ name, cells }, false)).toMatchObject({ as: 'bands' });
  });

  it('cuts numbers that were asked for into bands where it can, and takes them as values where not', () => {
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

  it('takes years for attributes where enough share them', () => {
    expect(decide(numbered(12, (n) => String(1990 + (n % 4))))).toEqual({
      as: 'values',
      separator: undefined,
      values: 4,
    });
  });

  it('takes a flag that only some have', () => {
    expect(decide(['yes', 'yes', '', ''])).toEqual({ as: 'values', separator: undefined, values: 1 });
  });

  it('takes a column that was asked for, whatever is in it, unless it is empty', () => {
    expect(
      decide(
        numbered(20, (n) => `B00${n}X`),
        true,
      ),
    ).toMatchObject({ as: 'values', values: 20 });
    expect(decide(['', '-'], true)).toEqual({ as: 'nothing', reason: 'empty' });
  });
});

describe('valuesOf', () => {
  it('trims, lowers, and gives each value once, placeholders left out', () => {
    expect(valuesOf(' Comedy |comedy|N/A||Drama', '|')).toEqual(['comedy', 'drama']);
    expect(valuesOf('A|B', undefined)).toEqual(['a|b']);
    expect(valuesOf("['A', 'b', 'unknown']", 'list')).toEqual(['a', 'b']);
  });
});
