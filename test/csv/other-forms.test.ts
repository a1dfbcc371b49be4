import * as zlib from 'node:zlib';
import { gzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it, vi } from 'vitest';
import type { BadRows, Reject } from '../../src/csv/bad-rows.js';
import { hasBackslashes, withDoubledQuotes } from '../../src/csv/plain-csv.js';
import { openTable } from '../../src/csv/table.js';
import { useTemporaryFolder } from './temporary.js';

const folder = useTemporaryFolder();

interface Read {
  badRows?: BadRows;
  name?: string;
  delimiter?: string;
  encoding?: string;
}

async function read(content: string | Buffer, { badRows = 'stop', name = 't.csv', delimiter, encoding }: Read = {}) {
  const path = folder.file(name, content);
  const table = await openTable({ path, delimiter, encoding }, badRows);
  const rows: string[][] = [];
  const lines: number[] = [];
  const report = await table.eachRow(({ cells, line }) => {
    rows.push(cells);
    lines.push(line);
  });
  return { header: table.header, rows, lines, report };
}

describe('a Parquet file', () => {
  const parquet = (columnData: ColumnSource[], rowGroupSize = 2) =>
    Buffer.from(parquetWriteBuffer({ columnData, rowGroupSize }));

  it('is read with all digits of its integers, times as ISO text, lists as JSON, and nulls as empty cells', async () => {
    const content = parquet([
      { name: 'user', data: ['ann', 'bob', 'cat'], type: 'STRING' },
      { name: 'item', data: [9007199254740993n, 2n, 3n], type: 'INT64' },
      { name: 'n', data: [1, null, 3], type: 'INT32', nullable: true },
      { name: 'rating', data: [0.5, 4, 4.25], type: 'DOUBLE' },
      { name: 'ok', data: [true, false, true], type: 'BOOLEAN' },
      { name: 'at', data: [0, 1, 2].map((day) => new Date(Date.UTC(2023, 0, 1 + day, 12, 30))), type: 'TIMESTAMP' },
      { name: 'of', data: [{ a: 'x,"y"' }, { a: 'z' }, { a: null }] },
      { name: 'tags', data: [['a', 'b'], [], ['c']] },
    ]);
    expect(await read(content)).toMatchObject({
      header: ['user', 'item', 'n', 'rating', 'ok', 'at', 'of.a', 'tags'],
      rows: [
        ['ann', '9007199254740993', '1', '0.5', 'true', '2023-01-01T12:30:00.000Z', 'x,"y"', '["a","b"]'],
        ['bob', '2', '', '4', 'false', '2023-01-02T12:30:00.000Z', 'z', '[]'],
        ['cat', '3', '3', '4.25', 'true', '2023-01-03T12:30:00.000Z', '', '["c"]'],
      ],
      lines: [1, 2, 3],
      report: { rows: 3 },
    });
  });

  it('is refused if it is compressed or truncated', async () => {
    const content = parquet([{ name: 'user', data: ['ann'], type: 'STRING' }]);
    await expect(read(gzipSync(content))).rejects.toThrow('is Parquet, which is read from its end');
    await expect(read(content.subarray(0, -9))).rejects.toThrow('this Parquet cannot be read');
  });

  it('is refused with the install command if the Parquet packages are missing', async () => {
    vi.doMock('hyparquet', () => {
      throw new Error('Cannot find package');
    });
    try {
      const content = parquet([{ name: 'user', data: ['ann'], type: 'STRING' }]);
      await expect(read(content)).rejects.toThrow('npm install hyparquet hyparquet-compressors');
    } finally {
      vi.doUnmock('hyparquet');
    }
  });

  it('is not assumed because the first column is called PAR1', async () => {
    expect((await read('PAR1,PAR2\n1,2\n')).header).toEqual(['PAR1', 'PAR2']);
  });
});

describe('files of the Netflix Prize', () => {
  it('give a row for each rating, with the movie from the line above it', async () => {
    const text = '1:\n1488844,3,2005-09-06\n822109,5,2005-05-13\n20:\r\n885013,4,2005-10-19\r\n\n7:\n5,1,2004-01-01';
    expect(await read(text)).toMatchObject({
      header: ['movie_id', 'user_id', 'rating', 'date'],
      rows: [
        ['1', '1488844', '3', '2005-09-06'],
        ['1', '822109', '5', '2005-05-13'],
        ['20', '885013', '4', '2005-10-19'],
        ['7', '5', '1', '2004-01-01'],
      ],
      lines: [2, 3, 5, 8],
    });
    await expect(read('1:\n2,3\n')).rejects.toThrow('t.csv:2: this row has 3 cells');
  });
});

