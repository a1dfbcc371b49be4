import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/dataset/dataset.js';
import type { Inputs } from '../../src/dataset/inputs.js';
import { readDataset } from '../../src/dataset/read.js';
import { ExitCode } from '../../src/failure.js';
import { byName, inputsOf, useTemporaryFolder } from '../csv/temporary.js';

const folder = useTemporaryFolder();

/** Writes a CSV file of lines whose cells are separated by spaces; `_` is an empty cell. */
function write(name: string, lines: readonly string[]): string {
  const text = lines.map((line) =>
    line
      .split(' ')
      .map((cell) => (cell === '_' ? '' : cell))
      .join(','),
  );
  return folder.file(name, `${text.join('\n')}\n`);
}

/** Reads files, each given by its part in the run. */
function read(files: Record<string, readonly string[]>, rest: Partial<Inputs> = {}) {
  const paths = Object.fromEntries(Object.entries(files).map(([name, lines]) => [name, write(`${name}.csv`, lines)]));
  const { users = '', items, orders } = paths;
  const interactions = paths.interactions === undefined ? [] : [paths.interactions];
  return readDataset({ ...inputsOf(users, { items, orders }), interactions, ...rest });
}

const cellsOf = (dataset: Dataset) => byName(dataset, dataset.interactions);
const timesOf = (dataset: Dataset) =>
  byName(dataset, { ...dataset.interactions, value: Float32Array.from(dataset.times ?? [], Math.floor) });

/** The message of a refusal with exit code 65. */
async function refusal(files: Record<string, readonly string[]>, rest: Partial<Inputs> = {}): Promise<string> {
  const error = await read(files, rest).then(
    () => undefined,
    (thrown) => thrown,
  );
  expect(error).toMatchObject({ exitCode: ExitCode.badData });
  return error.message;
}

describe('a column named id', () => {
  it('is never the user if another column can be', async () => {
    const { reports } = await read({ users: ['id customer_email product_id', '1 a@x p', '2 a@x q', '3 b@x p'] });
    expect(reports[0]?.roles).toContainEqual(['user', 'customer_email']);
  });

  it('is not the user of events if it differs in every row, and the refusal points to the orders', async () => {
    const message = await refusal({ users: ['id order_id product_id', '1 o1 p', '2 o1 q', '3 o2 p'] });
    expect(message).toMatch(/no column that looks like the user; name it with --user-col NAME/);
    expect(message).toContain('"id" is different on every row');
    expect(message).toContain('its rows name orders ("order_id"): --orders FILE');
    expect(message).toContain('--user-col order_id takes the orders for users');
  });

  it('is the user of events if it is repeated, and the user of profiles', async () => {
    const { dataset } = await read({ users: ['id item', 'u a', 'u b', 'v a'] });
    expect(dataset.userIds).toEqual(['u', 'v']);
    const profiles = await read({ users: ['id history', 'u a|b', 'v a'] });
    expect(profiles.dataset.userIds).toEqual(['u', 'v']);
  });
});

describe('a rank that numbers the items of each user', () => {
  const warnings = async (rows: readonly string[]) =>
    (await read({ users: rows })).reports[0]?.warnings.join('\n') ?? '';
  const header = 'user_id item_id rank score';
  const lists = ['u a 1 0.9', 'u b 2 0.5', 'v b 1 0.8', 'v c 2 0.7', 'v a 3 0.1'];

  it('is a sign of recommendations, which are not what people did: a warning says so', async () => {
    expect(await warnings([header, ...lists])).toContain('"rank" numbers each user\'s items from 1');
    expect(await warnings(['user_id item_id rec_rank', ...lists.map((row) => row.replace(/ [\d.]+$/, ''))])).toContain(
      '"rec_rank"',
    );
  });

  it('is no such sign if it begins elsewhere, skips numbers, goes on from user to user, or has another name', async () => {
    const sign = 'items from 1';
    expect(await warnings([header, 'u a 2 0.9', ...lists.slice(1)])).not.toContain(sign);
    expect(await warnings([header, ...lists.slice(0, -1), 'v a 4 0.1'])).not.toContain(sign);
    expect(await warnings([header, ...lists.map((row, k) => row.replace(/ \d /, ` ${k + 1} `))])).not.toContain(sign);
    expect(await warnings(['user_id item_id visit score', ...lists])).not.toContain(sign);
    // One item for each user says nothing.
    expect(await warnings([header, 'u a 1 0.9', 'v b 1 0.8'])).not.toContain(sign);
  });
});

describe('columns whose values contradict their names', () => {
  it('are passed over if nearly every row is empty', async () => {
    const rows = ['user_id user_pseudo_id item_id', ...Array.from({ length: 9 }, (_, k) => `_ p${k % 3} i${k % 4}`)];
    const { dataset, reports } = await read({ users: [...rows, 'u1 p1 i1'] });
    expect(dataset.userIds).toEqual(['p0', 'p1', 'p2']);
    expect(reports[0]?.notes).toContain('user = "user_pseudo_id", since "user_id" is empty in nearly every row');
  });

  it('include a session, which is the user only if there is no other, with a warning', async () => {
    const { reports } = await read({ users: ['session_id item_id', 's1 a', 's1 b', 's2 a'] });
    expect(reports[0]?.warnings[0]).toContain('"session_id" stands in for it');
    expect(reports[0]?.warnings[0]).toContain('--user-col session_id');
  });

  it('include an item_id that numbers the rows, which is not the item', async () => {
    const rows = ['item_id customer_id product_id', '1 c1 p', '2 c1 q', '3 c2 p', '4 c3 q'];
    const { dataset, reports } = await read({ users: rows });
    expect(dataset.itemIds).toEqual(['p', 'q']);
    expect(reports[0]?.notes).toContain('item = "product_id", since "item_id" numbers the rows');
  });

  it('include an item that numbers the lines of orders, which is not the item', async () => {
    for (const first of [1, 10]) {
      const line = (k: number) => `o${Math.floor(k / 3)} ${((k % 3) + 1) * first} u${k % 5} M${k % 7}`;
      const rows = Array.from({ length: 30 }, (_, k) => line(k)).filter((_, k) => k !== 7);
      const { reports } = await read({ users: ['order item customer material', ...rows] });
      expect(reports[0]?.roles).toContainEqual(['item', 'material']);
      expect(reports[0]?.notes).toContain('item = "material", since "item" numbers the lines of orders');
    }
  });

  it('do not include items that merely begin alike', async () => {
    const rows = ['u1 20 a', 'u1 30 b', 'u2 20 a', 'u2 40 c', 'u3 20 a', 'u3 30 b'];
    const { dataset } = await read({ users: ['user item sku', ...rows] });
    expect(dataset.itemIds).toEqual(['20', '30', '40']);
  });

  it('include kinds of clients and lines of products, of which there are few while another column has many ids', async () => {
    const rows = Array.from(
      { length: 120 },
      (_, k) => `${['ios', 'web'][k % 2]} u${k % 41} ${['toys', 'food', 'wine'][k % 3]} s${k % 37}`,
    );
    const { dataset, reports } = await read({ users: ['client uid product sku', ...rows] });
    expect(dataset.userIds).toHaveLength(41);
    expect(dataset.itemIds).toHaveLength(37);
    expect(reports[0]?.notes).toEqual([
      'item = "sku", since "product" has only 3 values',
      'user = "uid", since "client" has only 2 values',
    ]);
  });

  it('include the app of a tracker, which is not the item beside pages', async () => {
    const rows = Array.from({ length: 120 }, (_, k) => `${['web', 'ios', 'tv'][k % 3]} d${k % 41} /p/${k % 37}`);
    const { dataset, reports } = await read({ users: ['app_id domain_userid page_urlpath', ...rows] });
    expect(dataset.itemIds).toHaveLength(37);
    expect(reports[0]?.notes).toEqual(['item = "page_urlpath", since "app_id" has only 3 values']);
    expect(reports[0]?.warnings[0]).toContain('"page_urlpath" stands in for it');
  });

  it('do not include users of whom a sorted sample shows only a few, each on many devices', async () => {
    const rows = Array.from({ length: 120 }, (_, k) => `u${Math.floor(k / 40)} d${k % 40} i${k % 9}`);
    const { dataset } = await read({ users: ['user_id device_id item_id', ...rows] });
    expect(dataset.userIds).toEqual(['u0', 'u1', 'u2']);
  });

  it('include a customer_id of 0 that belongs to different people, which is not the user', async () => {
    const rows = ['customer_id email sku', '0 a@x p', '0 b@x q', '7 c@x p', '0 a@x q'];
    const { dataset } = await read({ users: rows });
    expect(dataset.userIds).toEqual(['a@x', 'b@x', 'c@x']);
  });

  it('include a column named time that holds only hours and minutes, which is not the time', async () => {
    const { reports } = await read({ users: ['user item time date', 'u a 16:31 2020-01-02', 'v b 17:00 2020-01-03'] });
    expect(reports[0]?.roles).toContainEqual(['time', 'date']);
  });

  it('may have names in other languages', async () => {
    for (const header of [
      'Kundennummer Artikelnummer Menge Bestelldatum',
      'Numéro_client Référence Quantité Date_commande',
      'id_cliente id_producto cantidad fecha',
      'Kundenr Varenr Antal Dato',
      'Asiakasnumero Tuotekoodi Määrä Päivämäärä',
      'Zákazník Zboží Množství Datum',
      'Vevőkód Cikkszám Mennyiség Dátum',
    ]) {
      const { reports } = await read({ users: [header, 'u a 2 2020-01-02', 'v a 1 2020-01-03', 'u b 3 2020-01-04'] });
      expect(reports[0]?.roles.map(([role]) => role)).toEqual(['user', 'item', 'rating', 'time']);
    }
  });
});

