import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { parquetReadObjects } from 'hyparquet';
import { expect, test } from 'vitest';
import { temporaryFolders } from '../files/temporary.js';
import { manyEvents, put } from './data.js';
import { runInProcess } from './run.js';
import { keepWorkersInProcess } from './workers-in-process.js';

keepWorkersInProcess();

const newFolder = temporaryFolders();

/** Users with preferences and countries, one with neither, and a catalogue with unusual headers. */
const SHOP = {
  'events.csv': 'user,item\nann,oak\nann,elm\nbob,oak\nbob,ash\ncat,elm\ncat,oak\ncat,yew\n',
  'people.csv': 'user_id,country,preferences\nann,FR,\nbob,FR,kind:conifer\ndan,日本,kind:conifer\nfay,FR,\neve,,\n',
  'trees.csv':
    'item_id,title,kind,"price, net",a=b,rank\noak,"Oak; big",broad,1.50,x,9\nelm,Elm,broad,2,,8\nash,"Ash; a ""tree""",broad,3,"=1+1",7\nyew,Yew,conifer,4,z,6\n',
};
const PROFILES = ['-u', 'people.csv', '--interactions', 'events.csv', '-i', 'trees.csv', '--algorithm', 'cosine'];

function shop(): string {
  const folder = newFolder();
  for (const [name, text] of Object.entries(SHOP)) put(folder, name, text);
  return folder;
}

async function written(folder: string, name: string, args: readonly string[]): Promise<Buffer> {
  const { code, stderr } = await runInProcess([...args, '-o', name, '-q'], { folder });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return readFileSync(join(folder, name));
}

type Row = Record<string, string>;
const rowsOf = (csv: Buffer) => parse<Row>(csv, { columns: true });

/** A decimal number, in units of 10^-60. */
function units(text: string): bigint {
  const [, sign, whole = '', part = '', exponent = '0'] = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/.exec(text) ?? [];
  return BigInt(`${sign}${whole}${part}`) * 10n ** BigInt(60 - part.length + Number(exponent));
}

function partsOf(reasons = ''): { because: string; score: string }[] {
  return reasons.split('; ').map((part) => {
    const at = part.lastIndexOf(' ');
    return { because: part.slice(0, at), score: part.slice(at + 1) };
  });
}

function addsUp({ reasons, score = '' }: Row): boolean {
  return partsOf(reasons).reduce((sum, part) => sum + units(part.score), 0n) === units(score);
}

test('--output-columns chooses, orders, renames and adds columns in the same way in every format', async () => {
  const folder = shop();
  const names =
    'user.country=land,user_id,item_id=sku,"price, net"=net,a=b,item.rank=own rank,rank,score,source,reasons';
  const args = [...PROFILES, '-n', '2', '--output-columns', names];
  const csv = await written(folder, 'recs.csv', args);
  const rows = rowsOf(csv);
  const header = ['land', 'user_id', 'sku', 'net', 'a=b', 'own rank', 'rank', 'score', 'source', 'reasons'];
  expect(csv.toString().split('\n')[0]).toBe(header.join(','));
  expect(rows.find(({ user_id, sku }) => user_id === 'ann' && sku === 'ash')).toMatchObject({
    ...{ land: 'FR', net: '3', 'a=b': '=1+1', 'own rank': '7', source: 'history' },
    reasons: expect.stringMatching(/^Oak, big 0/),
  });
  const objects = rows.map(({ rank, score, ...texts }) => ({ ...texts, rank: Number(rank), score: Number(score) }));
  const parquet = await written(folder, 'recs.parquet', args);
  expect(await parquetReadObjects({ file: new Uint8Array(parquet).buffer })).toEqual(objects);
  const lines = (await written(folder, 'recs.jsonl', args)).toString().trimEnd().split('\n');
  const flat = lines
    .map((line) => JSON.parse(line))
    .flatMap(({ items, ...user }) =>
      items.map(({ reasons, ...item }: { reasons: { because: string; kind: string; score: number }[] }) => ({
        ...user,
        ...item,
        reasons: reasons.map((part) => `${part.because.replaceAll('; ', ', ')} ${part.score}`).join('; '),
      })),
    );
  expect(flat).toEqual(objects);
  const wide = rowsOf(await written(folder, 'wide.csv', [...args, '--format', 'wide']));
  const own = ['land', 'user_id'];
  const inWide = wide.flatMap((row) =>
    [1, 2].map((k) =>
      Object.fromEntries(header.map((name) => [name, row[own.includes(name) ? name : `${name}_${k}`]])),
    ),
  );
  expect(inWide.filter(({ sku }) => sku !== '')).toEqual(rows);
});

