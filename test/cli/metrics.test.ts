import { execFileSync } from 'node:child_process';
import { createReadStream, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolders } from '../files/temporary.js';
import { EVENTS, put } from './data.js';
import { runInProcess, textOf } from './run.js';

const newFolder = temporaryFolders();
const ARGS = ['-u', 'events.csv', '-o', 'recs.csv', '--metrics-file', 'nightly.prom'];

function valueIn(folder: string, metric: string): number {
  const text = readFileSync(join(folder, 'nightly.prom'), 'utf8');
  const line = text.split('\n').find((line) => line.startsWith(`${metric.replace('{', '{run="nightly",')}`));
  return Number(line?.split(' ').at(-1));
}

test('a successful run writes its metrics and leaves no other file', async () => {
  const folder = newFolder();
  put(folder, 'events.csv', `${EVENTS},oak,5\ncat,oak,abc\n`);
  const before = Date.now() / 1000;
  const { code, stderr } = await runInProcess([...ARGS, '--bad-rows', 'skip'], { folder });
  expect(code, stderr).toBe(0);
  expect(readdirSync(folder).sort()).toEqual(['events.csv', 'nightly.prom', 'recs.csv']);
  expect(valueIn(folder, 'recommend_success')).toBe(1);
  expect(valueIn(folder, 'recommend_exit_code')).toBe(0);
  expect(valueIn(folder, 'recommend_last_success_timestamp_seconds')).toBeGreaterThanOrEqual(Math.floor(before));
  expect(valueIn(folder, 'recommend_users_served')).toBe(1);
  expect(valueIn(folder, 'recommend_users_short')).toBe(2);
  expect(valueIn(folder, 'recommend_input_rows{input="users"')).toBe(7);
  expect(valueIn(folder, 'recommend_input_rows_rejected{input="users"')).toBe(1);
  expect(valueIn(folder, 'recommend_input_rows_skipped{input="users"')).toBe(1);
  expect(valueIn(folder, 'recommend_peak_memory_bytes')).toBeGreaterThan(10e6);
  expect(valueIn(folder, 'recommend_duration_seconds')).toBeGreaterThan(0);
});

test('the metrics of a failed run say so and keep the time of the last success', async () => {
  const folder = newFolder();
  put(folder, 'events.csv', EVENTS);
  await runInProcess(ARGS, { folder });
  const succeeded = valueIn(folder, 'recommend_last_success_timestamp_seconds');
  expect(succeeded).toBeGreaterThan(0);
  put(folder, 'events.csv', 'user,item,rating\na,b,much\n');
  for (let time = 0; time < 2; time++) {
    const { code } = await runInProcess(ARGS, { folder });
    expect(code).toBe(65);
    expect(valueIn(folder, 'recommend_exit_code')).toBe(65);
    expect(valueIn(folder, 'recommend_success')).toBe(0);
    expect(valueIn(folder, 'recommend_last_success_timestamp_seconds')).toBe(succeeded);
    expect(valueIn(folder, 'recommend_last_run_timestamp_seconds')).toBeGreaterThan(succeeded);
    expect(valueIn(folder, 'recommend_users_served')).toBe(0);
  }
});

test('an invalid command line writes metrics, too, and keeps the time of the last success', async () => {
  const folder = newFolder();
  put(folder, 'events.csv', EVENTS);
  const refused = async (args: readonly string[]) => {
    const { code, stderr } = await runInProcess(args, { folder, terminal: false });
    expect(code).toBe(2);
    return stderr;
  };
  await refused([...ARGS, '--topp', '5']);
  expect(valueIn(folder, 'recommend_success')).toBe(0);
  expect(valueIn(folder, 'recommend_last_success_timestamp_seconds')).toBe(0);
  await runInProcess(ARGS, { folder });
  const succeeded = valueIn(folder, 'recommend_last_success_timestamp_seconds');
  expect(succeeded).toBeGreaterThan(0);
  const joined = [...ARGS.slice(0, 4), '--metrics-file=nightly.prom'];
  for (const args of [
    [...ARGS, '-n', 'many'],
    [...ARGS, '--algorithm', 'magic'],
    [...joined, '-j', '0'],
  ]) {
    await runInProcess(ARGS, { folder });
    expect(valueIn(folder, 'recommend_success')).toBe(1);
    await refused(args);
    expect(valueIn(folder, 'recommend_success'), args.join(' ')).toBe(0);
    expect(valueIn(folder, 'recommend_exit_code')).toBe(2);
    expect(valueIn(folder, 'recommend_last_success_timestamp_seconds')).toBeGreaterThanOrEqual(succeeded);
  }
  expect(await refused([...ARGS, '--metrics-file', 'none/nightly.prom', '--topp'])).toMatch(
    /^recommend: warning: no metrics: none\/nightly.prom: the folder none does not exist; .*\nrecommend: unknown option '--topp'/,
  );
});