describe('several files', () => {
  it('are read as one set of events, each by its own header', async () => {
    const jan = write('jan.csv', [
      'user_id item_id rating timestamp',
      'u a 1 100',
      'u b 5 100',
      'v a 4 100',
      'v c 4 50',
    ]);
    const feb = write('feb.csv', ['timestamp movieId userId rating', '200 a u 5', '300 b w 3', '200 c u 4']);
    const { dataset, reports } = await readDataset({ ...inputsOf(''), users: [jan, feb] });
    expect(dataset.userIds).toEqual(['u', 'v', 'w']);
    expect(reports.map(({ kind, table }) => [kind, table.rows])).toEqual([
      ['events', 4],
      ['events', 3],
    ]);
    // The rating in February replaces the one in January.
    expect(reports[1]?.interactions).toMatchObject({ rule: { kind: 'scale' }, repeated: 1, duplicates: 'last' });
    expect(timesOf(dataset)).toEqual({ u: { a: 200, b: 100, c: 200 }, v: { a: 100, c: 50 }, w: { b: 300 } });
  });

  it('may have different units of time and different optional columns', async () => {
    const seconds = write('a.csv', ['user item ts', 'u a 1600000000', 'u b 1600000001']);
    const milliseconds = write('b.csv', ['user item ts', 'v a 1600000002000', 'v b 1600000003000']);
    const without = write('c.csv', ['user item event', 'w a purchase']);
    const { dataset } = await readDataset({ ...inputsOf(''), users: [seconds, milliseconds, without] });
    expect([...(dataset.times ?? [])]).toEqual([1600000000, 1600000001, 1600000002, 1600000003, Number.NaN]);
    expect(cellsOf(dataset).w?.a).toBeGreaterThan(cellsOf(dataset).u?.a ?? 9);
  });

  it('give a warning about a file without rows', async () => {
    const [jan, feb] = [write('jan.csv', ['user item', 'u a', 'v b']), write('feb.csv', ['user item'])];
    const { reports } = await readDataset({ ...inputsOf(''), users: [jan, feb] });
    expect(reports.map(({ warnings }) => warnings)).toEqual([[], [expect.stringContaining('holds no rows')]]);
  });

  it('may number their days, which gives no warning about early times, unlike numbers that are no seconds', async () => {
    const warned = async (column: string) => {
      const parts = [40, 50].map((day) =>
        write(`${column}${day}.csv`, [`user item ${column}`, `u a ${day}`, `v b ${day + 1}`]),
      );
      return (await readDataset({ ...inputsOf(''), users: parts })).reports.map(({ warnings }) => warnings);
    };
    expect(await warned('day')).toEqual([[], []]);
    expect(await warned('ts')).toEqual([[], [expect.stringContaining('"ts" holds numbers from 40 to 51, too small')]]);
  });

  it('give the same dataset as one file with all rows', async () => {
    const rows = Array.from({ length: 60 }, (_, k) => `u${k % 7} i${(k * k) % 11} ${(k % 5) + 1} ${1000 + k}`);
    const header = 'user item rating ts';
    const whole = await readDataset(inputsOf(write('all.csv', [header, ...rows])));
    const parts = [rows.slice(0, 13), rows.slice(13, 14), rows.slice(14)].map((part, k) =>
      write(`part${k}.csv`, [header, ...part]),
    );
    const cut = await readDataset({ ...inputsOf(''), users: parts });
    expect(cut.dataset).toEqual(whole.dataset);
  });

  it('give the file and line of both rows of a pair that --duplicates error refuses', async () => {
    const one = write('one.csv', ['user item', 'u a', 'v a']);
    const two = write('two.csv', ['user item', 'w a', 'u a']);
    await expect(readDataset({ ...inputsOf(''), users: [one, two], duplicates: 'error' })).rejects.toThrow(
      /two\.csv:3: user "u" and item "a" are already on .*one\.csv:2/,
    );
  });

  it('must all be events, not profiles', async () => {
    const events = write('events.csv', ['user item', 'u a']);
    const profiles = write('profiles.csv', ['user country', 'u fr']);
    await expect(readDataset({ ...inputsOf(''), users: [events, profiles] })).rejects.toMatchObject({
      exitCode: ExitCode.badData,
      message: expect.stringMatching(/profiles\.csv:1: no column that looks like the item, and several users files/),
    });
  });
});

