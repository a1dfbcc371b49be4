import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { rowOf } from '../../src/matrix/sparse.js';
import { SavedModel } from '../../src/saved-model/saved-model.js';
import { sharedFolder } from '../files/temporary.js';
import { manyEvents, put, type Row, rowsOf } from './data.js';
import { runInProcess } from './run.js';
import { keepWorkersInProcess } from './workers-in-process.js';

keepWorkersInProcess();

const folder = sharedFolder();
let model: SavedModel;

beforeAll(async () => {
  put(folder, 'events.csv', dated(manyEvents(80, 60, 8)));
  put(
    folder,
    'items.csv',
    ['item,title,price', ...Array.from({ length: 60 }, (_, k) => `item-${k},${titleOf(k)},${k % 4}`)].join('\n'),
  );
  await answered(['fit', '-u', 'events.csv', '-i', 'items.csv', '--algorithm', 'ridge', '--model', 'm.rec', '-q']);
  model = new SavedModel(join(folder, 'm.rec'), () => join(folder, 'held'));
  return () => model.close();
});

/** The same events, each a minute after the one before it. */
function dated(events: string): string {
  const [header, ...rows] = events.trimEnd().split('\n');
  return [`${header},timestamp`, ...rows.map((row, at) => `${row},${1_700_000_000 + 60 * at}`)].join('\n');
}

type Similar = Record<'item_id' | 'similar_id' | 'score', string>;

function titleOf(item: number): string {
  return item === 7 ? 'Amélie: the film' : item === 9 ? 'Ame' : `Book ${item}`;
}

async function answered(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await runInProcess(args, { folder });
  expect(code, stderr).toBe(0);
  return stdout;
}

const ask = (command: string, ...args: string[]) => answered([command, '--model', 'm.rec', ...args]);

test('the similar items of an item are the largest entries of its learned row', async () => {
  const rows = rowsOf(await ask('similar', '-n', '5', '--titles')) as (Row & { similar_id: string; title: string })[];
  const { itemIds, titles, offered } = model.names;
  const { rows: learned, scales } = model.model;
  const expected = itemIds.flatMap((id, item) => {
    const { part, from, to } = learned.row(item);
    const entries = Array.from(
      { length: to - from },
      (_, k) => [part.index[from + k]!, part.value[from + k]!] as const,
    );
    return entries
      .filter(([other, weight]) => weight > 0 && offered[other] === 1)
      .sort(([a, x], [b, y]) => y - x || a - b)
      .slice(0, 5)
      .map(([other, weight], place) => ({
        item_id: id,
        similar_id: itemIds[other]!,
        rank: String(place + 1),
        score: String(Number((scales.items * weight).toPrecision(6))),
        title: titles[other]!,
      }));
  });
  expect(rows.length).toBeGreaterThan(200);
  expect(rows).toEqual(expected);
});

test('similar finds an item by its id or a part of its title, and shows text with titles, JSON Lines or CSV', async () => {
  const text = await ask('similar', '--item', 'item-7', '-n', '2');
  expect(text).toMatch(/^Goes with item-7 \(Amélie: the film\):\n {2}1 {2}item-\d+ +Book \d+ +0\.\d+\n {2}2 {2}item-/);
  expect(await ask('similar', '--item', 'amelie the', '-n', '2')).toBe(text);
  expect(await ask('similar', '--item', 'AME', '-n', '2')).toMatch(/^Goes with item-[79] /);
  const object = JSON.parse(await ask('similar', '--item', 'item-7', '-n', '2', '--format', 'jsonl'));
  const csv = await ask('similar', '--item', 'item-7', '-n', '2', '--format', 'csv');
  const items = (rowsOf(csv) as (Row & { similar_id: string })[]).map(({ similar_id, rank, score }) => ({
    similar_id,
    rank: Number(rank),
    score: Number(score),
  }));
  expect(object).toEqual({ item_id: 'item-7', items });
});

test('similar --items answers in the order of the file, and reports items that the model does not know', async () => {
  put(folder, 'some.csv', 'sku,price\nitem-9,1\nnever-seen,2\nitem-3,3\nitem-9,4\n');
  const args = ['similar', '--model', 'm.rec', '-n', '1', '--items', 'some.csv'];
  const { code, stdout, stderr } = await runInProcess(args, { folder });
  expect(code).toBe(0);
  expect(rowsOf(stdout).map(({ item_id }) => item_id)).toEqual(['item-9', 'item-3']);
  expect(stderr).toContain('--items some.csv:3: the model does not know "never-seen"; 1 of 4 items are left out');
  put(folder, 'strange.csv', 'item_id\nnever\nseen\n');
  const strange = await runInProcess([...args.slice(0, -1), 'strange.csv'], { folder });
  expect([strange.code, strange.stderr]).toEqual([65, expect.stringContaining('does not know "never", nor any other')]);
});

test('the audience of an item is the users with the highest scores for it who have not had it', async () => {
  const everything = rowsOf(await answered(['score', '--model', 'm.rec', '-n', '100000', '-q']));
  const users = rowsOf(await ask('audience', '--item', 'item-2', '-n', '50'));
  const expected = everything
    .filter(({ item_id }) => item_id === 'item-2')
    .map(({ user_id, score }) => ({ user_id, score }))
    .sort((a, b) => Number(b.score) - Number(a.score));
  const scores = users.map(({ score }) => score);
  expect(scores).toEqual(expected.slice(0, 50).map(({ score }) => score));
  for (const { user_id, score } of users) expect(expected).toContainEqual({ user_id, score });
  const { userIds, interactions, itemIds } = model.dataset({ keepColumns: false, now: 0, dayOrder: undefined });
  for (const { user_id } of users) {
    expect([...rowOf(interactions, userIds.indexOf(user_id))].map((item) => itemIds[item])).not.toContain('item-2');
  }
});

