import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/dataset/dataset.js';
import { readDataset } from '../../src/dataset/read.js';
import { ExitCode } from '../../src/failure.js';
import { byName, type InputChanges, inputsOf, useTemporaryFolder } from '../csv/temporary.js';

const folder = useTemporaryFolder();

/** Reads files given as lines; cells are separated by spaces for readability and written with commas. */
async function dataset(
  users: string[],
  files: { items?: string[]; interactions?: string[] } = {},
  rest: InputChanges = {},
) {
  const file = (name: string, lines: string[] | undefined) =>
    lines && folder.file(`${name}.csv`, `${lines.map((line) => line.replaceAll(' ', ',')).join('\n')}\n`);
  const items = file('items', files.items);
  const interactions = file('interactions', files.interactions);
  return readDataset(inputsOf(file('users', users) ?? '', { items, interactions, ...rest }));
}

const interactionsOf = (read: Dataset) => byName(read, read.interactions);
const offeredOf = (read: Dataset) => read.itemIds.filter((_, item) => read.offered[item] === 1);
const servedOf = (read: Dataset) => read.userIds.slice(0, read.served);

const CATALOGUE = ['item_id title genres', 'i1 One comedy|drama', 'i2 Two comedy', 'i3 Three drama', 'i4 Four drama'];

describe('readDataset with events', () => {
  it('reads interactions, with users and items in the order of their first occurrence', async () => {
    const { dataset: read, reports } = await dataset(['user_id item_id', 'u2 b', 'u1 a', 'u2 a']);
    expect(read.userIds).toEqual(['u2', 'u1']);
    expect(read.itemIds).toEqual(['b', 'a']);
    expect(read.served).toBe(2);
    expect(interactionsOf(read)).toEqual({ u2: { b: 1, a: 1 }, u1: { a: 1 } });
    expect(offeredOf(read)).toEqual(['b', 'a']);
    expect(read.titles).toEqual(['', '']);
    expect(reports).toMatchObject([
      {
        kind: 'events',
        roles: [
          ['user', 'user_id'],
          ['item', 'item_id'],
        ],
        unused: [],
      },
    ]);
  });

  it('reports ratings, times and unused columns', async () => {
    const { reports } = await dataset(
      ['user item rating ts shop', 'u a 5 100 x', 'u b 5 300 x', 'v a 3 _ x'].map((l) => l.replace('_', '')),
    );
    expect(reports[0]?.unused).toEqual(['shop']);
    expect(reports[0]?.interactions).toMatchObject({ rule: { kind: 'scale' }, hasStrength: true, duplicates: 'last' });
    expect(reports[0]?.events?.time).toMatchObject({ unit: 's', from: 100, to: 300, missing: 1 });
  });

  it('notes times in the future once', async () => {
    const { reports } = await dataset(['user item time', 'u a 2020-01-01', 'u b 2999-12-31', 'v a 2020-01-02']);
    const notes = reports[0]?.notes.filter((note) => note.startsWith('times in the future'));
    expect(notes).toEqual([expect.stringContaining('times in the future: 1, the last of them 2999-12-31')]);
  });

  it('keeps the spelling of ids', async () => {
    const { dataset: read } = await dataset(['user item', '0012 1.0', '12 1', ' x']);
    expect(read.userIds).toEqual(['0012', '12']);
    expect(read.itemIds).toEqual(['1.0', '1', 'x']);
  });

  it('serves users whose rows have no item, and counts rows without ids', async () => {
    const { dataset: read, reports } = await dataset(['user item', 'u a', 'new ', ' b', 'new ']);
    expect(servedOf(read)).toEqual(['u', 'new']);
    expect(read.itemIds).toEqual(['a', 'b']);
    expect(interactionsOf(read)).toEqual({ u: { a: 1 } });
    expect(reports[0]?.skipped).toEqual([
      { what: 'without a user id (empty, NA or NULL)', kind: { count: 1, firstLine: 4 }, isWithoutId: true },
      { what: 'without an item id (empty, NA or NULL)', kind: { count: 2, firstLine: 3 }, isWithoutId: true },
    ]);
  });

  it('accepts __proto__ and constructor as ids', async () => {
    const { dataset: read } = await dataset(['user item', '__proto__ constructor', 'u __proto__', '__proto__ a']);
    expect(read.userIds).toEqual(['__proto__', 'u']);
    expect(read.itemIds).toEqual(['constructor', '__proto__', 'a']);
    expect(Array.from(read.interactions.start)).toEqual([0, 2, 3]);
    expect(Array.from(read.interactions.index)).toEqual([0, 2, 1]);
  });

  it('refuses a rating that is not a number with file, line and column', async () => {
    await expect(dataset(['user item rating', 'u a 5', 'u b good'])).rejects.toMatchObject({
      exitCode: ExitCode.badData,
      message: expect.stringMatching(/users\.csv:3: column "rating": "good" is not a number/),
    });
  });

  it('adds no user and no item for a bad row', async () => {
    const { dataset: read } = await dataset(['user item rating', 'u a 5', 'v b good'], {}, { badRows: () => {} });
    expect(read.userIds).toEqual(['u']);
    expect(read.itemIds).toEqual(['a']);
  });
});

