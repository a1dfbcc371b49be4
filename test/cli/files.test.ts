import { execFileSync } from 'node:child_process';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { temporaryFolders } from '../files/temporary.js';
import { EVENTS, put } from './data.js';
import { run, runInProcess, textOf } from './run.js';

const newFolder = temporaryFolders();
const LISTS = 'user_id,item_id,rank,score\nann,ash,1,';

describe('input files', () => {
  test.each([
    ['plain', EVENTS],
    ['gzip', gzipSync(EVENTS)],
  ])('events are read from standard input, %s', async (_, stdin) => {
    const { code, stdout } = await run(['-u', '-'], { folder: newFolder(), stdin });
    expect(code).toBe(0);
    expect(stdout.startsWith(LISTS)).toBe(true);
  });

  test('a path through a file ends with 66 and the path, and still writes the summary', async () => {
    const folder = newFolder();
    put(folder, 'events.csv', EVENTS);
    const { code, stderr } = await runInProcess(['-u', 'events.csv/more', '--summary', 'run.json'], { folder });
    expect([code, stderr]).toEqual([66, expect.stringContaining('events.csv/more: no such file')]);
    expect(JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'))).toMatchObject({ exit_code: 66 });
  });

  test.each(['--users', '--items', '--interactions'])(
    'a missing file for %s ends with 66 and its name',
    async (option) => {
      const folder = newFolder();
      put(folder, 'events.csv', EVENTS);
      const others = option === '--users' ? [] : ['-u', 'events.csv'];
      const { code, stdout, stderr } = await runInProcess([...others, option, 'gone.csv'], { folder });
      expect(code).toBe(66);
      expect(stdout).toBe('');
      expect(stderr).toContain('recommend: gone.csv: no such file\n');
    },
  );
});

describe('monthly exports', () => {
  /** Two purchases an hour from one day of 2024 up to another. */
  const purchases = (from: number, to: number) =>
    Array.from({ length: 48 * (to - from) }, (_, k) => {
      const at = 48 * from + k;
      const time = new Date(Date.UTC(2024, 0, 1) + (1800 * at + ((at * 7) % 1777)) * 1000).toISOString();
      return `u${(at * 7) % 53},i${(at * at) % 31},${1 + (at % 3)},${time}\n`;
    });
  const fileOf = (rows: readonly string[]) => `user,item,quantity,time\n${rows.join('')}`;

  test('whose periods overlap cause a warning, which cron gets; a saved model scores them silently', async () => {
    const folder = newFolder();
    put(folder, 'jan.csv', fileOf(purchases(0, 31)));
    put(folder, 'feb.csv', fileOf(purchases(29, 60)));
    put(folder, 'rest.csv', fileOf(purchases(31, 60)));
    const cron = { folder, terminal: false };
    const options = ['--algorithm', 'cosine', '-o', 'lists.csv'];
    const both = await run(['-u', 'jan.csv', 'feb.csv', ...options, '--model', 'm.rec'], cron);
    expect(both).toMatchObject({ code: 0, stdout: '' });
    expect(both.stderr).toBe(
      'recommend: warning: feb.csv: 96 of its rows, from 2024-01-30 to 2024-01-31, are also in jan.csv, exactly the same: they were probably exported twice, and each counts twice\n  leave them out of one of the files; --duplicates max would count only the largest row of each user and item\n',
    );
    expect(await runInProcess(['-u', 'jan.csv', 'rest.csv', ...options], cron)).toMatchObject({ code: 0, stderr: '' });
    const score = ['score', '--model', 'm.rec', '-u', 'jan.csv', 'feb.csv', '-o', 'lists.csv'];
    expect(await runInProcess(score, cron)).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('all headers are checked before any rows are read', () => {
  const profiles = 'who,region\nann,north\n';

  test('a file without a user column is refused while another input, a pipe, has no data yet', async () => {
    const folder = newFolder();
    put(folder, 'users.csv', profiles);
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const { code, stderr } = await runInProcess(['-u', 'users.csv', '--interactions', 'pipe', '-o', 'r.csv'], {
      folder,
    });
    expect(code).toBe(65);
    expect(stderr).toBe(
      'recommend: users.csv:1: no column that looks like the user; name it with --user-col NAME\n  its columns: "who", "region"\n',
    );
    expect(readdirSync(folder).sort()).toEqual(['pipe', 'users.csv']);
  });

  test('the file of evaluate --test is checked while the users, a pipe, have no data yet', async () => {
    const folder = newFolder();
    put(folder, 'test.csv', profiles);
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const { code, stderr } = await runInProcess(['evaluate', '-u', 'pipe', '--test', 'test.csv'], { folder });
    expect([code, stderr]).toEqual([65, expect.stringContaining('test.csv:1: no column that looks like the user')]);
  });

  // The row of the events is invalid: reading it would end the run with another error.
  const files = { 'users.csv': profiles, 'events.csv.gz': gzipSync('who,item,rating\nann,oak,much\n') };
  test.each([
    ['--user-col', 'woh', 2, '--user-col: no file has a column "woh" that can be the user'],
    ['--rating-col', 'stars', 2, '--rating-col: no file has a column "stars" that can be the rating'],
    ['--attributes', 'regoin', 2, '--attributes: no file has a column "regoin" free to be an attribute'],
    ['--delimiter', ';', 65, 'events.csv.gz:1: no column "who" (--user-col)'],
    ['--users', 'none.csv', 66, 'none.csv: no such file'],
    ['--users', '.', 66, '. is a folder'],
    ['--users', 'empty.csv', 65, 'empty.csv is empty'],
  ])('%s %s ends with %d before the invalid row is read', async (option, value, code, says) => {
    const folder = newFolder();
    for (const [name, content] of Object.entries({ ...files, 'empty.csv': '' })) put(folder, name, content);
    const args = ['-u', 'users.csv', '--interactions', 'events.csv.gz', '--user-col', 'who', option, value];
    const ended = await runInProcess(args, { folder });
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringContaining(says)]);
  });

  test('a missing column in standard input is reported when it is read', async () => {
    const stdin = 'user,item\nann,oak\n';
    const { code, stderr } = await run(['-u', '-', '--rating-col', 'stars'], { folder: newFolder(), stdin });
    expect([code, stderr]).toEqual([2, expect.stringContaining('--rating-col: no file has a column "stars"')]);
  });
});

describe('rows that cannot be read', () => {
  const spoilt = `${EVENTS}cat,oak,abc\ncat,elm\ncat,ash,3\n`;

  test('stop the run with 65, the file and line, the reason, and how to continue', async () => {
    const folder = newFolder();
    put(folder, 'events.csv', spoilt);
    expect(await runInProcess(['-u', 'events.csv'], { folder })).toEqual({
      code: 65,
      stdout: '',
      stderr:
        'recommend: events.csv:7: column "rating": "abc" is not a number\n' +
        '  to go on without such rows: --bad-rows skip, or --bad-rows FILE to keep them aside\n',
    });
  });

  test('are left out with --bad-rows skip, and counted', async () => {
    const folder = newFolder();
    put(folder, 'events.csv', spoilt);
    put(folder, 'clean.csv', `${EVENTS}cat,ash,3\n`);
    const skipped = await runInProcess(['-u', 'events.csv', '--bad-rows', 'skip'], { folder });
    const clean = await runInProcess(['-u', 'clean.csv'], { folder });
    expect(skipped.code).toBe(0);
    expect(skipped.stdout).toBe(clean.stdout);
    expect(skipped.stderr).toContain('refused  2 rows that cannot be read:');
    expect(skipped.stderr).toContain('line 8: this row has 2 cells, the header has 3');
  });

  test('go to the file that --bad-rows names, with file, line and reason', async () => {
    const folder = newFolder();
    put(folder, 'events.csv', spoilt);
    const { code } = await runInProcess(['-u', 'events.csv', '--bad-rows', 'bad.csv'], { folder });
    expect(code).toBe(0);
    expect(readFileSync(join(folder, 'bad.csv'), 'utf8')).toBe(
      'file,line,reason,row\n' +
        'events.csv,7,"column ""rating"": ""abc"" is not a number","cat,oak,abc"\n' +
        'events.csv,8,"this row has 2 cells, the header has 3","cat,elm"\n',
    );
  });
});

describe('output files', () => {
  test('stdout has only the data; stderr shows the roles of the columns, without a progress bar', async () => {
    const folder = newFolder();
    put(folder, 'events.csv', EVENTS);
    const { stdout, stderr } = await runInProcess(['-u', 'events.csv', '-v'], { folder });
    expect(stdout).toMatch(/^user_id,item_id,rank,score\n(\w+,\w+,\d+,[\d.]+\n)+$/);
    expect(stderr).toContain('columns  user = user, item = item, rating = rating');
    expect(stderr).not.toContain('\u001b');
    expect(stderr).not.toContain('\r');
    expect(stderr).not.toContain('ETA');
  });

  test('--quiet leaves stderr empty', async () => {
    const folder = newFolder();
    put(folder, 'events.csv', EVENTS);
    const { code, stderr } = await runInProcess(['-u', 'events.csv', '--quiet', '-o', 'recs.csv'], { folder });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test('an output file has the same bytes as stdout and replaces the old file', async () => {
    const folder = newFolder();
    put(folder, 'events.csv', EVENTS);
    put(folder, 'recs.csv', 'old');
    const { stdout } = await runInProcess(['-u', 'events.csv'], { folder });
    const filed = await runInProcess(['-u', 'events.csv', '-o', 'recs.csv'], { folder });
    expect(filed.stdout).toBe('');
    expect(readFileSync(join(folder, 'recs.csv'), 'utf8')).toBe(stdout);
  });

  test('an output file named .gz is compressed', async () => {
    const folder = newFolder();
    put(folder, 'events.csv', EVENTS);
    await runInProcess(['-u', 'events.csv', '-o', 'recs.csv.gz'], { folder });
    expect(
      gunzipSync(readFileSync(join(folder, 'recs.csv.gz')))
        .toString()
        .startsWith(LISTS),
    ).toBe(true);
  });

  test.each([
    ['succeeds', EVENTS, 0],
    ['fails', `${EVENTS}cat,oak,abc\n`, 65],
  ])('when a run %s, no temporary file remains; a failure leaves the old output', async (_, events, expected) => {
    const folder = newFolder();
    const tmp = newFolder();
    put(folder, 'events.csv', events);
    const old = put(folder, 'recs.csv', 'old');
    const { code } = await runInProcess(['-u', 'events.csv', '-o', 'recs.csv'], { folder, tmp });
    expect(code).toBe(expected);
    expect(readdirSync(folder).sort()).toEqual(['events.csv', 'recs.csv']);
    expect(readdirSync(tmp)).toEqual([]);
    expect(readFileSync(old, 'utf8') === 'old').toBe(expected !== 0);
  });

  test('an output in a missing folder, or one that is a folder, ends with 73 before any input is read', async () => {
    const folder = newFolder();
    const tmp = newFolder();
    mkdirSync(join(folder, 'there'));
    const gone = await runInProcess(['-u', 'never-read.csv', '-o', 'gone/recs.csv'], { folder, tmp });
    expect(gone.code).toBe(73);
    expect(gone.stderr).toBe('recommend: gone/recs.csv: the folder gone does not exist; make it first\n');
    const onFolder = await runInProcess(['-u', 'never-read.csv', '-o', 'there'], { folder, tmp });
    expect(onFolder.code).toBe(73);
    expect(existsSync(join(folder, 'gone'))).toBe(false);
    expect(readdirSync(tmp)).toEqual([]);
  });

  test('an output that is a link stays a link: the file behind it is replaced', async () => {
    const folder = newFolder();
    put(folder, 'events.csv', EVENTS);
    put(folder, 'real.csv', 'old');
    symlinkSync('real.csv', join(folder, 'recs.csv'));
    const { code } = await runInProcess(['-u', 'events.csv', '-o', 'recs.csv'], { folder });
    expect(code).toBe(0);
    expect(readlinkSync(join(folder, 'recs.csv'))).toBe('real.csv');
    expect(readFileSync(join(folder, 'real.csv'), 'utf8').startsWith(LISTS)).toBe(true);
  });

  test.skipIf(process.platform === 'win32')('an output that is a named pipe stays one and gets the lists', async () => {
    const folder = newFolder();
    put(folder, 'events.csv', EVENTS);
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const [text, { code }] = await Promise.all([
      textOf(createReadStream(pipe)),
      runInProcess(['-u', 'events.csv', '-o', 'pipe'], { folder }),
    ]);
    expect(code).toBe(0);
    expect(text.startsWith(LISTS)).toBe(true);
    expect(lstatSync(pipe).isFIFO()).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(['events.csv', 'pipe']);
  });

  test('an input is never overwritten, however its path is written', async () => {
    const folder = newFolder();
    const path = put(folder, 'events.csv', EVENTS);
    for (const output of ['events.csv', './events.csv', path]) {
      const written = await runInProcess(['-u', 'events.csv', '-o', output], { folder });
      expect(written.code, output).toBe(2);
      const rejects = await runInProcess(['-u', 'events.csv', '--bad-rows', output], { folder });
      expect(rejects.code, output).toBe(2);
    }
    expect(readFileSync(path, 'utf8')).toBe(EVENTS);
  });

  test('an input is never overwritten through a link', async () => {
    const folder = newFolder();
    const path = put(folder, 'events.csv', EVENTS);
    symlinkSync('events.csv', join(folder, 'link.csv'));
    for (const option of ['--output', '--bad-rows']) {
      const { code } = await runInProcess(['-u', 'events.csv', option, 'link.csv'], { folder });
      expect(code, option).toBe(2);
      expect(readFileSync(path, 'utf8')).toBe(EVENTS);
    }
  });

  test('a --bad-rows file that cannot be created ends with 73 and leaves no files behind', async () => {
    const folder = newFolder();
    const tmp = newFolder();
    put(folder, 'events.csv', EVENTS);
    const { code } = await runInProcess(['-u', 'events.csv', '-o', 'recs.csv', '--bad-rows', 'gone/bad.csv'], {
      folder,
      tmp,
    });
    expect(code).toBe(73);
    expect(readdirSync(folder)).toEqual(['events.csv']);
    expect(readdirSync(tmp)).toEqual([]);
  });
});

describe('an input that is not a regular file', () => {
  test.each([
    ['-u', 'there'],
    ['-u', 'e.csv', '-i', 'there'],
    ['-u', 'e.csv', '--interactions', 'there'],
    ['evaluate', '-u', 'e.csv', '--test', 'there'],
  ])('a folder is refused: %s %s %s %s', async (...args) => {
    const folder = newFolder();
    mkdirSync(join(folder, 'there'));
    put(folder, 'e.csv', EVENTS);
    const { code, stdout, stderr } = await runInProcess([...args.filter((arg) => arg !== undefined), '-j', '1'], {
      folder,
    });
    expect({ code, stdout }).toEqual({ code: 66, stdout: '' });
    expect(stderr).toContain('recommend: there is a folder; name a file in it\n');
  });

  test.skipIf(process.platform === 'win32')('a named pipe is read only once, even with --summary', async () => {
    const folder = newFolder();
    put(folder, 'e.csv', EVENTS);
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const ended = run(['-u', 'pipe', '-j', '2', '--summary', 'summary.json'], { folder });
    const file = createWriteStream(join(folder, 'pipe'));
    // The pieces end in the middle of lines.
    for (const piece of [EVENTS.slice(0, 1), EVENTS.slice(1, 25), EVENTS.slice(25)]) file.write(piece);
    file.end();
    const { code, stdout, stderr } = await ended;
    expect(code, stderr).toBe(0);
    expect(stdout).toBe((await runInProcess(['-u', 'e.csv', '-j', '1'], { folder })).stdout);
    const summary = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8'));
    expect(summary.inputs[0]).toMatchObject({ path: 'pipe', sha256: null, rows: 5 });
  });
});