test('an invalid command line does not write metrics over an input, an output, a pipe or a large file', async () => {
  const folder = newFolder();
  put(folder, 'events.csv', EVENTS);
  execFileSync('mkfifo', [join(folder, 'pipe.prom')]);
  // Larger than a string can be, so that it cannot be read as one.
  put(folder, 'huge.csv', EVENTS);
  truncateSync(join(folder, 'huge.csv'), 600e6);
  for (const args of [
    ['-u', 'events.csv', '--metrics-file', 'events.csv'],
    ['--metrics-file', 'huge.csv'],
    ['-u', 'none.csv', '--metrics-file', 'events.csv', '--topp'],
    ['-u', 'events.csv', '-o', 'new.prom', '--metrics-file', './new.prom'],
    ['-u', 'events.csv', '--topp', '--metrics-file', 'pipe.prom'],
    ['-u', 'events.csv', '--topp', '--metrics-file', '-'],
    ['-u', 'events.csv', '--topp', '--metrics-file'],
    ['--metrics-file', '-u', 'events.csv'],
  ]) {
    const { code, stdout } = await runInProcess(args, { folder, terminal: false });
    expect([code, stdout], args.join(' ')).toEqual([2, '']);
  }
  expect(readdirSync(folder).sort()).toEqual(['events.csv', 'huge.csv', 'pipe.prom']);
  expect(readFileSync(join(folder, 'events.csv'), 'utf8')).toBe(EVENTS);
  expect(statSync(join(folder, 'huge.csv')).size).toBe(600e6);
});

test('a run whose temporary folder is missing fails with metrics, too', async () => {
  const folder = newFolder();
  put(folder, 'events.csv', EVENTS);
  // If the output is a regular file, the files of the run are next to it: only a device needs TMPDIR.
  const args = [...ARGS, '-o', '/dev/null'];
  const { code, stderr } = await runInProcess(args, { folder, tmp: join(folder, 'none'), terminal: false });
  expect(code).toBe(73);
  expect(stderr).toMatch(/^recommend: no temporary folder can be made: .*TMPDIR/);
  expect(valueIn(folder, 'recommend_exit_code')).toBe(73);
  expect(valueIn(folder, 'recommend_last_success_timestamp_seconds')).toBe(0);
});

test('the metrics file keeps its permissions and loses its former contents', async () => {
  const folder = newFolder();
  put(folder, 'events.csv', EVENTS);
  writeFileSync(join(folder, 'nightly.prom'), 'other 1\n', { mode: 0o640 });
  await runInProcess(ARGS, { folder });
  expect(statSync(join(folder, 'nightly.prom')).mode & 0o777).toBe(0o640);
  expect(readFileSync(join(folder, 'nightly.prom'), 'utf8')).not.toContain('other');
});

test('metrics that cannot be written cause a warning, and the lists are still written', async () => {
  const folder = newFolder();
  put(folder, 'events.csv', EVENTS);
  const args = ['-u', 'events.csv', '-o', 'recs.csv', '--metrics-file', 'none/nightly.prom'];
  const { code, stderr } = await runInProcess(args, { folder, terminal: false });
  expect(code).toBe(0);
  expect(stderr).toMatch(/^recommend: warning: no metrics: none\/nightly.prom: the folder none does not exist; .*\n$/);
  expect(readFileSync(join(folder, 'recs.csv'), 'utf8')).toMatch(/^user_id,/);
});

test('metrics can be written to a named pipe', async () => {
  const folder = newFolder();
  put(folder, 'events.csv', EVENTS);
  const pipe = join(folder, 'pipe.prom');
  execFileSync('mkfifo', [pipe]);
  const received = textOf(createReadStream(pipe));
  const args = ['-u', 'events.csv', '-o', 'recs.csv', '--metrics-file', 'pipe.prom'];
  const { code } = await runInProcess(args, { folder });
  expect([code, await received]).toEqual([0, expect.stringContaining('recommend_success{run="pipe"} 1\n')]);
});

test('the metrics file cannot be an input or another output', async () => {
  const folder = newFolder();
  put(folder, 'events.csv', EVENTS);
  for (const option of ['-o', '--summary', '--users']) {
    const { code, stderr } = await runInProcess(['-u', 'events.csv', option, 'x.csv', '--metrics-file', 'x.csv'], {
      folder,
    });
    expect([code, stderr], option).toEqual([2, expect.stringContaining('--metrics-file')]);
  }
});
