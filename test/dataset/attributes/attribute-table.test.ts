import { describe, expect, it } from 'vitest';
import { attributeFinder, attributeTable } from '../../../src/dataset/attributes/attribute-table.js';
import { entityTable } from '../../../src/dataset/attributes/entity-table.js';
import { IdIndex } from '../../../src/events/ids.js';
import { named } from '../../csv/temporary.js';

function attributesOf(header: string[], rows: string[][], wanted?: string[], more = 0, words = true) {
  const ids = new IdIndex();
  const columns = header.flatMap((_, at) => (at === 0 ? [] : [at]));
  const table = entityTable(columns, undefined);
  rows.forEach((cells, index) => {
    table.take({ cells, firstLine: index + 2, line: index + 2 }, 0, ids);
  });
  return { ids, ...attributeTable(table, header, columns, { wanted, words }, ids.size + more) };
}

const MOVIES = [
  ['m1', 'Comedy|Drama', 'FR', 'a1'],
  ['m2', 'Comedy', 'FR', 'a2'],
  ['m3', 'Drama', 'US', 'a3'],
  ['m4', '', 'US', 'a4'],
];
const HEADER = ['id', 'genres', 'country', 'code'];

const LONG = 'which is told at such length that nobody would take it for a value';
/** Long texts, of which two share the word "boat" and two the word "storm". */
const ABOUT = ['boat and storm', 'boat', 'storm', 'neither'].map(
  (about, at) => `${about} ${LONG.replaceAll(/\w+/g, (w) => `${w}${at}`)}`,
);

describe('attributeTable', () => {
  it('gives every entity its values, prefixed with their column', () => {
    const { matrix, values, ids } = attributesOf(HEADER, MOVIES);
    expect(named(matrix, ids.ids, values.ids)).toEqual({
      m1: { 'genres:comedy': 1, 'genres:drama': 1, 'country:fr': 1 },
      m2: { 'genres:comedy': 1, 'country:fr': 1 },
      m3: { 'genres:drama': 1, 'country:us': 1 },
      m4: { 'country:us': 1 },
    });
  });

  it('gives the reason why a column is left out', () => {
    const { columns } = attributesOf(HEADER, MOVIES);
    expect(columns.find((column) => column.name === 'code')?.decision).toEqual({
      as: 'nothing',
      reason: 'nearly every value stands alone',
    });
  });

  it('uses only the columns that were named', () => {
    const { values, columns } = attributesOf(HEADER, MOVIES, ['code']);
    expect(values.ids).toEqual(['code:a1', 'code:a2', 'code:a3', 'code:a4']);
    expect(columns[0]?.decision).toEqual({ as: 'nothing', reason: 'not named in --attributes' });
  });

  it('gives every entity the band of its number, and none if it has no number', () => {
    const prices = Array.from({ length: 40 }, (_, n) => `${n}.50`);
    const rows = [...prices, '', 'n/a'].map((price, at) => [`m${at}`, price]);
    const { matrix, values, ids } = attributesOf(['id', 'price'], rows);
    expect(values.ids).toEqual(['price:0.50–9.50', 'price:10.50–19.50', 'price:20.50–29.50', 'price:30.50–39.50']);
    const given = named(matrix, ids.ids, values.ids);
    expect([given.m0, given.m9, given.m10, given.m39]).toEqual([
      { 'price:0.50–9.50': 1 },
      { 'price:0.50–9.50': 1 },
      { 'price:10.50–19.50': 1 },
      { 'price:30.50–39.50': 1 },
    ]);
    expect([given.m40, given.m41]).toEqual([undefined, undefined]);
  });

  it('gives the words of long texts beside the values of other columns', () => {
    const rows = ABOUT.map((about, at) => [`m${at}`, at % 2 === 0 ? 'even' : 'odd', about]);
    const { matrix, values, columns, ids } = attributesOf(['id', 'kind', 'about'], rows);
    const words = Object.entries(named(matrix, ids.ids, values.ids)).map(([, cells]) => cells);
    expect(words[0]).toEqual({
      'kind:even': 1,
      'about:boat': Math.fround(Math.SQRT2),
      'about:storm': Math.fround(Math.SQRT2),
    });
    expect(words[1]).toEqual({ 'kind:odd': 1, 'about:boat': 2 });
    expect(words[3]).toEqual({ 'kind:odd': 1 });
    expect(columns[1]?.decision).toMatchObject({ as: 'words', kept: 2 });
  });

  it('leaves long text out if words are not wanted or no two texts share a word', () => {
    const rows = ABOUT.map((about, at) => [`m${at}`, about]);
    expect(attributesOf(['id', 'about'], rows, undefined, 0, false).columns[0]?.decision).toEqual({
      as: 'nothing',
      reason: 'long text',
    });
    expect(attributesOf(['id', 'about'], rows.slice(3), undefined, 0).columns[0]?.decision).toMatchObject({
      as: 'nothing',
      reason: expect.stringContaining('long text'),
    });
  });

  it('reads a named column of long text as words and any other named column as values', () => {
    const rows = ABOUT.map((about, at) => [`m${at}`, about, `c${at}`]);
    const { columns } = attributesOf(['id', 'about', 'code'], rows, ['about', 'code']);
    expect(columns.map(({ decision }) => decision.as)).toEqual(['words', 'values']);
  });

  it('leaves out a column that differs between the rows of one entity', () => {
    const rows = [
      ['a', 'x', 'u'],
      ['a', 'y', 'u'],
      ['b', 'x', 'v'],
      ['b', 'y', 'v'],
      ['c', 'x', 'u'],
      ['d', 'y', 'v'],
    ];
    const { columns } = attributesOf(['id', 'basket', 'kind'], rows);
    expect(columns[0]?.decision).toEqual({ as: 'nothing', reason: 'differs between rows of one id' });
    expect(columns[1]?.decision).toMatchObject({ as: 'values' });
  });

  it('ignores entities that are not in the file when it decides about a column', () => {
    const rows = [
      ['a', 'book'],
      ['b', 'book'],
      ['c', 'book'],
    ];
    const { columns, matrix } = attributesOf(['id', 'kind'], rows, undefined, 5);
    expect(columns[0]?.decision).toEqual({ as: 'nothing', reason: 'the same everywhere' });
    expect(matrix.rows).toBe(8);
  });
});