describe('readDataset with events and a catalogue', () => {
  it('reads titles and attributes, and items without interactions', async () => {
    const { dataset: read } = await dataset(['user item', 'u i2'], { items: CATALOGUE });
    expect(read.itemIds).toEqual(['i1', 'i2', 'i3', 'i4']);
    expect(read.titles).toEqual(['One', 'Two', 'Three', 'Four']);
    expect(read.attributeNames).toEqual(['genres:comedy', 'genres:drama']);
    expect(Array.from(read.attributes.start)).toEqual([0, 2, 3, 4, 5]);
    expect(interactionsOf(read)).toEqual({ u: { i2: 1 } });
  });

  it('warns if few interactions are with items of the catalogue and few of these items have interactions', async () => {
    const rows = Array.from({ length: 60 }, (_, k) => `u${k % 9} x${k}`);
    const warningsOf = async (items: string[]) => {
      const read = await dataset(['user item', ...rows, 'u1 i1'], { items });
      return read.reports.flatMap(({ warnings }) => warnings);
    };
    expect(await warningsOf(CATALOGUE)).toEqual([
      expect.stringContaining('only 1 of 61 interactions are with items of the catalogue'),
    ]);
    // A small selection of items that do have interactions is no mistake.
    expect(await warningsOf(['item_id', 'i1'])).toEqual([]);
    const sold = ['item_id', 'i1', 'x1', 'x2', 'x3', 'n1', 'n2', 'n3', 'n4', 'n5', 'n6', 'n7'];
    expect(await warningsOf(sold)).toEqual([]);
  });

  it('uses a description as the title, and reads its words as attributes too', async () => {
    const about = (word: string, n: number) => `${word}-${'long-and-longer-'.repeat(4)}${n}`;
    const items = [
      'item_id description',
      ...['sea', 'sea', 'sky', 'sky', 'x'].map((word, n) => `i${n} ${about(word, n)}`),
    ];
    const { dataset: read } = await dataset(['user item', 'u i1'], { items });
    expect(read.titles[0]).toMatch(/^sea-long/);
    expect(read.attributeNames).toEqual(['description:sea', 'description:sky']);
  });

  it('learns from items outside the catalogue but does not offer them', async () => {
    const { dataset: read, reports } = await dataset(['user item', 'u i2', 'u gone'], { items: CATALOGUE });
    expect(offeredOf(read)).toEqual(['i1', 'i2', 'i3', 'i4']);
    expect(interactionsOf(read)).toEqual({ u: { i2: 1, gone: 1 } });
    expect(read.titles[4]).toBe('');
    expect(read.attributes.rows).toBe(5);
    expect(reports.at(-1)?.notes).toEqual(['items not in the catalogue: 1; learned from, never recommended']);
  });
});

