import { expect, test } from 'vitest';
import { temporaryFolders } from '../files/temporary.js';
import { manyEvents, put } from './data.js';
import { runInProcess } from './run.js';
import { keepWorkersInProcess } from './workers-in-process.js';

keepWorkersInProcess();

const newFolder = temporaryFolders();
const [USERS, ITEMS, N] = [40, 30, 6];

const lines = (header: string, count: number, line: (at: number) => string) =>
  [header, ...Array.from({ length: count }, (_, at) => line(at))].join('\n');
const FILES = {
  'events.csv': manyEvents(USERS, ITEMS, 8),
  'profiles.csv': lines('user_id,country', USERS, (user) => `user-${user},${['FR', 'DE'][user % 2]}`),
  'items.csv': lines('item,kind,price', ITEMS, (k) => `item-${k},${['tea', 'cup', 'pot'][k % 3]},${k % 7}`),
  'boost.csv': 'item,factor\nitem-5,4\nitem-6,0.5\n',
  'pins.csv': 'item_id,rank,country,user_id\nitem-3,1,,\nitem-4,1,fr,\nitem-7,2,,\nitem-9,1,,user-4\n',
};

async function run(args: readonly string[], files: Record<string, string> = {}) {
  const folder = newFolder();
  for (const [name, text] of Object.entries({ ...FILES, ...files })) put(folder, name, text);
  return runInProcess(args, { folder });
}

const SHAPE = [
  ...['--boost', 'boost.csv', '--boost-where', 'price > 3=1.5', '--popularity-penalty', '0.2', '--pin', 'pins.csv'],
  ...['--explore', '0.2', '--min-score', '-1', '--max-per', 'kind=3', '--diversity', '0.2'],
];
const FROM = ['-u', 'profiles.csv', '--interactions', 'events.csv', '-i', 'items.csv'];
const PLAIN = [...FROM, '-n', `${N}`, '--algorithm', 'cosine'];

test('evaluate accepts every rule and shows that --diversity raises the diversity of the lists', async () => {
  const figures = async (...more: string[]) => {
    const args = ['--algorithms', 'cosine', '--at', '5', '--format', 'csv'];
    const { code, stdout, stderr } = await run(['evaluate', ...FROM, ...args, ...more]);
    expect(code, stderr).toBe(0);
    return Object.fromEntries(
      [...stdout.matchAll(/^cosine,all,(\w+),5,([\d.]+)/gm)].map(([, metric = '', value]) => [metric, Number(value)]),
    );
  };
  const plain = await figures();
  const shaped = await figures(...SHAPE, '--diversity', '1');
  expect(Object.keys(shaped)).toEqual(Object.keys(plain));
  expect(shaped.diversity).toBeGreaterThan(plain.diversity ?? 1);
});

test('warnings report boosts of unknown items, and pins of unknown items, ranks beyond the list or no matching user', async () => {
  const files = {
    'pins.csv': 'item,rank,country\nitem-1,1,\nitem-99,2,\nitem-2,7,\nitem-2,1,IT\n',
    'boost.csv': 'item,factor\nitem-1,2\nitem-98,2\nitem-99,2\n',
  };
  const { code, stderr } = await run([...PLAIN, '--pin', 'pins.csv', '--boost', 'boost.csv', '-q'], files);
  expect(code).toBe(0);
  expect(stderr.trimEnd().split('\n')).toEqual([
    'recommend: warning: boost.csv:3: 2 of 3 rows name no item of the catalogue and do nothing; the first is "item-98"',
    'recommend: warning: pins.csv:4: 1 of 4 pins have a rank beyond the end of the lists, which is 6',
    'recommend: warning: pins.csv:3: 1 of 4 rows name no item of the catalogue and do nothing; the first is "item-99"',
    'recommend: warning: pins.csv:5: no user matches this pin',
  ]);
});

test('a warning reports pins of items that other rules exclude for every user', async () => {
  const files = { 'pins.csv': 'item,rank\nitem-1,1\nitem-2,2\nitem-3,3\n', 'out.csv': 'item\nitem-3\n' };
  const { code, stderr } = await run(
    [...PLAIN, '--pin', 'pins.csv', '--exclude-items', 'out.csv', '--where', 'item not in ("item-2")', '-q'],
    files,
  );
  expect(code).toBe(0);
  expect(stderr).toBe(
    'recommend: warning: pins.csv:3: 2 of 3 pins have items that nobody may get now: sold out, or left out by --where, --only-items or --exclude-items; the first is "item-2"\n',
  );
});

