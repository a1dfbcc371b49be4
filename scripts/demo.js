// Recommends books to the readers of fixtures/books, and shows a few of them what they would get.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const RATINGS = 'fixtures/books/ratings.csv';
const BOOKS = 'fixtures/books/books.csv';
const TASTES = ['fantasy', 'mystery', 'classics', 'non-fiction'];
const LIKED = '5';
const LIKED_SHOWN = 5;
/** Readers with fewer liked books than this are not shown. */
const LIKED_LEAST = 8;
const TITLE_WIDTH = 56;
const AUTHORS_WIDTH = 32;

const folder = mkdtempSync(join(tmpdir(), 'recommend-demo-'));
// Ctrl-C reaches the child as well: let it end, then clean up as always.
process.on('SIGINT', () => {});
try {
  process.exitCode = demo(join(folder, 'recommendations.csv'));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function demo(output) {
  const code = recommend(output);
  if (code !== 0) return code;
  const books = new Map(table(join(ROOT, BOOKS)).map((book) => [book.item_id, book]));
  const liked = new Map(
    [...byUser(table(join(ROOT, RATINGS)).filter(({ rating }) => rating === LIKED))].map(([reader, ratings]) => [
      reader,
      ratings.map((rating) => books.get(rating.item_id)),
    ]),
  );
  const lists = byUser(table(output));
  for (const { taste, reader } of readersOfTastes(liked)) {
    console.log(`\n${section(taste, reader, liked.get(reader), lists.get(reader) ?? [], books).join('\n')}`);
  }
  return 0;
}

/** Runs the program, and reports a failure. Returns the exit code. */
function recommend(output) {
  const args = ['bin/recommend.js', '--users', RATINGS, '--items', BOOKS, '-n', '5', '--titles', '-o', output];
  console.log(`$ node ${args.map((arg) => (/\s/.test(arg) ? `"${arg}"` : arg)).join(' ')}`);
  const { status, signal, error } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status === 0) return 0;
  console.error(`demo: recommend failed: ${error?.message ?? signal ?? `exit code ${status}`}`);
  return status ?? 1;
}

function byUser(rows) {
  const users = new Map();
  for (const row of rows) {
    const own = users.get(row.user_id);
    if (own) own.push(row);
    else users.set(row.user_id, [row]);
  }
  return users;
}

/** For each taste, the reader with the largest share of liked books with that tag who is not shown for an earlier taste. */
function readersOfTastes(liked) {
  const shown = new Set();
  return TASTES.map((taste) => {
    const share = ([, books]) => books.filter((book) => book.tags.split('|').includes(taste)).length / books.length;
    const [reader] = [...liked]
      .filter(([user, books]) => books.length >= LIKED_LEAST && !shown.has(user))
      .reduce((best, other) => (share(other) > share(best) ? other : best));
    shown.add(reader);
    return { taste, reader };
  });
}

function section(taste, reader, liked, list, books) {
  return [
    `Reader ${reader}, who likes ${taste}`,
    '  liked',
    ...liked.slice(0, LIKED_SHOWN).map((book) => line('', book)),
    '  recommended',
    ...list.map((row) => line(row.rank, books.get(row.item_id))),
  ];
}

function line(rank, book) {
  const authors = book.authors.replaceAll('|', ', ');
  return `    ${rank.padStart(2)}  ${cell(book.title, TITLE_WIDTH)}  ${cell(authors, AUTHORS_WIDTH)}`.trimEnd();
}

/** The text in exactly `width` characters: shortened or padded. */
function cell(text, width) {
  const characters = [...text.replace(/\s+/g, ' ')];
  const shown = characters.length > width ? [...characters.slice(0, width - 1), '…'] : characters;
  return shown.join('') + ' '.repeat(width - shown.length);
}

function table(path) {
  return parse(readFileSync(path), { columns: true });
}