test('--where filters similar items and the users of an audience', async () => {
  const all = rowsOf(await ask('similar', '--item', 'item-7', '-n', '60', '--format', 'csv')) as unknown as Similar[];
  const some = ['--where', 'price < 2', '-n', '60', '--format', 'csv'];
  const cheap = rowsOf(await ask('similar', '--item', 'item-7', ...some)) as unknown as Similar[];
  const isCheap = ({ similar_id }: Similar) => Number(similar_id.slice(5)) % 4 < 2;
  expect(cheap.map(({ similar_id }) => similar_id)).toEqual(all.filter(isCheap).map(({ similar_id }) => similar_id));
  put(
    folder,
    'people.csv',
    ['user_id,country', ...Array.from({ length: 80 }, (_, k) => `user-${k},${k % 2 ? 'FR' : 'DE'}`)].join('\n'),
  );
  const fit = [
    'fit',
    '-u',
    'people.csv',
    '--interactions',
    'events.csv',
    '--algorithm',
    'cosine',
    '--model',
    'p.rec',
    '-q',
  ];
  await answered(fit);
  const audience = async (...more: string[]) => {
    const found = rowsOf(await answered(['audience', '--model', 'p.rec', '--item', 'item-2', ...more]));
    return found.map(({ user_id }) => user_id);
  };
  const french = (await audience()).filter((user) => Number(user.slice(5)) % 2 === 1);
  expect(french.length).toBeGreaterThan(10);
  expect(await audience('--where', 'country = "FR"')).toEqual(french);
  const { code, stderr } = await runInProcess(['similar', '--model', 'm.rec', '--where', 'user.country = "FR"'], {
    folder,
  });
  expect([code, stderr]).toEqual([2, expect.stringContaining('--where')]);
});

test('explain shows the history of a user, the latest first, and their list with its reasons', async () => {
  const answer = JSON.parse(await ask('explain', '--user', 'user-5', '-n', '4', '--format', 'json', '--reasons', '2'));
  const columns = 'user_id,item_id,title,rank,score,source,reasons';
  const more = ['-n', '4', '-q', '--format', 'jsonl', '--reasons', '2', '--output-columns', columns];
  const listed = await answered(['score', '--model', 'm.rec', ...more]);
  const own = listed.split('\n').find((line) => line.startsWith('{"user_id":"user-5"')) ?? '';
  expect(answer).toMatchObject(JSON.parse(own));
  const times = answer.history.map(({ time }: { time: string }) => time);
  expect(times).toEqual(times.toSorted().reverse());
  expect(answer.history).toHaveLength(8);
  expect(answer.history[0]).toEqual({
    item_id: 'item-12',
    title: 'Book 12',
    time: '2023-11-14T23:00:20.000Z',
    strength: 1,
  });
  const text = await ask('explain', '--user', 'user-5', '-n', '4');
  expect(text).toMatch(/^User user-5: 8 items, the latest first\n {2}2023-11-14 {2}item-12 {2}Book 12\n/);
  expect(text).toContain(`  1  ${answer.items[0].item_id}`);
  expect(text).toContain(answer.items[0].reasons[0].because);
});

test('explain applies rules to the list', async () => {
  const answer = JSON.parse(await ask('explain', '--user', 'user-5', '--format', 'json', '--include-seen', '-n', '60'));
  const seen = new Set(answer.history.map(({ item_id }: { item_id: string }) => item_id));
  expect(answer.items.some(({ item_id }: { item_id: string }) => seen.has(item_id))).toBe(true);
});

test.each([
  [['similar', '--item', 'itme-7'], /knows no item "itme-7"; did you mean "item-7"\?/],
  [['audience', '--item', 'amelie the flim'], /knows no item .*did you mean "Amélie: the film"\?/],
  [['explain', '--user', 'usr-5'], /knows no user "usr-5"; did you mean "user-5"\?/],
])('%j is refused, and the message names the nearest match', async ([command = '', ...args], why) => {
  const { code, stderr } = await runInProcess([command, '--model', 'm.rec', ...args], { folder });
  expect([code, stderr]).toEqual([65, expect.stringMatching(why)]);
});

test.each([
  [['similar'], /--model FILE is missing/],
  [['explain', '--model', 'm.rec'], /--user ID is missing/],
  [['audience', '--model', 'm.rec'], /--item ID is missing/],
  [['similar', '--model', 'm.rec', '--item', 'item-7', '--items', 'items.csv'], /cannot be combined/],
  [['similar', '--model', 'm.rec', '-o', 'm.rec', '--format', 'csv'], /is also an input/],
  [['similar', '--model', 'm.rec', '-o', 'x.parquet'], /csv or jsonl/],
])('%j is refused with 2', async (args, why) => {
  const { code, stderr } = await runInProcess(args, { folder });
  expect([code, stderr]).toEqual([2, expect.stringMatching(why)]);
});
