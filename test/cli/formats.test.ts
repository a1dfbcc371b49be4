import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parquetReadObjects } from 'hyparquet';
import { expect, test } from 'vitest';
import { temporaryFolders } from '../files/temporary.js';
import { listsInCsv, slowObjects, slowRows, slowWide, type UserList } from '../output/lists.js';
import { EVENTS, manyEvents, put } from './data.js';
import { fixtures, runInProcess } from './run.js';
import { keepWorkersInProcess } from './workers-in-process.js';

keepWorkersInProcess();

const newFolder = temporaryFolders();
const BOOKS = ['-u', join(fixtures, 'books/ratings.csv'), '-i', join(fixtures, 'books/books.csv')];

/** Runs the program. @returns the bytes of its output. */
async function written(folder: string, name: string, args: readonly string[]): Promise<Buffer> {
  const { code, stderr } = await runInProcess([...args, '-o', name, '-q'], { folder });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return readFileSync(join(folder, name));
}

async function parquetRows(bytes: Buffer): Promise<object[]> {
  return parquetReadObjects({ file: new Uint8Array(bytes).buffer });
}

/** Checks that all formats hold the lists of the CSV of the same run. @param users all users that are served, in their order. */
async function expectSameLists(folder: string, args: readonly string[], top: number, users?: readonly string[]) {
  const withTitles = args.includes('--titles');
  const all = [...args, '-n', String(top)];
  const inCsv = listsInCsv((await written(folder, 'recs.csv', all)).toString());
  const lists: UserList[] =
    users?.map((user_id) => inCsv.find((list) => list.user_id === user_id) ?? { user_id, items: [] }) ?? inCsv;
  const wide = await written(folder, 'wide.csv', [...all, '--format', 'wide']);
  expect(wide.toString()).toBe(slowWide(lists, top, withTitles));
  const lines = (await written(folder, 'recs.jsonl', all)).toString().trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line))).toEqual(slowObjects(lists, withTitles));
  expect(await parquetRows(await written(folder, 'recs.parquet', all))).toEqual(slowRows(lists, withTitles));
}

test('all formats hold the same lists of books, with their titles', async () => {
  await expectSameLists(newFolder(), [...BOOKS, '--algorithm', 'cosine', '--titles'], 5);
});

test('every format keeps unusual ids unchanged, and only wide pads short or empty lists', async () => {
  const folder = newFolder();
  const ids = [
    '0012',
    '1e5',
    '-0',
    '1.50',
    '日本',
    '👩‍💻',
    'a"b',
    'c,d',
    'e\nf',
    'g\th',
    'i\u0001j',
    "'k",
    '{"l":1}',
    '\\m',
  ];
  const quoted = ids.map((id) => `"${id.replaceAll('"', '""')}"`);
  const rows = quoted.flatMap((user, u) => quoted.slice(0, u + 1).map((item) => `${user},${item}\n`));
  put(folder, 'events.csv', `user,item\n${rows.join('')}`);
  // The last user had every item, so that their list is empty.
  await expectSameLists(folder, ['-u', 'events.csv', '--algorithm', 'popular'], 4, ids);
});

test.each(['csv', 'wide', 'jsonl', 'parquet'])('%s: the same bytes for any number of workers', async (format) => {
  const folder = newFolder();
  put(folder, 'events.csv', manyEvents(4000, 800, 12));
  const args = ['-u', 'events.csv', '--algorithm', 'cosine', '--format', format];
  const one = await written(folder, 'one', [...args, '-j', '1']);
  expect((await written(folder, 'three', [...args, '-j', '3'])).equals(one)).toBe(true);
  expect(one.length).toBeGreaterThan(10_000);
});

test('an output named .jsonl.gz is compressed, and standard output has the format of --format', async () => {
  const folder = newFolder();
  put(folder, 'events.csv', EVENTS);
  const args = ['-u', 'events.csv', '-q'];
  const packed = await written(folder, 'recs.jsonl.gz', args);
  const { stdout } = await runInProcess([...args, '--format', 'jsonl'], { folder });
  expect(gunzipSync(packed).toString()).toBe(stdout);
  expect(stdout.split('\n').map((line) => line.slice(0, 20))).toEqual([
    '{"user_id":"ann","it',
    '{"user_id":"bob","it',
    '',
  ]);
  expect((await runInProcess(args, { folder })).stdout).toMatch(/^user_id,item_id,rank,score\n/);
});

test.each([
  [['-o', 'recs.tsv'], /^recommend: -o recs\.tsv: cannot write \.tsv; expected \.csv/],
  [['-o', 'recs.json.gz'], /cannot write \.json;/],
  [['-o', 'recs.parquet', '--format', 'csv'], /contradict each other: a file \*\.parquet holds parquet/],
  [['-o', 'recs.parquet.gz'], /Parquet compresses its own data/],
  [['--format', 'xlsx'], /Allowed choices are csv, wide, jsonl, parquet/],
])('%j ends with 2 before any input is read', async (args, why) => {
  const folder = newFolder();
  const { code, stdout, stderr } = await runInProcess(['-u', 'never-read.csv', ...args], { folder, terminal: false });
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(why);
});

test('--safe-csv changes csv and wide, and no other format', async () => {
  const folder = newFolder();
  put(folder, 'events.csv', 'user,item\n=ann,+oak\n=ann,elm\nbob,+oak\nbob,-ash\n');
  const args = ['-u', 'events.csv', '--algorithm', 'popular'];
  const differs = async (name: string, format: string) => {
    const plain = await written(folder, name, [...args, '--format', format]);
    const safe = await written(folder, name, [...args, '--format', format, '--safe-csv']);
    return !plain.equals(safe);
  };
  expect([await differs('recs.csv', 'csv'), await differs('recs.csv', 'wide')]).toEqual([true, true]);
  expect([await differs('recs.jsonl', 'jsonl'), await differs('recs.parquet', 'parquet')]).toEqual([false, false]);
});
