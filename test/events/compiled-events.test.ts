import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compiledEvents } from '../../src/events/compiled-events.js';
import { type EventLayout, newSink, partOf } from '../../src/events/event-columns.js';
import { type Acceleration, eventsReader } from '../../src/events/events-reader.js';
import { IdIndex } from '../../src/events/ids.js';
import { Random } from '../../src/matrix/sampling.js';

const compiled = compiledEvents();

function layoutOf(width: number, roles: EventLayout['roles'], delimiter = ','): EventLayout {
  return { delimiter, width, roles, ratingName: 'rating', timeName: 'time', dayOrder: undefined };
}

/** The result of reading these rows. */
function read(text: string, layout: EventLayout, acceleration?: Acceleration) {
  const sink = newSink(layout, new Map(), { users: new IdIndex(), items: new IdIndex() });
  const refused: unknown[] = [];
  const reader = eventsReader(layout, sink, (...row) => refused.push(row), acceleration);
  const bytes = Buffer.from(text);
  reader.read({ bytes, from: 0, to: bytes.length, isLast: true, position: 0 });
  const { lines, rows, events, users, items } = sink;
  return { lines, rows, events: partOf(events), users: users.ids, items: items.ids, refused };
}

/** Reads the rows with the plain and with the compiled reader, and counts the rows that the compiled one read. */
function bothWays(text: string, layout: EventLayout, of = compiled) {
  const accelerator = of(layout);
  if (!accelerator) throw new Error('the compiled reader refused this layout');
  let rows = 0;
  const counting: Acceleration = {
    of: () => ({
      read: (bytes, from, to, sink) => {
        const before = sink.rows;
        const end = accelerator.read(bytes, from, to, sink);
        rows += sink.rows - before;
        return end;
      },
    }),
    least: 1,
  };
  const plain = read(text, layout);
  // Read twice: the first file must leave nothing behind for the second.
  read(text, layout, counting);
  rows = 0;
  return { plain, compiled: read(text, layout, counting), rows };
}

/** Ids of many lengths and first letters, except those of words for a missing value; many are repeated. */
function idOf(random: Random, most: number): string {
  const number = random.below(most);
  return `${'abcdefgh'.repeat(number % 5)}${number.toString(2 + (number % 35))}`.slice(-(1 + (number % 37)));
}

