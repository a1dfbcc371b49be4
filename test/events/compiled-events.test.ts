import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTable } from '../../src/csv/table.js';
import { IdIndex } from '../../src/dataset/ids.js';
import { compiledScanner } from '../../src/events/compiled-events.js';
import type { EventLayout } from '../../src/events/event-columns.js';
import { eventReader } from '../../src/events/events.js';
import { type EventsTask, readRange } from '../../src/events/range-reader.js';
import type { Scanning } from '../../src/events/scanned-events.js';
import { Random } from '../../src/matrix/sampling.js';
import { useTemporaryFolder } from '../csv/temporary.js';

const folder = useTemporaryFolder();
const scannerOf = compiledScanner();

function layoutOf(width: number, roles: EventLayout['roles'], delimiter = ','): EventLayout {
  return { delimiter, width, roles, ratingName: 'rating', timeName: 'time', dayOrder: undefined };
}

/** What a range of these rows is read as, in plain code and in compiled. @param room bytes that there is room for. */
function bothWays(text: string, layout: EventLayout, room = text.length) {
  const path = folder.file('events.csv', text);
  const sizes = { chunk: 4096, stretch: 64, range: room };
  const task: EventsTask = { path, begin: 0, layout, eventWeights: [], sizes };
  const scanner = scannerOf?.(layout, { range: room, chunk: sizes.chunk });
  if (!scanner) throw new Error('it was not compiled');
  const plain = readRange(task, 0, text.length);
  // Twice, so that nothing of the range before is left.
  readRange(task, 0, text.length, scanner);
  return { plain, compiled: readRange(task, 0, text.length, scanner), scanner };
}

/** Ids of any length and all beginnings but those of words for none; many come again. */
function idOf(random: Random, most: number): string {
  const number = random.below(most);
  return `${'abcdefgh'.repeat(number % 5)}${number.toString(2 + (number % 35))}`.slice(-(1 + (number % 37)));
}

describe('the compiled reader of events', () => {
  it.each([
    ['users and items', 2, '\n', 1 << 20],
    ['quoted cells, and ends of Windows', 4, '\r\n', 1 << 20],
    ['numbers and times', 4, '\n', 1 << 20],
    ['more ids than there is room for', 4, '\n', 1 << 13],
  ])('reads %s as the plain one does', (name, width, end, room) => {
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
    const { plain, compiled, scanner } = bothWays(rows.join(''), layoutOf(width, roles), room);
    expect(plain.segments[0]?.events.user.length).toBeGreaterThan(19_000);
    expect(compiled).toEqual(plain);
    const isWhole = room > 1 << 13;
    expect(scanner.rows).toBeGreaterThan(isWhole ? 19_000 : 100);
    expect(scanner.rows === plain.segments[0]?.rows).toBe(isWhole);
  });

  it('reads dates as the plain one does, and numbers to the bit', () => {
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
    let known = 0;
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.double({ noNaN: true }), dates), { minLength: 1, maxLength: 4 }), (cells) => {
        const rows = cells.map(([number, date]) => `${number};i;${date};u\n`);
        const { plain, compiled, scanner } = bothWays(rows.join(''), layout);
        expect(compiled).toEqual(plain);
        known += scanner.rows;
        const whole = cells.map(([number, date]) => `${Math.round(number) % 1e15};i;${date};u\n`);
        const second = bothWays(whole.join(''), layout);
        expect(second.compiled).toEqual(second.plain);
        known += second.scanner.rows;
      }),
      { numRuns: 400 },
    );
    expect(known).toBeGreaterThan(200);
  });

  it('begins anew with more ids than it has room for, in a file read from beginning to end', async () => {
    const random = new Random(3);
    const rows = Array.from(
      { length: 400_000 },
      (_, row) => `${random.below(3) > 0 ? row : row >> 1},i${random.below(row + 1)}\n`,
    );
    const path = folder.file('many.csv', `user,item\n${rows.join('')}`);
    const read = async (scanning: Scanning | undefined) => {
      const users = new IdIndex();
      const items = new IdIndex();
      let readers: ReturnType<typeof eventReader> | undefined;
      await readTable({ path, delimiter: ',' }, 'stop', (header, delimiter) => {
        readers = eventReader(
          'e',
          header,
          { user: 0, item: 1 },
          users,
          items,
          new Map(),
          delimiter,
          undefined,
          scanning,
        );
        return readers;
      });
      const { user, item, line } = readers?.events ?? {};
      return { users: users.ids, items: items.ids, user: user?.values, item: item?.values, line: line?.runs };
    };
    const scanning = { scannerOf, least: 1 };
    const scanned = await read(scanning);
    expect(scanned.users.length).toBeGreaterThan(1 << 18);
    // Not toEqual of the whole: it takes minutes for arrays of this length.
    const plain = await read(undefined);
    for (const name of ['users', 'items'] as const) expect(scanned[name].join()).toBe(plain[name].join());
    for (const name of ['user', 'item'] as const) {
      expect(scanned[name]?.every((value, row) => value === plain[name]?.[row])).toBe(true);
      expect(scanned[name]?.length).toBe(400_000);
    }
    expect(scanned.line).toEqual(plain.line);
  });

  it('leaves a layout with types of events, and files too large to be addressed, to others', () => {
    const room = { range: 1 << 20, chunk: 1 << 16 };
    expect(scannerOf?.(layoutOf(3, { user: 0, item: 1, event: 2 }), room)).toBeUndefined();
    expect(scannerOf?.(layoutOf(2, { user: 0, item: 1 }), { ...room, range: 2 ** 31 })).toBeUndefined();
  });
});