describe('readDataset with profiles', () => {
  it('reads a history with strengths, preferences and excluded items', async () => {
    const users = ['user_id history preferences exclude', 'u i1|i2:-1 genre:drama|comedy:-2 i3|nowhere', 'v   '];
    const { dataset: read, reports } = await dataset(users, { items: CATALOGUE });
    expect(servedOf(read)).toEqual(['u', 'v']);
    expect(interactionsOf(read)).toEqual({ u: { i1: 1, i2: -1 } });
    expect(byName(read, read.preferences, read.attributeNames)).toEqual({
      u: { 'genres:drama': 1, 'genres:comedy': -2 },
    });
    expect(byName(read, read.excluded)).toEqual({ u: { i3: 1 } });
    expect(offeredOf(read)).toEqual(['i1', 'i2', 'i3', 'i4']);
    expect(reports.map((report) => report.kind)).toEqual(['items', 'profiles']);
  });

  it.each([
    ['preferred_genres', 1],
    ['Favourite Genre', 1],
    ['likes_genre', 1],
    ['liked_genres', 1],
    ['disliked_genres', -1],
    ['avoid_genres', -1],
  ])('reads the column %j as preferences', async (column, sign) => {
    const users = `user_id,${column}\nu,Drama:2\nv,\n`;
    const items = folder.file('items.csv', CATALOGUE.join('\n').replaceAll(' ', ','));
    const { dataset: read } = await readDataset(inputsOf(folder.file('users.csv', users), { items }));
    expect(byName(read, read.preferences, read.attributeNames)).toEqual({ u: { 'genres:drama': 2 * sign } });
  });

  it('counts preferences that match nothing', async () => {
    const { reports } = await dataset(['user_id preferences', 'u drama|western', 'v opera'], { items: CATALOGUE });
    expect(reports[1]?.notes).toEqual([
      'preferences that match no attribute of the catalogue: 2, the first of them "western"; lists are cut at "|"',
    ]);
  });

  it('groups users by shared values', async () => {
    const { dataset: read } = await dataset(['user_id country', 'u fr', 'v de', 'w fr', 'x de'], {
      interactions: ['user item', 'u i1'],
    });
    expect(byName(read, read.groups, read.groupNames)).toEqual({
      u: { 'country:fr': 1 },
      v: { 'country:de': 1 },
      w: { 'country:fr': 1 },
      x: { 'country:de': 1 },
    });
  });

  it('keeps the last entry of an item in a history', async () => {
    const { dataset: read } = await dataset(['user_id history', 'u i1|i1:-1|i2:-1|i2'], { items: CATALOGUE });
    expect(interactionsOf(read)).toEqual({ u: { i1: -1, i2: 1 } });
  });

  it('refuses a second row of a user, or skips it if bad rows are skipped', async () => {
    const rows = ['user_id history', 'u i1', 'v i2', 'u i3'];
    await expect(dataset(rows, { items: CATALOGUE })).rejects.toMatchObject({
      exitCode: ExitCode.badData,
      message: expect.stringMatching(/users\.csv:4: user "u" has a row already, on line 2/),
    });
    const { dataset: read } = await dataset(rows, { items: CATALOGUE }, { badRows: () => {} });
    expect(interactionsOf(read)).toEqual({ u: { i1: 1 }, v: { i2: 1 } });
  });

  it('refuses profiles with repeated users and names the column that is probably the item', async () => {
    const rows = ['user_id thing amount', 'u i1 3', 'u i2 1', 'v i1 2', 'v i3 1', 'w i2 7'];
    await expect(dataset(rows, { items: CATALOGUE })).rejects.toMatchObject({
      exitCode: ExitCode.badData,
      message: expect.stringMatching(
        /rows repeat users .* most likely it is "thing", whose values are those of "item_id" in .*items\.csv: --item-col thing/s,
      ),
    });
    await expect(dataset(rows, { interactions: ['user item', 'x a'] })).rejects.toThrow(
      /most likely it is "thing", whose 3 values come again with other users: --item-col thing/,
    );
  });

  it('refuses data without anything to learn from', async () => {
    await expect(dataset(['user_id country', 'u fr', 'v de'], { items: CATALOGUE })).rejects.toMatchObject({
      exitCode: ExitCode.badData,
      message: expect.stringContaining('there is nothing to learn from'),
    });
  });

  it('keeps an item id that ends like a strength whole', async () => {
    const items = ['item_id', 'a:1', 'a'];
    const { dataset: read } = await dataset(['user_id history', 'u a:1', 'v a:2'], { items });
    expect(interactionsOf(read)).toEqual({ u: { 'a:1': 1 }, v: { a: 2 } });
  });

  it('refuses a strength above 100', async () => {
    await expect(dataset(['user_id history', 'u i1:101'], { items: CATALOGUE })).rejects.toThrow(
      'users.csv:2: "i1" has the strength 101',
    );
  });

  it('refuses a file without users', async () => {
    await expect(dataset(['user_id history'], { items: CATALOGUE })).rejects.toMatchObject({
      exitCode: ExitCode.badData,
      message: expect.stringContaining('holds no users'),
    });
  });

  it('refuses data without items', async () => {
    await expect(dataset(['user_id country', 'u fr'])).rejects.toThrow('no items anywhere');
  });
});

