import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolders } from '../files/temporary.js';
import { manyEvents, put } from './data.js';
import { leftBehind, run } from './run.js';

const newFolder = temporaryFolders();
const EVENTS = manyEvents(2000, 300, 12);
const env = (limit: string) => ({
  NODE_OPTIONS: `--import ${new URL('./faults/full-disk.mjs', import.meta.url).href}`,
  FULL_DISK: limit,
});

test.each([
  ['at once', 'recs.csv', 'parent 10'],
  ['while the run prepares the evidence', 'recs.csv', 'parent 100000'],
  ['while the run writes the lists', 'recs.csv', 'parent 1300000'],
  ['while the run writes compressed lists', 'recs.csv.gz', 'parent 700000'],
  ['while workers write what they learned', 'recs.csv', 'child 50000'],
])(
  'a disk that gets full %s ends the run with 74, names the folder, and leaves the old output alone',
  async (_, name, limit) => {
    const folder = newFolder();
    const tmp = newFolder();
    put(folder, 'events.csv', EVENTS);
    put(folder, name, 'old');
    const args = ['-u', 'events.csv', '-o', name, '-n', '20', '--algorithm', 'ridge', '-q'];
    const { code, stderr } = await run(args, { folder, tmp, env: env(limit) });
    expect(stderr).toMatch(
      /^recommend: no room in \S+ \(ENOSPC: no space left on device, write\)(: the run had \d+\.\d MB there, and wanted more)?; no output file was written; make room there, and run it again\n$/,
    );
    expect(code).toBe(74);
    expect(readFileSync(join(folder, name), 'utf8')).toBe('old');
    expect(readdirSync(folder).sort()).toEqual(['events.csv', name].sort());
    expect(readdirSync(tmp)).toEqual([]);
    expect(leftBehind(tmp)).toEqual([]);
  },
);

test('with --resume, a run that a full disk ended keeps its finished shards and can be resumed once there is room', async () => {
  const folder = newFolder();
  const tmp = newFolder();
  put(folder, 'events.csv', EVENTS);
  const args = ['-u', 'events.csv', '-n', '20', '--algorithm', 'ridge', '-q'];
  const full = await run([...args, '-o', 'recs.csv', '--resume'], { folder, tmp, env: env('parent 1300000') });
  expect(full.code, full.stderr).toBe(74);
  expect(full.stderr).toMatch(/; make room there, and run it again; --resume goes on with what is done\n$/);
  expect(readdirSync(folder).filter((name) => name.endsWith('.run')).length).toBe(1);
  const rest = await run([...args, '-o', 'recs.csv', '--resume', '--log-format', 'text'], { folder, tmp });
  expect(rest.code, rest.stderr).toBe(0);
  const whole = await run([...args, '-o', 'whole.csv'], { folder, tmp });
  expect(whole.code).toBe(0);
  expect(readFileSync(join(folder, 'recs.csv'))).toEqual(readFileSync(join(folder, 'whole.csv')));
  expect(readdirSync(folder).sort()).toEqual(['events.csv', 'recs.csv', 'whole.csv']);
});

test('a full disk ends an evaluation with 74 and names the folder', async () => {
  const folder = newFolder();
  const tmp = newFolder();
  put(folder, 'events.csv', EVENTS);
  const args = ['evaluate', '-u', 'events.csv', '--algorithms', 'ridge', '-q'];
  const { code, stderr } = await run(args, { folder, tmp, env: env('child 50000') });
  expect(code).toBe(74);
  expect(stderr).toBe(
    `recommend: no room in ${tmp} (ENOSPC: no space left on device, write): ${stderr.slice(stderr.indexOf('the run had'))}`,
  );
  expect(readdirSync(tmp)).toEqual([]);
});

test.skipIf(process.platform !== 'linux')('the error names the full device or --bad-rows file', async () => {
  const folder = newFolder();
  const tmp = newFolder();
  put(folder, 'events.csv', 'user,item,rating\na,b,1\na,c,much\n');
  const full = async (...args: string[]) => {
    const { code, stderr } = await run(['-u', 'events.csv', '--algorithm', 'popular', ...args], { folder, tmp });
    expect(code).toBe(74);
    return stderr;
  };
  expect(await full('--bad-rows', 'skip', '-o', '/dev/full')).toContain(
    'recommend: /dev/full cannot be written: ENOSPC: no space left on device, write; make room there',
  );
  expect(await full('--bad-rows', '/dev/full', '-o', 'recs.csv')).toContain(
    'recommend: --bad-rows: /dev/full cannot be written: ENOSPC',
  );
});

test.skipIf(process.platform !== 'linux')('a full disk for summary or metrics is only a warning', async () => {
  const folder = newFolder();
  put(folder, 'events.csv', 'user,item\na,b\na,c\n');
  for (const [option, what] of [
    ['--summary', 'summary'],
    ['--metrics-file', 'metrics'],
  ] as const) {
    const args = ['-u', 'events.csv', '--algorithm', 'popular', '-o', 'recs.csv', option, '/dev/full'];
    const { code, stderr } = await run(args, { folder, terminal: false });
    expect(code).toBe(0);
    expect(stderr).toMatch(
      new RegExp(
        `^recommend: warning: no ${what}: /dev/full cannot be written: ENOSPC: .*; mend that for the next run`,
        'm',
      ),
    );
  }
});
