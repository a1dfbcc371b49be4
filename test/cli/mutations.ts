import fc from 'fast-check';
import type { Kind } from './bad-input-cases.js';

/** Valid files that use many features, from which random changes start. */
const WHOLE: Record<Kind, string> = {
  events: [
    'user,item,rating,time,event',
    'ann,oak,5,2020-01-01,buy',
    'ann,ash,4,2020-01-02 10:00,view',
    'bob,oak,5,2020-02-01,buy',
    'bob,"elm, wych",1,2020-02-02,return',
    'bob,ash,,,view',
    'cat,"elm, wych",3,2020-03-01T12:00:00Z,buy',
    'cat,fir,2.5,2020-04-01,cart',
    'dan,,1,,view',
    '',
  ].join('\n'),
  interactions:
    'user,item,count,ts\nann,oak,5,1577836800\nbob,oak,1,1577836801\nbob,ash,12,1577836802\neve,fir,3,1577836803\neve,oak,-1,\n',
  profiles: [
    'user,country,age,history,preferences,exclude,liked_genres',
    'ann,FR,30,oak:2|ash,kind:broad|needle:-1,fir,broad',
    'bob,DE,41,"oak|elm, wych",,ash|nothing,',
    'cat,FR,,,broad,,"needle|broad"',
    'dan,,19,,,,',
    '',
  ].join('\n'),
  items: [
    'item,title,genres,price,description',
    'oak,"Oak, common",broad|tall,12.50,"A tree of ""great"" age, with lobed leaves and acorns"',
    'ash,Ash,broad,9,A tree of the olive family with compound leaves and winged seeds',
    '"elm, wych",Elm,broad|rare,,',
    'fir,Fir,needle|tall,"1,200",An evergreen tree with flat needles and upright cones',
    '',
  ].join('\n'),
  test: 'user,item,rating\nann,fir,5\nbob,fir,4\ncat,ash,5\n',
};

/** Texts found in malformed files, to be inserted anywhere. */
const TOKENS = [
  ...[
    '"',
    '""',
    '"\n',
    ',',
    ',,',
    ';',
    '\t',
    '|',
    ':',
    '\n',
    '\n\n',
    '\r',
    '\r\n',
    '\0',
    '\uFEFF',
    '\u2028',
    '=',
    "'",
    ' ',
    '\\',
  ],
  ...[
    '-',
    '-5',
    '1e308',
    '1e-308',
    '1e999',
    'NaN',
    'NA',
    'null',
    '0x1',
    '13/1/2020',
    '1/13/2020',
    '2020-02-30',
    '9'.repeat(25),
  ],
  ...[
    '__proto__',
    'constructor',
    'toString',
    '🌳',
    'user',
    'item',
    'id',
    'ann',
    'oak',
    'rating',
    'date',
    'ann,oak,5,,buy\n',
    'é'.repeat(200),
  ],
].map((token) => Buffer.from(token));
const BYTES = [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xff, 0xfe], [0xfe, 0xff], [0x1f, 0x8b], [0x00, 0x00]].map(
  (bytes) => Buffer.from(bytes),
);

type Change = (file: Buffer) => Buffer;

/** A position in a file, as a fraction of its length. */
const place = fc.double({ min: 0, max: 1, noNaN: true });
const at = (file: Buffer, share: number) => Math.floor(share * file.length);

