import { gzipSync } from 'node:zlib';

/** The files that the program reads, by what is read from them. */
export type Kind = 'events' | 'profiles' | 'items' | 'interactions' | 'test';

/** Files without a fault: four trees, three people. All of them name "ash". */
export const VALID: Record<Kind, string> = {
  events: 'user,item,rating\nann,oak,5\nann,ash,4\nbob,oak,5\nbob,elm,5\nbob,ash,4\ncat,elm,3\ncat,fir,5\n',
  profiles: 'user,country,history\nann,FR,oak|ash\nbob,DE,oak|elm|ash\ncat,FR,elm|fir\n',
  items: 'item,title,kind\noak,Oak,broad\nash,Ash,broad\nelm,Elm,broad\nfir,Fir,needle\n',
  interactions: 'user,item,rating\nann,oak,5\nann,ash,4\nbob,oak,5\nbob,elm,5\nbob,ash,4\ncat,elm,3\ncat,fir,5\n',
  test: 'user,item,rating\nann,elm,5\nbob,fir,4\ncat,ash,5\n',
};

/** The other files of a run whose file under test is f.csv, and the arguments that name them all. */
export function surroundings(kind: Kind): { files: Record<string, string>; args: string[] } {
  switch (kind) {
    case 'events':
    case 'profiles':
      return { files: {}, args: ['-u', 'f.csv'] };
    case 'items':
      return { files: { 'e.csv': VALID.events }, args: ['-u', 'e.csv', '-i', 'f.csv'] };
    case 'interactions':
      return { files: { 'p.csv': 'user\nann\nbob\ncat\n' }, args: ['-u', 'p.csv', '--interactions', 'f.csv'] };
    case 'test': {
      const args = ['evaluate', '-u', 'e.csv', '--test', 'f.csv', '--algorithms', 'popular'];
      return { files: { 'e.csv': VALID.events }, args: [...args, '-o', 'answer.txt', '--per-user', '-'] };
    }
  }
}

/** A file, and what is expected of a run that reads it. */
export interface Case {
  name: string;
  /** Makes the file from the valid one. */
  file: (valid: string) => string | Uint8Array;
  /** The kinds of file to which it applies; all by default. */
  kinds?: readonly Kind[];
  args?: readonly string[];
  code: number;
  /** Parts of stderr. */
  says?: readonly (string | RegExp)[];
  /** The expected lists of a run that succeeds: those of the valid file, or items by user, in any order. */
  output?: 'the same' | Record<string, readonly string[]>;
}

const ALL: readonly Kind[] = ['events', 'profiles', 'items', 'interactions', 'test'];
const EVENTS: readonly Kind[] = ['events', 'interactions', 'test'];
const LEARNED: readonly Kind[] = ['events', 'interactions'];
const SKIP = 'to go on without such rows: --bad-rows skip, or --bad-rows FILE to keep them aside';
const SAME = { code: 0, output: 'the same' } as const;
const NO_COLUMN = /f\.csv:1: no column that looks like the (user|item); name it with --\1-col NAME\n {2}its columns: /;

/** Changes each line of a file. @param line gets the number of the line, 0 for the header. */
function eachLine(valid: string, line: (text: string, at: number) => string): string {
  return valid.trimEnd().split('\n').map(line).join('\n').concat('\n');
}

function withColumn(valid: string, name: string, cell: string | ((row: number) => string)): string {
  const cellOf = (at: number) => (at === 0 ? name : typeof cell === 'string' ? cell : cell(at));
  return eachLine(valid, (text, at) => `${text},${cellOf(at)}`);
}

function jsonLines(valid: string): string {
  const [header = [], ...rows] = valid
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  const record = (cells: string[]) => Object.fromEntries(header.map((name, at) => [name, cells[at]]));
  return rows.map((cells) => `${JSON.stringify(record(cells))}\n`).join('');
}

const timed = (cell: string | ((row: number) => string)) => (valid: string) => withColumn(valid, 'time', cell);
const rated = (cell: string) => (valid: string) => valid.replace(',5\n', `,${cell}\n`);
const named = (item: string) => (valid: string) => valid.replaceAll('ash', item);
const HEADER_ONLY = (valid: string) => valid.slice(0, valid.indexOf('\n') + 1);

