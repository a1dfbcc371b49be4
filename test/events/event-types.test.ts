import { describe, expect, it } from 'vitest';
import { readDataset } from '../../src/dataset/read.js';
import { eventTypes } from '../../src/events/event-types.js';
import { ExitCode } from '../../src/failure.js';
import { byName, inputsOf, useTemporaryFolder } from '../csv/temporary.js';

const folder = useTemporaryFolder();

const weigh = (cell: string, stated: Record<string, number> = {}) =>
  eventTypes(new Map(Object.entries(stated))).of(cell).weight;

describe('eventTypes', () => {
  it.each([
    ['view', 1],
    ['page_view', 1],
    ['pv', 1],
    ['whatever', 1],
    ['Viewed Product', 1],
    ['Added to Cart', 3],
    ['Placed Order', 5],
    ['', 1],
    ['Add to Wishlist', 2],
    ['fav', 2],
    ['addtocart', 3],
    ['add_to_cart', 3],
    ['ADD-TO-CART', 3],
    ['transaction', 5],
    ['Purchase', 5],
    ['Applied', 5],
    ['enrolled', 5],
    ['order', 5],
    ['remove_from_cart', 0],
    ['unlike', -2],
    ['refund', -5],
    ['Order Refunded', -5],
    ['Product Removed from Wishlist', -2],
    ['Removed from Cart', 0],
    ['dislike', -5],
  ])('gives the type %j the weight %d', (cell, weight) => {
    expect(weigh(cell)).toBe(weight);
  });

  it('prefers a stated weight to the built-in one, ignoring case and most punctuation', () => {
    expect(weigh('add_to_cart', { 'Add to cart': 0.5 })).toBe(0.5);
    expect(weigh('play', { PLAY: -1 })).toBe(-1);
    expect(weigh('+', { '+': 2, '-': -2 })).toBe(2);
    expect(weigh('view', { purchase: 9 })).toBe(1);
  });

  it('merges spellings of one type under the first one, and lists the most frequent type first', () => {
    const types = eventTypes(new Map());
    for (const cell of ['View', 'buy', 'VIEW', 'view ', 'view']) types.of(cell).rows++;
    expect(types.met).toEqual([
      { name: 'View', weight: 1, rows: 4 },
      { name: 'buy', weight: 5, rows: 1 },
    ]);
  });
});