describe('readDataset with profiles and interactions', () => {
  it('serves users with a profile and learns from the others too', async () => {
    const files = { items: CATALOGUE, interactions: ['user item', 'other i1', 'u i2', 'other i3'] };
    const { dataset: read, reports } = await dataset(['user_id history', 'u i4', 'v '], files);
    expect(read.userIds).toEqual(['u', 'v', 'other']);
    expect(servedOf(read)).toEqual(['u', 'v']);
    expect(interactionsOf(read)).toEqual({ u: { i2: 1, i4: 1 }, other: { i1: 1, i3: 1 } });
    expect(reports.map((report) => report.kind).sort()).toEqual(['events', 'items', 'profiles']);
  });

  it('prefers the strength in a profile to the one in the interactions', async () => {
    const files = { items: CATALOGUE, interactions: ['user item', 'u i1', 'u i2'] };
    const { dataset: read } = await dataset(['user_id history', 'u i1:-1'], files);
    expect(interactionsOf(read)).toEqual({ u: { i1: -1, i2: 1 } });
  });

  it('can exclude an item that is only in the interactions', async () => {
    const interactions = ['user item', 'other a', 'other b'];
    const { dataset: read } = await dataset(['user_id exclude', 'u b'], { interactions });
    expect(byName(read, read.excluded)).toEqual({ u: { b: 1 } });
  });

  it('keeps an item id that ends like a strength whole even if it is only in the interactions', async () => {
    const { dataset: read } = await dataset(['user_id history', 'u a:2'], { interactions: ['user item', 'other a:2'] });
    expect(interactionsOf(read)).toEqual({ u: { 'a:2': 1 }, other: { 'a:2': 1 } });
  });

  it('gives groups and preferences empty rows for users that are only in the interactions', async () => {
    const files = { items: CATALOGUE, interactions: ['user item', 'other i1'] };
    const { dataset: read } = await dataset(['user_id country', 'u fr', 'v fr', 'w de', 'x de'], files);
    expect([read.groups.rows, read.preferences.rows, read.excluded.rows]).toEqual([5, 5, 5]);
  });

  it('requires an item column in interactions', async () => {
    await expect(dataset(['user_id', 'u'], { interactions: ['user thing', 'u a'] })).rejects.toThrow(
      /interactions\.csv:1: no column that looks like the item; name it with --item-col NAME/,
    );
  });
});

describe('readDataset with columns named by options', () => {
  it('reads the named columns', async () => {
    const { dataset: read } = await dataset(['who user what', 'u x a'], {}, { named: { user: 'who', item: 'what' } });
    expect(interactionsOf(read)).toEqual({ u: { a: 1 } });
  });

  it('refuses a column that no file has', async () => {
    await expect(dataset(['user item', 'u a'], {}, { named: { rating: 'score' } })).rejects.toMatchObject({
      exitCode: ExitCode.usage,
      message: expect.stringContaining('--rating-col: no file has a column "score"'),
    });
  });

  it('refuses an attribute column that no file has', async () => {
    const run = dataset(['user item', 'u i1'], { items: CATALOGUE }, { attributeColumns: ['genres', 'mood'] });
    await expect(run).rejects.toMatchObject({
      exitCode: ExitCode.usage,
      message: expect.stringContaining('--attributes: no file has a column "mood"'),
    });
  });
});

describe('readDataset with ratings on two scales in one file', () => {
  const rows = (count: number, times: number, from = 0) =>
    Array.from(
      { length: count },
      (_, k) => `u${(from + k) % 37} i${(from + k * 7) % 90} ${times * (1 + Math.floor(Math.sqrt((k * 11) % 25)))}`,
    );
  const warningsOf = async (lines: string[], rest = {}) => {
    const { reports } = await dataset(['user item rating', ...lines], {}, rest);
    return reports.flatMap(({ warnings }) => warnings);
  };

  it.each([
    [rows(300, 1), rows(300, 2, 300)],
    [rows(500, 2), rows(400, 1, 500)],
    [rows(200, 1), rows(900, 2, 200)],
    [rows(700, 2), rows(300, 1, 700)],
  ])('warns whichever scale comes first, unless --ratings says that it is one scale (%#)', async (one, other) => {
    expect(await warningsOf([...one, ...other])).toEqual([
      expect.stringMatching(/^ratings go from .* are read as one scale/),
    ]);
    expect(await warningsOf([...one, ...other], { ratings: 'scale' })).toEqual([]);
  });

  it('does not warn about a single scale, sorted or not, nor about few rows', async () => {
    const all = rows(1000, 2);
    const rating = (row: string) => Number(row.split(' ')[2]);
    expect(await warningsOf(all)).toEqual([]);
    expect(await warningsOf(all.toSorted((a, b) => rating(a) - rating(b)))).toEqual([]);
    expect(await warningsOf(all.toSorted((a, b) => rating(b) - rating(a)))).toEqual([]);
    expect(await warningsOf([...rows(60, 1), ...rows(60, 2, 60)])).toEqual([]);
  });
});
