import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLists } from '../../src/dataset/read-lists.js';
import { IdIndex } from '../../src/events/ids.js';
import type { NamedColumns } from '../../src/understanding/roles.js';
import { useTemporaryFolder } from '../csv/temporary.js';
import { slowWide } from '../output/lists.js';

const { file } = useTemporaryFolder();

/** The lists of a file by user. */
async function listsIn(name: string, content: string | Buffer, named: NamedColumns = {}) {
  const ids = { users: new IdIndex(), items: new IdIndex() };
  const { start, items } = await readLists(file(name, content), named, ids);
  return Object.fromEntries(
    ids.users.ids.map((user, u) => [user, Array.from(items.subarray(start[u], start[u + 1]), (i) => ids.items.ids[i])]),
  );
}

const anyIds = (letters: string) =>
  fc.string({ unit: fc.constantFrom(...letters, '0', ',', '"', 'é'), minLength: 1, maxLength: 4 });
const anyLists = fc.dictionary(anyIds('uv'), fc.uniqueArray(anyIds('xyz'), { minLength: 1, maxLength: 5 }), {
  maxKeys: 6,
  noNullPrototype: true,
});

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;

test('every format gives the same lists, and shuffled rows are put in order by their ranks', () =>
  fc.assert(
    fc.asyncProperty(anyLists, fc.func(fc.nat()), async (lists, shuffle) => {
      fc.pre(Object.keys(lists).length > 0);
      const rows = Object.entries(lists).flatMap(([user, items]) =>
        items.map((item, at) => ({ line: `${[user, item].map(quoted)},${at + 1}`, key: shuffle(user, item) })),
      );
      const csv = ['user_id,item_id,rank', ...rows.map(({ line }) => line)].join('\n');
      expect(await listsIn('a.csv', csv)).toEqual(lists);
      rows.sort((a, b) => a.key - b.key);
      const shuffled = ['user_id,item_id,rank', ...rows.map(({ line }) => line)].join('\n');
      expect(await listsIn('s.csv.gz', gzipSync(shuffled))).toEqual(lists);
      const objects = Object.entries(lists).map(([user_id, items]) => ({
        user_id,
        items: items.map((item_id, at) => ({ item_id, rank: at + 1, score: 0, title: '' })),
      }));
      expect(await listsIn('a.jsonl', objects.map((each) => JSON.stringify(each)).join('\n'))).toEqual(lists);
      for (const withTitles of [false, true])
        expect(await listsIn('w.csv', slowWide(objects, 5, withTitles))).toEqual(lists);
    }),
    { numRuns: 12 },
  ));

test('columns may have any order and other names, other columns are ignored, and without ranks the order of the file counts', async () => {
  const csv = 'extra;Produkt;wer\n1;a;ann\n2;b;bob\n3;c;ann\n';
  const named = { user: ['customer', 'wer'], item: ['Produkt'] };
  expect(await listsIn('n.csv', csv, named)).toEqual({ ann: ['a', 'c'], bob: ['b'] });
  expect(await listsIn('m.csv', 'score,rank,sku,customer_id\n.5,2,a,1\n.7,1,b,1\n')).toEqual({ 1: ['b', 'a'] });
});

test('an object without items gives its user an empty list', async () => {
  const lines = '{"user_id":"u","items":[]}\n{"user_id":"v","items":[{"item_id":"a","rank":1}]}\n';
  expect(await listsIn('e.jsonl', lines)).toEqual({ u: [], v: ['a'] });
});

describe('lists are refused with the line because of', () => {
  test.each<[string, string, string, NamedColumns?]>([
    ['an item twice', 'user_id,item_id\nu,a\nv,a\nu,a\n', ':4: the list of "u" has "a" twice'],
    ['a rank twice', 'user_id,item_id,rank\nu,a,1\nu,b,1\n', ':3: the list of "u" has two items of rank 1'],
    ['no rank', 'user_id,item_id,rank\nu,a,1\nu,b,\n', ':3: the list of "u" has no rank for "b"'],
    ['a rank that is not a number', 'user_id,item_id,rank\nu,a,x\n', ':2: column "rank": "x" is not a number'],
    ['no user', 'user_id,item_id\nu,a\n,b\n', ':3: the user is missing'],
    ['no item', 'user_id,item_id\nu,a\nu,\n', ':3: the item is missing'],
    ['no user of a wide row', 'user_id,item_1\n,a\n', ':2: the user is missing'],
    ['an item twice in a wide row', 'user_id,item_1,item_2\nu,a,a\n', ':2: the list of "u" has "a" twice'],
    ['a short row', 'user_id,item_id\nu,a\nu\n', ':3: this row has 1 cells, the header has 2'],
    [
      'no column of items',
      'user_id,price\nu,1\n',
      ':1: no column that looks like the item; name it with --item-col NAME',
    ],
    [
      'a name without a column',
      'user_id,item_id\nu,1\n',
      ':1: no column "usr_id" (--user-col); did you mean "user_id"?',
      { user: ['usr_id'] },
    ],
  ])('%s', async (_, csv, message, named) => {
    const reading = listsIn('bad.csv', csv, named);
    await expect(reading).rejects.toMatchObject({
      exitCode: 65,
      message: expect.stringContaining(`bad.csv${message}`),
    });
    await expect(reading).rejects.not.toMatchObject({ message: expect.stringContaining('--bad-rows') });
  });
});