const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(place, fc.constantFrom(...TOKENS)).map(
      ([where, token]): Change =>
        (file) =>
          splice(file, at(file, where), 0, token),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(place, fc.constantFrom(...BYTES)).map(
      ([where, token]): Change =>
        (file) =>
          splice(file, at(file, where), 0, token),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(...TOKENS, ...BYTES).map(
      (token): Change =>
        (file) =>
          Buffer.concat([token, file]),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(place, fc.nat(255)).map(
      ([where, byte]): Change =>
        (file) =>
          splice(file, at(file, where), 1, Buffer.of(byte)),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(place, fc.integer({ min: 1, max: 30 })).map(
      ([where, count]): Change =>
        (file) =>
          splice(file, at(file, where), count, Buffer.alloc(0)),
    ),
  },
  {
    weight: 1,
    arbitrary: place.map(
      (where): Change =>
        (file) =>
          file.subarray(0, at(file, where)),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(place, place, place).map(
      ([from, to, where]): Change =>
        (file) =>
          splice(file, at(file, where), 0, file.subarray(at(file, Math.min(from, to)), at(file, Math.max(from, to)))),
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(fc.nat(6), fc.nat(6)).map(
      ([a, b]): Change =>
        (file) =>
          swapColumns(file, a, b),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.nat(6), fc.constantFrom('', '5', 'oak', 'NA', 'ann|oak', '2020-01-01')).map(
      ([column, cell]): Change =>
        (file) =>
          Buffer.from(eachRow(file, (cells) => cells.map((old, k) => (k === column ? cell : old)))),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(';', '\t', '|', ' ').map(
      (cut): Change =>
        (file) =>
          Buffer.from(file.toString('latin1').replaceAll(',', cut), 'latin1'),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constant<Change>((file) => Buffer.from(file.toString('latin1').replaceAll('\n', '\r\n'), 'latin1')),
  },
  { weight: 1, arbitrary: fc.constant<Change>((file) => Buffer.from(`\uFEFF${file}`, 'utf16le')) },
);

function splice(file: Buffer, from: number, count: number, token: Buffer): Buffer {
  return Buffer.concat([file.subarray(0, from), token, file.subarray(from + count)]);
}

function eachRow(file: Buffer, row: (cells: string[]) => string[]): string {
  return file
    .toString()
    .split('\n')
    .map((line) => row(line.split(',')).join(','))
    .join('\n');
}

/** Swaps two columns, including their headers. */
function swapColumns(file: Buffer, a: number, b: number): Buffer {
  return Buffer.from(
    eachRow(file, (cells) =>
      cells.map((cell, k) => (k === a ? (cells[b] ?? cell) : k === b ? (cells[a] ?? cell) : cell)),
    ),
  );
}

/** A file of the given kind with up to four changes, or random bytes. */
export function mutated(kind: Kind): fc.Arbitrary<Buffer> {
  return fc.oneof(
    {
      weight: 12,
      arbitrary: fc
        .array(change, { maxLength: 4 })
        .map((changes) => changes.reduce<Buffer>((file, apply) => apply(file), Buffer.from(WHOLE[kind]))),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes): Buffer => Buffer.from(bytes)) },
  );
}

/** The files of a run, each with random changes, and its arguments. */
export const mutatedRuns = fc.record({
  files: fc.record({
    'events.csv': mutated('events'),
    'items.csv': mutated('items'),
    'profiles.csv': mutated('profiles'),
    'interactions.csv': mutated('interactions'),
    'test.csv': mutated('test'),
  }),
  args: fc
    .tuple(
      fc.constantFrom(
        ['-u', 'events.csv'],
        ['-u', 'events.csv', '-i', 'items.csv'],
        ['-u', 'profiles.csv', '-i', 'items.csv'],
        ['-u', 'profiles.csv', '-i', 'items.csv', '--interactions', 'interactions.csv'],
        ['-u', 'profiles.csv', '--interactions', 'events.csv'],
        ['evaluate', '-u', 'events.csv', '--test', 'test.csv', '--algorithms', 'popular', '--format', 'csv'],
        [
          'evaluate',
          '-u',
          'profiles.csv',
          '--interactions',
          'events.csv',
          '-i',
          'items.csv',
          '--algorithms',
          'popular',
          '--format',
          'csv',
        ],
      ),
      fc.constantFrom([], ['--bad-rows', 'skip'], ['--bad-rows', 'skip']),
      fc.constantFrom(
        [],
        [],
        ['--duplicates', 'error'],
        ['--date-order', 'month-first'],
        ['--ratings', 'scale'],
        ['--time-col', 'none'],
      ),
    )
    .map((parts) => parts.flat()),
});