describe('an orders file', () => {
  const orders = [
    'order_id customer_id status created_at',
    'o1 ann paid 2020-01-01',
    'o2 ben cancelled 2020-01-02',
    'o3 ben shipped 2020-01-03',
    'o4 cy refunded 2020-01-04',
    'o5 _ paid 2020-01-05',
  ];
  const lines = ['order_id sku qty', 'o3 a 1', 'o1 a 2', 'o1 b 1', 'o2 c 9', 'o4 b 1', 'o5 a 1', 'o9 a 1'];

  it('gives lines their user, time and status, and keeps users whose orders are all cancelled', async () => {
    const { dataset, reports } = await read({ users: lines, orders });
    expect(dataset.userIds).toEqual(['ben', 'ann', 'cy']);
    expect(Object.keys(cellsOf(dataset).ben ?? {})).toEqual(['a']);
    expect(Object.keys(cellsOf(dataset).ann ?? {})).toEqual(['a', 'b']);
    expect(cellsOf(dataset).cy).toBeUndefined();
    expect(dataset.times?.[0]).toBe(Date.UTC(2020, 0, 3) / 1000);
    expect(reports.map(({ kind }) => kind)).toEqual(['orders', 'events']);
    const skipped = reports[1]?.skipped.filter(({ kind }) => kind.count > 0);
    expect(skipped).toEqual([
      { what: 'of orders that the orders file does not have', kind: { count: 2, firstLine: 7 }, isWithoutId: true },
      {
        what: 'of orders that were cancelled, refunded or the like',
        kind: { count: 2, firstLine: 5 },
        isWithoutId: false,
      },
    ]);
    expect(reports[1]?.roles[0]).toEqual(['order', 'order_id']);
  });

  it('is joined by the column that has the ids of the lines, whatever its name', async () => {
    const magento = ['entity_id increment_id customer_id', '1 0001 ann', '2 0002 ben', '3 0003 cy'];
    const { dataset } = await read({ users: ['order_id product_id', '1 a', '2 b', '3 a', '1 b'], orders: magento });
    expect(dataset.userIds).toEqual(['ann', 'ben', 'cy']);
  });

  it('works for interactions beside profiles too', async () => {
    const { dataset } = await read({ users: ['customer_id country', 'ann fr', 'zoe de'], interactions: lines, orders });
    expect(dataset.userIds.slice(0, dataset.served)).toEqual(['ann', 'zoe']);
    expect(Object.keys(cellsOf(dataset))).toEqual(['ann', 'ben']);
  });

  it('is suggested if lines lack the user and the file given as the catalogue has it', async () => {
    const message = await refusal({ users: lines, items: ['order_id customer_id product_id', 'o1 ann a'] });
    expect(message).toMatch(/its rows name orders \("order_id"\): --orders \S*items\.csv has the user of each/);
  });

  it('is recognised when given as users, and the message has the right command', async () => {
    const message = await refusal({ users: orders, items: lines });
    expect(message).toMatch(
      /its rows are orders \("order_id"\).*\n {2}recommend -u \S*items\.csv --orders \S*users\.csv/,
    );
    expect(await refusal({ users: orders })).toMatch(/recommend -u LINES --orders \S*users\.csv/);
  });

  it('is recognised when given as the catalogue, and the message has the right command', async () => {
    const message = await refusal({ users: lines, items: orders });
    expect(message).toMatch(/recommend -u \S*users\.csv --orders \S*items\.csv/);
  });
});

describe('a file with orders and their lines together', () => {
  it('skips cancelled orders, and gives later lines of an order the cells of its first line', async () => {
    const { dataset, reports } = await read({
      users: [
        'Name Email Financial_Status Created_at Lineitem_sku',
        '#1 a@x paid 2020-01-01 p',
        '#1 _ _ _ q',
        '#2 b@x refunded 2020-01-02 p',
        '#2 b@x _ _ r',
        '#3 b@x partially_refunded 2020-01-03 q',
      ],
    });
    expect(cellsOf(dataset)).toEqual({ 'a@x': { p: 1, q: 1 }, 'b@x': { q: 1 } });
    expect(Math.floor(dataset.times?.[1] ?? 0)).toBe(Date.UTC(2020, 0, 1) / 1000);
    expect(reports[0]?.roles).toContainEqual(['order', 'Name']);
    expect(reports[0]?.events?.statuses.map(({ name, rows, weight }) => [name, rows, weight])).toEqual([
      ['paid', 2, 1],
      ['refunded', 2, 0],
      ['partially_refunded', 1, 1],
    ]);
  });
});

describe('files without a header', () => {
  it('are refused with a command that works', async () => {
    const users = folder.file('u.data', '196\t242\t3\t881250949\n186\t302\t3\t891717742\n196\t377\t1\t878887116\n');
    const items = folder.file('u.item', '242|Kolya (1996)|x\n302|L.A. (1997)|y\n377|Heavyweights (1994)|z\n');
    const inputs = inputsOf(users, { items });
    const command = `recommend -u ${users} -i ${items} --no-header --columns user,item,rating,time --item-columns item,title`;
    await expect(readDataset(inputs)).rejects.toMatchObject({
      exitCode: ExitCode.badData,
      message: expect.stringContaining(command),
    });
    const named = { ...inputs, columns: ['user', 'item', 'rating', 'time'], itemColumns: ['item', 'title'] };
    const { dataset } = await readDataset(named);
    expect(dataset.userIds).toEqual(['196', '186']);
    expect(dataset.titles).toEqual(['Kolya (1996)', 'L.A. (1997)', 'Heavyweights (1994)']);
  });

  it('are not suspected just because the header is unknown', async () => {
    expect(await refusal({ users: ['foo bar', 'x y', 'z y'] })).not.toContain('looks like data');
  });

  it('may skip columns by naming them _ and by not naming the last ones', async () => {
    const { dataset, reports } = await read({ users: ['x 5 a 1', 'y 5 b 2'] }, { columns: ['user', '_', 'item'] });
    expect(cellsOf(dataset)).toEqual({ x: { a: 1 }, y: { b: 1 } });
    expect(reports[0]?.table.rows).toBe(2);
    expect(reports[0]?.unused).toEqual([]);
  });

  it('are refused if more columns are named than they have', async () => {
    expect(await refusal({ users: ['x a'] }, { columns: ['user', 'item', 'rating'] })).toMatch(
      /users\.csv:1: 3 columns are named, and this row has 2/,
    );
  });

  it('give surplus cells to the last column if all columns are named, since titles contain commas', async () => {
    const items = folder.file('titles.csv', '1,2003,Dinosaur Planet\n2,2004,Seconds, Minutes, Hours\n');
    const users = write('u.csv', ['user item', 'u 1', 'u 2']);
    const { dataset } = await readDataset({ ...inputsOf(users, { items }), itemColumns: ['item', 'year', 'title'] });
    expect(dataset.titles).toEqual(['Dinosaur Planet', 'Seconds, Minutes, Hours']);
  });
});

