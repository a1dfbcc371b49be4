import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listEntries } from '../../src/csv/cells.js';
import { listOf } from '../../src/csv/lists.js';

describe('listOf', () => {
  it.each([
    ["['Action', 'Comedy']", ['Action', 'Comedy']],
    ['["Action","Comedy"]', ['Action', 'Comedy']],
    [' ["Children\'s", \'say "hi"\'] ', ["Children's", 'say "hi"']],
    [String.raw`['it\'s', "a \"b\"", 'back\\slash', '\u00e9\xe9']`, ["it's", 'a "b"', 'back\\slash', 'éé']],
    ["[u'Action', b'x']", ['Action', 'x']],
    ["['Action' 'Comedy'\n 'Drama']", ['Action', 'Comedy', 'Drama']],
    ['[1, 2.50, True, Science Fiction]', ['1', '2.50', 'True', 'Science Fiction']],
    ["['a', None, null, '', nan]", ['a']],
    ["[{'id': 16, 'name': 'Animation'}, {'id': 35, 'name': \"Tom's\"}]", ['Animation', "Tom's"]],
    ['[{"title":"A","of":{"id":[1]}},{"id":7}]', ['A', '7']],
    ['[["Books", "Fiction"], ["Music"]]', ['Books', 'Fiction', 'Music']],
    ['[]', []],
    ["['a',]", ['a']],
    ['{Action,"War, Drama",NULL,Sci Fi}', ['Action', 'War, Drama', 'Sci Fi']],
    ["{'a', 'b'}", ['a', 'b']],
    ['{P-1}', ['P-1']],
    ['{}', []],
  ])('reads %j', (cell, values) => {
    expect(listOf(cell)).toEqual(values);
  });

  it.each([
    '',
    'a',
    '[',
    ']',
    "['a'",
    "'a']",
    '[a]b]',
    "['a'b",
    "['a]",
    '[REC]|[REC 2]',
    '["a"]["b"]',
    '[{"a"}]',
    '[,]',
    '{"a":1}',
    '{a}|{b}',
    '{0d3f0a52-1c7e-4b0a-9c7c-3f2d1b8a7e66}',
  ])('reads no list in %j', (cell) => {
    expect(listOf(cell)).toBeUndefined();
  });

  it('reads any list of texts that JSON.stringify writes, dropping words for a missing value', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1, unit: 'binary' })), fc.constantFrom(0, 2), (texts, spaces) => {
        const kept = texts.filter((text) => !['null', 'NULL', 'None', 'nan', 'NaN'].includes(text));
        expect(listOf(JSON.stringify(texts, undefined, spaces))).toEqual(kept);
      }),
    );
  });

  it('reads or refuses lists of many megabytes in reasonable time', () => {
    const many = "'a \\' b', ".repeat(500_000);
    expect(listOf(`[${many}]`)).toHaveLength(500_000);
    expect(listOf(`[${many}'`)).toBeUndefined();
    expect(listOf(`[${many}"]`)).toBeUndefined();
    expect(listOf(`${'['.repeat(5_000_000)}]`)).toBeUndefined();
    expect(listOf(`[${' '.repeat(5_000_000)}x${' '.repeat(5_000_000)}:]`)).toBeUndefined();
  });
});

describe('listEntries of a list', () => {
  it('reads its values and their strengths, unless the whole cell is a known id', () => {
    expect(listEntries("['a', 'b:-1']", () => false)).toEqual([
      { text: 'a', strength: 1 },
      { text: 'b', strength: -1 },
    ]);
    expect(listEntries('[REC]', (text) => text === '[REC]')).toEqual([{ text: '[REC]', strength: 1 }]);
    expect(listEntries('[REC]|[REC 2]', () => false).map(({ text }) => text)).toEqual(['[REC]', '[REC 2]']);
  });
});
