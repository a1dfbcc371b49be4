import fc from 'fast-check';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { beforeAll, expect, test } from 'vitest';
import { Failure } from '../../src/failure.js';
import { columnWriter } from '../../src/output/list-columns.js';
import { loadParquet, parquetLists } from '../../src/output/parquet.js';
import { anyWorld, listsOf, slowRows, usualColumns, type World } from './lists.js';

let written: typeof import('hyparquet-writer');
beforeAll(async () => {
  written = await loadParquet();
});

/** The file of a world whose lists come in shards that begin at the users `cuts`. */
function fileOf(world: World, withTitles: boolean, cuts: readonly number[]): Buffer {
  const { lists } = world;
  const file = parquetLists(written, usualColumns(world, withTitles));
  const pieces: Uint8Array[] = [];
  const bounds = [...new Set([0, ...cuts, lists.length])].sort((a, b) => a - b);
  for (let k = 0; k + 1 < bounds.length; k++) {
    const shard = columnWriter();
    lists.slice(bounds[k], bounds[k + 1]).forEach((list, at) => {
      shard.add(bounds[k]! + at, list);
    });
    pieces.push(...file.add(bounds[k]!, shard.finish()));
  }
  return Buffer.concat([...pieces, file.end()]);
}

const bufferOf = (bytes: Buffer) =>
  bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer;

test('hyparquet reads back any texts, and the division into shards does not change the file', async () => {
  await fc.assert(
    fc.asyncProperty(anyWorld, fc.boolean(), fc.array(fc.nat(6)), async (world, withTitles, cuts) => {
      const bytes = fileOf(world, withTitles, []);
      expect(await parquetReadObjects({ file: bufferOf(bytes) })).toEqual(slowRows(listsOf(world), withTitles));
      const inside = cuts.filter((cut) => cut < world.lists.length);
      expect(fileOf(world, withTitles, inside).equals(bytes)).toBe(true);
    }),
  );
});

test('the columns are strings, a 32-bit rank and a double, all of them required', () => {
  const world = { users: ['1'], items: ['2'], titles: [''], listLength: 1, lists: [] };
  const { schema, num_rows } = parquetMetadata(bufferOf(fileOf(world, true, [])));
  expect(num_rows).toBe(0n);
  expect(
    schema
      .slice(1)
      .map(({ name, type, converted_type, repetition_type }) => [name, type, converted_type, repetition_type]),
  ).toEqual([
    ['user_id', 'BYTE_ARRAY', 'UTF8', 'REQUIRED'],
    ['item_id', 'BYTE_ARRAY', 'UTF8', 'REQUIRED'],
    ['rank', 'INT32', undefined, 'REQUIRED'],
    ['score', 'DOUBLE', undefined, 'REQUIRED'],
    ['title', 'BYTE_ARRAY', 'UTF8', 'REQUIRED'],
  ]);
});

test('rows are written in groups of 100,000, wherever the shards end', async () => {
  const count = 700;
  const texts = (letter: string, of: number) => Array.from({ length: of }, (_, k) => `${letter}${k}`);
  const list = {
    items: Uint32Array.from({ length: 300 }, (_, k) => k),
    scores: Float64Array.from({ length: 300 }, (_, k) => 1 / (k + 1)),
  };
  const world = {
    users: texts('u', count),
    items: texts('i', 300),
    titles: texts('t', 300),
    listLength: 300,
    lists: Array(count).fill(list),
  };
  const bytes = fileOf(world, true, [1, 333, 334, 600]);
  const { row_groups } = parquetMetadata(bufferOf(bytes));
  expect(row_groups.map(({ num_rows }) => Number(num_rows))).toEqual([100_000, 100_000, 10_000]);
  const rows = await parquetReadObjects({ file: bufferOf(bytes), rowStart: 99_999, rowEnd: 100_001 });
  expect(rows).toEqual([
    { user_id: 'u333', item_id: 'i99', rank: 100, score: 0.01, title: 't99' },
    { user_id: 'u333', item_id: 'i100', rank: 101, score: 0.00990099, title: 't100' },
  ]);
  expect(fileOf(world, true, [50]).equals(bytes)).toBe(true);
});

test('a list with an item index out of range is refused', () => {
  const file = parquetLists(written, usualColumns({ users: ['u'], items: ['i'], titles: [], listLength: 1 }, false));
  const of = (item: number) => ({
    items: Uint32Array.of(item),
    scores: Float64Array.of(1),
    lengths: Uint32Array.of(1),
  });
  expect([...file.add(0, of(1))]).toEqual([]);
  expect(() => file.end()).toThrow(RangeError);
});

test('a missing package is reported with the command that installs it', async () => {
  const missing = Object.assign(new Error('Cannot find package'), { code: 'ERR_MODULE_NOT_FOUND' });
  const failed = await loadParquet(() => Promise.reject(missing)).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(Failure);
  expect(failed).toMatchObject({ exitCode: 73, message: expect.stringContaining('npm install hyparquet-writer') });
  const broken = new Error('a defect');
  await expect(loadParquet(() => Promise.reject(broken))).rejects.toBe(broken);
});
