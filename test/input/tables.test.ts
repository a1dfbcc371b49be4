import { describe, expect, it } from 'vitest';
import { IdIndex } from '../../src/input/ids.js';
import { SubjectTable } from '../../src/input/subjects.js';
import { AttributeFinder, attributeTable } from '../../src/input/tables.js';
import { named } from './temporary.js';

function attributesOf(header: string[], rows: string[][], wanted?: string[], more = 0) {
  const ids = new IdIndex();
  const columns = header.flatMap((_, at) => (at === 0 ? [] : [at]));
  const table = new SubjectTable(columns, undefined);
  const read = table.reader(0, ids);
  rows.forEach((row, index) => {
    read(row, { lines: index + 2 });
  });
  return { ids, ...attributeTable(table, header, columns, wanted, ids.size + more) };
}

const MOVIES = [
  ['m1', 'Comedy|Drama', 'FR', 'a1'],
  ['m2', 'Comedy', 'FR', 'a2'],
  ['m3', 'Drama', 'US', 'a3'],
  ['m4', '', 'US', 'a4'],
];
const HEADER = ['id', 'genres', 'country', 'code'];

describe('attributeTable', () => {
  it('gives every subject its values, named by column', () => {
    const { matrix, values, ids } = attributesOf(HEADER, MOVIES);
    expect(named(matrix, ids.ids, values.ids)).toEqual({
      m1: { 'genres:comedy': 1, 'genres:drama': 1, 'country:fr': 1 },
      m2: { 'genres:comedy': 1, 'country:fr': 1 },
      m3: { 'genres:drama': 1, 'country:us': 1 },
      m4: { 'country:us': 1 },
    });
  });

  it('says why a column is left out', () => {
    const { columns } = attributesOf(HEADER, MOVIES);
    expect(columns.find((column) => column.name === 'code')?.decision).toEqual({
      use: false,
      reason: 'nearly every value stands alone',
    });
  });

  it('keeps to the columns that were named', () => {
    const { values, columns } = attributesOf(HEADER, MOVIES, ['code']);
    expect(values.ids).toEqual(['code:a1', 'code:a2', 'code:a3', 'code:a4']);
    expect(columns[0]?.decision).toEqual({ use: false, reason: 'not named in --attribute-cols' });
  });

  it('leaves out a column that differs between the rows of one subject', () => {
    const rows = [
      ['a', 'x', 'u'],
      ['a', 'y', 'u'],
      ['b', 'x', 'v'],
      ['b', 'y', 'v'],
      ['c', 'x', 'u'],
      ['d', 'y', 'v'],
    ];
    const { columns } = attributesOf(['id', 'basket', 'kind'], rows);
    expect(columns[0]?.decision).toEqual({ use: false, reason: 'differs between rows of one id' });
    expect(columns[1]?.decision).toMatchObject({ use: true });
  });

  it('does not take subjects from elsewhere for ones whose cell is empty', () => {
    const rows = [
      ['a', 'book'],
      ['b', 'book'],
      ['c', 'book'],
    ];
    const { columns, matrix } = attributesOf(['id', 'kind'], rows, undefined, 5);
    expect(columns[0]?.decision).toEqual({ use: false, reason: 'the same everywhere' });
    expect(matrix.rows).toBe(8);
  });
});

describe('AttributeFinder', () => {
  const table = attributesOf(
    ['id', 'genres', 'mood', 'star:rating', 'categories'],
    [
      ['a', 'Dark', 'dark', 'x:y', 'c'],
      ['b', 'Dark', 'dark', 'x:y', 'c'],
      ['c', 'Light', 'calm', 'z', 'd'],
      ['d', 'Light', 'calm', 'z', 'd'],
    ],
  );
  const finder = new AttributeFinder(table);
  const found = (text: string, column?: string) => finder.find(text, column).map((index) => table.values.ids[index]);

  it('finds a bare value in every column that has it, without case', () => {
    expect(found(' DARK ')).toEqual(['genres:dark', 'mood:dark']);
    expect(found('calm')).toEqual(['mood:calm']);
  });

  it.each(['genres:dark', 'genre:Dark', 'Genre : dark', 'GENRES:DARK'])('finds %j in its column alone', (text) => {
    expect(found(text)).toEqual(['genres:dark']);
  });

  it('finds a plural in -ies by its singular', () => {
    expect(found('category:c')).toEqual(['categories:c']);
  });

  it('looks only in the column that is given', () => {
    expect(found('dark', 'moods')).toEqual(['mood:dark']);
    expect(found('calm', 'genre')).toEqual([]);
  });

  it('finds values and columns that hold a colon', () => {
    expect(found('x:y')).toEqual(['star:rating:x:y']);
    expect(found('z', 'star:rating')).toEqual(['star:rating:z']);
  });

  it('finds nothing for what the catalogue does not say', () => {
    expect(found('genre:calm')).toEqual([]);
    expect(found('nowhere')).toEqual([]);
    expect(found('__proto__')).toEqual([]);
  });

  it('knows the columns of the catalogue in singular and plural', () => {
    expect(['genre', 'genres', 'Category', 'moods'].map((name) => finder.hasColumn(name))).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(['gen', 'dark', 'id'].map((name) => finder.hasColumn(name))).toEqual([false, false, false]);
  });
});
