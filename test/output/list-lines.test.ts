import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quotedCells } from '../../src/csv/quoting.js';
import { scoreText } from '../../src/output/bytes.js';
import { cellQuote } from '../../src/output/cell-quote.js';
import { headerOf, type LineFormat, LineWriter } from '../../src/output/list-lines.js';
import { anyWorld, listsOf, slowObjects, slowWide, type World } from './lists.js';

const IDS = { users: ['u,1', 'u2'], items: ['i0', 'i"1', 'i2'], titles: ['Zero', 'One,\ntwo', ''] };

function writer(withTitles: boolean): LineWriter {
  const [users, items] = [quotedCells(IDS.users), quotedCells(IDS.items)];
  return new LineWriter('csv', { users, items, titles: withTitles ? quotedCells(IDS.titles) : undefined }, 3);
}

/** What a format makes of a world. */
function written(format: LineFormat, world: World, withTitles: boolean): string {
  const quote = cellQuote(format, false);
  const titles = withTitles ? quotedCells(world.titles, quote) : undefined;
  const cells = { users: quotedCells(world.users, quote), items: quotedCells(world.items, quote), titles };
  const lines = new LineWriter(format, cells, world.listLength);
  world.lists.forEach((list, user) => {
    lines.add(user, list);
  });
  return headerOf(format, withTitles, world.listLength) + textOf(lines);
}

test('wide, whatever the texts: a row a user, as csv-stringify writes them, all of the same width', () => {
  fc.assert(
    fc.property(anyWorld, fc.boolean(), (world, withTitles) => {
      const text = written('wide', world, withTitles);
      expect(text).toBe(slowWide(listsOf(world), world.listLength, withTitles));
      const rows: string[][] = parse(text);
      for (const row of rows) expect(row).toHaveLength(1 + world.listLength * (withTitles ? 2 : 1));
    }),
  );
});

test('jsonl, whatever the texts: an object a user, also where lists are empty, and no line end but the last of each', () => {
  fc.assert(
    fc.property(anyWorld, fc.boolean(), (world, withTitles) => {
      const text = written('jsonl', world, withTitles);
      const lines = text.split(/[\n\r\u0085\u2028\u2029]/);
      expect(lines.pop()).toBe('');
      expect(lines.map((line) => JSON.parse(line))).toEqual(slowObjects(listsOf(world), withTitles));
    }),
  );
});

test('an object of jsonl has its members in the order of the documents, and the score as CSV writes it', () => {
  const world = { users: ['35'], items: ['864'], titles: ['Fiery'], listLength: 2 };
  const list = { items: Uint32Array.of(0), scores: Float64Array.of(0.2874309) };
  expect(written('jsonl', { ...world, lists: [list] }, true)).toBe(
    '{"user_id":"35","items":[{"item_id":"864","rank":1,"score":0.287431,"title":"Fiery"}]}\n',
  );
});

test('--safe-csv is for csv and wide', () => {
  expect((['csv', 'wide', 'jsonl'] as const).map((format) => cellQuote(format, true)('=1'))).toEqual([
    "'=1",
    "'=1",
    '"=1"',
  ]);
});

const textOf = (lines: LineWriter) => Buffer.from(lines.finish().lines).toString();

test('a list is a line an item, ranked from 1', () => {
  const lines = writer(false);
  lines.add(1, { items: Uint32Array.of(2, 0), scores: Float64Array.of(1.5, -0.25) });
  lines.add(0, { items: Uint32Array.of(1), scores: Float64Array.of(1 / 3) });
  expect(headerOf('csv', false, 3) + textOf(lines)).toBe(
    'user_id,item_id,rank,score\nu2,i2,1,1.5\nu2,i0,2,-0.25\n"u,1","i""1",1,0.333333\n',
  );
  expect(lines.rows).toBe(3);
});

test('titles are a last column where they are asked for', () => {
  const lines = writer(true);
  lines.add(1, { items: Uint32Array.of(1, 2), scores: Float64Array.of(2, 1) });
  expect(headerOf('csv', true, 3) + textOf(lines)).toBe(
    'user_id,item_id,rank,score,title\nu2,"i""1",1,2,"One,\ntwo"\nu2,i2,2,1,\n',
  );
});

test('an empty list is no line', () => {
  const lines = writer(true);
  lines.add(0, { items: new Uint32Array(0), scores: new Float64Array(0) });
  expect([textOf(lines), lines.rows]).toEqual(['', 0]);
});

test('more lines than the first buffer holds are read back in their order', () => {
  const lines = writer(true);
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

test('what is finished does not change with what is added later', () => {
  const lines = writer(false);
  lines.add(1, { items: Uint32Array.of(0), scores: Float64Array.of(1) });
  const { lines: first } = lines.finish();
  lines.add(1, { items: Uint32Array.of(1), scores: Float64Array.of(1) });
  expect(Buffer.from(first).toString()).toBe('u2,i0,1,1\n');
  expect(first.byteLength).toBe(first.buffer.byteLength);
});

test('scores as text keep their order, and are near what they were', () => {
  const score = fc.double({ noNaN: true, noDefaultInfinity: true });
  const near = score.chain((a) =>
    fc.double({ min: -1e-5, max: 1e-5, noNaN: true }).map((d) => [a, a * (1 + d)] as const),
  );
  fc.assert(
    fc.property(fc.oneof(fc.tuple(score, score), near), ([a, b]) => {
      fc.pre(Number.isFinite(b));
      if (a <= b) expect(Number(scoreText(a))).toBeLessThanOrEqual(Number(scoreText(b)));
      else expect(Number(scoreText(a))).toBeGreaterThanOrEqual(Number(scoreText(b)));
      expect(Math.abs(Number(scoreText(a)) - a)).toBeLessThanOrEqual(Math.abs(a) * 5.1e-6 + Number.MIN_VALUE);
    }),
    { numRuns: 1000 },
  );
});

test.each([
  [1, '1'],
  [-0, '0'],
  [1234567, '1234570'],
  [0.1 + 0.2, '0.3'],
  [1e-7, '1e-7'],
])('the score %d is written %s', (score, text) => {
  expect(scoreText(score)).toBe(text);
});
