import { readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SIZES } from '../../src/events/read-events.js';
import { Random } from '../../src/matrix/sampling.js';
import { temporaryFolders } from '../files/temporary.js';
import { does } from './array-jobs.js';
import { put } from './data.js';
import { run, runInProcess } from './run.js';
import { keepWorkersInProcess } from './workers-in-process.js';

const newFolder = temporaryFolders();
keepWorkersInProcess();

// Small ranges, so that small files are split, too.
const before = { ...SIZES };
beforeAll(() => void Object.assign(SIZES, { range: 3000, ranged: 10_000 }));
afterAll(() => void Object.assign(SIZES, before));

const SHARDS = 3;
const HEADER = 'user,item,quantity,date,event';

/** Rows of events, some of them unusual: quoted over two lines, too long or too short, without an item id, or with CRLF. */
function oddRows(rows: number, seed: number): string[] {
  const random = new Random(seed);
  const pick = (count: number) => random.next() % count;
  return Array.from({ length: rows }, () => {
    const row = `u${pick(40)},"i ${pick(90)}",${1 + pick(9)},2024-0${1 + pick(9)}-1${pick(9)},${['view', 'buy', 'Cart'][pick(3)]}`;
    if (pick(50) > 0) return row;
    return [`${row},more`, '"two\nlines",i,1,,view', 'u1,NA,1,,view', `${row}\r`, 'x,y,z,,view', ''][pick(6)] ?? row;
  });
}

function oddEvents(rows: number, seed = 5): string {
  return `${[HEADER, ...oddRows(rows, seed)].join('\n')}\n`;
}

function jsonLines(rows: number): string {
  const lines = Array.from({ length: rows }, (_, k) => {
    if (k % 37 === 9) return '{"user": "u1", "items": [';
    if (k % 41 === 7) return '';
    const items = [{ item_id: `i ${k % 90}` }, { item_id: `i ${(3 * k) % 90}` }];
    return JSON.stringify({ user: `u${k % 40}`, date: `2024-03-${10 + (k % 20)}`, items });
  });
  return `${lines.join('\n')}\n`;
}

const BAD = ['--bad-rows', 'bad.csv'];

/** Exports of many kinds, and the options that read them. */
const EXPORTS: Record<string, { files: Record<string, string | Buffer>; args: string[] }> = {
  'a file that is split into ranges': { files: { 'e.csv': oddEvents(900) }, args: ['-u', 'e.csv', ...BAD] },
  'files of every kind, read as one input': {
    files: {
      'big.csv': oddEvents(900),
      'small.csv': oddEvents(60, 6),
      'packed.csv.gz': gzipSync(oddEvents(300, 7)),
      'western.csv': Buffer.from(`${HEADER}\n${oddRows(80, 8).join('\n')}\nJosé,"i 3",1,2024-01-11,buy\n`, 'latin1'),
    },
    args: ['-u', 'big.csv', 'packed.csv.gz', 'small.csv', 'western.csv', ...BAD],
  },
  'JSON Lines, some of them broken': { files: { 'e.jsonl': jsonLines(300) }, args: ['-u', 'e.jsonl', ...BAD] },
  'profiles and events, with a condition relative to --now': {
    files: {
      'p.csv': ['user,country', ...Array.from({ length: 45 }, (_, k) => `u${k},${k % 2 ? 'FR' : 'US'}`)].join('\n'),
      'e.csv': oddEvents(900),
    },
    args: [
      ...['-u', 'p.csv', '--interactions', 'e.csv', '--events-where', 'date > now - 200d and quantity < 9'],
      ...['--now', '2024-10-01', ...BAD],
    ],
  },
  'titles in the events, added to the output as a column': {
    files: {
      'e.csv': [
        'user_id,sku,product_title',
        ...table(400, (k) => `u${k % 40},s${(k * k) % 53},Thing ${(k * k) % 53}`),
      ].join('\n'),
    },
    args: ['-u', 'e.csv', '--output-columns', 'user_id,item_id,item.product_title'],
  },
  'order lines, and the orders that name their users': {
    files: {
      'lines.csv': [
        'order_id,product_id,quantity',
        ...table(900, (k) => `o${k % 300},p${(k * k) % 53},${1 + (k % 3)}`),
      ].join('\n'),
      'orders.csv': [
        'order_id,customer_id,created_at,status',
        ...table(290, (k) => `o${k},c${k % 30},2024-0${1 + (k % 9)}-11,${k % 11 ? 'paid' : 'cancelled'}`),
      ].join('\n'),
    },
    args: ['-u', 'lines.csv', '--orders', 'orders.csv'],
  },
  'orders of which only the first row names the user and the date': {
    files: {
      'e.csv': [
        'order_id,customer_id,item,date',
        ...table(600, (k) => `o${k >> 1},${k % 2 ? '' : `c${k % 28}`},p${(k * k) % 53},${k % 2 ? '' : '2024-02-11'}`),
      ].join('\n'),
    },
    args: ['-u', 'e.csv'],
  },
};

