import { describe, expect, it } from 'vitest';
import { BadRow } from '../../src/csv/bad-rows.js';
import { isBlank, listEntries, numberCell, shown } from '../../src/csv/cells.js';
import { closest } from '../../src/understanding/closest.js';

describe('numberCell', () => {
  it.each([
    ['5', 5],
    [' 4.5 ', 4.5],
    ['-2', -2],
    ['+3', 3],
    ['.5', 0.5],
    ['4.', 4],
    ['1e3', 1000],
    ['2.5E-1', 0.25],
    ['4,5', 4.5],
    ['-0,25', -0.25],
  ])('reads %j as %d', (cell, value) => {
    expect(numberCell(cell, 'rating')).toBe(value);
  });

  it('reads an empty cell as no number', () => {
    expect(numberCell('', 'rating')).toBeNaN();
    expect(numberCell('  ', 'rating')).toBeNaN();
    expect(numberCell('NaN', 'rating')).toBeNaN();
    expect(numberCell('\\N', 'rating')).toBeNaN();
  });

  it.each(['good', '0x10', 'Infinity', '1e999', '1 2', '.', '--1', 'n.a.'])('refuses %j', (cell) => {
    expect(() => numberCell(cell, 'rating')).toThrow(new BadRow(`column "rating": "${cell}" is not a number`));
  });

  it('advises what to do about decorated numbers and about a repeated header', () => {
    const plain = 'is not a number; write plain numbers, or leave them out with --rating-col none';
    for (const cell of [
      '1,234',
      '1.234.567',
      '4/5',
      '4 out of 5',
      '80%',
      '$2.00',
      '2 €',
      '★★★☆☆',
      '⭐️⭐️',
      '5 stars',
      '2 pcs',
      "1'234",
      '1 234',
    ]) {
      expect(() => numberCell(cell, 'rating')).toThrow(new BadRow(`column "rating": "${cell}" ${plain}`));
    }
    expect(() => numberCell('150%', 'factor', '')).toThrow(/"150%" is not a number; write plain numbers$/);
    expect(() => numberCell('rating', 'rating')).toThrow('"rating" is not a number: the header is repeated here');
  });

  it('reads true and false as 1 and 0', () => {
    expect(['True', 'false', 'TRUE'].map((cell) => numberCell(cell, 'liked'))).toEqual([1, 0, 1]);
  });
});

it('numbers of more than 1,000 digits are not read as numbers', () => {
  expect(numberCell(`0.${'1'.repeat(900)}`, 'rating')).toBe(0.1111111111111111);
  expect(() => numberCell('1'.repeat(1001), 'rating')).toThrow(BadRow);
  expect(listEntries(`a:${'1'.repeat(1001)}`, () => false)).toEqual([{ text: `a:${'1'.repeat(1001)}`, strength: 1 }]);
});

describe('shown', () => {
  it('truncates a long value and escapes line breaks and quotes', () => {
    expect(shown('a\nb"c')).toBe('"a\\nb\\"c"');
    expect(shown('x'.repeat(50))).toBe(`"${'x'.repeat(40)}…"`);
    expect(shown('x'.repeat(40))).toBe(`"${'x'.repeat(40)}"`);
  });
});

describe('isBlank', () => {
  it('is true for whitespace and for the words that programs write for a missing value', () => {
    expect(['', ' ', '\t\n'].map(isBlank)).toEqual([true, true, true]);
    expect(
      ['NA', 'n/a', '<NA>', 'NULL', 'null', '(null)', '[NULL]', '<null>', 'nan', 'NaT', 'None', '\\N', ' <NA> '].every(
        isBlank,
      ),
    ).toBe(true);
    expect(['0', ' a ', '-', 'na', 'Nancy', 'NULLA', '[n', '<null', '(x)', '#N/A'].some(isBlank)).toBe(false);
  });
});

describe('listEntries', () => {
  const none = () => false;

  it('splits at |, trims, and drops empty entries', () => {
    expect(listEntries(' a | b||  |c', none).map((entry) => entry.text)).toEqual(['a', 'b', 'c']);
    expect(listEntries('', none)).toEqual([]);
  });

  it('reads the strength of an entry after its last colon, and 1 without one', () => {
    expect(listEntries('a:5|b:-1|c|d : 0.5', none)).toEqual([
      { text: 'a', strength: 5 },
      { text: 'b', strength: -1 },
      { text: 'c', strength: 1 },
      { text: 'd', strength: 0.5 },
    ]);
  });

  it('keeps a colon that is not followed by a number', () => {
    expect(listEntries('genre:Comedy|a:|urn:x:2', none)).toEqual([
      { text: 'genre:Comedy', strength: 1 },
      { text: 'a:', strength: 1 },
      { text: 'urn:x', strength: 2 },
    ]);
  });

  it('keeps an entry whole if it is a known id, even if it ends like a strength', () => {
    const known = (text: string) => text === 'a:1';
    expect(listEntries('a:1|a:2|a:1:3', known)).toEqual([
      { text: 'a:1', strength: 1 },
      { text: 'a', strength: 2 },
      { text: 'a:1', strength: 3 },
    ]);
  });

  it('does not read an entry with a leading colon as an empty id with a strength', () => {
    expect(listEntries(':3', none)).toEqual([{ text: ':3', strength: 1 }]);
  });
});

describe('closest', () => {
  it('finds the candidate with the fewest edits, ignoring case', () => {
    expect(closest('USERID', ['rating', 'user_id', 'item_id'])).toBe('user_id');
    expect(closest('titles', ['time', 'title'])).toBe('title');
    // Two transposed letters are one edit, even in a short word.
    expect(closest('inptu', ['output', 'input'])).toBe('input');
  });

  it('finds nothing if more than a third of the word would have to change', () => {
    expect(closest('rating', ['country', 'user'])).toBeUndefined();
    expect(closest('rating', [])).toBeUndefined();
  });
});