const nothing: Case[] = [
  { name: 'no bytes', file: () => '', code: 65, says: ['f.csv is empty: its first line has to name the columns'] },
  { name: 'only blank lines', file: () => '\n\r\n\n', code: 65, says: ['f.csv is empty'] },
  { name: 'no bytes, compressed', file: () => gzipSync(''), code: 65, says: ['f.csv is empty'] },
  {
    name: 'only a header',
    kinds: ['events', 'profiles'],
    file: HEADER_ONLY,
    code: 65,
    says: ['f.csv holds no users'],
  },
  {
    name: 'only a header',
    kinds: ['items'],
    file: HEADER_ONLY,
    code: 65,
    says: ['f.csv holds no items: below its header no row has an id in column "item"'],
  },
  {
    name: 'only a header',
    kinds: ['interactions'],
    file: HEADER_ONLY,
    code: 65,
    says: ['p.csv was read as profiles', 'no row of f.csv has one', '--items'],
  },
  {
    name: 'only a header',
    kinds: ['test'],
    file: HEADER_ONLY,
    code: 65,
    says: ['no user has an item to find (held out: the interactions in f.csv)'],
  },
];

const columns: Case[] = [
  {
    name: 'no column of ids',
    file: (valid) => eachLine(valid, (text) => text.slice(text.indexOf(',') + 1)),
    code: 65,
    says: [NO_COLUMN],
  },
  {
    name: 'two columns for one role',
    file: (valid) => eachLine(valid, (text) => `${text.split(',')[0]},${text}`),
    code: 65,
    says: [
      /f\.csv:1: "(user|item)" \(column 1\) and "\1" \(column 2\) could each be the \1 column; rename one, or settle it with --\1-col NAME/,
    ],
  },
  {
    name: 'cells separated by spaces',
    file: (valid) => valid.replaceAll(',', ' '),
    code: 65,
    says: [NO_COLUMN, '; if these are several, name their separator with --delimiter'],
  },
  {
    name: 'another separator than --delimiter says',
    kinds: ['events', 'profiles'],
    args: ['--delimiter', ';'],
    file: (valid) => valid,
    code: 65,
    says: [NO_COLUMN, '--delimiter'],
  },
  { name: 'semicolons', file: (valid) => valid.replaceAll(',', ';'), ...SAME },
  { name: 'two colons', file: (valid) => valid.replaceAll(',', '::'), ...SAME },
  {
    name: 'separators of three characters, set by --delimiter',
    kinds: ['events', 'profiles'],
    args: ['--delimiter', '<|>'],
    file: (valid) => valid.replaceAll(',', '<|>'),
    ...SAME,
  },
  { name: 'JSON Lines instead of CSV', file: (valid) => jsonLines(valid), ...SAME },
  { name: 'tabs', file: (valid) => valid.replaceAll(',', '\t'), ...SAME },
  { name: "Excel's sep= line before the header", file: (valid) => `sep=;\r\n${valid.replaceAll(',', ';')}`, ...SAME },
  {
    name: 'columns called __proto__ and constructor',
    file: (valid) => withColumn(withColumn(valid, '__proto__', 'x'), 'constructor', 'y'),
    ...SAME,
  },
  {
    name: '5,000 more columns',
    file: (valid) =>
      eachLine(
        valid,
        (text, at) => text + Array.from({ length: 5000 }, (_, k) => (at === 0 ? `,c${k}` : ',v')).join(''),
      ),
    ...SAME,
  },
  {
    name: '5,000 columns and no id among them',
    file: () => `${Array.from({ length: 5000 }, (_, k) => `c${k}`).join(',')}\n`,
    code: 65,
    says: [NO_COLUMN, '"c29", and 4970 more'],
  },
  {
    name: 'no column of the name in --rating-col, before a bad row',
    kinds: ['events', 'profiles'],
    args: ['--rating-col', 'stars'],
    file: (valid) => `${valid}ann\n`,
    code: 2,
    says: ['--rating-col: no file has a column "stars" that can be the rating'],
  },
  {
    name: 'users without an item column',
    kinds: ['events'],
    file: () => 'user,rating\nann,4\n',
    code: 65,
    says: ['f.csv was read as profiles', '--item-col'],
  },
];

