import fc from 'fast-check';

/** Ids as exports have them, valid and broken. */
const ids = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(
      '1',
      '2',
      'u3',
      'u4',
      '0012',
      '12',
      'Zoë',
      'ア',
      '\u3000x',
      'nancy',
      'None2',
      '<Nb>',
      '[nu',
      '(na)',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      'NA',
      ' ',
      'null',
      '\\N',
      '<NA>',
      '(null) ',
      '[NULL]   ',
      '<null>',
      'n/a',
      'NaT',
      'NULL\u00a0',
      '\u3000',
      '"a ""b"""',
      'a"b',
      '"q',
      'z"',
      '\u0000',
      'a\rb',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom('"x,y"', '"l1\nl2"', '"u3"', '"c\r\nd"', '""', '"v"w', '"\n"', '"a\n\n\nb"', '\uFFFD'),
  },
);
const numbers = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('4', '4.0', '3.5', '0.1', '5', '1') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...[
        '-2',
        '+3',
        '-0',
        '1e3',
        '.5',
        '5.',
        '0.30000000000000004',
        '123456789012345678',
        '1"',
        '"2"',
        '"4,5"',
        ' 3 ',
        'NA',
      ],
      ...[
        '',
        'x',
        '1.2.3',
        '-',
        '.',
        '1e999',
        '4294967295',
        '4294967296',
        '-1.5',
        '16777217.5',
        '999999999999999',
        '"1\n"',
      ],
    ),
  },
);
const times = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('1112486027', '1112486027', '0', '978300760') },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      ...[
        '2011-12-09',
        '0000-00-00',
        '0000-00-00 00:00:00',
        '2011-12-09 12:50:00 EST',
        '2011-12-09 12:50 PM',
        '09-DEC-11 07.46.03 PM',
        '1705689600000000000',
        '2011-12-09 12:50',
        '"2011-12-09 12:50:01.5"',
        '2011-02-30',
        '',
        'NaN',
        '1112486027000',
        '-5',
        '1.5',
      ],
      ...['3/4/2011', '13/4/2011', '4/13/2011 8:26 PM', '13.4.2011'],
      ...['2011-12-09T01:02:03Z', '2011-12-09 01:02:03 +02:00', '1e9', 'noon', '2011-12-09 25:00'],
    ),
  },
);
const dates = fc.constantFrom(
  '2011-12-09',
  '2011-12-09 12:50',
  '2024-02-29 23:59:59',
  '2011-1-9',
  '2011-12-09',
  '5',
  '2023-02-29',
);
const countryDates = fc.constantFrom(
  '3/4/2011',
  '3/4/2011',
  '13/4/2011',
  '12/12/2011 8:26',
  '4/13/2011',
  '2011-12-09',
  '5',
  '',
);
const types = fc.constantFrom('view', 'buy', 'View', 'skip', '', '"buy"', 'zum\u00e9', '"a""b"');
const texts = fc.constantFrom('', 'text', '"a, b"', '"say ""x"""', '"two\nlines"', 'x"y', '5" pipe', '"open', '"\r"');
const ends = fc.constantFrom('\n', '\n', '\n', '\r\n');

interface Shape {
  header: string;
  cells: fc.Arbitrary<string>[];
}
const shapes: Shape[] = [
  { header: 'user_id,item_id,rating,timestamp', cells: [ids, ids, numbers, times] },
  { header: 'user_id,item_id', cells: [ids, ids] },
  { header: '"user_id","item_id","rating"', cells: [ids, ids, numbers] },
  { header: 'text,item,date,event,user,qty', cells: [texts, ids, dates, types, ids, numbers] },
  { header: 'user,item,date', cells: [ids, ids, countryDates] },
  { header: 'user,item,event_type,text', cells: [ids, ids, types, texts] },
];

/** Text between rows: mostly nothing, else blank lines, ragged rows and garbage. */
const between = fc.oneof(
  { weight: 30, arbitrary: fc.constant('') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '\n',
      '\r\n',
      '\n\n',
      ' \n',
      'a\n',
      'a,b,c,d,e,f,g,h\n',
      ',,,,\n',
      '1,2,,,,,,\n',
      '"\n',
      '\r',
    ),
  },
);

const text = fc.constantFrom(...shapes).chain(({ header, cells }) =>
  fc
    .record({
      before: fc.oneof(
        { weight: 12, arbitrary: fc.constant('') },
        { weight: 1, arbitrary: fc.constantFrom('\uFEFF', 'sep=,\n', '\n', '\r\n', '\uFEFFsep=,\r\n', '"', 'x\n') },
      ),
      headEnd: ends,
      rows: fc.array(
        fc.record({ row: fc.tuple(...cells), more: between, end: ends, repeat: fc.integer({ min: 1, max: 4 }) }),
        {
          maxLength: 30,
        },
      ),
      cut: fc.boolean(),
      usual: fc.option(ends),
    })
    .map(({ before, headEnd, rows, cut, usual }) => {
      const lines = rows.map(({ row, more, end, repeat }) => (row.join(',') + (usual ?? end)).repeat(repeat) + more);
      const whole = `${before}${header}${usual ?? headEnd}${lines.join('')}`;
      return cut ? whole.replace(/\r?\n$/, '') : whole;
    }),
);

/** A file with a few bytes changed, which may make it invalid UTF-8. */
const spoilt = fc
  .tuple(
    text,
    fc.array(fc.tuple(fc.nat(), fc.constantFrom(0xff, 0xc3, 0x22, 0x0a, 0x0d, 0x00, 0x2c, 0x31)), { maxLength: 3 }),
  )
  .map(([whole, changes]) => {
    const bytes = Buffer.from(whole);
    for (const [at, byte] of changes) if (bytes.length > 0) bytes[at % bytes.length] = byte;
    return bytes;
  });

/** The bytes of events files, valid and broken. */
export const oddFiles: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 3, arbitrary: text.map((whole) => Buffer.from(whole)) },
  { weight: 1, arbitrary: spoilt },
);