describe('catalogues', () => {
  it('are matched by columns that share values with the events if the best names share none', async () => {
    const { dataset, reports } = await read({
      users: ['user product_id sku', 'u 17 A-1', 'u 18 B-2', 'v 17 A-1'],
      items: ['product_id sku title', '901 A-1 One', '902 B-2 Two', '903 C-3 Three'],
    });
    expect(dataset.itemIds).toEqual(['A-1', 'B-2', 'C-3']);
    expect(reports[0]?.notes[0]).toMatch(/item = "sku", since "sku" of .*users\.csv has its values/);
  });

  it('are matched by the column with the name of the events’ column if another shares values by chance', async () => {
    const { dataset, reports } = await read({
      users: ['user product_id', 'u 1', 'u 2', 'v 1'],
      items: ['item_id product_id title', '2 1 One', '3 2 Two', '1 3 Three'],
    });
    expect(dataset.titles).toEqual(['One', 'Two', 'Three']);
    expect(reports[0]?.notes[0]).toMatch(/item = "product_id", since "product_id" of .*users\.csv has its name/);
  });

  it('are found out where they were given as events, and the events as catalogue', async () => {
    const message = await refusal({
      users: ['item_id title', 'a One', 'b Two'],
      items: ['user_id item_id', 'u a', 'v b'],
    });
    expect(message).toMatch(/items\.csv says who had which item: recommend -u \S*items\.csv -i \S*users\.csv$/);
  });

  it('use titles as ids if they have no ids, with a warning', async () => {
    const { dataset, reports } = await read({
      users: ['user game_title', 'u Dota', 'v Go'],
      items: ['name', 'Dota', 'Go'],
    });
    expect(dataset.itemIds).toEqual(['Dota', 'Go']);
    expect(reports[0]?.warnings[0]).toContain('"name" stands in for it');
  });

  it('may be missing: titles are then taken from the events, if titles are wanted', async () => {
    const events = { users: ['user item title', 'u a One', 'u b _', 'v b Two', 'v a One'] };
    expect((await read(events, { titles: true })).dataset.titles).toEqual(['One', 'Two']);
    expect((await read(events)).dataset.titles).toEqual(['', '']);
  });

  it('may be missing, but the headline of a review is not the title of its item', async () => {
    const reviews = { users: ['user item title', 'u a Great', 'v a Bad', 'w a Meh', 'w b Fine'] };
    expect((await read(reviews, { titles: true })).dataset.titles).toEqual(['', '']);
  });
});

describe('a users file beside interactions', () => {
  it('holds profiles if every row is another user, even with a column named product', async () => {
    const files = {
      users: ['customer_id product', 'u basic', 'v gold', 'w basic'],
      interactions: ['user item', 'u a'],
    };
    const { dataset } = await read(files);
    expect(dataset.itemIds).toEqual(['a']);
    expect(dataset.groupNames).toEqual(['product:basic', 'product:gold']);
  });
});

describe('cells with a word for a missing value', () => {
  it('take the value of the first row of the order, as empty cells do', async () => {
    for (const none of ['_', 'NULL', '[NULL]', '<NA>']) {
      const later = `${none} ${none} ${none}`;
      const users = [
        'name email item status cancelled_at',
        `#1 ann a paid ${none}`,
        `#1 ${none} b ${none} ${none}`,
        `#2 ben a refunded ${none}`,
        `#2 ${none} c ${none} ${none}`,
        `#3 cy b paid ${none}`,
      ];
      const { dataset } = await read({ users });
      expect(cellsOf(dataset), later).toEqual({ ann: { a: 1, b: 1 }, cy: { b: 1 } });
    }
  });

  it('are no user, and neither are 0, 0.0 and guest if they belong to different people', async () => {
    const rows = (none: string) => [
      'customer_id email item',
      ...[1, 2, 3, 4].map((k) => `${none} g${k}@x i${k % 2}`),
      '7.0 u@x i1',
      '8.0 v@x i0',
      '7.0 u@x i0',
    ];
    for (const none of ['0', '0.0', '0.00', 'guest'])
      expect((await read({ users: rows(none) })).reports[0]?.roles, none).toContainEqual(['user', 'email']);
    expect((await read({ users: rows('NULL') })).reports[0]?.roles).toContainEqual(['user', 'customer_id']);
  });

  it('may be padded with spaces', async () => {
    const path = folder.file('f.csv', `user,item\nu,a\nNULL${' '.repeat(26)},b\nv,(not set)${' '.repeat(9)}\nv,a\n`);
    const { dataset } = await readDataset(inputsOf(path));
    expect(cellsOf(dataset)).toEqual({ u: { a: 1 }, v: { a: 1 } });
  });
});