const bytes: Case[] = [
  { name: 'a byte order mark', file: (valid) => `\uFEFF${valid}`, ...SAME },
  { name: 'UTF-16, little-endian', file: (valid) => Buffer.from(`\uFEFF${valid}`, 'utf16le'), ...SAME },
  { name: 'UTF-16, big-endian', file: (valid) => Buffer.from(`\uFEFF${valid}`, 'utf16le').swap16(), ...SAME },
  {
    name: 'UTF-16 without a byte order mark',
    file: (valid) => Buffer.from(valid, 'utf16le'),
    code: 65,
    says: ['f.csv:1: NUL bytes where the columns should be named', '--encoding utf-16le'],
  },
  {
    name: 'only NUL bytes',
    file: () => Buffer.alloc(5000),
    code: 65,
    says: ['f.csv:1: NUL bytes where the columns should be named'],
  },
  {
    name: 'ids in Latin-1 among letters in UTF-8',
    file: (valid) => Buffer.from(named('\xc3\xa9\xe9rable')(valid), 'latin1'),
    code: 65,
    says: [/f\.csv:\d: the id "é\uFFFDrable" is not UTF-8; --encoding windows-1252/, SKIP],
  },
  {
    name: 'ids in Latin-1, all of them',
    kinds: LEARNED,
    file: (valid) => Buffer.from(named('\xe9rable')(valid), 'latin1'),
    code: 0,
    output: { ann: ['elm', 'fir'], bob: ['fir'], cat: ['oak', 'érable'] },
  },
  {
    name: 'ids in Latin-1, with --encoding',
    kinds: LEARNED,
    args: ['--encoding', 'latin1'],
    file: (valid) => Buffer.from(named('\xe9rable')(valid), 'latin1'),
    code: 0,
    output: { ann: ['elm', 'fir'], bob: ['fir'], cat: ['oak', 'érable'] },
  },
  {
    name: 'UTF-16 without a byte order mark, with --encoding',
    kinds: ['events'],
    args: ['--encoding', 'utf-16le'],
    file: (valid) => Buffer.from(valid, 'utf16le'),
    ...SAME,
  },
  {
    name: 'half of a surrogate pair',
    file: (valid) => Buffer.from(named('\xc3\xa9a\xed\xa0\x80')(valid), 'latin1'),
    code: 65,
    says: [/f\.csv:\d: the id .* is not UTF-8/],
  },
  {
    name: 'attributes in Latin-1',
    kinds: ['items'],
    file: (valid) => Buffer.from(`${valid.replaceAll('broad', 'large\xe9')}box,B\xfcchs,n\xc3\xa9edle\n`, 'latin1'),
    code: 0,
    says: ['not UTF-8 in "title", "kind"', '--encoding windows-1252'],
    output: { ann: ['elm', 'fir', 'box'], bob: ['fir', 'box'], cat: ['oak', 'ash', 'box'] },
  },
  {
    name: 'attributes in Latin-1',
    kinds: ['profiles'],
    file: (valid) => Buffer.from(valid.replaceAll('FR', 'F\xc3\xa9\xe9'), 'latin1'),
    code: 0,
    says: ['not UTF-8 in "country"'],
    output: { ann: ['elm', 'fir'], bob: ['fir'], cat: ['oak', 'ash'] },
  },
  {
    name: 'NUL in an id',
    kinds: LEARNED,
    file: named('a\0h'),
    code: 0,
    output: { ann: ['elm', 'fir'], bob: ['fir'], cat: ['oak', 'a\0h'] },
  },
  { name: 'CRLF', file: (valid) => valid.replaceAll('\n', '\r\n'), ...SAME },
  {
    name: 'alternating CRLF and LF',
    file: (valid) => eachLine(valid, (text, at) => (at % 2 ? `${text}\r` : text)),
    ...SAME,
  },
  {
    name: 'two CRs before each LF',
    kinds: ['events', 'profiles', 'interactions', 'test'],
    file: (valid) => valid.replaceAll('\n', '\r\r\n'),
    ...SAME,
  },
  {
    name: 'CR as its only line end',
    file: (valid) => valid.replaceAll('\n', '\r'),
    code: 65,
    says: ['f.csv:1: a carriage return inside the header', "tr '\\r' '\\n'"],
  },
  { name: 'no line end after its last line', file: (valid) => valid.trimEnd(), ...SAME },
  { name: 'gzip without .gz in its name', file: (valid) => gzipSync(valid), ...SAME },
  {
    name: 'truncated gzip',
    file: (valid) => gzipSync(valid).subarray(0, -12),
    code: 65,
    says: ['f.csv: the gzip file ends too early'],
  },
  {
    name: 'other bytes after gzip',
    file: (valid) => Buffer.concat([gzipSync(valid), Buffer.from('more')]),
    code: 65,
    says: ['f.csv: damaged gzip'],
  },
  {
    name: 'an Excel workbook',
    file: () => Buffer.from('PK\x03\x04\x14\0\x06\0user,item\n'),
    code: 65,
    says: ['f.csv is a zip archive or an Excel workbook, not a CSV'],
  },
];

