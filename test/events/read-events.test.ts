import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BadRows, Reject } from '../../src/csv/bad-rows.js';
import { openTable } from '../../src/csv/table.js';
import { compiledEvents } from '../../src/events/compiled-events.js';
import { type EventLayout, type EventSink, eventLayout, newSink } from '../../src/events/event-columns.js';
import type { Acceleration } from '../../src/events/events-reader.js';
import { IdIndex } from '../../src/events/ids.js';
import { readRange } from '../../src/events/range-part.js';
import { planRanges, type RangeWorkers, type Reading, readEvents, SIZES } from '../../src/events/read-events.js';
import { Failure } from '../../src/failure.js';
import { recogniseRoles } from '../../src/understanding/roles.js';
import { SampledColumn } from '../../src/understanding/sampled-column.js';
import type { Role } from '../../src/understanding/vocabulary.js';
import { useTemporaryFolder } from '../csv/temporary.js';
import { oddFiles } from './odd-files.js';
import { readSlowly } from './slow-events.js';

const folder = useTemporaryFolder();
const ROLES: readonly Role[] = ['item', 'user', 'rating', 'time', 'event'];
const WEIGHTS = new Map([['skip', 0]]);

function layoutOf(header: readonly string[], delimiter: string): EventLayout {
  const columns = header.map((name, at) => new SampledColumn(name, at, []));
  const { roles } = recogniseRoles({ name: 't.csv', header, columns }, ROLES, {}, 'user');
  const { user, item } = roles;
  if (user === undefined || item === undefined) throw new Failure(65, 'users and items are not named');
  return eventLayout(delimiter, header, { ...roles, user, item }, undefined);
}

/** The whole result of reading an events file: columns, ids and rejects, or the failure and the rejects before it. */
async function outcome(read: (badRows: BadRows, ids: Ids) => Promise<{ report: unknown; sink: Read }>, keep: boolean) {
  const ids = { users: new IdIndex(), items: new IdIndex() };
  const rejects: Reject[] = [];
  const badRows: BadRows = keep ? (reject) => void rejects.push(reject) : 'stop';
  const done = await read(badRows, ids).catch((error) => {
    if (error instanceof Failure) return `${error.exitCode} ${error.message}`;
    throw error;
  });
  if (typeof done === 'string') return { failure: done, rejects };
  const { report, sink } = done;
  const { events } = sink;
  const [users, items] = [ids.users.ids, ids.items.ids];
  const rows = Array.from({ length: events.user.length }, (_, at) => [
    users[events.user.values[at]!],
    items[events.item.values[at]!],
    events.strength?.at(at),
    events.weight?.at(at),
    events.time?.at(at),
    events.line.at(at),
  ]);
  const { skipped, types, timeColumn } = events;
  return { report, rejects, rows, users, items, skipped, types: types?.met, times: timeColumn?.seen };
}

type Ids = Pick<EventSink, 'users' | 'items'>;
type Read = Pick<EventSink, 'events'>;

function slowly(path: string, keep: boolean) {
  return outcome(async (badRows, ids) => {
    let sink: EventSink | undefined;
    const report = await readSlowly(path, badRows, (header, delimiter) => {
      const layout = layoutOf(header, delimiter);
      sink = newSink(layout, WEIGHTS, ids);
      return { layout, sink };
    });
    return { report, sink: sink! };
  }, keep);
}

function byReader(path: string, keep: boolean, reading: Reading) {
  return outcome(async (badRows, ids) => {
    // A fixed encoding and quoting: detecting them is not under test here.
    const source = { path, delimiter: undefined, encoding: 'utf-8', quotes: true };
    const table = await openTable(source, badRows, () => {}, reading.sizes?.chunk);
    const layout = layoutOf(table.header, table.delimiter);
    const { sink, report } = await readEvents(table, layout, WEIGHTS, ids, reading);
    return { report, sink: { events: sink.events } };
  }, keep);
}

/** Reads ranges in this process as children would; some of them may fail. */
function rangeWorkersWith(acceleration?: Acceleration, fails: readonly boolean[] = [], count = 3): RangeWorkers {
  return {
    count,
    read: async (task, ranges, onPart) => {
      const accelerator = acceleration?.of(task.layout);
      const own = acceleration && { of: () => accelerator, least: 1 };
      for (const [at, { from, to }] of ranges.entries()) {
        await onPart(fails[at % fails.length] ? undefined : await readRange(task, from, to, own));
      }
    },
  };
}

const small = fc.integer({ min: 1, max: 60 });
const sizes = fc.integer({ min: 1, max: 400 });
const runs = { numRuns: Number(process.env.READING_RUNS ?? 500) };