test('users without an item above --min-score get no list, and --diversity warns if the algorithm learns no similarities', async () => {
  const { code, stdout, stderr } = await run([
    ...PLAIN.slice(0, -1),
    ...['popular', '--diversity', '0.5', '--min-score', '1e9', '-q'],
  ]);
  expect([code, stdout]).toEqual([0, 'user_id,item_id,rank,score\n']);
  expect(stderr).toContain('--diversity changes nothing: the algorithm does not learn which items go together');
});

test.each<[string, string[], number, string, Record<string, string>?]>([
  ['a cap without a count', ['--max-per', 'kind'], 2, 'Expected a column and a count, like category=2.'],
  ['a cap of 0', ['--max-per', 'kind=0'], 2, 'Expected a column and a count'],
  ['two caps on one column', ['--max-per', 'kind=1', '--max-per', 'kind=2'], 2, 'kind was given already'],
  ['a cap on an unknown column', ['--max-per', 'kinds=1'], 2, 'items have no column "kinds"; did you mean "kind"?'],
  ['a diversity above 1', ['--diversity', '1.5'], 2, 'Expected a number from 0 to 1.'],
  ['a least score that is not a number', ['--min-score', 'NaN'], 2, 'Expected a number.'],
  ['a boost by the factor 0', ['--boost-where', 'price > 1=0'], 2, 'a factor above 0'],
  ['an invalid condition', ['--boost-where', 'price=2'], 2, '--boost-where: expected a comparison'],
  ['two files of boosts', ['--boost', 'boost.csv', '--boost', 'pins.csv'], 2, 'boost.csv was given already'],
  ['a missing file of pins', ['--pin', 'pin.csv'], 66, 'pin.csv: no such file'],
  ['boosts without factors', ['--boost', 'pins.csv'], 65, 'pins.csv:1: no column is called factor: --boost takes'],
  ['an input as the output', ['--pin', 'pins.csv', '-o', 'pins.csv'], 2, '--output pins.csv is also an input'],
  ['a negative boost', ['--boost', 'b'], 65, 'b:3: a factor is above 0', { b: 'item,factor\na,1\nb,-2\n' }],
  ['a non-numeric boost', ['--boost', 'b'], 65, 'b:2: column "factor": "x" is not', { b: 'item,factor\na,x\n' }],
  ['an empty boost', ['--boost', 'b'], 65, 'b:2: column "factor" is empty', { b: 'item,factor\na,\n' }],
  ['two boosts', ['--boost', 'b'], 65, 'b:3: item "a" has a factor already, by b:2', { b: 'item,factor\na,2\na,3\n' }],
  ['a pin at rank 0', ['--pin', 'p'], 65, 'p:2: a rank is a whole number from 1', { p: 'item,rank\na,0\n' }],
  ['a pin at rank 1.5', ['--pin', 'p'], 65, 'p:2: a rank is a whole number from 1', { p: 'item,rank\na,1.5\n' }],
  [
    'two items pinned at one rank for the same user',
    ['--pin', 'p'],
    65,
    'p:4: rank 1 has an item for the same users already, by p:2',
    { p: 'item,rank,country\na,1,FR\nb,1,\nc,1,fr\n' },
  ],
  [
    'an item pinned at two ranks for the same users',
    ['--pin', 'p'],
    65,
    'p:3: item "a" has a rank for the same users already, by p:2',
    { p: 'item,rank\na,1\na,2\n' },
  ],
  [
    'a pin for an unknown column of the users',
    ['--pin', 'p'],
    2,
    '--pin: p:2: users have no column "land"; there are "user_id", "country"',
    { p: 'item,rank,land\nitem-1,1,FR\n' },
  ],
])('%s is refused', async (_, args, exitCode, message, files = {}) => {
  const { code, stderr, stdout } = await run([...PLAIN, ...args], files);
  expect([code, stdout], stderr).toEqual([exitCode, '']);
  expect(stderr).toContain(message);
});