describe('warnings about suspicious data', () => {
  it('say that every user has exactly one row', async () => {
    const rows = ['customer_id item', ...Array.from({ length: 9 }, (_, k) => `c${k} i${k % 3}`)];
    expect((await read({ users: rows })).reports[0]?.warnings[0]).toContain('every user has exactly one row');
    expect((await read({ users: [...rows, 'c0 i1'] })).reports[0]?.warnings).toEqual([]);
  });

  it('say that nearly every item has exactly one row', async () => {
    const warned = async (itemOf: (k: number) => string, count = 120) => {
      const rows = Array.from({ length: count }, (_, k) => `u${k % 9} ${itemOf(k)}`);
      return (await read({ users: ['user url', ...rows] })).reports[0]?.warnings;
    };
    const found = [expect.stringContaining('nearly every item has exactly one row; is "url" the item?')];
    expect(await warned((k) => `/p?click=${k}`)).toEqual(found);
    expect(await warned((k) => `/p?click=${Math.max(k, 5)}`)).toEqual(found);
    expect(await warned((k) => `/p?click=${k}`, 90)).toEqual([]);
    expect(await warned((k) => `/p/${k % 100}`)).toEqual([]);
  });

  it('say that a time is that of the item, unless an option names the column', async () => {
    const warned = async (dayOf: (k: number) => number, rest: Partial<Inputs> = {}) => {
      const rows = Array.from({ length: 90 }, (_, k) => `u${k % 9} i${k % 8} 2024-01-${10 + dayOf(k)}`);
      return (await read({ users: ['user item created_at', ...rows] }, rest)).reports[0]?.warnings.join();
    };
    const ofItem = (k: number) => k % 8;
    expect(await warned(ofItem)).toMatch(
      /"created_at" is the same in all rows of an item: its own date.*\n {2}--time-col none/,
    );
    expect(await warned(ofItem, { named: { time: ['created_at'] } })).toBe('');
    expect(await warned((k) => k % 7)).toBe('');
    expect(await warned(() => 0)).toBe('');
  });

  it('say that lines of invoices like SHIPPING are no products', async () => {
    const warned = async (item: string) =>
      (await read({ users: ['user item', 'u a', 'v a', 'u b', `v ${item}`] })).reports[0]?.warnings;
    for (const item of ['SHIPPING', 'Discount', 'giftcard', 'Versandkosten']) {
      expect(await warned(item)).toEqual([expect.stringContaining(`item "${item}" is no product, it seems`)]);
    }
    expect(await warned('SHIP-20')).toEqual([]);
    const { reports } = await read({ users: ['user item', 'Tip a', 'v a', 'Tip b'] });
    expect(reports[0]?.warnings).toEqual([]);
  });

  it('say that the user 0 has most of the rows', async () => {
    const guests = Array.from({ length: 20 }, (_, k) => `0 i${k}`);
    const rows = ['user item', ...guests, 'u i1', 'u i2', 'v i1', 'w i3', 'x i2', 'y i9', 'z i1'];
    expect((await read({ users: rows })).reports[0]?.warnings[0]).toContain('user "0" has 20 of 27 rows');
  });

  it('say that an id like "guest" has far more rows than others, or one of many users a tenth of all rows', async () => {
    const others = Array.from({ length: 120 }, (_, k) => `u${k} i${k % 7}`);
    const more = (id: string, rows: number) => Array.from({ length: rows }, (_, k) => `${id} i${k % 9}`);
    const warned = async (...rows: string[]) =>
      (await read({ users: ['user item', 'u0 i5', ...others, ...rows] })).reports[0]?.warnings.join();
    for (const id of ['Guest', 'unknown', '(none)', '[deleted]', 'Gast', '匿名']) {
      expect(await warned(...more(id, 10))).toContain(`user "${id}" has 10 of 131 rows`);
    }
    const nothing = Array.from({ length: 30 }, (_, k) => `u${k} unknown`);
    expect(await warned(...more('u1', 9), ...nothing, 'u31 i10', 'u32 i11')).toContain(
      'item "unknown" has 30 of 162 rows',
    );
    expect(await warned(...more('u1', 9), ...nothing.map((row) => row.replace('unknown', '0')), 'u3 1')).toBe('');
    expect(await warned(...more('Guest', 3))).toBe('');
    expect(await warned(...more('walk-in', 10))).toBe('');
    const few = Array.from({ length: 60 }, (_, k) => `u${k % 30} i${k % 7}`);
    for (const [rows, wanted] of [
      [20, ''],
      [40, 'user "walk-in" has 40 of 100 rows'],
    ] as const) {
      const { reports } = await read({ users: ['user item', ...few, ...more('walk-in', rows)] });
      expect(reports[0]?.warnings.join()).toContain(wanted);
      expect(reports[0]?.warnings).toHaveLength(wanted === '' ? 0 : 1);
    }
    expect(await warned(...more('walk-in', 20))).toContain('user "walk-in" has 20 of 141 rows');
  });

  it('say that many rows belong to only one or two users', async () => {
    const rows = (users: number) => Array.from({ length: 100 }, (_, k) => `u${k % users} i${k % 20}`);
    const warned = async (users: number) => (await read({ users: ['user item', ...rows(users)] })).reports[0]?.warnings;
    expect(await warned(1)).toEqual([expect.stringContaining('all rows are of 1 user, from whom nothing')]);
    expect(await warned(2)).toEqual([expect.stringContaining('all rows are of 2 users')]);
    expect(await warned(3)).toEqual([]);
  });

  it('say that times are implausibly early or far in the future', async () => {
    const warned = async (...times: (string | number)[]) =>
      (await read({ users: ['user item timestamp', ...times.map((time, k) => `u${k % 2} i${k} ${time}`)] })).reports[0]
        ?.warnings;
    const [day, year] = [86_400, 365 * 86_400];
    const now = Math.floor(Date.now() / 1000);
    expect(await warned(now - day, now, now + 300 * day, 2e8)).toEqual([]);
    const mixed = [1e3 * now, now, 0, now].map(String);
    expect(await warned(...mixed)).toEqual([
      expect.stringMatching(/"timestamp" is 1970-01-01 or the like in 3 rows, .*: another unit, or no time at all/),
    ]);
    expect(await warned('2025-03-04', '1900-01-01')).toEqual([expect.stringContaining('is 1900-01-01 or the like')]);
    expect(await warned('2025-03-04', '9999-12-31')).toEqual([expect.stringContaining('goes up to 9999-12-31')]);
    expect(await warned(now, now + 2 * year)).toHaveLength(1);
  });

  it('say that numbers count parts of a microsecond from another year, as .NET and Windows do', async () => {
    for (const ticks of ['639031466063600000', '134120774060000000']) {
      const { reports } = await read({ users: ['user item timestamp', `u a ${ticks}`, `v b ${ticks}`] });
      expect(reports[0]?.warnings).toEqual([expect.stringContaining('or the like in 2 rows')]);
    }
    const { reports } = await read({
      users: ['user item timestamp', 'u a 1767603806360000000', 'v b 1767603806360000000'],
    });
    expect(reports[0]?.warnings).toEqual([]);
  });

  it('say that all rows have one time of day, which is probably that of the export', async () => {
    const warned = async (time: string, rows = 100) =>
      (
        await read({
          users: ['user,item,time', ...Array.from({ length: rows }, (_, k) => `u${k % 9},i${k % 8},${time}`)],
        })
      ).reports[0]?.warnings;
    expect(await warned('2026-11-30T03:00:00Z')).toEqual([
      expect.stringContaining('"time" is 2026-11-30T03:00:00Z in all rows'),
    ]);
    expect(await warned('2026-11-30T03:00:00Z', 99)).toEqual([]);
    expect(await warned('2026-11-30')).toEqual([]);
  });

  it('say that most rows do not count because of their status, unless an option names its column', async () => {
    const rows = Array.from({ length: 12 }, (_, k) => `u${k % 3} b${k % 5} ${k % 4 === 0 ? 'on_loan' : 'returned'}`);
    const warned = async (rest: Partial<Inputs> = {}) =>
      (await read({ users: ['patron_id isbn status', ...rows] }, rest)).reports[0]?.warnings;
    expect(await warned()).toEqual([
      expect.stringMatching(/9 of 12 rows do not count, since "status" says .*\n {2}--status-col none counts them/),
    ]);
    expect(await warned({ named: { status: ['status'] } })).toEqual([]);
    expect(await warned({ named: { status: ['none'] } })).toEqual([]);
  });

  it('say that rejected applications and dropped courses count, unless an option names the column', async () => {
    const rows = Array.from(
      { length: 40 },
      (_, k) => `u${k % 7} j${k % 9} ${['applied', 'hired', 'rejected', 'withdrawn', 'cancelled'][k % 5]}`,
    );
    const readJobs = async (rest: Partial<Inputs> = {}) => {
      const { dataset, reports } = await read({ users: ['user_id job_id status', ...rows] }, rest);
      return { warnings: reports[0]?.warnings, dataset };
    };
    const { warnings, dataset } = await readJobs();
    expect(warnings).toEqual([
      expect.stringMatching(
        /"status" is "rejected" or "withdrawn" in some rows; they count .*\n.*"rejected", "withdrawn"/,
      ),
    ]);
    // Row 2 is a rejection, row 4 a cancelled application.
    expect(cellsOf(dataset)).toMatchObject({ u2: { j2: expect.any(Number) } });
    expect(cellsOf(dataset).u4).not.toHaveProperty('j4');
    expect((await readJobs({ named: { status: ['status'] } })).warnings).toEqual([]);
  });

  it('say that artists are the items although tracks have names, unless an option says so', async () => {
    const rows = Array.from({ length: 40 }, (_, k) => `u${k % 7} a${k % 4} t${k % 11}`);
    const warned = async (header: string, rest: Partial<Inputs> = {}) =>
      (await read({ users: [header, ...rows] }, rest)).reports[0]?.warnings;
    expect(await warned('user_id artist_id track_name')).toEqual([
      expect.stringMatching(/"artist_id" is the item, although "track_name" names more.*\n {2}--item-col track_name /),
    ]);
    expect(await warned('user_id artist_id track_name', { named: { item: ['artist_id'] } })).toEqual([]);
    expect(await warned('user_id artist_id artist_name')).toEqual([]);
    expect(await warned('user_id product_id track_name')).toEqual([]);
  });

  it('say that the rating column describes items, if all rows of an item have the same number', async () => {
    const warned = async (numberOf: (k: number) => number, rest: Partial<Inputs> = {}) => {
      const rows = Array.from({ length: 90 }, (_, k) => `u${k % 9} i${k % 8} ${numberOf(k)}`);
      return (await read({ users: ['user item plays', ...rows] }, rest)).reports[0]?.warnings.join();
    };
    const ofItem = (k: number) => 100 + (k % 8);
    expect(await warned(ofItem)).toContain('"plays" is the same in all rows of an item');
    expect(await warned(ofItem, { ratings: 'count' })).toBe('');
    expect(await warned((k) => (k === 50 ? 1 : ofItem(k)))).toBe('');
    // One item in packs of six.
    expect(await warned((k) => (k % 2 === 0 ? 6 : 1))).toBe('');
  });

  it('say that a point may separate thousands in a sample, unless --ratings says that the numbers are counts', async () => {
    const rows = (...cells: string[]) => ['user item qty', ...cells.map((cell, k) => `u${k % 2} i${k} ${cell}`)];
    const warned = async (cells: string[], rest: Partial<Inputs> = {}) =>
      (await read({ users: rows(...cells) }, rest)).reports[0]?.warnings.join();
    for (const cells of [
      ['2', '1.000', '30'],
      ['1', '2.500', '1'],
    ]) {
      expect(await warned(cells)).toContain('holds numbers like 1.234 beside whole ones below 1000');
      expect(await warned(cells, { ratings: 'count' })).toBe('');
    }
    for (const cells of [
      ['1.000', '2.500', '2.000'],
      ['1', '0.500', '1'],
      ['1', '2.5', '1.250'],
      ['1', '1500', '1.250'],
    ])
      expect(await warned(cells), cells.join()).toBe('');
  });

  it('say that times are too small for seconds since 1970', async () => {
    const { reports } = await read({ users: ['user item timestamp', 'u a 5', 'v b 9'] });
    expect(reports[0]?.warnings[0]).toContain('too small for seconds since 1970');
  });

  it('do not concern a column of days, nor dates written as digits', async () => {
    const days = await read({ users: ['user item DAY', 'u a 5', 'v b 711'] });
    expect(days.reports[0]?.warnings).toEqual([]);
    expect(days.reports[0]?.events?.time).toMatchObject({ unit: 'days', from: 5 * 86400, to: 711 * 86400 });
    const minutes = await read({ users: ['user item event_date', 'u a 202101311250', 'v b 202012240000'] });
    expect([...(minutes.dataset.times ?? [])]).toEqual([
      Date.UTC(2021, 0, 31, 12, 50) / 1000,
      Date.UTC(2020, 11, 24) / 1000,
    ]);
    const digits = await read({ users: ['user item event_date', 'u a 20210131', 'v b 20201224'] });
    expect([...(digits.dataset.times ?? [])]).toEqual([Date.UTC(2021, 0, 31) / 1000, Date.UTC(2020, 11, 24) / 1000]);
  });

  it('name totals, repeated headers and ids that another program changed', async () => {
    const warned = async (...rows: string[]) =>
      (await read({ users: ['user item', 'u a', 'u b', 'v a', 'v b', ...rows] })).reports[0]?.warnings.join('\n');
    expect(await warned()).toBe('');
    expect(await warned('Total a')).toContain('user "Total" is a sum');
    expect(await warned('w #REF!')).toContain('item "#REF!" is a sum or an error of a spreadsheet');
    expect(await warned('user item')).toContain('user "user" is the header, which comes again');
    expect(await warned('5.0 a', '5 b')).toContain('user "5" differs from another');
    expect(await warned('A@x a', 'a@x b')).toContain('user "a@x" differs from another');
    expect(await warned('a x', 'A x')).toBe('');
    const spoilt = await read({ users: ['user item', '4.5E+11 a', '4.6E+11 b', 'w a'] });
    expect(spoilt.reports[0]?.warnings[0]).toContain('was shortened by a spreadsheet');
  });

  it('say that event types are numbers, unless their weights are given', async () => {
    const users = ['user item behavior_type', 'u a 1', 'u b 4', 'v a 1'];
    expect((await read({ users })).reports[0]?.warnings[0]).toContain('names types of events by number (1, 4)');
    const eventWeights = new Map([['4', 5]]);
    expect((await read({ users }, { eventWeights })).reports[0]?.warnings).toEqual([]);
  });

  it('say that profiles and interactions have no user in common', async () => {
    const users = ['user_id country', '5 DE', '6 FR'];
    const { reports } = await read({ users, interactions: ['user item', '5.0 a', '6.0 a', '6.0 b'] });
    expect(reports.at(-1)?.warnings[0]).toContain('none of its users has interactions (users are like "5" here, "5.0"');
    const matching = await read({ users, interactions: ['user item', '5 a', '7 a', '7 b'] });
    expect(matching.reports.at(-1)?.warnings).toEqual([]);
  });

  it('say that the ratings of several events files are on different scales', async () => {
    const warned = async (ends: number[], name = 'stars', rest: Partial<Inputs> = {}) => {
      const users = ends.map((end, at) => {
        const rows = Array.from({ length: 120 }, (_, k) => `u${k % 30} i${k % 17} ${Math.max(1, end - (k % 4))}`);
        return write(`${at}.csv`, [`user item ${name}`, ...rows]);
      });
      const { reports } = await readDataset({ ...inputsOf(''), users, ...rest });
      return reports.at(-1)?.warnings.join('\n');
    };
    expect(await warned([10, 5])).toMatch(/^ratings go from 2 to 5 in \S+1\.csv and from 7 to 10 in \S+0\.csv/);
    expect(await warned([5, 4])).toBe('');
    expect(await warned([5, 10], 'quantity')).toBe('');
    expect(await warned([5, 10], 'stars', { ratings: 'scale' })).toBe('');
  });

  it('say that several events files mix counts and ratings, or share no ids in columns with different names', async () => {
    const ids = [1, 2, 3, 4, 5, 6];
    const warned = async (one: string[], other: string[], rest: Partial<Inputs> = {}) => {
      const paths = [write('one.csv', one), write('other.csv', other)];
      const { reports } = await readDataset({ ...inputsOf(''), users: paths, ...rest });
      return reports.at(-1)?.warnings.join('\n');
    };
    const bought = ['user_id item quantity', ...ids.map((id) => `u${id} i${id % 5} ${id}`), 'u1 i9 1'];
    const rows = (header: string, user: string, item: string) => [
      header,
      ...ids.map((id) => `${user}${id} ${item}${id % 5} ${1 + (id % 2)}`),
      `${user}1 ${item}9 1`,
    ];
    expect(await warned(bought, rows('userId itemId qty', 'u', 'i'))).toBe('');
    expect(await warned(bought, rows('customer_id sku menge', 'u', 'i'))).toBe('');
    expect(await warned(bought, rows('user_id item quantity', 'v', 'j'))).toBe('');
    expect(await warned(bought, rows('email item quantity', 'v@', 'i'))).toMatch(
      /^"user_id" of \S+one\.csv and "email" here are read as one column of users, and have no id in common/,
    );
    expect(await warned(bought, rows('user_id sku quantity', 'u', 'S'))).toContain(
      'and "sku" here are read as one column of items',
    );
    const rated = rows('user_id item rating', 'u', 'i');
    expect(await warned(bought, rated)).toContain('"quantity" of');
    expect(await warned(bought, rated, { ratings: 'count' })).toBe('');
  });

  it('say that a column of counts is not used because it has no plain numbers', async () => {
    const users = ['user item quantity', 'u a $2.00', 'u b $1.00', 'v a $1.00'];
    const { reports } = await read({ users });
    expect(reports[0]?.roles).not.toContainEqual(['rating', 'quantity']);
    expect(reports[0]?.warnings[0]).toContain('"quantity" holds "$2.00", no plain numbers');
    for (const [name, ...cells] of [
      ['qty', '1pcs', '2pcs', '1pcs'],
      ['plays', '００１', '００２', '００１'],
      ['liked', 'yes', 'no', 'yes'],
      ['is_recommended', 'Nein', 'Ja', 'Ja'],
    ]) {
      const rows = ['u a', 'u b', 'v a'].map((row, k) => `${row} ${cells[k]}`);
      const warning = (await read({ users: [`user item ${name}`, ...rows] })).reports[0]?.warnings[0];
      expect(warning).toContain(`"${name}" holds ${JSON.stringify(cells[0])}, no plain numbers`);
    }
  });
});