describe('readEvents', () => {
  it.each([
    ['plain', undefined],
    ['compiled', compiledEvents({ chunk: 1 << 12, ids: 1 << 10 })],
  ])('reads what csv-parse reads, whatever the file and the chunks, in %s code', async (name, of) => {
    expect(of !== undefined).toBe(name === 'compiled');
    await fc.assert(
      fc.asyncProperty(oddFiles, fc.boolean(), sizes, small, async (bytes, keep, chunk, least) => {
        const path = folder.file('t.csv', bytes);
        const reading = { sizes: { ...SIZES, chunk }, acceleration: of && { of, least } };
        expect(await byReader(path, keep, reading)).toEqual(await slowly(path, keep));
      }),
      runs,
    );
  });

  it.each([
    ['plain', undefined],
    ['compiled', compiledEvents({ chunk: 1 << 12, ids: 1 << 10 })],
  ])('reads the same in independent ranges, in %s code', async (name, of) => {
    expect(of !== undefined).toBe(name === 'compiled');
    const heads = fc.oneof(fc.constant(0), sizes);
    const failing = fc.oneof(fc.constant([]), fc.array(fc.boolean(), { minLength: 1, maxLength: 3 }));
    await fc.assert(
      fc.asyncProperty(
        oddFiles,
        fc.boolean(),
        small,
        sizes,
        heads,
        failing,
        fc.constantFrom(2, 3),
        async (bytes, keep, chunk, range, head, fails, count) => {
          const path = folder.file('t.csv', bytes);
          const rangeWorkers = rangeWorkersWith(of && { of, least: 1 }, fails, count);
          const reading = { sizes: { chunk, range, ranged: 0, head }, rangeWorkers };
          expect(await byReader(path, keep, reading)).toEqual(await slowly(path, keep));
        },
      ),
      runs,
    );
  });

  it('uses the result of every range even if cells contain line breaks', async () => {
    const rows = Array.from({ length: 500 }, (_, row) => `u${row % 50},"i ${row % 7}\nof ""two"" lines",\n`);
    const path = folder.file('t.csv', `user,item,\n${rows.join('')}`);
    const parts: { rows: number }[] = [];
    const rangeWorkers: RangeWorkers = {
      read: (task, ranges, onPart) =>
        rangeWorkersWith().read(task, ranges, async (part) => {
          if (part) parts.push(part);
          await onPart(part);
        }),
    };
    const reading = { sizes: { chunk: 512, range: 1000, ranged: 0, head: 0 }, rangeWorkers };
    expect(await byReader(path, false, reading)).toEqual(await slowly(path, false));
    // Only a row or two at each seam are read again by the parent.
    const rowsInParts = parts.reduce((sum, part) => sum + part.rows, 0);
    expect(rowsInParts).toBeGreaterThan(500 - 3 * parts.length);
    expect(parts.length).toBeGreaterThan(10);
  });

  it('reads two ranges of five itself if there are only two workers', async () => {
    const path = folder.file('t.csv', `user,item,\n${'u1,i1,\n'.repeat(1000)}`);
    const given: number[] = [];
    const rangeWorkers: RangeWorkers = {
      count: 2,
      read: (task, ranges, onPart) => {
        given.push(...ranges.map(({ from }) => from));
        return rangeWorkersWith().read(task, ranges, onPart);
      },
    };
    const { rows } = await byReader(path, false, {
      sizes: { chunk: 512, range: 700, ranged: 0, head: 0 },
      rangeWorkers,
    });
    expect(rows).toHaveLength(1000);
    expect(given).toEqual([2, 3, 4, 7, 8, 9].map((range) => 'user,item,\n'.length + 700 * range));
  });

  it.each([
    ['§', 'user§item\n"a§b"§i\nu§"x""y"\nu"§j\nv\xc2§k\n'],
    ['😀', 'user😀item\n"a😀b"😀i\nu😀"x""y"\n'],
  ])('reads a file with the multi-byte delimiter %s', async (delimiter, text) => {
    const path = folder.file('t.csv', text);
    const rejects: Reject[] = [];
    const table = await openTable({ path, delimiter }, (reject) => rejects.push(reject));
    const ids = { users: new IdIndex(), items: new IdIndex() };
    await readEvents(table, layoutOf(table.header, delimiter), WEIGHTS, ids);
    expect(ids.users.ids.slice(0, 2)).toEqual([`a${delimiter}b`, 'u']);
    expect(ids.items.ids.slice(0, 2)).toEqual(['i', 'x"y']);
    expect(rejects.map(({ line }) => line)).toEqual(delimiter === '§' ? [4] : []);
  });

  it('reads a header that spans two lines', async () => {
    const path = folder.file('t.csv', '\n"user","te\nxt",item\n1,x,2\n');
    const table = await openTable({ path, delimiter: undefined }, 'stop');
    expect([table.header, table.linesBefore]).toEqual([['user', 'te\nxt', 'item'], 3]);
    const ids = { users: new IdIndex(), items: new IdIndex() };
    const { events } = (await readEvents(table, layoutOf(table.header, ','), WEIGHTS, ids)).sink;
    expect([ids.items.ids, events.line.at(0)]).toEqual([['2'], 4]);
  });
});

describe('planRanges', () => {
  it('cuts a file into ranges of equal size with a shorter last one', () => {
    expect(planRanges(10, 45, 10)).toEqual([
      { from: 10, to: 20 },
      { from: 20, to: 30 },
      { from: 30, to: 40 },
      { from: 40, to: 45 },
    ]);
    expect(planRanges(10, 10, 10)).toEqual([]);
  });

  it('cuts a huge file into at most 512 larger ranges', () => {
    const ranges = planRanges(0, 2 ** 40, 1);
    expect(ranges.length).toBeLessThanOrEqual(512);
    expect(ranges.at(-1)?.to).toBe(2 ** 40);
  });
});
