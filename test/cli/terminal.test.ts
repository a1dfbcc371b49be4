import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { temporaryFolders } from '../files/temporary.js';
import { EVENTS, manyEvents, put } from './data.js';
import { endless } from './faults.js';
import { BINARY, leftBehind, textOf } from './run.js';

const newFolder = temporaryFolders();

/** Runs a line of shell on a terminal of its own, which closes when the returned process is killed. */
function onTerminal(line: string, folder: string, tmp: string, more: NodeJS.ProcessEnv = {}) {
  const env = { ...process.env, ...more, TMPDIR: tmp, RECOMMEND: `${process.execPath} ${BINARY}` };
  return spawn('script', ['-qec', line, '/dev/null'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'ignore'] });
}

// script(1) of util-linux creates the terminals.
describe.skipIf(process.platform !== 'linux' || !existsSync('/usr/bin/script'))('on a terminal', () => {
  test('a run shows a progress bar, how it read the files, and at the end its duration and memory', async () => {
    const folder = newFolder();
    put(folder, 'events.csv', EVENTS);
    const terminal = onTerminal('$RECOMMEND -u events.csv -o recs.csv', folder, newFolder());
    const shown = await textOf(terminal.stdout);
    expect(shown).toContain('ETA');
    expect(shown).toContain('events.csv: events, 5 rows\r\n');
    expect(shown).toMatch(
      /1 user served \(1 more: nothing is left for them\), 1 row, \d+\.\d s, \d+ MB at most → recs.csv\r\n$/,
    );
  });

  test('if the lists go to the terminal too, the progress bar stops before the first row, and the last line is plain', async () => {
    for (const output of ['', ' -o /dev/stdout']) {
      const folder = newFolder();
      put(folder, 'events.csv', EVENTS);
      const terminal = onTerminal(`$RECOMMEND -u events.csv${output}`, folder, newFolder());
      const shown = await textOf(terminal.stdout);
      const [before = '', after = ''] = shown.split('user_id,item_id,rank,score\r\n');
      expect(before).toContain('ETA');
      expect(after).toMatch(/^ann,ash,1,\S+\r\n1 user served[^\r]*\r\n$/);
    }
  });

  test('a run refuses to write Parquet to the terminal', async () => {
    const folder = newFolder();
    put(folder, 'events.csv', EVENTS);
    const terminal = onTerminal('$RECOMMEND -q -u events.csv --format parquet', folder, newFolder());
    expect(await textOf(terminal.stdout)).toBe(
      'recommend: --format parquet is no text for a terminal: -o FILE.parquet, or a pipe\r\n(recommend --help shows the options)\r\n',
    );
    expect(readdirSync(folder)).toEqual(['events.csv']);
  });

  test('a run with -q prints nothing', async () => {
    const folder = newFolder();
    put(folder, 'events.csv', EVENTS);
    const terminal = onTerminal('$RECOMMEND -q -u events.csv -o recs.csv', folder, newFolder());
    expect(await textOf(terminal.stdout)).toBe('');
    expect(existsSync(join(folder, 'recs.csv'))).toBe(true);
  });

  test('a run whose terminal closes while it learns ends with 129 and leaves no files or processes behind', async () => {
    const folder = newFolder();
    const tmp = newFolder();
    put(folder, 'events.csv', manyEvents(100, 50, 8));
    put(folder, 'recs.csv', 'old');
    // The shell gets the SIGHUP of the closed terminal first, passes it to the run, and writes the exit code of the run to a file.
    const line = `trap 'kill -HUP $!' HUP; $RECOMMEND -u events.csv -o recs.csv -j 2 & wait $!; wait $!; echo $? > code`;
    const terminal = onTerminal(line, folder, tmp, endless(newFolder()));
    terminal.stdout.resume();
    const gone = once(terminal, 'exit');
    while (!readdirSync(folder).some((name) => name.endsWith('.run'))) await sleep(10);
    terminal.kill('SIGKILL');
    await gone;
    while (!existsSync(join(folder, 'code')) || readFileSync(join(folder, 'code'), 'utf8') === '') await sleep(10);
    expect(readFileSync(join(folder, 'code'), 'utf8')).toBe('129\n');
    expect(readFileSync(join(folder, 'recs.csv'), 'utf8')).toBe('old');
    expect(readdirSync(folder).sort()).toEqual(['code', 'events.csv', 'recs.csv']);
    expect(readdirSync(tmp)).toEqual([]);
    while (leftBehind(tmp).length > 0) await sleep(10);
  });

  test('a run that ignores SIGHUP finishes normally after its terminal closes', async () => {
    const folder = newFolder();
    const tmp = newFolder();
    // The rows arrive through the pipe after the terminal has closed.
    execFileSync('mkfifo', [join(folder, 'events')]);
    const line = `trap '' HUP; $RECOMMEND -u events -o recs.csv --algorithm cosine & wait $!; echo $? > code`;
    const terminal = onTerminal(line, folder, tmp);
    terminal.stdout.resume();
    while (!readdirSync(folder).some((name) => name.endsWith('.run'))) await sleep(10);
    const gone = once(terminal, 'exit');
    terminal.kill('SIGKILL');
    await gone;
    await writeFile(join(folder, 'events'), EVENTS);
    while (!existsSync(join(folder, 'code')) || readFileSync(join(folder, 'code'), 'utf8') === '') await sleep(10);
    expect(readFileSync(join(folder, 'code'), 'utf8')).toBe('0\n');
    expect(readFileSync(join(folder, 'recs.csv'), 'utf8')).toMatch(/^user_id,/);
  });
});