describe('a refusal because of unknown column names', () => {
  it('does not suspect a missing header if the header is repeated among the rows', async () => {
    const message = await refusal({
      users: ['order_id item', 'o1 a', 'o2 a', 'order_id item', 'o2 b', 'o3 b', 'o4 a'],
    });
    expect(message).not.toContain('no header');
    expect(message).toContain('--orders FILE');
  });

  it('suggests --encoding if the names are not UTF-8', async () => {
    const refused = (header: Uint8Array) => {
      const path = folder.file('f.csv', Buffer.concat([header, Buffer.from('\nu,a\nu,b\n')]));
      return readDataset(inputsOf(path));
    };
    // The headers of a Japanese and a Russian shop, in Shift_JIS and windows-1251.
    await expect(refused(Buffer.from('89ef88f594d48d862c8fa4956983528381835b8368', 'hex'))).rejects.toThrow(
      '--encoding ',
    );
    await expect(refused(Buffer.from('caebe8e5edf22cd2eee2e0f0', 'hex'))).rejects.toThrow('windows-1251 …)');
  });

  it('has the jq command that takes the records out of a list in JSON', async () => {
    const lists = { info: 1, playlists: [{ pid: 1, tracks: [{ track_uri: 'a' }, { track_uri: 'b' }] }] };
    const path = folder.file('f.json', JSON.stringify(lists));
    await expect(readDataset(inputsOf(path))).rejects.toThrow(/jq -c '\.playlists\[\]' \S+f\.json \| recommend -u -/);
  });

  it('has the jq command that keeps the user beside each object of a list', async () => {
    const order = (k: number) => ({
      customer: { id: `c${k % 3}` },
      lineItems: { edges: [{ node: { sku: `s${k}` } }] },
    });
    const orders = Array.from({ length: 6 }, (_, k) => ({ node: order(k) }));
    const path = folder.file('f.json', JSON.stringify(orders));
    const command = /jq -c '\. \* \.node\.lineItems\.edges\[\]' \S+f\.json/;
    await expect(readDataset(inputsOf(path))).rejects.toThrow(command);
  });

  it('says that pairs of items do not tell who had what', async () => {
    const pairs = (header: string, name = 'i') => [
      header,
      ...Array.from({ length: 60 }, (_, k) => `${name}${k % 15} ${name}${(k * 7 + Math.floor(k / 15)) % 15} 0.${k}`),
    ];
    const alike = await refusal({ users: pairs('item_id_1 item_id_2 similarity') });
    expect(alike).toContain('"item_id_1" and "item_id_2" hold the same ids; a list of similar items does not say');
    expect(alike).toContain('if people chose people, --user-col item_id_1 --item-col item_id_2 says so');
    expect(await refusal({ users: pairs('antecedents consequents lift') })).toContain('hold the same ids');
    expect(await refusal({ users: pairs('follower_id followee_id w', '1') })).toContain('hold the same ids');
    // Numbers of different things.
    const numbers = await refusal({ users: pairs('lead_id listing_id w', '1') });
    expect(numbers).not.toContain('hold the same ids');
    expect(numbers).toContain('--user-col lead_id');
  });

  it('does not suggest amounts, nor columns that are the user by name, for the item', async () => {
    const rows = Array.from({ length: 60 }, (_, k) => `s${k % 20} u${k % 7} ${k % 50} page${k % 9}`);
    const message = await refusal({ users: ['session_id user_id listened_seconds page', ...rows] });
    expect(message).toContain('most likely it is "page"');
  });

  it('suggests the item of orders that are given alone', async () => {
    const rows = Array.from({ length: 40 }, (_, k) => `${1000 + k} c${k % 7} e${k % 9}`);
    const message = await refusal({ users: ['order_id email event_id', ...rows] });
    expect(message).toContain('its rows are orders');
    expect(message).toContain(
      'most likely it is "event_id", whose 9 values come again with other users: --item-col event_id',
    );
  });
});