function table(rows: number, row: (k: number) => string): string[] {
  return Array.from({ length: rows }, (_, k) => row(k));
}

/** Plans, and returns the exit code, stderr without times, and the files that the plan wrote. */
async function planned(folder: string, args: readonly string[], work: string) {
  const { code, stderr } = await runInProcess(['plan', ...args, '--work', work, '-v', '-j', '1'], { folder });
  const files = readdirSync(join(folder, work)).map((name) => [name, readFileSync(join(folder, work, name), 'base64')]);
  const bad = args.includes('bad.csv') ? readFileSync(join(folder, 'bad.csv'), 'utf8') : '';
  return { code, stderr: stderr.replace(/^.*\d s[:,].*\n/gm, ''), files, bad };
}

test.each(Object.keys(EXPORTS))('%s: the plan has the same bytes if an array of jobs reads the files', async (name) => {
  const { files = {}, args: inputs = [] } = EXPORTS[name] ?? {};
  const folder = newFolder();
  for (const [file, content] of Object.entries(files)) put(folder, file, content);
  const args = [...inputs, '--algorithm', 'cosine', '--shards', `${SHARDS}`];
  const whole = await planned(folder, args, 'whole');
  expect(whole.code).toBe(0);
  for (const n of [2, 1, 3, 2])
    await does(['read', ...args, '--shard', `${n}/3`, '--work', 'apart', '-j', '1'], { folder });
  const parts = readdirSync(join(folder, 'apart')).filter((part) => part.startsWith('read-'));
  expect(parts.length).toBeGreaterThanOrEqual(Object.keys(files).filter((file) => file !== 'p.csv').length);
  expect(await planned(folder, args, 'apart')).toEqual(whole);
  if (args.includes('bad.csv')) expect(whole.bad.split('\n').length).toBeGreaterThan(4);
});

const ARGS = ['-u', 'e.csv', '--algorithm', 'cosine', '--shards', '3', '--bad-rows', 'skip'];

async function tryRun(args: readonly string[], folder: string, env: NodeJS.ProcessEnv = {}) {
  const { code, stderr } = await runInProcess(args, { folder, env, terminal: false });
  return { code, stderr };
}

function readOne(n: string, folder: string, more: readonly string[] = []): Promise<string> {
  return does(['read', ...ARGS, ...more, '--work', 'w', '--shard', n, '-j', '1'], { folder });
}

test('plan reads missing or altered ranges itself, and warns about them', async () => {
  const folder = newFolder();
  put(folder, 'e.csv', oddEvents(900));
  const whole = await planned(folder, ARGS, 'whole');
  await readOne('1', folder);
  await readOne('2', folder);
  const part = readdirSync(join(folder, 'w')).find((name) => name.startsWith('read-')) ?? '';
  const path = join(folder, 'w', part);
  const bytes = readFileSync(path);
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(path, bytes);
  const { stderr, ...plan } = await planned(folder, ARGS, 'w');
  expect(plan).toMatchObject({ code: 0, files: whole.files });
  expect(stderr).toMatch(
    /warning: e\.csv: plan reads \d of its \d+ ranges itself: that shard of recommend read is missing/,
  );
  expect(stderr).toMatch(/warning: bytes \d+ to \d+ .* check sum/);
});

test.each([
  [
    'of another size',
    (path: string) => writeFileSync(path, `${readFileSync(path, 'utf8')}u1,"i 1",1,2024-01-11,buy\n`),
  ],
  ['with another modification time', (path: string) => utimesSync(path, 1e9, 1e9)],
  ['read by other options', undefined],
])('ranges of a file that is now %s are not reused', async (_, change) => {
  const folder = newFolder();
  put(folder, 'e.csv', oddEvents(900));
  for (const n of ['1', '2', '3']) await readOne(n, folder);
  change?.(join(folder, 'e.csv'));
  const args = change ? ARGS : [...ARGS, '--time-col', 'none'];
  const whole = await planned(folder, args, 'whole');
  const { stderr, ...plan } = await planned(folder, args, 'w');
  expect(plan).toMatchObject({ code: 0, files: whole.files });
  expect(stderr).toContain('warning: e.csv: plan reads it itself');
});