test('reasons and sources name what a score is based on: history, preferences, groups or popularity', async () => {
  const folder = shop();
  const args = PROFILES.with(-1, 'ridge');
  const rows = rowsOf(await written(folder, 'recs.csv', [...args, '-n', '4', '--reasons', '9', '--source']));
  expect(rows.every(addsUp)).toBe(true);
  const of = (user: string, item: string) => rows.find(({ user_id, item_id }) => user_id === user && item_id === item);
  expect(of('dan', 'yew')).toMatchObject({ source: 'preferences', reasons: expect.stringContaining('kind:conifer ') });
  expect(of('eve', 'oak')).toMatchObject({ source: 'popular', reasons: `popular ${of('eve', 'oak')?.score}` });
  expect(of('ann', 'yew')).toMatchObject({ source: 'history', reasons: expect.stringContaining('; Oak, big 0') });
  expect(of('fay', 'oak')).toMatchObject({
    source: 'popular',
    reasons: expect.stringMatching(/^popular .*; country:fr /),
  });
});

test('the reasons add up to every score of long lists, for any number of workers', async () => {
  const folder = newFolder();
  put(folder, 'events.csv', manyEvents(20, 300, 40));
  const args = ['-u', 'events.csv', '--algorithm', 'cosine', '-n', '10000'];
  const explained = [...args, '--reasons', '2', '--source'];
  const one = await written(folder, 'one.csv', [...explained, '-j', '1']);
  expect((await written(folder, 'two.csv', [...explained, '-j', '2'])).equals(one)).toBe(true);
  const rows = rowsOf(one);
  expect(rows.length).toBeGreaterThan(20 * 100);
  expect(rows.filter((row) => !addsUp(row))).toEqual([]);
  expect(new Set(rows.map(({ source }) => source))).toEqual(new Set(['history', 'popular']));
  const plain = await written(folder, 'plain.csv', args);
  expect(rowsOf(plain)).toEqual(rows.map(({ reasons: _, source: __, ...row }) => row));
});

test.each(['2', '15'])('--precision %s sets the digits of scores, and reasons still add up', async (digits) => {
  const folder = shop();
  const args = [...PROFILES.with(-1, 'ease'), '--precision', digits, '--reasons', '1'];
  const rows = rowsOf(await written(folder, 'recs.csv', args));
  for (const { score = '' } of rows) expect(score).toBe(String(Number(Number(score).toPrecision(Number(digits)))));
  expect(rows.every(addsUp)).toBe(true);
});

test('--safe-csv guards added cells, headers and the names in reasons', async () => {
  const folder = shop();
  const kinds = 'kind\noak,=Oak,+1,broad\nelm,Elm,2,broad\nash,Ash,-3,broad\nyew,Yew,4,conifer\n';
  put(folder, 'trees.csv', `item_id,title,=run,${kinds}`);
  const args = [...PROFILES, '--safe-csv', '--output-columns', 'user_id,=run,reasons'];
  const text = (await written(folder, 'recs.csv', args)).toString();
  expect(text.split('\n')[0]).toBe("user_id,'=run,reasons");
  expect(text).toContain("ann,'-3,");
  expect(text).toContain("'=Oak ");
  expect(text).not.toMatch(/(^|[,"]|; )[=+-]/m);
});

test.each([
  [
    'prise',
    'there is no column "prise"; did you mean "price"?\n  there are: user_id, item_id, rank, score, title, source, reasons, item, price',
  ],
  ['user.price', 'there is no column "user.price"'],
  ['rank,score=rank', 'two columns would be called "rank"'],
  ['user_id,price=', 'a column needs a name behind its ='],
])('--output-columns %s is refused', async (columns, why) => {
  const folder = newFolder();
  put(folder, 'events.csv', 'user,item\nann,oak\nbob,elm\n');
  put(folder, 'items.csv', 'item,price\noak,1\nelm,2\n');
  const args = ['-u', 'events.csv', '-i', 'items.csv', '--output-columns', columns, '-q'];
  const { code, stderr } = await runInProcess(args, { folder });
  expect(code).toBe(2);
  expect(stderr).toContain(`--output-columns: ${why}`);
});

test('columns that a format cannot hold, or lacks, are refused', async () => {
  const folder = shop();
  const refused = async (format: string, columns: string) => {
    const { code, stderr } = await runInProcess([...PROFILES, '--format', format, '--output-columns', columns], {
      folder,
    });
    expect(code).toBe(2);
    return stderr;
  };
  expect(await refused('wide', 'item_id,title')).toContain('--format wide needs user_id');
  expect(await refused('wide', 'user_id')).toContain('--format wide needs item_id');
  expect(await refused('jsonl', 'user_id=items,item_id')).toContain('"items" is where objects have their items');
});