describe('cells with several items', () => {
  const baskets = ['u A1|B2', 'u B2|A1|C3', 'v C3|B2', 'w D4|A1', 'w A1'];

  it('are refused in events, unless an option names the column', async () => {
    const users = ['user product_id', ...baskets];
    expect(await refusal({ users })).toContain('cells of "product_id" hold several items ("A1|B2")');
    const { dataset } = await read({ users }, { named: { item: ['product_id'] } });
    expect(dataset.itemIds[0]).toBe('A1|B2');
  });

  it('are refused in profiles whose lists have another separator than |', async () => {
    const lists = ['user items', 'u A1;B2', 'v B2;A1;C3', 'w C3;B2'];
    expect(await refusal({ users: lists, interactions: ['user item', 'u A1'] })).toContain('str.split(";")');
    const { dataset } = await read({ users: lists.map((line) => line.replaceAll(';', '|')) });
    expect([...dataset.itemIds].sort()).toEqual(['A1', 'B2', 'C3']);
  });

  it('are refused in histories if they are records, of which each would be an item', async () => {
    for (const cell of ['{"A1": 2, "B2": 1}', "[('A1', 2), ('B2', 1)]"]) {
      const path = folder.file('p.csv', `user,history\nu,"${cell.replaceAll('"', '""')}"\n`);
      await expect(readDataset(inputsOf(path))).rejects.toThrow(/cells of "history" hold records .*a:2\|b:5/);
    }
    const { dataset } = await read({ users: ['user purchase_history', 'u A1|B2', 'v B2'] });
    expect(dataset.itemIds).toEqual(['A1', 'B2']);
  });

  it('are not suspected in titles like "mug;red", whose parts always have the same place', async () => {
    const titles = ['mug', 'rug', 'lamp'].flatMap((what) => ['red', 'blue'].map((colour) => `u ${what};${colour}`));
    const { dataset } = await read({ users: ['user product', ...titles] });
    expect(dataset.itemIds).toContain('mug;red');
  });
});

describe('lines above the header', () => {
  it('are reported with the command that skips them', async () => {
    const message = await refusal({
      users: ['Sales_report _ _', '_ _ _', 'Customer_ID Product_ID Qty', 'u a 1', 'v a 2'],
    });
    expect(message).toMatch(/users\.csv:3: the columns are named here/);
    expect(message).toMatch(/tail -n \+3 \S*users\.csv \| recommend -u -/);
  });
});

