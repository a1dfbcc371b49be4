import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type Named, openIdFile, readIds } from '../../src/dataset/id-file.js';
import { IdIndex } from '../../src/events/ids.js';
import { ExitCode } from '../../src/failure.js';
import { asNames, useTemporaryFolder } from '../csv/temporary.js';

const folder = useTemporaryFolder();

function indexOf(...ids: string[]): IdIndex {
  const index = new IdIndex();
  for (const id of ids) index.add(id);
  return index;
}

const IDS = { user: indexOf('u0', 'u1', 'u2'), item: indexOf('i0', 'i1', 'item', '007') };
const USER: Named = ['user'];
const ITEM: Named = ['item'];
const PAIR: Named = ['user', 'item'];

async function read(content: string | Buffer, wanted: Named, named = {}, withDates = false) {
  const file = await openIdFile(folder.file('ids', content), undefined);
  const how = { named: asNames(named), dayOrder: undefined, withDates };
  const { user, item, secondsAt, ...rest } = await readIds(file, wanted, IDS, how);
  const rows = Array.from(user.values, (u, row) => {
    const names = wanted.map((role) => (role === 'user' ? IDS.user.ids[u] : IDS.item.ids[item.values[row]!]));
    return [...names, ...(secondsAt ? [secondsAt(row)] : [])].join(' ');
  });
  return { rows, ...rest };
}

test.each<[string, string | Buffer, Named, string[]]>([
  ['one id a line', 'u1\nu0\n', USER, ['u1', 'u0']],
  ['one id a line, the first of them unknown', 'nobody\nu0\n', USER, ['u0']],
  ['a header', 'customer_id\nu1\n', USER, ['u1']],
  ['a header that is a known id too', 'item\n007\n', ITEM, ['item', '007']],
  ['other columns', 'name,user_id,city\nAnn,u2,Rome\n', USER, ['u2']],
  ['other columns and no header', 'u2,Rome\nu0,Oslo\n', USER, ['u2', 'u0']],
  ['a column named id', 'id,title\ni1,Oak\n', ITEM, ['i1']],
  ['pairs', 'product;customer\ni1;u0\ni0;u2\n', PAIR, ['u0 i1', 'u2 i0']],
  ['pairs without a header', 'u0,i1\nu2,i0\n', PAIR, ['u0 i1', 'u2 i0']],
  ['lists as csv', 'user_id,item_id,rank,score\nu0,i1,1,0.5\nu0,i0,2,0.4\n', PAIR, ['u0 i1', 'u0 i0']],
  [
    'wide lists',
    'user_id,item_1,title_1,item_2,title_2\nu0,i1,Oak,i0,Elm\nu1,i0,Elm,,\n',
    PAIR,
    ['u0 i1', 'u0 i0', 'u1 i0'],
  ],
  [
    'jsonl',
    '{"user_id":"u0","items":[{"item_id":"i1"},{"item_id":"i0"}]}\n{"user_id":"u1","items":[]}\n',
    PAIR,
    ['u0 i1', 'u0 i0'],
  ],
  ['gzip compression', gzipSync('user_id\nu1\n'), USER, ['u1']],
  ['ids that look like numbers', 'item_id\n7\n007\n', ITEM, ['007']],
  ['empty cells', 'user_id,item_id\nu1,\n,i1\nu1,i0\n', PAIR, ['u1 i0']],
])('an id file may have %s', async (_, content, wanted, rows) => {
  expect((await read(content, wanted)).rows).toEqual(rows);
});

test('unknown ids are counted and reported with the first one and its line', async () => {
  const { count, unknown } = await read('user_id,item_id\nu1,i1\nux,i1\nu1,iy\nuz,iz\n', PAIR);
  expect(count).toBe(4);
  expect(unknown).toEqual({ user: { count: 2, first: 'ux', line: 3 }, item: { count: 2, first: 'iy', line: 4 } });
});

test('a column named by an option is preferred if the file has it', async () => {
  const pairs = 'user_id,wer,item_id\nu0,u1,i0\n';
  expect((await read(pairs, PAIR, { user: 'wer' })).rows).toEqual(['u1 i0']);
  expect((await read(pairs, PAIR, { user: 'who' })).rows).toEqual(['u0 i0']);
});

test('dates are read if requested, with the order of day and month that one of them settles', async () => {
  const dated = 'user_id,item_id,date\nu0,i0,03/04/2011\nu0,i1,24/12/2011\nu1,i0,\n';
  const seconds = [Date.UTC(2011, 3, 3) / 1000, Date.UTC(2011, 11, 24) / 1000];
  expect((await read(dated, PAIR, {}, true)).rows).toEqual([`u0 i0 ${seconds[0]}`, `u0 i1 ${seconds[1]}`, 'u1 i0 NaN']);
  expect((await read(dated, PAIR)).rows).toEqual(['u0 i0', 'u0 i1', 'u1 i0']);
});

test.each<[string, Named, string]>([
  [
    'foo,bar\nx,y\n',
    PAIR,
    ':1: no column that looks like the user; name it with --user-col NAME\n  its columns: "foo", "bar"',
  ],
  ['user_id,bar\nu0,i0\n', PAIR, ':1: no column that looks like the item'],
  ['user_id,item_id\nu0\n', PAIR, ':2: '],
])('%j is refused', async (content, wanted, message) => {
  const refused = expect.objectContaining({ exitCode: ExitCode.badData, message: expect.stringContaining(message) });
  await expect(read(content, wanted)).rejects.toEqual(refused);
});