describe('attributeFinder', () => {
  const table = attributesOf(
    ['id', 'genres', 'mood', 'star:rating', 'categories'],
    [
      ['a', 'Dark', 'dark', 'x:y', 'c'],
      ['b', 'Dark', 'dark', 'x:y', 'c'],
      ['c', 'Light', 'calm', 'z', 'd'],
      ['d', 'Light', 'calm', 'z', 'd'],
    ],
  );
  const finder = attributeFinder(table);
  const found = (text: string, column?: string) => finder.find(text, column).map((index) => table.values.ids[index]);

  it('finds a bare value in every column that has it, ignoring case', () => {
    expect(found(' DARK ')).toEqual(['genres:dark', 'mood:dark']);
    expect(found('calm')).toEqual(['mood:calm']);
  });

  it.each(['genres:dark', 'genre:Dark', 'Genre : dark', 'GENRES:DARK'])('finds %j only in its column', (text) => {
    expect(found(text)).toEqual(['genres:dark']);
  });

  it('finds a column with a plural in -ies by its singular', () => {
    expect(found('category:c')).toEqual(['categories:c']);
  });

  it('searches only the given column', () => {
    expect(found('dark', 'moods')).toEqual(['mood:dark']);
    expect(found('calm', 'genre')).toEqual([]);
  });

  it('finds values and columns that contain a colon', () => {
    expect(found('x:y')).toEqual(['star:rating:x:y']);
    expect(found('z', 'star:rating')).toEqual(['star:rating:z']);
  });

  it('finds nothing for values that the catalogue does not have', () => {
    expect(found('genre:calm')).toEqual([]);
    expect(found('nowhere')).toEqual([]);
    expect(found('__proto__')).toEqual([]);
  });

  it('finds a word of a text with or without its column', () => {
    const text = attributesOf(
      ['id', 'about'],
      ABOUT.map((about, at) => [`m${at}`, about]),
    );
    const words = attributeFinder(text);
    const name = (index: number) => text.values.ids[index];
    expect(words.find('Boat').map(name)).toEqual(['about:boat']);
    expect(words.find('about:storm').map(name)).toEqual(['about:storm']);
    expect(words.find('about:neither')).toEqual([]);
  });

  it('recognises the columns of the catalogue in singular and plural', () => {
    expect(['genre', 'genres', 'Category', 'moods'].map((name) => finder.hasColumn(name))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['gen', 'dark', 'id'].map((name) => finder.hasColumn(name))).toEqual([false, false, false]);
  });
});
