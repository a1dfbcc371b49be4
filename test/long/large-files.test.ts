import { readdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { TOO_LONG } from '../../src/csv/row-cutter.js';
import { EVENTS, put } from '../cli/data.js';
import { lawfulLists } from '../cli/output-laws.js';
import { run } from '../cli/run.js';
import { temporaryFolders } from '../files/temporary.js';

const newFolder = temporaryFolders();
const MB = 1 << 20;
/** Several copies of a row of 64 MB fit into this; it is far less than the 2 GB of these files. */
const BOUND = 1024 * MB;
const TIMEOUT_MS = 300_000;

function summaryIn(folder: string) {
  return JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8'));
}

/** A small gzip file that unpacks to `text` and `megabytes` of repeated `piece`; concatenated gzip files are valid. */
function bomb(text: string, piece: string, megabytes: number): Uint8Array {
  const each = gzipSync(piece.repeat(Math.ceil((64 * MB) / piece.length)), { level: 1 });
  return Buffer.concat([gzipSync(text), ...Array.from({ length: megabytes / 64 }, () => each)]);
}

describe('a file that unpacks to 2 GB', () => {
  test.each([
    ['one cell', 'events', 'user,item\nann,oak\nann,', 'a', 'f.csv:3: a row of more than 64 MB'],
    ['an open quote', 'events', 'user,item\nann,oak\nbob,"elm\n', 'ann,oak\n', `f.csv:3: ${TOO_LONG}`],
    ['an open quote', 'items', 'item,title\noak,Oak\nelm,"Elm\n', 'ash,Ash\n', `f.csv:3: ${TOO_LONG}`],
    ['a header', 'items', 'item,title,', 'a', 'f.csv:1: a row of more than 64 MB'],
    ['NUL bytes', 'events', '', '\0', 'f.csv:1: NUL bytes'],
  ])(
    'with %s, read as %s, is refused with the line of the fault, in bounded memory',
    async (_, kind, text, piece, message) => {
      const folder = newFolder();
      put(folder, 'f.csv', bomb(text, piece, 2048));
      put(folder, 'e.csv', EVENTS);
      const files = kind === 'events' ? ['-u', 'f.csv'] : ['-u', 'e.csv', '-i', 'f.csv'];
      const { code, stdout, stderr } = await run([...files, '--summary', 'summary.json', '-j', '1'], { folder });
      expect({ code, stdout }).toEqual({ code: 65, stdout: '' });
      expect(stderr).toContain(message);
      expect(summaryIn(folder).peak_memory_bytes).toBeLessThan(BOUND);
    },
    TIMEOUT_MS,
  );
});

test(
  'an endless row in a file that is read in ranges is refused with its line, in bounded memory',
  async () => {
    const folder = newFolder();
    // The rest of the file is a hole, which takes no disk space.
    truncateSync(put(folder, 'f.csv', 'user,item\nann,oak\nann,"'), 2048 * MB);
    const { code, stderr } = await run(['-u', 'f.csv', '--summary', 'summary.json', '-j', '2'], { folder });
    expect(code).toBe(65);
    expect(stderr).toContain('f.csv:3: a row of more than 64 MB');
    expect(summaryIn(folder).peak_memory_bytes).toBeLessThan(BOUND);
  },
  TIMEOUT_MS,
);

test(
  'a user with a million rows gets a list, and so do all others',
  async () => {
    const folder = newFolder();
    const rows = Array.from({ length: 1_000_000 }, (_, row) => `ann,i${(row * 7919) % 50_000}`);
    for (let user = 0; user < 50; user++) rows.push(`u${user},i${user * 31}`, `u${user},i${user * 31 + 7}`);
    rows.push('ann,', 'zed,new');
    put(folder, 'f.csv', `user,item\n${rows.join('\n')}\n`);
    const { code, stdout, stderr } = await run(['-u', 'f.csv', '-n', '3', '-j', '1', '--algorithm', 'ridge'], {
      folder,
    });
    expect(code, stderr).toBe(0);
    const lists = lawfulLists(stdout, 3);
    expect([lists.size, lists.get('ann')]).toEqual([52, ['new']]);
  },
  TIMEOUT_MS,
);

describe('within --max-memory', () => {
  test(
    'a compressed file that needs too much memory ends the run, and the old output stays',
    async () => {
      const folder = newFolder();
      const filler = 'x'.repeat(2000);
      const rows = Array.from({ length: 150_000 }, (_, k) => `${filler}${k},oak\n`);
      put(folder, 'e.csv.gz', gzipSync(`user,item\n${rows.join('')}`, { level: 1 }));
      put(folder, 'recs.csv', 'old');
      const { code, stderr } = await run(['-u', 'e.csv.gz', '-o', 'recs.csv', '--max-memory', '300M'], { folder });
      expect(code, stderr).toBe(71);
      expect(stderr).toMatch(
        /recommend: stopped at \d+ MB while reading: more than --max-memory 300 MB; no output file/,
      );
      expect(readFileSync(join(folder, 'recs.csv'), 'utf8')).toBe('old');
      expect(readdirSync(folder).sort()).toEqual(['e.csv.gz', 'recs.csv']);
    },
    TIMEOUT_MS,
  );

  test(
    'rows from a pipe are counted before they are sorted, and refused if sorting them needs too much memory',
    async () => {
      const folder = newFolder();
      const rows = Array.from({ length: 100 }, (_, k) => `${k},${(k * 7) % 31}\n`).join('');
      const stdin = `user,item\n${rows.repeat(80_000)}`;
      const args = ['-u', '-', '-o', 'recs.csv', '-j', '1', '--algorithm', 'popular', '--max-memory', '220M'];
      const { code, stderr } = await run(args, { folder, stdin });
      expect(code, stderr).toBe(71);
      expect(stderr).toMatch(
        /^recommend: --max-memory 220 MB is too little: to put 8,000,000 rows in order takes about \d+ MB, \d+ MB of it in use already; no output file was written; give it that, or a smaller input\n$/,
      );
      expect(readdirSync(folder)).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
