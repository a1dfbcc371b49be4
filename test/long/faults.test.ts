import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { manyEvents, put, rowsOf } from '../cli/data.js';
import { type Fault, withFaults } from '../cli/faults.js';
import { leftBehind, run } from '../cli/run.js';
import { temporaryFolders } from '../files/temporary.js';

const newFolder = temporaryFolders();
const EVENTS = manyEvents(300, 120, 12);

/** Runs the program with faults in its workers. */
async function runWith(faults: readonly Fault[], events = EVENTS) {
  const folder = newFolder();
  const tmp = newFolder();
  put(folder, 'events.csv', events);
  const env = withFaults(newFolder(), ...faults);
  const args = ['-u', 'events.csv', '-o', 'recs.csv', '-n', '5', '-j', '2', '-q', '--algorithm', 'ridge'];
  const ended = await run(args, { folder, tmp, env });
  expect(readdirSync(tmp)).toEqual([]);
  expect(leftBehind(tmp)).toEqual([]);
  const files = readdirSync(folder).sort();
  return { ...ended, files, csv: files.includes('recs.csv') ? readFileSync(join(folder, 'recs.csv'), 'utf8') : '' };
}

let csvWithoutFaults = '';

beforeAll(async () => {
  const { code, csv, stderr } = await runWith([]);
  expect([code, stderr]).toEqual([0, '']);
  csvWithoutFaults = csv;
});

test('workers that are killed, exit or send invalid messages cause a warning each, and the same output', async () => {
  const { code, csv, stderr } = await runWith([
    { job: 'count', row: 50, how: 'SIGKILL', times: 1 },
    { job: 'learn', row: 50, how: 'exit', times: 1 },
    { job: 'recommend', row: 50, how: 'nonsense', times: 1 },
  ]);
  expect(code, stderr).toBe(0);
  expect(csv).toBe(csvWithoutFaults);
  const warnings = stderr.split('\n').filter((line) => line.startsWith('recommend: warning: '));
  const what = [
    'count shard \\d+ .*: worker \\d+ was killed by SIGKILL; ',
    'learn shard \\d+ .*: worker \\d+ ended with exit code 0 and no answer; ',
    'recommend shard \\d+ .*: worker \\d+ sent a message that is not part of the protocol; ',
  ];
  expect(warnings).toEqual(what.map((text) => expect.stringMatching(new RegExp(`warning: ${text}`))));
});

test('the run itself reads a range of a large file at which every worker is killed', async () => {
  // An unused column makes the file large enough to be read in ranges. The run itself reads its beginning anyway, and two ranges of five.
  const [header, ...rows] = EVENTS.trimEnd().split('\n');
  const padded = [`${header},note`, ...rows.map((row) => `${row},${'x'.repeat(16_000)}`)].join('\n');
  const fault = { job: 'read', row: 30_000_000, how: 'SIGKILL' } as const;
  const { code, csv, stderr } = await runWith([fault], padded);
  expect(code, stderr).toBe(0);
  expect(csv).toBe(csvWithoutFaults);
  expect(stderr.match(/warning: read shard 0 .*was killed by SIGKILL; given to another worker/g)?.length).toBe(1);
});

test('a user at whom every worker is killed is the only one without a list, is named, and the run ends with 3', async () => {
  const { code, csv, stderr } = await runWith([{ job: 'recommend', row: 57, how: 'SIGKILL' }]);
  expect(code, stderr).toBe(3);
  const rows = rowsOf(csvWithoutFaults);
  const users = [...new Set(rows.map((row) => row.user_id))];
  const kept = csvWithoutFaults.split('\n').filter((line) => !line.startsWith(`${users[57]},`));
  expect(csv).toBe(kept.join('\n'));
  expect(stderr).toMatch(
    new RegExp(
      `recommend: warning: some work failed:\n  user ${users[57]} got no list: recommend shard \\d+ \\(rows 57 to 57\\): worker \\d+ was killed by SIGKILL\n  all else is done; .*\n$`,
    ),
  );
});

test('items at which every worker is killed while counting or learning are named, and all users get lists', async () => {
  const { code, csv, stderr } = await runWith([
    { job: 'count', row: 7, how: 'SIGKILL' },
    { job: 'learn', row: 9, how: 'SIGKILL' },
  ]);
  expect(code, stderr).toBe(3);
  const users = (text: string) => new Set(rowsOf(text).map((row) => row.user_id));
  expect(users(csv)).toEqual(users(csvWithoutFaults));
  expect(stderr).toMatch(/\n {2}item \S+ was not learned: count shard \d+ \(rows 7 to 7\)/);
  expect(stderr).toMatch(/\n {2}item \S+ was not learned: learn shard \d+ \(rows 9 to 9\)/);
});

test('a run whose workers never start ends at once with one error', async () => {
  const folder = newFolder();
  const tmp = newFolder();
  put(folder, 'events.csv', EVENTS);
  const broken = put(folder, 'broken.mjs', "if (process.argv[1]?.endsWith('shard-worker.js')) process.exit(9);\n");
  const env = { NODE_OPTIONS: `--import ${new URL(`file://${broken}`).href}` };
  const { code, stderr } = await run(['-u', 'events.csv', '-o', 'recs.csv', '-q'], { folder, tmp, env });
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^recommend: workers do not start: worker \d+ ended with exit code 9 and no answer\n.*npm run setup.*\n$/,
  );
  expect(readdirSync(folder).sort()).toEqual(['broken.mjs', 'events.csv']);
  expect(readdirSync(tmp)).toEqual([]);
});