describe('zstd', () => {
  const { zstdCompressSync } = zlib as { zstdCompressSync?: (bytes: Buffer) => Buffer };
  // "a,b\n1,2\n" compressed; where Node has no zstd, the magic number is enough.
  const packed = zstdCompressSync?.(Buffer.from('a,b\n1,2\n')) ?? Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0, 0, 0]);

  it('is read if Node can, and otherwise refused with the way out', async () => {
    if (zstdCompressSync) expect((await read(packed)).rows).toEqual([['1', '2']]);
    else
      await expect(read(packed)).rejects.toThrow(
        `Node ${process.versions.node} cannot read: Node 22.15 can, or zstd -dc`,
      );
  });
});

describe('quotes escaped by backslashes', () => {
  const text = '"id";"title"\n"1";"say \\"hi\\" \\\\"\n"2";"plain ""too"""\n"3";\\N\n';

  it('are read as MySQL writes them, and files with doubled quotes keep their backslashes', async () => {
    expect(await read(text)).toMatchObject({
      rows: [
        ['1', 'say "hi" \\'],
        ['2', 'plain "too"'],
        ['3', '\\N'],
      ],
      lines: [2, 3, 4],
    });
    expect((await read('a,b\n"C:\\",2\n"x\\""",3\n')).rows).toEqual([
      ['C:\\', '2'],
      ['x\\"', '3'],
    ]);
  });

  const cell = fc.string({ unit: fc.constantFrom('a', '"', '\\', ';', '\n', ':', 'é') });
  const cells = fc.array(fc.array(cell, { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 5 });
  const withDoubled = async (bytes: Buffer, size: number, delimiter: string) => {
    const given = (async function* () {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    })();
    const out: Buffer[] = [];
    for await (const chunk of withDoubledQuotes(given, delimiter)) out.push(Buffer.from(chunk));
    return Buffer.concat(out);
  };
  const parsed = (bytes: Buffer, delimiter: string, escaping = '"') =>
    parse(bytes, { delimiter, escape: escaping, record_delimiter: '\n' });

  it('are unescaped as csv-parse unescapes them, whatever the size of the chunks', async () => {
    const property = fc.asyncProperty(
      cells,
      fc.constantFrom(';', '::'),
      fc.integer({ min: 1, max: 7 }),
      async (rows, delimiter, size) => {
        const quoted = (value: string) => `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
        const bytes = Buffer.from(rows.map((row) => `${row.map(quoted).join(delimiter)}\n`).join(''));
        expect(parsed(await withDoubled(bytes, size, delimiter), delimiter)).toEqual(parsed(bytes, delimiter, '\\'));
        expect(parsed(bytes, delimiter, '\\')).toEqual(rows);
      },
    );
    await fc.assert(property);
  });

  it('are never detected in CSV with doubled quotes', () => {
    fc.assert(
      fc.property(cells, fc.constantFrom(';', '::'), (rows, delimiter) => {
        const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`;
        const bytes = Buffer.from(rows.map((row) => `${row.map(quoted).join(delimiter)}\n`).join(''));
        expect(hasBackslashes(bytes, delimiter)).toBe(false);
      }),
    );
  });
});

describe('delimiters of several characters', () => {
  it.each([
    ['::', 'user::item::rating\n1::x:y::5\n"2"::"a::b"::4\n'],
    ['\u0001', 'user\u0001item\u0001rating\n1\u0001x:y\u00015\n"2"\u0001"a::b"\u00014\n'],
    ['\u001f', 'user\u001fitem\u001frating\n1\u001fx:y\u001f5\n"2"\u001f"a::b"\u001f4\n'],
  ])('include %j, which is detected in the header line', async (delimiter, text) => {
    expect(await read(text)).toMatchObject({
      rows: [
        ['1', 'x:y', '5'],
        ['2', 'a::b', '4'],
      ],
      report: { delimiter },
    });
    expect((await read(text, { delimiter })).header).toEqual(['user', 'item', 'rating']);
  });

  it('do not split names with colons, and win over commas in titles', async () => {
    expect((await read('user::id,item::id\n1,2\n')).header).toEqual(['user::id', 'item::id']);
    expect((await read('1::President, The::Drama|War|Crime\n')).header).toEqual([
      '1',
      'President, The',
      'Drama|War|Crime',
    ]);
  });

  it('are not assumed for the single colons in a RecBole header', async () => {
    expect((await read('user_id:token\titem_id:token\n1\t2\n')).header).toEqual(['user_id:token', 'item_id:token']);
  });
});

describe('a named encoding', () => {
  it('applies to files without a byte order mark', async () => {
    const encoding = 'windows-1252';
    expect((await read(Buffer.from('a,b\nJ\xf6rg,\x80\n', 'latin1'), { encoding })).rows).toEqual([['Jörg', '€']]);
    expect((await read('\uFEFFa,b\nJörg,€\n', { encoding })).rows).toEqual([['Jörg', '€']]);
    const packed = gzipSync(Buffer.from('{"a":"J\xf6rg"}\n', 'latin1'));
    expect((await read(packed, { encoding })).rows).toEqual([['Jörg']]);
    expect((await read(Buffer.from('a,b\n1,2\n', 'utf16le'), { encoding: 'utf-16le' })).rows).toEqual([['1', '2']]);
  });
});