const rows: Case[] = [
  {
    name: 'a quote that is never closed',
    file: (valid) => valid.replace('\n', '\n"'),
    code: 65,
    says: ['f.csv:2: a quote is opened in the row that begins on line 2 and never closed', SKIP],
  },
  {
    name: 'a quote in the header that is never closed',
    file: (valid) => `"${valid}`,
    code: 65,
    says: ['f.csv:1: a quote is opened in the row that begins on line 1 and never closed'],
  },
  {
    name: 'a quote inside the name of a column',
    args: ['--bad-rows', 'skip'],
    file: (valid) => valid.replace('e', 'e"'),
    code: 65,
    says: ['f.csv:1: a quote (") inside an unquoted cell'],
  },
  {
    name: 'a quote inside a cell',
    file: (valid) => valid.replace('ash', 'a"h'),
    code: 65,
    says: [/f\.csv:\d: a quote \("\) inside an unquoted cell/, SKIP],
  },
  {
    name: 'text after a closing quote',
    file: (valid) => `${valid}"ash"x,,\n`,
    code: 65,
    says: [/f\.csv:\d: text after a closing quote/, SKIP],
  },
  {
    name: 'a row that is too long',
    file: (valid) => `${valid}ann,ash,1,2,3\n`,
    code: 65,
    says: [/f\.csv:\d: this row has 5 cells, the header has 3/, SKIP],
  },
  {
    name: 'a row that is too short',
    file: (valid) => `${valid}ann\n`,
    code: 65,
    says: [/f\.csv:\d: this row has 1 cells, the header has 3/, SKIP],
  },
  {
    name: 'bad rows that are skipped',
    args: ['--bad-rows', 'skip'],
    file: (valid) => `${valid}zed\nzed,"ash"x,1\nzed,a"h,1\nzed,1,2,3,4\n`,
    ...SAME,
    says: ['refused  4 rows that cannot be read'],
  },
  {
    name: 'ids in Latin-1 that are skipped',
    kinds: EVENTS,
    args: ['--bad-rows', 'skip'],
    file: (valid) => Buffer.from(valid.replace('\n', '\nzed,J\xc3\xb6\xf6rg,\nJ\xc3\xb6\xf6rg,ash,\n'), 'latin1'),
    ...SAME,
    says: ['refused  2 rows that cannot be read'],
  },
  { name: 'extra empty cells', file: (valid) => eachLine(valid, (text, at) => (at ? `${text},,` : text)), ...SAME },
  { name: 'rows without an id', file: (valid) => `${valid},,\nNA,NULL,\n`, ...SAME, says: ['skipped  2 rows without'] },
];

const huge: Case[] = [
  {
    name: 'a cell of 10 MB',
    kinds: ['events', 'profiles', 'interactions', 'test'],
    file: (valid) => withColumn(valid, 'note', (row) => (row === 1 ? 'x'.repeat(10 << 20) : 'y')),
    ...SAME,
  },
  { name: 'a column name of 10 MB', file: (valid) => withColumn(valid, 'x'.repeat(10 << 20), 'y'), ...SAME },
  {
    name: 'an id of 10 MB',
    kinds: ['events'],
    file: named('a'.repeat(10 << 20)),
    code: 0,
    output: { ann: ['elm', 'fir'], bob: ['fir'], cat: ['oak', 'a'.repeat(10 << 20)] },
  },
];

const ids: Case[] = [
  ...[
    '0012',
    ' 12 ',
    '1e5',
    '12.0',
    '🌳',
    'a'.repeat(10_000),
    '__proto__',
    'constructor',
    'a,b',
    'x\ny',
    '=1+1',
    'None of it',
  ].map(
    (id): Case => ({
      name: `an item called ${JSON.stringify(id.slice(0, 20))}`,
      kinds: LEARNED,
      file: named(/[,\n]/.test(id) ? `"${id}"` : id),
      code: 0,
      output: { ann: ['elm', 'fir'], bob: ['fir'], cat: ['oak', id] },
    }),
  ),
  {
    name: 'users called __proto__ and constructor',
    kinds: ['events', 'profiles'],
    file: (valid) => valid.replaceAll('ann', '__proto__').replaceAll('bob', 'constructor'),
    code: 0,
    output: JSON.parse('{"__proto__":["elm","fir"],"constructor":["fir"],"cat":["oak","ash"]}'),
  },
  {
    name: 'ids with and without zeros before them',
    kinds: ['events'],
    file: () => 'user,item\n1,7\n01,007\n001,07\n',
    code: 0,
    output: { '1': ['007', '07'], '01': ['7', '07'], '001': ['7', '007'] },
  },
  {
    name: 'items called NaN',
    kinds: LEARNED,
    file: named('NaN'),
    code: 0,
    says: ['skipped  2 rows without an item id (empty, NA or NULL), the first on line 3'],
    output: { ann: ['elm', 'fir'], bob: ['fir'], cat: ['oak'] },
  },
  {
    name: 'ids that do not match those of the events',
    kinds: ['items'],
    file: (valid) => valid.replace(/^(?=[oaef])/gm, 'x-'),
    code: 0,
    says: ['not one item that anybody had is in the catalogue'],
    output: Object.fromEntries(['ann', 'bob', 'cat'].map((user) => [user, ['x-oak', 'x-ash', 'x-elm', 'x-fir']])),
  },
  {
    name: 'no row for an item that users had',
    kinds: ['items'],
    file: (valid) => valid.replace(/^ash.*\n/m, ''),
    code: 0,
    says: ['items not in the catalogue: 1; learned from, never recommended'],
    output: { ann: ['elm', 'fir'], bob: ['fir'], cat: ['oak'] },
  },
  {
    name: 'contradictory rows of one item',
    kinds: ['items'],
    file: (valid) => `${valid}oak,Quercus,needle\n`,
    code: 0,
    output: { ann: ['elm', 'fir'], bob: ['fir'], cat: ['oak', 'ash'] },
  },
  {
    name: 'an item that everybody has',
    kinds: LEARNED,
    file: (valid) => `${valid}cat,oak,1\n`,
    code: 0,
    output: { ann: ['elm', 'fir'], bob: ['fir'], cat: ['ash'] },
  },
  {
    name: 'a user who has everything',
    kinds: ['events'],
    file: (valid) => `${valid}bob,fir,5\n`,
    code: 0,
    says: ['2 users served (1 more: nothing is left for them), 4 rows'],
    output: { ann: ['elm', 'fir'], cat: ['oak', 'ash'] },
  },
];

const numbers: Case[] = [
  ...['Infinity', '-inf', '1e999', 'five', '"1,234"', '0x10', '1_000'].map(
    (cell): Case => ({
      name: `a strength of ${cell}`,
      kinds: EVENTS,
      file: rated(cell),
      code: 65,
      says: [`f.csv:2: column "rating": ${cell.startsWith('"') ? cell : `"${cell}"`} is not a number`, SKIP],
    }),
  ),
  {
    name: 'missing strengths',
    kinds: LEARNED,
    file: (valid) => valid.replace(',5\n', ',\n').replace(',4\n', ',NA\n'),
    code: 0,
    says: ['rating  empty in 2 rows: counted as plain interactions'],
    output: { ann: ['elm', 'fir'], bob: ['fir'], cat: ['oak', 'ash'] },
  },
  {
    name: 'strengths below 0',
    kinds: LEARNED,
    file: (valid) => valid.replaceAll(',4\n', ',-4\n'),
    code: 0,
    says: ['values below 0 are dislikes'],
    output: { ann: ['elm', 'fir'], bob: ['fir'], cat: ['oak', 'ash'] },
  },
  {
    name: 'strengths near the largest number',
    kinds: LEARNED,
    file: (valid) => valid.replaceAll(',5\n', ',1.7e308\n').replaceAll(',4\n', ',-1.7e308\n'),
    code: 0,
    output: { ann: ['elm', 'fir'], bob: ['fir'], cat: ['oak', 'ash'] },
  },
  {
    name: 'strengths of the smallest number above 0',
    kinds: LEARNED,
    file: (valid) => valid.replaceAll(',5\n', ',5e-324\n'),
    code: 0,
    output: { ann: ['elm', 'fir'], bob: ['fir'], cat: ['oak', 'ash'] },
  },
  {
    name: 'a strength of 1000 in a list',
    kinds: ['profiles'],
    file: (valid) => valid.replace('oak', 'oak:1000'),
    code: 65,
    says: ['f.csv:2: "oak" has the strength 1000; it goes from -100 to 100', SKIP],
  },
  {
    name: 'a strength of 1000 in a list, in a row that is skipped',
    kinds: ['profiles'],
    args: ['--bad-rows', 'skip'],
    file: (valid) => `${valid}dan,FR,yew|oak:1000\n`,
    code: 0,
    says: ['refused  1 row'],
    output: { ann: ['elm', 'fir'], bob: ['fir'], cat: ['oak', 'ash'] },
  },
];

const times: Case[] = [
  ...['2023-02-29', '2023-13-01', '31/4/2023', '2023-01-01 25:00', 'yesterday', '1e999'].map(
    (cell): Case => ({
      name: `a time of ${cell}`,
      kinds: EVENTS,
      file: timed(cell),
      code: 65,
      says: [`f.csv:2: column "time": "${cell}" is not a time`, '--time-col none', SKIP],
    }),
  ),
  {
    name: 'dates among numbers',
    kinds: EVENTS,
    file: timed((row) => (row === 2 ? '2023-01-01' : '1700000000')),
    code: 65,
    says: ['f.csv:3: column "time": "2023-01-01", where the rows before have a number'],
  },
  {
    name: 'days that could be months',
    kinds: EVENTS,
    file: timed((row) => `${row}/3/2020`),
    code: 65,
    says: [
      'f.csv:2: column "time": no row of the column shows which part of 1/3/2020 is the day',
      '--date-order day-first or month-first settles it, --time-col none',
    ],
  },
  {
    name: 'days that could be months, with --time-col none',
    kinds: LEARNED,
    args: ['--time-col', 'none'],
    file: timed((row) => `${row}/3/2020`),
    ...SAME,
  },
  {
    name: 'days that could be months, with --date-order',
    kinds: EVENTS,
    args: ['--date-order', 'day-first'],
    file: timed((row) => `${row}/3/2020`),
    code: 0,
  },
  {
    name: 'times in the future',
    kinds: LEARNED,
    file: timed((row) => (row === 3 ? '2999-12-31' : '2020-01-01')),
    code: 0,
    says: ['times in the future: 1, the last of them 2999-12-31'],
    output: { ann: ['elm', 'fir'], bob: ['fir'], cat: ['oak', 'ash'] },
  },
  {
    name: 'times beyond the calendar',
    kinds: LEARNED,
    file: timed((row) => `${row}${'9'.repeat(30)}`),
    code: 0,
    says: ['beyond the calendar'],
    output: { ann: ['elm', 'fir'], bob: ['fir'], cat: ['oak', 'ash'] },
  },
];

/** A case for one kind of file. */
export interface PlacedCase extends Case {
  kind: Kind;
  /** Whether the whole program runs with it: for one kind per case, and for another kind from case to case. */
  isRun: boolean;
}

function placed(cases: readonly Case[]): PlacedCase[] {
  return cases.flatMap((badCase, at) => {
    const kinds = badCase.kinds ?? ALL;
    return kinds.map((kind, index) => ({ ...badCase, kind, isRun: index === at % kinds.length }));
  });
}

export const CASES = placed([...nothing, ...columns, ...bytes, ...rows, ...ids, ...numbers, ...times]);

/** Slow cases: cells of 10 MB. */
export const HUGE_CASES = placed(huge);
