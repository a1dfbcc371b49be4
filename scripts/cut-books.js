// Cuts fixtures/books out of goodbooks-10k: node scripts/cut-books.js PATH_TO_GOODBOOKS_FOLDER
// The same folder gives the same bytes, because ratings are sampled by a hash.

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';

const SEED = 'books-1';
const BOOKS = 1000;
const FEWEST_RATINGS = 5;
/** Per reader: keeps the total near 60,000 ratings without dropping any reader. */
const MOST_RATINGS = 36;
const OUTPUT = fileURLToPath(new URL('../fixtures/books/', import.meta.url));
const RATING_COLUMNS = ['user_id', 'item_id', 'rating'];
const BOOK_COLUMNS = ['item_id', 'title', 'authors', 'year', 'language', 'tags'];

const source = process.argv[2];
if (source === undefined) {
  console.error('usage: node scripts/cut-books.js PATH_TO_GOODBOOKS_FOLDER');
  process.exitCode = 2;
} else {
  cut(source);
}

function cut(folder) {
  const books = mostRated(table(folder, 'items.csv'));
  const ratings = [...table(folder, 'train.csv'), ...table(folder, 'test.csv')];
  const readers = readersOf(ratings, new Set(books.map((book) => book.item_id)));
  const kept = readers.flatMap(sample);
  mkdirSync(OUTPUT, { recursive: true });
  save('books.csv', books, BOOK_COLUMNS);
  save('ratings.csv', kept, RATING_COLUMNS);
  console.log(`${books.length} books, ${readers.length} readers, ${kept.length} ratings`);
}

/** The most popular books by Goodreads' own count: the folder has at most 100 ratings per book, which hides popularity. */
function mostRated(items) {
  return items
    .sort((a, b) => Number(b.ratings_count) - Number(a.ratings_count) || Number(a.item_id) - Number(b.item_id))
    .slice(0, BOOKS);
}

/** The ratings of each reader who has enough of them among these books, in the order of the readers' ids. */
function readersOf(ratings, bookIds) {
  const byReader = new Map();
  for (const rating of ratings) {
    if (!bookIds.has(rating.item_id)) continue;
    const own = byReader.get(rating.user_id);
    if (own) own.push(rating);
    else byReader.set(rating.user_id, [rating]);
  }
  return [...byReader]
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, own]) => own)
    .filter((own) => own.length >= FEWEST_RATINGS);
}

function sample(ratings) {
  return ratings
    .map((rating) => ({ rating, place: hash(`${rating.user_id}:${rating.item_id}`) }))
    .sort((a, b) => (a.place < b.place ? -1 : 1))
    .slice(0, MOST_RATINGS)
    .map(({ rating }) => rating)
    .sort((a, b) => Number(a.item_id) - Number(b.item_id));
}

function hash(text) {
  return createHash('sha256').update(`${SEED}:${text}`).digest('hex');
}

function table(folder, name) {
  return parse(readFileSync(join(folder, name)), { columns: true, bom: true });
}

function save(name, records, columns) {
  writeFileSync(join(OUTPUT, name), stringify(records, { header: true, columns }));
}