describe('Table.seekableSize', () => {
  const sizeOf = async (content: string | Buffer, encoding?: string) => {
    const table = await openTable({ path: folder.file('t.csv', content), delimiter: undefined, encoding }, 'stop');
    await table.close();
    return table.seekableSize();
  };

  it('is the file size of plain CSV in UTF-8, and 0 for a file that has to be converted', async () => {
    expect(await sizeOf('a,b\n1,2\n')).toBe(8);
    expect(await sizeOf('\uFEFFsep=;\na;b\n1;2\n')).toBeGreaterThan(0);
    expect(await sizeOf('a,b\n1,2\n', 'windows-1252')).toBe(0);
    for (const text of ['{"a":1}\n', '1:\n1,2,3\n', 'a,b\n"\\"x",2\n', gzipSync('a,b\n1,2\n')])
      expect(await sizeOf(text)).toBe(0);
  });
});

describe('a file that is not CSV', () => {
  it.each([
    ['an Excel workbook', 'PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0[Content_Types].xml'],
    ['a LibreOffice sheet', 'PK\x03\x04\x14\0\0\0\0\0mimetypeapplication/vnd.oasis.opendocument.spreadsheet'],
    ['a zip archive or', 'PK\x03\x04\x14\0\0\0\0\0data.csv'],
    ['an old Excel workbook', '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1'],
    ['compressed by bzip2', 'BZh91AY&SY'],
    ['compressed by xz', '\xfd7zXZ\0'],
    ['compressed by lz4', '\x04\x22\x4d\x18\x64'],
    ['compressed by snappy', '\xff\x06\0\0sNaPpY'],
    ['a 7z archive', '7z\xbc\xaf\x27\x1c'],
    ['a RAR archive', 'Rar!\x1a\x07\x01\0'],
    ['a tar archive', `data.csv${'\0'.repeat(249)}ustar\x0000`],
    ['a SQLite database', 'SQLite format 3\0\x10\0'],
    ["Python's pickle", '\x80\x04\x95\x1a\0\0'],
    ['HDF5', '\x89HDF\r\n\x1a\n'],
    ['Arrow or Feather', 'ARROW1\0\0\xff\xff'],
    ['Feather', 'FEA1\0\0\0\0'],
    ['an array of NumPy', '\x93NUMPY\x01\0'],
    ['Avro', 'Obj\x01\x04\x16avro.schema'],
    ['ORC', 'ORC\n\x03\0\0\x12'],
    ['a dump of PostgreSQL', 'PGDMP\x01\x0e\0'],
    ['a PDF', '%PDF-1.7\n'],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:12\n'],
    ['a web page', '\n<!DOCTYPE html>\n<html>'],
    ['a web page', '<html lang="en"><head>'],
    ['XML', '<?xml version="1.0"?>\n<orders>'],
    ['XML', '<orders>\n  <order id="1"/>'],
    ["Python's dictionaries", "{u'user_id': u'1', 'items': []}\n"],
    ['SQL', '-- MySQL dump 10.13\n\n/*!40101 SET NAMES utf8 */;\nDROP TABLE IF EXISTS `orders`;\n'],
    ['SQL', "INSERT INTO orders VALUES (1,'a');\n"],
    ['SQL', 'SET statement_timeout = 0;\n'],
    ['SQL', 'COPY public.orders (id, item) FROM stdin;\n'],
  ])('is refused by its format: %s', async (what, text) => {
    const failure = await read(Buffer.from(text, 'latin1')).catch((error) => error.message);
    expect(failure).toMatch(/t\.csv is .*, not a CSV: \w/);
    expect(failure).toContain(`t.csv is ${what}`);
  });

  it.each([
    '<user>,<item>\n1,2\n',
    'ORCID,item\n1,2\n',
    'BZhang,x\n1,2\n',
    'FEA1,FEA2\n1,2\n',
    'copy,set\n1,2\n',
    'Obj,x\n1,2\n',
    'ORC\n1\n',
    '[id],[name]\n1,2\n',
    '{id},{name}\n1,2\n',
  ])('is not assumed because of a header like %j', async (text) => {
    expect((await read(text)).rows).toHaveLength(1);
  });

  it('is recognised by its content in spite of the extension .json', async () => {
    await expect(read('<html><body>', { name: 't.json' })).rejects.toThrow('a web page');
    const rejects: Reject[] = [];
    await expect(read('a,b\n1,2\n', { name: 't.json', badRows: (reject) => rejects.push(reject) })).rejects.toThrow(
      'no record',
    );
    expect(rejects).toMatchObject([{ line: 1, reason: expect.stringContaining('no JSON object begins here') }]);
  });
});