describe('the compiled events reader', () => {
  it.each([
    ['users and items', 2, '\n', 1 << 20],
    ['quoted cells and CRLF', 4, '\r\n', 1 << 20],
    ['numbers and times', 4, '\n', 1 << 20],
    ['more ids than there is room for', 4, '\n', 1 << 13],
  ])('reads %s as the plain reader does', (name, width, end, ids) => {
    const random = new Random(7);
    const quoted = (cell: string) => (name.startsWith('quoted') && random.below(2) === 0 ? `"${cell}"` : cell);
    const rows = Array.from({ length: 20_000 }, () => {
      const cells = [idOf(random, 9000), idOf(random, 500), `${random.below(11) / 2}`, `${1e9 + random.below(1e9)}`];
      const hole = random.below(200);
      if (hole < 4) cells[hole] = '';
      if (hole === 5) cells[2] = `${random.below(1e9)}.${random.below(1000)}`;
      return cells.slice(0, width).map(quoted).join(',') + end + (hole === 6 ? end : '');
    });
    const roles = width === 2 ? { user: 0, item: 1 } : { user: 0, item: 1, rating: 2, time: 3 };
    const of = compiledEvents({ chunk: 1 << 12, ids });
    const { plain, compiled, rows: counted } = bothWays(rows.join(''), layoutOf(width, roles), of);
    expect(plain.events.user.length).toBeGreaterThan(19_000);
    expect(compiled).toEqual(plain);
    expect(counted).toBe(plain.rows);
  });

  it('reads dates and numbers to the same bits as the plain reader', () => {
    const two = (number: number) => `${number}`.padStart(2, '0');
    const dates = fc
      .record({
        year: fc.integer({ min: 0, max: 9999 }),
        month: fc.integer({ min: 0, max: 13 }),
        day: fc.oneof(fc.integer({ min: 1, max: 28 }), fc.integer({ min: 0, max: 32 })),
        hour: fc.oneof(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 25 })),
        minute: fc.integer({ min: 0, max: 60 }),
        second: fc.integer({ min: 0, max: 61 }),
        way: fc.nat(9),
      })
      .map(({ year, month, day, hour, minute, second, way }) => {
        const date = `${`${year}`.padStart(4, '0')}-${way % 2 ? two(month) : month}-${way % 3 ? two(day) : day}`;
        if (way < 3) return date;
        return `${date}${way === 4 ? 'T' : ' '}${way % 4 ? two(hour) : hour}:${two(minute)}${way < 6 ? '' : `:${two(second)}`}${way === 8 ? 'Z' : ''}${way === 9 ? '.5' : ''}`;
      });
    const layout = layoutOf(4, { user: 3, item: 1, rating: 0, time: 2 }, ';');
    // Buffers for a few rows are set up faster than buffers for a whole file.
    const small = compiledEvents({ chunk: 1 << 12, ids: 1 << 10 });
    let compiledRows = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.double({ noNaN: true }), dates), { minLength: 1, maxLength: 4 }), (cells) => {
        const rows = cells.map(([number, date]) => `${number};i;${date};u\n`);
        const first = bothWays(rows.join(''), layout, small);
        expect(first.compiled).toEqual(first.plain);
        compiledRows += first.rows;
        const whole = cells.map(([number, date]) => `${Math.round(number) % 1e15};i;${date};u\n`);
        const second = bothWays(whole.join(''), layout, small);
        expect(second.compiled).toEqual(second.plain);
        compiledRows += second.rows;
      }),
      { numRuns: 400 },
    );
    expect(compiledRows).toBeGreaterThan(200);
  });

  it('reads all rows even if there are more ids than its tables have room for', () => {
    const random = new Random(3);
    const text = Array.from(
      { length: 400_000 },
      (_, row) => `${random.below(3) > 0 ? row : row >> 1},i${random.below(row + 1)}\n`,
    ).join('');
    const { plain, compiled: own, rows } = bothWays(text, layoutOf(2, { user: 0, item: 1 }));
    expect(own.users.length).toBeGreaterThan(1 << 18);
    expect(rows).toBe(400_000);
    // toEqual takes minutes for arrays of this length.
    for (const name of ['users', 'items'] as const) expect(own[name].join()).toBe(plain[name].join());
    for (const name of ['user', 'item'] as const) {
      expect(own.events[name].every((value, row) => value === plain.events[name][row])).toBe(true);
      expect(own.events[name].length).toBe(400_000);
    }
    expect(own.events.lines).toEqual(plain.events.lines);
  });

  it('declines a layout with event types, a delimiter of several bytes, and tables too large to address', () => {
    expect(compiled(layoutOf(3, { user: 0, item: 1, event: 2 }))).toBeUndefined();
    expect(compiled(layoutOf(2, { user: 0, item: 1 }, '§'))).toBeUndefined();
    const huge = compiledEvents({ chunk: 1 << 16, ids: 2 ** 31 });
    expect(huge(layoutOf(2, { user: 0, item: 1 }))).toBeUndefined();
  });
});

/** Ids of eight letters whose product with a well-known hash multiplier begins with 18 zero bits: such a hash puts all of them in one slot. */
function collidingIds(count: number): string[] {
  const number = 0x9e3779b97f4a7c15n;
  const letters = Array.from({ length: 700_000 }, (_, n) => (n + 36 ** 3).toString(36));
  const word = (text: string) => BigInt(Buffer.from(text).readUInt32LE());
  const high = letters.map((text) => ({ text, times: Number((word(text) * number) & 0xffffffffn) }));
  high.sort((a, b) => a.times - b.times);
  const ids: string[] = [];
  for (const text of letters) {
    const low = Number(((word(text) * number) >> 32n) & 0xffffffffn);
    const wanted = (2 ** 32 - low) % 2 ** 32;
    let [from, to] = [0, high.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((high[middle]?.times ?? 0) < wanted) from = middle + 1;
      else to = middle;
    }
    for (let at = from; (high[at]?.times ?? 2 ** 33) - wanted < 2 ** 14 - 1; at++) ids.push(text + high[at]?.text);
    if (ids.length >= count) break;
  }
  for (const id of [ids[0], ids[count - 1]]) {
    expect((Buffer.from(id ?? '').readBigUInt64LE() * number) & 0xffffffffffffffffn).toBeLessThan(1n << 46n);
  }
  return ids.slice(0, count);
}

it('reads 100,000 ids that were crafted to collide in one slot', () => {
  const ids = collidingIds(100_000);
  const text = ids.map((id) => `${id},i\n`).join('');
  const { plain, compiled: read, rows } = bothWays(text, layoutOf(2, { user: 0, item: 1 }));
  expect(rows).toBe(100_000);
  expect(read.users).toEqual(ids);
  expect(plain.users).toEqual(ids);
});
