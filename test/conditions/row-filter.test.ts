import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rowFilter } from '../../src/conditions/row-filter.js';
import { openTable } from '../../src/csv/table.js';
import { compiledEvents } from '../../src/events/compiled-events.js';
import { type EventLayout, eventLayout } from '../../src/events/event-columns.js';
import { IdIndex } from '../../src/events/ids.js';
import { readRange } from '../../src/events/range-part.js';
import { type RangeWorkers, readEvents, SIZES } from '../../src/events/read-events.js';
import { useTemporaryFolder } from '../csv/temporary.js';

const folder = useTemporaryFolder();
const HEADER = 'user,item,price,state';
const TEXT = 'price > 2 and state = "paid"';

const rows = fc.array(
  fc.tuple(
    fc.constantFrom('u1', 'u2', 'u3', ''),
    fc.constantFrom('a', '"b\nc"', 'd', ''),
    fc.constantFrom('1', '2.5', '"3,000"', '', 'x'),
    fc.constantFrom('paid', 'Paid ', 'void', ''),
  ),
  { maxLength: 40 },
);

/** The meaning of the expression for a row, in plain code. */
function verdict([, , price, state]: readonly string[]): boolean | undefined {
  const amount = price === '' || price === 'x' ? undefined : Number(price?.replaceAll(/[",]/g, '')) > 2;
  const isPaid = state === '' ? undefined : state?.trim().toLowerCase() === 'paid';
  if (amount === false || isPaid === false) return false;
  return amount === undefined || isPaid === undefined ? undefined : true;
}

/** Reads ranges as children do: they make the filter again from the layout alone. */
const workers: RangeWorkers = {
  read: async (task, ranges, onPart) => {
    const copy = structuredClone(task);
    const filter = copy.layout.conditions && rowFilter(copy.layout.conditions);
    for (const { from, to } of ranges) await onPart(await readRange(copy, from, to, undefined, filter));
  },
};

async function read(text: string, layoutOf: (header: readonly string[]) => EventLayout, reading = {}) {
  const table = await openTable({ path: folder.file('t.csv', text), delimiter: ',' }, 'stop');
  const layout = layoutOf(table.header);
  const ids = { users: new IdIndex(), items: new IdIndex() };
  const filter = layout.conditions && rowFilter(layout.conditions);
  const { events } = (await readEvents(table, layout, new Map(), ids, reading, filter)).sink;
  const { unwanted, undecided, ...skipped } = events.skipped;
  return {
    times: Array.from(events.user.values, (_, row) => events.time?.at(row) ?? 0),
    counts: [unwanted.count, undecided.count],
    first: [unwanted.firstLine, undecided.firstLine],
    without: Object.values(skipped).map(({ count }) => count),
    read: [ids.users.ids, ids.items.ids, [...events.user.values], [...events.item.values]],
  };
}

test('a filtered file reads like a file without the other rows, as a whole by the compiled reader and in ranges', async () => {
  const sample = [
    { name: 'user', cells: [] },
    { name: 'item', cells: [] },
    { name: 'price', cells: ['1', 'x', '2.5'] },
    { name: 'state', cells: ['paid', 'void'] },
  ];
  const plain = (header: readonly string[]) => eventLayout(',', header, { user: 0, item: 1 }, undefined);
  const conditions = [{ text: TEXT, option: '--events-where', now: 0, dayOrder: undefined, sample }];
  const of = compiledEvents({ chunk: 1 << 12, ids: 1 << 10 });
  await fc.assert(
    fc.asyncProperty(rows, fc.integer({ min: 5, max: 200 }), async (all, size) => {
      const text = (some: readonly string[][]) => `${[HEADER, ...some.map((row) => row.join(','))].join('\n')}\n`;
      const wanted = await read(text(all.filter((row) => verdict(row) === true)), plain);
      const layout = (header: readonly string[]) => ({ ...plain(header), conditions });
      const whole = await read(text(all), layout, { acceleration: { of, least: 1 } });
      const cut = await read(text(all), layout, {
        sizes: { ...SIZES, chunk: 64, range: size, ranged: 0, head: 0 },
        rangeWorkers: workers,
      });
      expect(whole.read).toEqual(wanted.read);
      expect(whole.without).toEqual(wanted.without);
      expect(whole.counts).toEqual([false, undefined].map((each) => all.filter((row) => verdict(row) === each).length));
      expect(cut).toEqual(whole);
    }),
    { numRuns: 40 },
  );
});

test('later rows of an order take the cells of its first row, even if that row itself is filtered out', async () => {
  const text = `order,user,item,time,state
o1,u1,a,2020-01-01,paid
o1,,b,,
o2,u2,a,2020-01-02,void
o2,,b,,
o3,u3,x,2020-01-03,paid
o3,,b,,
o3,,x,,
o3,,a,,
`;
  const names = text.slice(0, text.indexOf('\n')).split(',');
  const sample = names.map((name) => ({ name, cells: ['paid'] }));
  const roles = { order: 0, user: 1, item: 2, time: 3 };
  const conditions = [{ text: 'state = "paid" and item != "x"', option: '', now: 0, dayOrder: undefined, sample }];
  const layout = (header: readonly string[]) => ({ ...eventLayout(',', header, roles, undefined), conditions });
  const { read: found, counts, times } = await read(text, layout);
  expect(found).toEqual([
    ['u1', 'u3'],
    ['a', 'b'],
    [0, 0, 1, 1],
    [0, 1, 1, 0],
  ]);
  expect(counts).toEqual([4, 0]);
  expect(times.map((seconds) => new Date(seconds * 1000).getUTCDate())).toEqual([1, 1, 3, 3]);
});
