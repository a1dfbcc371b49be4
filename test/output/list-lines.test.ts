import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packedTexts } from '../../src/csv/quoted-cells.js';
import { quoted } from '../../src/csv/quoting.js';
import type { LineFormat, TextColumn } from '../../src/output/formats.js';
import { headerOf, type LineColumn, lineWriter } from '../../src/output/list-lines.js';
import { cellQuote } from '../../src/pipeline/output/list-output.js';
import { anyWorld, listsOf, slowObjects, slowWide, usualColumns, type World } from './lists.js';

const IDS = { users: ['u,1', 'u2'], items: ['i0', 'i"1', 'i2'], titles: ['Zero', 'One,\ntwo', ''], listLength: 3 };
const HEADER = { false: 'user_id,item_id,rank,score\n', true: 'user_id,item_id,rank,score,title\n' };

/** A writer of the default columns; "wide" has no ranks and scores. */
function writerOf(format: LineFormat, world: Omit<World, 'lists'>, withTitles: boolean) {
  const { listLength } = world;
  return lineWriter({
    format,
    columns: cellsOf(format, columnsOf(format, world, withTitles)),
    listLength,
    precision: 6,
  });
}

function columnsOf(format: LineFormat, world: Omit<World, 'lists'>, withTitles: boolean): TextColumn[] {
  return usualColumns(world, withTitles).filter(({ name }) => format !== 'wide' || !['rank', 'score'].includes(name));
}

function cellsOf(format: LineFormat, columns: readonly TextColumn[]): LineColumn[] {
  return columns.map(({ texts, ...column }) =>
    texts.length === 0 ? column : { ...column, cells: packedTexts(texts, cellQuote(format, false)) },
  );
}

const writer = (withTitles: boolean) => writerOf('csv', IDS, withTitles);

/** The lists of a world in a format. */
function written(format: LineFormat, world: World, withTitles: boolean): string {
  const lines = writerOf(format, world, withTitles);
  world.lists.forEach((list, user) => {
    lines.add(user, list);
  });
  return headerOf(format, columnsOf(format, world, withTitles), world.listLength, quoted) + textOf(lines);
}

test('wide has a row per user, all of the same width, as csv-stringify writes them, whatever the texts', () => {
  fc.assert(
    fc.property(anyWorld, fc.boolean(), (world, withTitles) => {
      const text = written('wide', world, withTitles);
      expect(text).toBe(slowWide(listsOf(world), world.listLength, withTitles));
      const rows: string[][] = parse(text);
      for (const row of rows) expect(row).toHaveLength(1 + world.listLength * (withTitles ? 2 : 1));
    }),
  );
});

test('jsonl has an object per user on a line of its own, even for empty lists, whatever the texts', () => {
  fc.assert(
    fc.property(anyWorld, fc.boolean(), (world, withTitles) => {
      const text = written('jsonl', world, withTitles);
      const lines = text.split(/[\n\r\u0085\u2028\u2029]/);
      expect(lines.pop()).toBe('');
      expect(lines.map((line) => JSON.parse(line))).toEqual(slowObjects(listsOf(world), withTitles));
    }),
  );
});

test('a jsonl object has its members in the documented order, and scores as in CSV', () => {
  const world = { users: ['35'], items: ['864'], titles: ['Fiery'], listLength: 2 };
  const list = { items: Uint32Array.of(0), scores: Float64Array.of(0.2874309) };
  expect(written('jsonl', { ...world, lists: [list] }, true)).toBe(
    '{"user_id":"35","items":[{"item_id":"864","rank":1,"score":0.287431,"title":"Fiery"}]}\n',
  );
});

test('--safe-csv affects csv and wide, but not jsonl', () => {
  expect((['csv', 'wide', 'jsonl'] as const).map((format) => cellQuote(format, true)('=1'))).toEqual([
    "'=1",
    "'=1",
    '"=1"',
  ]);
});

const textOf = (lines: ReturnType<typeof lineWriter>) => Buffer.from(lines.finish().lines).toString();

test('a list has a line per item, ranked from 1', () => {
  const lines = writer(false);
  lines.add(1, { items: Uint32Array.of(2, 0), scores: Float64Array.of(1.5, -0.25) });
  lines.add(0, { items: Uint32Array.of(1), scores: Float64Array.of(1 / 3) });
  expect(HEADER.false + textOf(lines)).toBe(
    'user_id,item_id,rank,score\nu2,i2,1,1.5\nu2,i0,2,-0.25\n"u,1","i""1",1,0.333333\n',
  );
  expect(lines.rows).toBe(3);
});

test('titles are the last column if they are requested', () => {
  const lines = writer(true);
  lines.add(1, { items: Uint32Array.of(1, 2), scores: Float64Array.of(2, 1) });
  expect(HEADER.true + textOf(lines)).toBe('user_id,item_id,rank,score,title\nu2,"i""1",1,2,"One,\ntwo"\nu2,i2,2,1,\n');
});

test('an empty list writes no line', () => {
  const lines = writer(true);
  lines.add(0, { items: new Uint32Array(0), scores: new Float64Array(0) });
  expect([textOf(lines), lines.rows]).toEqual(['', 0]);
});

test('more lines than the first buffer holds are read back in order', () => {
  const lines = writerOf('csv', { ...IDS, listLength: 200 }, true);
  const items = Uint32Array.from({ length: 200 }, (_, place) => place % 3);
  const scores = Float64Array.from(items, (_, place) => 200 - place);
  for (let user = 0; user < 60; user++) lines.add(user % 2, { items, scores });
  const rows: unknown[] = parse(Buffer.from(lines.finish().lines));
  expect(rows.length).toBe(60 * 200);
  expect(lines.rows).toBe(60 * 200);
  rows.forEach((row, at) => {
    const place = at % 200;
    const item = place % 3;
    const user = IDS.users[Math.floor(at / 200) % 2];
    expect(row).toEqual([user, IDS.items[item], String(place + 1), String(200 - place), IDS.titles[item]]);
  });
});

test('finished lines do not change when more lists are added', () => {
  const lines = writer(false);
  lines.add(1, { items: Uint32Array.of(0), scores: Float64Array.of(1) });
  const { lines: first } = lines.finish();
  lines.add(1, { items: Uint32Array.of(1), scores: Float64Array.of(1) });
  expect(Buffer.from(first).toString()).toBe('u2,i0,1,1\n');
  expect(first.byteLength).toBe(first.buffer.byteLength);
});