describe('a row below the header that says what the columns hold', () => {
  const rows = Array.from({ length: 12 }, (_, k) => `u${k % 4},i${k % 5},${k % 3}`);
  const write = (first: readonly string[], below = rows) =>
    folder.file('events.csv', `${['user_id,item_id,quantity', ...first, ...below].join('\n')}\n`);
  const refused = (first: readonly string[]) => expect(readDataset(inputsOf(write(first)))).rejects;

  it.each([
    'string,string,int',
    'CHAR(8),CHAR(8),NUM',
    'Dimension,Dimension,Measure',
    'object,object,',
    'text,text,-,',
  ])('is refused with the command that leaves it out: %s', async (line) => {
    const types = line.replace('-,', 'double');
    await refused([types]).toThrow(
      /events\.csv:2: the row below the header .*\n {2}sed 2d \S+events\.csv leaves it out/,
    );
  });

  it('may have phrases, and a second such row below it', async () => {
    const phrases = 'Customer who bought,Code of the item,How many';
    await refused([phrases]).toThrow('sed 2d ');
    await refused([phrases, 'string,string,int']).toThrow('sed 2,3d ');
  });

  it('may be in a catalogue', async () => {
    const items = folder.file(
      'items.csv',
      `item_id,title\nstring,string\n${rows.map((_, k) => `i${k},T${k}`).join('\n')}\n`,
    );
    await expect(readDataset(inputsOf(write([]), { items }))).rejects.toThrow(/items\.csv:2: .*\n {2}sed 2d /);
  });

  it('is not suspected in data: tags named after types, names with spaces, the first row with a space, very few rows', async () => {
    const itemsOf = async (first: string, below = rows) =>
      (await readDataset(inputsOf(write([first], below)))).dataset.itemIds;
    expect(await itemsOf('string,int,1', [...rows, 'u1,int,2'])).toContain('int');
    expect(await itemsOf('u9,string,1')).toContain('string');
    expect(await itemsOf('Ann Lee,Red mug,1')).toContain('Red mug');
    expect(await itemsOf('Ann Lee,Red mug,', [...rows, 'Bob Ray,Blue mug,1'])).toContain('Red mug');
    expect(await itemsOf('Ann Lee,Red mug,', rows.slice(0, 9))).toContain('Red mug');
  });
});

describe('data that is read but probably wrong', () => {
  const warningsOf = async (...args: Parameters<typeof read>) =>
    (await read(...args)).reports.flatMap(({ warnings }) => warnings);

  it('gives a warning if the chosen column is empty in rows where another column of the same role is filled', async () => {
    const of = (header: string, ...rows: string[]) =>
      warningsOf({ users: [header, ...rows, ...rows.map((row) => row.replace('u', 'v'))] });
    expect(await of('user_id item_id product_id', 'u a _', 'u b _', 'u _ c', 'u _ d')).toEqual([
      expect.stringContaining(
        '"item_id" is the item, and empty in rows in which "product_id" is filled: these have no item',
      ),
    ]);
    expect(await of('item rating stars user', 'a 1 _ u', 'b 5 _ u', 'c _ 4 u', 'd 4 _ u')).toEqual([
      expect.stringContaining('"rating" is the rating, and empty in rows in which "stars" is filled'),
    ]);
    expect(await of('user_id item_id product_id', 'u a _', 'u b b', 'u _ c', 'u _ d')).toEqual([]);
    expect(await of('user_id item_id product_id', 'u a x', 'u b y')).toEqual([]);
    expect(await of('customer_id email sku', '1 u@x a', '2 u2@x b', '_ u3@x c', '_ u4@x d')).toEqual([
      expect.stringContaining('"customer_id" is the user, and empty in rows in which "email" is filled'),
    ]);
    expect(await of('user_id anonymous_id sku', '1 n1 a', '2 n2 b', '_ n3 c', '_ n4 d')).toEqual([]);
    const rows = ['user_id item_id product_id', 'u a _', 'v a _', 'u _ c', 'v _ c'];
    expect(await warningsOf({ users: rows }, { named: { item: ['item_id'] } })).toEqual([]);
  });

  it('gives a warning if an order belongs to several users, not if it is merely repeated', async () => {
    const users = ['order_id product_id', 'o1 a', 'o1 b', 'o2 a', 'o3 c'];
    const once = ['order_id customer_id', 'o1 u', 'o2 v', 'o3 u', 'o1 u'];
    expect(await warningsOf({ users, orders: once })).toEqual([]);
    expect(await warningsOf({ users, orders: [...once, 'o1 v', 'o2 u'] })).toEqual([
      expect.stringContaining('order "o1" is of several users, and so are others: 2 rows; the last row stands'),
    ]);
  });

  it('gives a warning if no preference matches the catalogue, not if one does', async () => {
    const files = {
      interactions: ['user item', 'u a', 'v b', 'u b'],
      items: ['item genre', 'a x', 'b y', 'c x', 'd y'],
    };
    const prefs = (...cells: string[]) => [
      'user preferences',
      ...cells.map((cell, at) => `${'uvw'.charAt(at)} ${cell}`),
    ];
    expect(await warningsOf({ ...files, users: prefs('genre:z', 'z', 'Genre=x') })).toContainEqual(
      expect.stringContaining(
        'not one preference matches an attribute of the catalogue: 3, the first of them "genre:z"',
      ),
    );
    expect(await warningsOf({ ...files, users: prefs('genre:z', 'x') })).toEqual([]);
  });

  it('gives a warning if no entry of a history or exclude column is an item of the other files', async () => {
    const files = { interactions: ['user item', 'u a', 'v b', 'u b'], items: ['item genre', 'a x', 'b y', 'c x'] };
    const lists = (of: string, one: string, other: string) => [`user ${of}`, `u ${one}`, `v ${other}`];
    for (const of of ['history', 'exclude']) {
      expect(await warningsOf({ ...files, users: lists(of, 'a;b', 'c;b') })).toEqual([
        expect.stringContaining(
          `not one of the 2 entries of its lists "${of}" is an item that other files have, the first of them "a;b"`,
        ),
      ]);
      expect(await warningsOf({ ...files, users: lists(of, 'A|n', 'a') })).toEqual([]);
    }
    expect(await warningsOf({ users: lists('history', 'a|b', 'b|c') })).toEqual([]);
  });

  it('gives a warning if the header of the catalogue is repeated among its rows', async () => {
    const items = ['sku title genre', 'a A x', 'b B y', 'sku title genre', 'c C x'];
    expect(await warningsOf({ users: ['user item', 'u a', 'v b', 'u b', 'v c'], items })).toContainEqual(
      expect.stringContaining('item "sku" is the header'),
    );
    const swapped = [...items.slice(0, 3), 'title sku genre', 'C c x'];
    expect(await warningsOf({ users: ['user item', 'u a', 'v b', 'u b'], items: swapped })).toContainEqual(
      expect.stringContaining('item "title" is the header'),
    );
  });

  it('is refused if a spreadsheet has shortened its times', async () => {
    for (const rows of [
      ['u a 1.73E+12', 'v b 1.72E+12'],
      ['u a 1730000000000', 'v b 1.72E+12'],
    ]) {
      expect(await refusal({ users: ['user item timestamp', ...rows] })).toContain(
        'is a time that a spreadsheet has shortened',
      );
    }
    expect(
      await warningsOf({ users: ['user item timestamp', 'u a 1.7e+09', 'v b 1700000123', 'u b 1700000124'] }),
    ).toEqual([]);
  });

  it('is skipped if a column marks the row as deleted', async () => {
    const { dataset } = await read({ users: ['user item is_deleted', 'u a 0', 'u b 1', 'v a false', 'v c 0.00'] });
    expect(cellsOf(dataset)).toMatchObject({ u: { a: 1 }, v: { a: 1, c: 1 } });
    expect(cellsOf(dataset).u).not.toHaveProperty('b');
    const copied = await read({ users: ['user item _fivetran_deleted', 'u a false', 'u b true', 'v a false'] });
    expect(cellsOf(copied.dataset).u).not.toHaveProperty('b');
  });
});