describe('readDataset with event types', () => {
  const read = (events: string, rest = {}) => readDataset(inputsOf(folder.file('events.csv', events), rest));
  const EVENTS =
    'timestamp,visitorid,event,itemid\n1,u,view,a\n2,u,transaction,a\n3,v,remove_from_cart,b\n4,v,view,a\n';

  it('weighs rows by their type and reports each type with its rows', async () => {
    const { dataset, reports } = await read(EVENTS);
    expect(byName(dataset, dataset.interactions)).toEqual({
      u: { a: Math.fround(1 + Math.log10(6) / 2) },
      v: { a: 1 },
    });
    expect(reports[0]?.roles).toContainEqual(['event', 'event']);
    expect(reports[0]?.events?.types).toEqual([
      { name: 'view', weight: 1, rows: 2 },
      { name: 'transaction', weight: 5, rows: 1 },
      { name: 'remove_from_cart', weight: 0, rows: 1 },
    ]);
  });

  it('skips and counts rows of a type that weighs 0, but keeps their users and items', async () => {
    const { dataset, reports } = await read(EVENTS, { eventWeights: new Map([['view', 0]]) });
    expect(byName(dataset, dataset.interactions)).toEqual({ u: { a: Math.fround(1 + Math.log10(5) / 2) } });
    expect(dataset.userIds).toEqual(['u', 'v']);
    expect(dataset.itemIds).toEqual(['a', 'b']);
    expect(reports[0]?.skipped).toContainEqual({
      what: 'of a type of event that weighs 0',
      isWithoutId: false,
      kind: { count: 3, firstLine: 2 },
    });
  });

  it('does not count a row under its type if another cell made it a bad row', async () => {
    const events = 'user,item,rating,event\nu,a,1,view\nu,b,x,view\n';
    const { reports } = await read(events, { badRows: () => {} });
    expect(reports[0]?.events?.types).toEqual([{ name: 'view', weight: 1, rows: 1 }]);
  });

  it.each([
    ['another column', { event: 'kind' }, 5],
    ['no column', { event: 'none' }, 1],
  ])('takes the types from %s if the option says so', async (_, named, weight) => {
    const { dataset } = await read('user,item,event,kind\nu,a,view,buy\n', { named });
    expect(byName(dataset, dataset.interactions)).toEqual({ u: { a: Math.fround(1 + Math.log10(weight) / 2) } });
  });

  it('notes a stated weight for a type that no row has', async () => {
    const { reports } = await read(EVENTS, { eventWeights: new Map(Object.entries({ view: 1, purchse: 7 })) });
    expect(reports.at(-1)?.notes).toEqual(['--event-weights names types that no row has: purchse']);
  });

  it('refuses stated weights if no file has event types', async () => {
    const run = read('user,item\nu,a\n', { eventWeights: new Map([['view', 2]]) });
    await expect(run).rejects.toMatchObject({
      exitCode: ExitCode.usage,
      message: expect.stringContaining('--event-col NAME'),
    });
  });

  it('reads columns like "action" in catalogues and profiles as attributes', async () => {
    const items = folder.file('items.csv', 'item_id,action\na,lift\nb,lift\nc,push\nd,push\n');
    const users = folder.file('users.csv', 'user_id,activity,action\nu,x,run\nv,y,run\nw,x,swim\nz,y,swim\n');
    const interactions = folder.file('events.csv', 'user,item\nu,a\n');
    const { dataset } = await readDataset(inputsOf(users, { items, interactions }));
    expect(dataset.attributeNames).toEqual(['action:lift', 'action:push']);
    expect(dataset.groupNames).toEqual(['activity:x', 'activity:y', 'action:run', 'action:swim']);
  });
});

describe('unknown event types', () => {
  const warningsOf = async (types: readonly string[], stated: [string, number][] = []) => {
    const rows = types.flatMap((type, at) => [`u${at},a,${type}`, `v,b${at},${type}`]);
    const events = folder.file('types.csv', `user,item,event\n${rows.join('\n')}\n`);
    const { reports } = await readDataset({ ...inputsOf(events), eventWeights: new Map(stated) });
    return reports.flatMap(({ warnings }) => warnings).filter((warning) => warning.includes('--event-weights'));
  };

  it('give a warning if all types are unknown and none has a stated weight', async () => {
    expect(await warningsOf(['kaufen', 'retoure', 'ansehen'])).toEqual([
      expect.stringContaining('none of the types of events in "event" is known (kaufen, retoure, ansehen)'),
    ]);
    expect(await warningsOf(['kaufen', 'retoure'], [['kaufen', 5]])).toEqual([]);
  });

  it('give a warning if they sound like the end of something, unless their weights are stated', async () => {
    const found =
      '"event" has types that sound like the end of something (skip, Playlist removed, uninstall, withdrawn), and each';
    const types = [
      'play',
      'skip',
      'Playlist removed',
      'like',
      'uninstall',
      'unlock',
      'refund',
      'withdrawn',
      'dropdown',
    ];
    expect(await warningsOf(types)).toEqual([expect.stringContaining(found)]);
    const stated: [string, number][] = [
      ['SKIP', 0],
      ['playlist removed', -2],
      ['uninstall', -1],
      ['withdrawn', 0],
    ];
    expect(await warningsOf(types, stated)).toEqual([]);
  });

  it.each([[['view', 'retoure']], [['kaufen']], [['purchase', 'view']]])(
    'give no warning if another type is known or there is only one: %j',
    async (types) => {
      expect(await warningsOf(types)).toEqual([]);
    },
  );
});
