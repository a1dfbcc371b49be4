import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolders } from '../files/temporary.js';
import { EVENTS, manyEvents, put } from './data.js';
import { endless, withFaults } from './faults.js';
import { atWork, type Ended, exitOf, runInProcess, runOn, start, textOf } from './run.js';

const newFolder = temporaryFolders();

/** Parses a JSON log, in which every line is an object. */
function entriesOf(stderr: string): Record<string, unknown>[] {
  return stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe('without a terminal', () => {
  /** Runs the program as cron does: without a terminal. */
  async function runFromCron(events: string, ...args: string[]): Promise<Ended> {
    const folder = newFolder();
    put(folder, 'events.csv', events);
    return runInProcess(['-u', 'events.csv', '-o', 'recs.csv', ...args], { folder, terminal: false });
  }

  test('a run prints nothing unless something is wrong', async () => {
    expect(await runFromCron(EVENTS)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await runFromCron(`${EVENTS},oak,5\n`)).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  test.each([
    ['--log-format', 'text'],
    ['-v', ''],
  ])('%s %s prints the same text as on a terminal, without the progress bar', async (...args) => {
    const { stderr } = await runFromCron(EVENTS, ...args.filter(Boolean));
    expect(stderr).toMatch(/^events.csv: events, 5 rows\n/);
    expect(stderr).toMatch(
      /\n1 user served \(1 more: nothing is left for them\), 1 row, \d+\.\d s, \d+ MB at most → recs.csv\n$/,
    );
    expect(stderr).not.toContain('ETA');
  });

  test('a warning reports rejected rows with the first of them and how to keep them', async () => {
    const { code, stderr } = await runFromCron(`${EVENTS}cat,oak,abc\ncat,elm\n`, '--bad-rows', 'skip');
    expect(code).toBe(0);
    expect(stderr).toBe(
      'recommend: warning: events.csv: 2 of 7 rows cannot be read and were left out, the first on line 7: column "rating": "abc" is not a number\n' +
        '  fix them, or keep them in a file with --bad-rows FILE\n',
    );
  });

  test('a warning reports a file in which more than half the rows lack an id, even with -q', async () => {
    const { code, stderr } = await runFromCron(`${EVENTS}${',oak,1\n'.repeat(6)}`, '-q');
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^recommend: warning: events.csv: 6 of 11 rows were skipped: 6 rows without a user id .* line 7\n {2}.*--user-col.*\n$/,
    );
  });

  test('a warning reports a catalogue that shares no item with the events', async () => {
    const folder = newFolder();
    put(folder, 'events.csv', EVENTS);
    put(folder, 'items.csv', 'id\n1\n2\n');
    const { stderr } = await runInProcess(['-u', 'events.csv', '-i', 'items.csv', '-o', 'r.csv'], {
      folder,
      terminal: false,
    });
    expect(stderr).toMatch(/^recommend: warning: events.csv: not one item that anybody had is in the catalogue; .*\n$/);
  });

  test('evaluate prints nothing to stderr either', async () => {
    const folder = newFolder();
    put(folder, 'events.csv', manyEvents(100, 40, 8));
    const args = ['evaluate', '-u', 'events.csv', '--algorithms', 'cosine', '-o', 'answer.txt'];
    expect(await runInProcess(args, { folder, terminal: false })).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});

describe('--log-format json', () => {
  test('every line on stderr is a JSON object; the last one has the contents of the summary file', async () => {
    const folder = newFolder();
    put(folder, 'events.csv', `${EVENTS}cat,oak,abc\n`);
    const args = [
      '-u',
      'events.csv',
      '-o',
      'recs.csv',
      '--log-format',
      'json',
      '--bad-rows',
      'skip',
      '--summary',
      's.json',
    ];
    const { code, stderr } = await runInProcess(args, { folder });
    expect(code, stderr).toBe(0);
    const entries = entriesOf(stderr);
    expect(entries.map(({ type }) => type)).toEqual(['status', 'warning', 'status', 'status', 'summary']);
    expect(entries[0]?.message).toMatch(/^events.csv: events, 6 rows\n {2}columns/);
    const { type: _, time: __, message, ...summary } = entries.at(-1) ?? {};
    expect(message).toMatch(/^1 user served \(1 more: nothing is left for them\), 1 row/);
    expect(summary).toEqual(JSON.parse(readFileSync(join(folder, 's.json'), 'utf8')));
  });

  test.each([
    ['an unknown option', ['-u', 'events.csv', '--colour'], 2, "unknown option '--colour'"],
    ['an input as the output', ['-u', 'events.csv', '-o', 'events.csv'], 2, '--output events.csv is also an input'],
    ['a missing file', ['-u', 'gone.csv'], 66, 'gone.csv: no such file'],
    ['an evaluation of a missing file', ['evaluate', '-u', 'gone.csv'], 66, 'gone.csv: no such file'],
  ])('the last line reports %s as an exit_error', async (_, args, code, message) => {
    const folder = newFolder();
    put(folder, 'events.csv', EVENTS);
    for (const json of [['--log-format', 'json'], ['--log-format=json']]) {
      const ended = await runInProcess([...args, ...json], { folder, terminal: false });
      expect(ended.code).toBe(code);
      const last = entriesOf(ended.stderr).at(-1);
      expect(last).toMatchObject({ type: 'exit_error', exit_code: code });
      expect(last?.message).toContain(message);
    }
  });

  test('the stderr output of a worker that crashes is logged as a warning', async () => {
    const folder = newFolder();
    put(folder, 'events.csv', manyEvents(100, 40, 8));
    const env = withFaults(newFolder(), { job: 'recommend', row: 5, how: 'throw', times: 1 });
    const args = ['-u', 'events.csv', '-o', 'recs.csv', '--algorithm', 'cosine', '-q', '--log-format', 'json'];
    const { code, stderr } = await runInProcess(args, { folder, env });
    expect(code, stderr).toBe(0);
    const warnings = entriesOf(stderr);
    expect(new Set(warnings.map(({ type }) => type))).toEqual(new Set(['warning']));
    const messages = warnings.map(({ message }) => message).join('\n');
    expect(messages).toMatch(/a worker said: [\s\S]*grief/);
    expect(messages).toMatch(/recommend shard 0 .*ended with exit code 1 and no answer/);
  });
});

describe.skipIf(process.platform === 'win32')('progress reports', () => {
  test('SIGUSR1 makes even a quiet run print its progress once', async () => {
    const folder = newFolder();
    const tmp = newFolder();
    put(folder, 'events.csv', EVENTS);
    const args = ['-u', 'events.csv', '-o', 'recs.csv', '-j', '2', '-q'];
    const child = start(args, { folder, tmp, env: endless(newFolder()) });
    const ended = exitOf(child);
    await atWork(child, tmp);
    const progress = once(child.stderr, 'data');
    child.kill('SIGUSR1');
    expect(String(await progress)).toMatch(
      /^(\d+ min )?\d+ s: (reading|tuning|counting|learning), \d+ % of it; [\d,]+ MB in \d+ process(es)?\n$/,
    );
    const rest = textOf(child.stderr);
    child.kill('SIGTERM');
    expect(await ended).toBe(143);
    expect(await rest).toBe('recommend: stopped by SIGTERM; no output file was written\n');
  });

  test('--pulse prints the progress at intervals, in a JSON log with its parts as fields', async () => {
    const folder = newFolder();
    put(folder, 'items.csv', 'item\noak\n');
    // The run waits for its standard input until it is stopped.
    const child = start(['-u', '-', '-i', 'items.csv', '--pulse', '1s', '--log-format', 'json'], { folder });
    const ended = exitOf(child);
    child.stdin.on('error', () => {});
    child.stdin.write('user,item\n');
    for (let time = 0; time < 2; time++) {
      const [line] = await once(child.stderr, 'data');
      const entry = JSON.parse(String(line));
      expect(entry).toMatchObject({ type: 'status', stage: 'reading', users: 0, retries: 0 });
      // The first worker starts with the run and is stopped while there is nothing to do.
      expect([1, 2]).toContain(entry.processes);
      expect(entry.memory_bytes).toBeGreaterThan(10e6);
    }
    child.kill('SIGTERM');
    expect(await ended).toBe(143);
  });

  test.each(['0s', 'soon', '-1'])('--pulse %s is refused', async (time) => {
    const { code, stderr } = await runInProcess(['-u', 'e.csv', '--pulse', time], { folder: newFolder() });
    expect(code).toBe(2);
    expect(stderr).toContain('--pulse');
  });
});

describe('a stderr that cannot be written', () => {
  test('a reader of stderr that closes the pipe does not end the run', async () => {
    const folder = newFolder();
    put(folder, 'events.csv', EVENTS);
    const child = start(['-u', 'events.csv', '-o', 'recs.csv', '-v'], { folder });
    child.stderr.destroy();
    expect(await exitOf(child)).toBe(0);
    expect(readFileSync(join(folder, 'recs.csv'), 'utf8')).toMatch(/^user_id,/);
  });

  test.runIf(existsSync('/dev/full'))('a full disk behind stderr does not end the run', async () => {
    const folder = newFolder();
    put(folder, 'events.csv', EVENTS);
    const full = openSync('/dev/full', 'w');
    const code = await runOn(['-u', 'events.csv', '-o', 'recs.csv', '-v'], folder, full);
    closeSync(full);
    expect(code).toBe(0);
    expect(readFileSync(join(folder, 'recs.csv'), 'utf8')).toMatch(/^user_id,/);
  });

  test.skipIf(process.platform === 'win32')('a closed stderr does not end the run', async () => {
    const folder = newFolder();
    put(folder, 'events.csv', EVENTS);
    const binary = new URL('../../bin/recommend.js', import.meta.url).pathname;
    const command = `exec "${process.execPath}" "${binary}" -u events.csv -o recs.csv -v 2>&-`;
    execFileSync('sh', ['-c', command], { cwd: folder });
    expect(readFileSync(join(folder, 'recs.csv'), 'utf8')).toMatch(/^user_id,/);
  });
});