test('plan reports an error that shows only at the end of a file; read leaves these bytes to plan', async () => {
  const folder = newFolder();
  put(folder, 'e.csv.gz', gzipSync(oddEvents(20_000)).subarray(0, -100));
  const args = ['-u', 'e.csv.gz', ...ARGS.slice(2)];
  const { code, stderr } = await tryRun(['read', ...args, '--work', 'w', '--shard', '2', '-j', '1'], folder);
  expect(stderr).toMatch(/warning: e\.csv\.gz: bytes 0 to \d+ are left to plan: .*ends too early/);
  expect(code).toBe(0);
  const plan = await tryRun(['plan', ...args, '--work', 'w', '-j', '1'], folder);
  expect(plan.stderr).toContain('recommend: e.csv.gz: the gzip file ends too early');
  expect(plan.code).toBe(65);
});

test('plan reads standard input itself, even after shards of another file were read', async () => {
  const folder = newFolder();
  const stdin = oddEvents(300);
  put(folder, 'e.csv', stdin);
  await readOne('1', folder);
  const args = ['plan', '-u', '-', ...ARGS.slice(2), '--work', 'w', '-q'];
  const { code, stderr } = await run(args, { folder, stdin, terminal: false });
  expect(stderr).toMatch(/^recommend: warning: standard input: \d of 299 rows cannot be read[^\n]*\n.*\n$/);
  expect(code).toBe(0);
});

test('status shows the progress of reading before there is a plan, and a finished shard is not read again', async () => {
  const folder = newFolder();
  put(folder, 'e.csv', oddEvents(900));
  await readOne('2', folder);
  const { shards, stages } = JSON.parse(await does(['status', '--work', 'w', '--format', 'json'], { folder }));
  const command = 'recommend read … --shards 3 --shard auto --work w';
  expect([shards, stages]).toEqual([3, [{ stage: 'reading', done: '2', begun: '', missing: '1,3', command }]]);
  const again = ['read', ...ARGS, '--work', 'w', '--shard', 'auto', '-v'];
  const { stderr } = await tryRun(again, folder, { SLURM_ARRAY_TASK_ID: '2' });
  expect(stderr).toBe('shard 2 of 3 of reading was finished already\n');
  await readOne('1', folder);
  await readOne('3', folder);
  expect(await does(['status', '--work', 'w'], { folder })).toContain('next: recommend plan … --shards 3 --work w\n');
  await planned(folder, ARGS, 'w');
  expect((await tryRun(again, folder, { SLURM_ARRAY_TASK_ID: '2' })).stderr).toContain('there is a plan already');
  expect(readdirSync(join(folder, 'w')).filter((name) => /^read/.test(name))).toEqual([]);
  // A shard that another pod finishes only after the plan does no harm.
  put(folder, 'w/read-0123456789abcdef-0-9', '');
  await does(['fit', '--stage', 'count', '--shard', '1', '--work', 'w', '-j', '1'], { folder });
});

test.each([
  [['-u', '-'], 2, 'recommend plan reads pipes'],
  [['-u', 'none.csv'], 66, 'none.csv'],
  [['-u', 'e.csv', '--events-where', 'date > today - 9d'], 2, 'say when it is: --now DATE'],
  [['-u', 'e.csv', '--shard', '4'], 2, '--shard 4: expected a number from 1 to 3'],
  [['-u', 'e.csv', '--top', '3', '--time-col', 'none'], 73, 'w has files of other data, options'],
])('%j ends with %i: %s', async (args, exit, why) => {
  const folder = newFolder();
  put(folder, 'e.csv', oddEvents(900));
  await readOne('1', folder);
  const before = readdirSync(join(folder, 'w'));
  const { code, stderr } = await tryRun(['read', '--shards', '3', '--shard', '2', '--work', 'w', ...args], folder);
  expect(stderr).toContain(why);
  expect(code).toBe(exit);
  expect(readdirSync(join(folder, 'w'))).toEqual(before);
  rmSync(join(folder, 'w'), { recursive: true });
});
