import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { put } from './data.js';
import { BINARY, fixtures } from './run.js';

const USERS = 60;
const KINDS = ['chair', 'lamp', 'table'];
const PER_KIND = 8;
const TYPES = ['view', 'cart', 'purchase'];
const COUNTRIES = ['DE', 'FR', 'US'];

interface Event {
  user: number;
  sku: string;
  type: string;
  time: string;
}

/** Events of 60 customers with three tastes, January to March 2026: each has five products of their taste and one of another. */
const EVENTS: readonly Event[] = Array.from({ length: USERS }, (_, user) =>
  Array.from({ length: 6 }, (_, k) => {
    const kind = KINDS[(k < 5 ? user : user + 1) % KINDS.length];
    const number = 1 + ((user + k * (1 + (user % 2) * 2)) % PER_KIND);
    const minute = ((user * 6 + k) * 7919) % (90 * 24 * 60);
    return {
      user,
      sku: `${kind}-${number}`,
      type: TYPES[(user + k) % TYPES.length] ?? '',
      time: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString().slice(0, 19).replace('T', ' '),
    };
  }),
).flat();

const PRODUCTS = KINDS.flatMap((kind, at) =>
  Array.from({ length: PER_KIND }, (_, n) => {
    const stock = (n * 5 + at) % 4;
    return `${kind}-${n + 1},"${kind}, no. ${n + 1}",${kind}s,${19 + n * 10}.90,${stock}`;
  }),
);

function csv(header: string, rows: readonly (readonly (string | number)[])[], separator = ','): string {
  return [header, ...rows.map((row) => row.join(separator))].map((line) => `${line}\n`).join('');
}

/** Stand-ins for programs that may be missing or would use the network: they print what the real ones read, and discard what those send. */
const PROGRAMS: Readonly<Record<string, string>> = {
  recommend: `exec "${process.execPath}" "${BINARY}" "$@"`,
  psql: `case "$*" in *"from stdin"*) cat >/dev/null ;; *) cat events.csv ;; esac`,
  mysql: `tr , '\\t' <events.csv`,
  sqlite3: `case "$*" in *.import*) cat >/dev/null ;; *) cat events.csv ;; esac`,
  duckdb: `case "$*" in *"to 'events.parquet'"*) recommend -u events.csv -n 3 -o events.parquet ;; *) cat events.csv ;; esac`,
  aws: `case "$*" in *" -") cat events.csv.gz ;; *) cat >/dev/null ;; esac`,
};

/** Writes the files and programs that the documents use into a folder. @returns a PATH with the programs. */
export function shop(folder: string): string {
  const users = Array.from({ length: USERS }, (_, user) => user);
  const name = (user: number) => `u${user + 1}`;
  const eventRows = EVENTS.map(({ user, sku, type, time }) => [name(user), sku, type, time]);
  const header = 'user_id,sku,event,time';
  const events = csv(header, eventRows);
  put(folder, 'events.csv', events);
  put(folder, 'events.csv.gz', gzipSync(events));
  for (const month of ['2026-01', '2026-02', '2026-03']) {
    put(
      folder,
      `events-${month}.csv`,
      csv(
        header,
        eventRows.filter(([, , , time]) => String(time).startsWith(month)),
      ),
    );
  }
  const products = `sku,title,category,price,stock\n${PRODUCTS.join('\n')}\nchair-9,"chair, new",chairs,29.90,4\n`;
  put(folder, 'products.csv', products);
  put(folder, 'products.csv.gz', gzipSync(products));
  const purchases = EVENTS.filter(({ type }) => type === 'purchase');
  const orders = purchases.map(({ user, time }, at) => [
    1000 + at,
    name(user),
    time,
    at % 10 === 9 ? 'refunded' : 'complete',
  ]);
  put(folder, 'orders.csv', csv('order_id,customer_id,created_at,status', orders));
  const lines = purchases.map(({ sku, user }, at) => [1000 + at, sku, 1 + (user % 3)]);
  put(folder, 'lines.csv', csv('order_id,sku,quantity', lines));
  const tastes = users.map((user) => [name(user), COUNTRIES[user % 4] ?? '', `category:${KINDS[user % 3]}s`]);
  const newcomer = ['u99', 'FR', 'category:lamps|category:chairs:-1'];
  put(folder, 'users.csv', csv('user_id,country,preferences', [...tastes, newcomer]));
  const ratings = EVENTS.map(({ user, sku, time }, at) => [name(user), sku, (user * 5 + at * 3) % 6, time]);
  put(folder, 'ratings.csv', csv('user_id,sku,rating,time', ratings));
  put(
    folder,
    'ratings.data',
    csv(
      'u1\tchair-1\t4',
      ratings.map((row) => row.slice(0, 3)),
      '\t',
    ),
  );
  const european = EVENTS.map(({ user, sku, time }) => {
    const [year, month, day] = time.slice(0, 10).split('-');
    return [name(user), sku, `${day}/${month}/${year}`];
  });
  put(
    folder,
    'sales.csv',
    csv(
      'user_id;sku;date',
      european.filter(([, , date = '']) => date < '13'),
      ';',
    ),
  );
  put(folder, 'ratings.dat', ratings.map((row) => `${row.slice(0, 3).join('::')}\n`).join(''));
  const tracks = EVENTS.map(({ user, sku, time }) => ({
    type: 'track',
    event: 'Product Viewed',
    userId: name(user),
    timestamp: time,
    properties: { product_id: sku, price: 19.9 },
  }));
  put(folder, 'tracks.jsonl', tracks.map((track) => `${JSON.stringify(track)}\n`).join(''));
  put(folder, 'products-1252.csv', Buffer.from(products.replaceAll('no.', 'n°'), 'latin1'));
  put(
    folder,
    'broken.csv',
    csv('user_id,sku,rating', [
      ['u1', 'chair-1', 5],
      ['u1', 'lamp-1', 'abc'],
      ['u2', 'chair-1', 4],
    ]),
  );
  symlinkSync(fixtures, join(folder, 'fixtures'));

  const bin = join(folder, '.bin');
  mkdirSync(bin);
  for (const [program, body] of Object.entries(PROGRAMS)) chmodSync(put(bin, program, `#!/bin/sh\n${body}\n`), 0o755);
  return [bin, process.env.PATH].join(delimiter);
}
