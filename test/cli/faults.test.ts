import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolders } from '../files/temporary.js';
import { manyEvents, put, rowsOf } from './data.js';
import { leftBehind, run } from './run.js';

const newFolder = temporaryFolders();
const grief = new URL('./faults/grief.mjs', import.meta.url).href;
const EVENTS = manyEvents(300, 120, 12);
const FOREVER = 1e6;

/** Runs the program while its children come to grief over a row of a job, in that way, so many times. */
async function runWith(fault: { kind: string; row: number; how: string; times: number }, events = EVENTS) {
  const folder = newFolder();
  const tmp = newFolder();
  put(folder, 'events.csv', events);
  const env = {
    NODE_OPTIONS: `--import ${grief}`,
    GRIEF: `${fault.kind} ${fault.row} ${fault.how} ${fault.times}`,
    GRIEF_FOLDER: newFolder(),
  };
  const args = ['-u', 'events.csv', '-o', 'recs.csv', '-n', '5', '-j', '2', '-q', '--algorithm', 'ridge'];
  const ended = await run(args, { folder, tmp, env });
  expect(readdirSync(tmp)).toEqual([]);
  expect(leftBehind(tmp)).toEqual([]);
  const files = readdirSync(folder).sort();
  return { ...ended, files, csv: files.includes('recs.csv') ? readFileSync(join(folder, 'recs.csv'), 'utf8') : '' };
}

let undisturbed = '';

beforeAll(async () => {
  const { code, csv, stderr } = await runWith({ kind: 'recommend', row: 0, how: 'exit', times: 0 });
  expect([code, stderr]).toEqual([0, '']);
  undisturbed = csv;
});

describe.each(['count', 'learn', 'recommend'])('a child that comes to grief once over a %s shard', (kind) => {
  test.each([
    ['SIGKILL', 'was killed by SIGKILL'],
    ['crash', 'was killed by SIGABRT'],
    ['exit', 'ended with exit code 0 and no answer'],
    ['nonsense', 'sent a message that is none of the protocol'],
  ])('(%s) costs a warning and no byte', async (how, what) => {
    const { code, csv, stderr } = await runWith({ kind, row: 50, how, times: 1 });
    expect(code, stderr).toBe(0);
    expect(csv).toBe(undisturbed);
    const warnings = stderr.split('\n').filter((line) => line.startsWith('recommend: warning: '));
    expect(warnings.length).toBe(1);
    expect(warnings[0]).toMatch(
      new RegExp(`warning: ${kind} shard \\d+ \\(rows \\d+ to \\d+\\): worker \\d+ ${what}; `),
    );
  });
});

test.each([1, FOREVER])(
  'children that are killed %d times over a range of a large file cost no byte',
  async (times) => {
    // A column that nobody reads makes it large enough to be read in ranges.
    const [header, ...rows] = EVENTS.trimEnd().split('\n');
    const padded = [`${header},note`, ...rows.map((row) => `${row},${'x'.repeat(6000)}`)].join('\n');
    const { code, csv, stderr } = await runWith({ kind: 'read', row: 1_000_000, how: 'SIGKILL', times }, padded);
    expect(code, stderr).toBe(0);
    expect(csv).toBe(undisturbed);
    expect(stderr.match(/warning: read shard 0 .*was killed by SIGKILL/g)?.length).toBe(1);
  },
);

test('a child that is stopped (SIGSTOP) is replaced', { timeout: 60_000 }, async () => {
  const { code, csv, stderr } = await runWith({ kind: 'recommend', row: 50, how: 'SIGSTOP', times: 1 });
  expect(code, stderr).toBe(0);
  expect(csv).toBe(undisturbed);
  expect(stderr).toContain('was stopped (SIGSTOP) and did not go on');
});

test('a user who kills every child costs their own list alone, is named, and the run ends with 3', async () => {
  const { code, csv, stderr } = await runWith({ kind: 'recommend', row: 57, how: 'SIGKILL', times: FOREVER });
  expect(code, stderr).toBe(3);
  const rows = rowsOf(undisturbed);
  const users = [...new Set(rows.map((row) => row.user_id))];
  const kept = undisturbed.split('\n').filter((line) => !line.startsWith(`${users[57]},`));
  expect(csv).toBe(kept.join('\n'));
  expect(stderr).toMatch(
    new RegExp(
      `recommend: warning: some work failed:\n  user ${users[57]} got no list: recommend shard \\d+ \\(rows 57 to 57\\): worker \\d+ was killed by SIGKILL\n  all else is done; .*\n$`,
    ),
  );
});

test.each(['count', 'learn'])(
  'an item that kills every child over a %s shard is named, and everybody is served',
  async (kind) => {
    const { code, csv, stderr } = await runWith({ kind, row: 7, how: 'SIGKILL', times: FOREVER });
    expect(code, stderr).toBe(3);
    const users = (text: string) => new Set(rowsOf(text).map((row) => row.user_id));
    expect(users(csv)).toEqual(users(undisturbed));
    expect(stderr).toMatch(/\n {2}item \S+ was not learned: /);
  },
);

test('workers that never start end the run at once, with one error', async () => {
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
