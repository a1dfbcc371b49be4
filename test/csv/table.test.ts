import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { BadRow, type BadRows, type Reject } from '../../src/csv/bad-rows.js';
import { openTable } from '../../src/csv/table.js';
import { ExitCode, Failure } from '../../src/failure.js';
import { useTemporaryFolder } from './temporary.js';

const folder = useTemporaryFolder();

interface Read {
  delimiter?: string;
  badRows?: BadRows;
  /** Rows with this first cell are refused. */
  refused?: string;
  /** The number of bytes read from the file at a time. */
  chunk?: number;
}

async function read(path: string, { delimiter, badRows = 'stop', refused, chunk }: Read = {}) {
  const rows: string[][] = [];
  const lines: number[] = [];
  let bytes = 0;
  const count = (more: number) => {
    bytes += more;
  };
  const table = await openTable({ path, delimiter }, badRows, count, chunk);
  const report = await table.eachRow(({ cells, line }) => {
    if (cells[0] === refused) throw new BadRow('refused');
    rows.push(cells);
    lines.push(line);
  });
  return { header: table.header, rows, lines, report, bytes };
}

const readText = (text: string | Buffer, options?: Read) => read(folder.file('t.csv', text), options);

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error = await promise.then(
    () => new Error('nothing was thrown'),
    (thrown) => thrown,
  );
  if (error instanceof Failure) return error;
  throw error;
}

function collector() {
  const rejects: Reject[] = [];
  return { rejects, badRows: (reject: Reject) => void rejects.push(reject) };
}

describe('openTable', () => {
  it('reads a header and its rows, and counts rows and bytes', async () => {
    const { header, rows, report, bytes } = await readText('a,b\n1,2\n3,4\n');
    expect(header).toEqual(['a', 'b']);
    expect(rows).toEqual([
      ['1', '2'],
      ['3', '4'],
    ]);
    expect(report).toMatchObject({ delimiter: ',', rows: 2, rejected: 0, firstRejects: [] });
    expect(bytes).toBe(12);
  });

  it('reads a last line without a line break', async () => {
    expect((await readText('a,b\n1,2')).rows).toEqual([['1', '2']]);
  });

  it('reads row numbers without a header cell, as R writes them, as a column without a name', async () => {
    expect(await readText('"a","b"\n"1","x",5\n"2","y",6\n')).toMatchObject({
      header: ['', 'a', 'b'],
      rows: [
        ['1', 'x', '5'],
        ['2', 'y', '6'],
      ],
    });
    for (const rows of ['1,x,5\n3,y,6\n', '1,x,5\n2,y\n', '1,x,5\n']) {
      await expect(readText(`a,b\n${rows}`)).rejects.toThrow('this row has 3 cells, the header has 2');
    }
    // If the last cell is empty in all rows, the first column has the row numbers unless its header is an id.
    expect((await readText('Order ID,b\n1,x,\n2,y,\n')).header).toEqual(['Order ID', 'b']);
    expect((await readText('a,b\n1,x,\n2,y,\n')).header).toEqual(['', 'a', 'b']);
  });

  it('removes a byte order mark from the first header', async () => {
    expect((await readText('\ufeffa,b\n1,2\n')).header).toEqual(['a', 'b']);
    expect((await readText('\ufeff"a","b"\r\n1,2\r\n')).header).toEqual(['a', 'b']);
  });

  it('reads a file that mixes CRLF and LF line ends', async () => {
    expect(await readText('a,b\r\n1,2\r\n3,4\n5,6\r\n')).toMatchObject({
      rows: [
        ['1', '2'],
        ['3', '4'],
        ['5', '6'],
      ],
      lines: [2, 3, 4],
    });
  });

  it('reads quoted cells with delimiters, doubled quotes and line breaks in them', async () => {
    const { rows } = await readText('a,b\n"x, y","say ""hi"""\n"one\ntwo","three\r\nfour"\n');
    expect(rows).toEqual([
      ['x, y', 'say "hi"'],
      ['one\ntwo', 'three\r\nfour'],
    ]);
  });

  it('keeps the spaces of a cell', async () => {
    expect((await readText('a,b\n x ,y\n')).rows).toEqual([[' x ', 'y']]);
  });

  it('skips empty lines but counts them', async () => {
    expect(await readText('a,b\n\n1,2\n\n\n3,4\n')).toMatchObject({
      rows: [
        ['1', '2'],
        ['3', '4'],
      ],
      lines: [3, 6],
    });
  });

  it.each([
    [';', 'a;b;c\n1,5;2;3\n'],
    ['\t', 'a\tb\tc\n1,5\t2\t3\n'],
    ['|', 'a|b|c\n1,5|2|3\n'],
  ])('detects the delimiter %j in the header line', async (delimiter, text) => {
    const { rows, report } = await readText(text);
    expect(report.delimiter).toBe(delimiter);
    expect(rows).toEqual([['1,5', '2', '3']]);
  });

  it('ignores delimiters in quoted headers and in the rows when it detects the delimiter', async () => {
    const { header, report } = await readText('"a;b;c;d",e\n1;2;3;4,5\n');
    expect(report.delimiter).toBe(',');
    expect(header).toEqual(['a;b;c;d', 'e']);
  });

  it('splits a .tsv file at tabs, whatever its header looks like', async () => {
    const path = folder.file('t.tsv', 'a,b,c\td\n1\t2\n');
    expect(await read(path)).toMatchObject({ header: ['a,b,c', 'd'], rows: [['1', '2']] });
  });

  it.each(['sep=;\n', 'sep=;\r\n', '\uFEFFsep=;\r\n', 'SEP=;\n', '"sep=;"\n'])(
    'takes the delimiter from the first line %j and skips that line',
    async (line) => {
      const { header, rows, lines, report } = await readText(`${line}a,b;c\n1;2\n"3\n";4\n`);
      expect([header, rows, lines]).toEqual([
        ['a,b', 'c'],
        [
          ['1', '2'],
          ['3\n', '4'],
        ],
        [3, 5],
      ]);
      expect(report).toMatchObject({ delimiter: ';', rows: 2 });
    },
  );

  it('counts a first line like sep=; in the lines of its errors', async () => {
    const failure = await failureOf(readText('sep=;\na;b\n1;2\n1;2;3\n'));
    expect(failure.message).toContain('t.csv:4: this row has 3 cells');
    expect((await failureOf(readText('sep=;\na;b\n1;2\n"1;2\n'))).message).toContain('t.csv:4: a quote is opened');
  });

  it('skips a first line like sep=; even if an option names the delimiter', async () => {
    expect((await readText('sep=;\na,b\n1,2\n', { delimiter: ',' })).rows).toEqual([['1', '2']]);
  });

  it('reads a header that merely begins with "sep" as a header', async () => {
    expect((await readText('sep=x,b\n1,2\n')).header).toEqual(['sep=x', 'b']);
    expect((await readText('sepal,b\n1,2\n')).header).toEqual(['sepal', 'b']);
    expect((await readText(Buffer.from('sep=\xff\n1\n', 'latin1'))).rows).toEqual([['1']]);
  });

  it('prefers the delimiter of the option to the detected one', async () => {
    expect((await readText('a;b,c\n1;2,3\n', { delimiter: ';' })).rows).toEqual([['1', '2,3']]);
    expect((await read(folder.file('u.tsv', 'a,b\n1,2\n'), { delimiter: ',' })).rows).toEqual([['1', '2']]);
  });

  it('recognises gzip by its first bytes, not by the file name, and counts compressed bytes', async () => {
    const packed = gzipSync('a,b\n1,2\n');
    expect(await readText(packed)).toMatchObject({ rows: [['1', '2']], bytes: packed.length });
    expect((await read(folder.file('t.tsv.gz', gzipSync('a\tb\n1\t2\n')))).rows).toEqual([['1', '2']]);
  });

  it('reads concatenated gzip files', async () => {
    expect((await readText(Buffer.concat([gzipSync('a,b\n1,2\n'), gzipSync('3,4\n')]))).rows).toHaveLength(2);
  });

  it('reads a file of many chunks, compressed or not, without losing anything', async () => {
    const expected = Array.from({ length: 60_000 }, (_, n) => [`user ${n}`, `“item”\n${n * 7}`]);
    const text = `u,i\n${expected.map(([user, item]) => `${user},"${item}"`).join('\n')}\n`;
    expect(Buffer.byteLength(text)).toBeGreaterThan(1 << 20);
    const plain = await readText(text);
    expect(plain.rows).toEqual(expected);
    expect(plain.lines.at(-1)).toBe(120_001);
    expect((await readText(gzipSync(text))).rows).toEqual(expected);
  });

  it('reports a truncated gzip file', async () => {
    const text = `a,b\n${Array.from({ length: 5000 }, (_, n) => `${n},${n * n}`).join('\n')}\n`;
    const packed = gzipSync(text);
    const path = folder.file('cut.csv.gz', packed.subarray(0, packed.length >> 1));
    const failure = await failureOf(read(path));
    expect(failure.exitCode).toBe(ExitCode.badData);
    expect(failure.message).toBe(`${path}: the gzip file ends too early; export or copy it anew`);
  });

  it('reports a damaged gzip file', async () => {
    const packed = gzipSync('a,b\n1,2\n');
    packed.fill(0xff, 10, 16);
    const failure = await failureOf(readText(packed));
    expect(failure.exitCode).toBe(ExitCode.badData);
    expect(failure.message).toContain('t.csv: damaged gzip');
  });

  it('reports a missing file', async () => {
    const path = folder.path('absent.csv');
    const failure = await failureOf(read(path));
    expect(failure.exitCode).toBe(ExitCode.noInput);
    expect(failure.message).toContain(`${path}: no such file\n`);
    expect(failure.cause).toMatchObject({ code: 'ENOENT' });
  });

  it('reports a path that is a folder', async () => {
    const failure = await failureOf(read(folder.path('.')));
    expect(failure.exitCode).toBe(ExitCode.noInput);
    expect(failure.message).toContain('is a folder');
  });

  it.each([
    ['nothing', ''],
    ['one byte that is a line break', '\n'],
    ['empty lines', '\n\r\n\n'],
    ['a byte order mark', '\ufeff'],
    ['compressed nothing', gzipSync('')],
  ])('reports a file of %s as empty', async (_, text) => {
    const failure = await failureOf(readText(text));
    expect(failure.exitCode).toBe(ExitCode.badData);
    expect(failure.message).toContain('t.csv is empty');
  });

  it('reads a file of one byte', async () => {
    expect((await readText('a')).header).toEqual(['a']);
  });

  it('passes on an error of the row callback that is not a BadRow', async () => {
    const path = folder.file('t.csv', 'a\n1\n');
    const failure = new Failure(ExitCode.usage, 'no');
    const table = await openTable({ path, delimiter: undefined }, 'stop');
    const run = table.eachRow(() => {
      throw failure;
    });
    await expect(run).rejects.toBe(failure);
  });
});

describe('a row that cannot be read', () => {
  it.each([
    ['too few', 'a,b\n1,2\n3\n', 'this row has 1 cells, the header has 2'],
    ['too many', 'a,b\n1,2\n3,4,5\n', 'this row has 3 cells, the header has 2'],
  ])('because it has %s cells is reported with file and line', async (_, text, reason) => {
    const failure = await failureOf(readText(text));
    expect(failure.exitCode).toBe(ExitCode.badData);
    expect(failure.message.split('\n')[0]).toBe(`${folder.path('t.csv')}:3: ${reason}`);
    expect(failure.message).toContain('--bad-rows skip');
  });

  it('is not one with surplus empty cells at its end', async () => {
    expect((await readText('a,b\n1,2,,\n3,4,\n')).rows).toEqual([
      ['1', '2'],
      ['3', '4'],
    ]);
  });

  it('stops the reading before later rows', async () => {
    const seen: string[] = [];
    const path = folder.file('t.csv', 'a,b\n1,2\nx,0\n3,4\n');
    const table = await openTable({ path, delimiter: undefined }, 'stop');
    const run = table.eachRow(({ cells }) => {
      if (cells[0] === 'x') throw new BadRow('refused');
      seen.push(cells[0] ?? '');
    });
    expect((await failureOf(run)).message).toContain('t.csv:3: refused');
    expect(seen).toEqual(['1']);
  });

  it('is passed to the collector with line, reason and cells, and the other rows are read', async () => {
    const { rejects, badRows } = collector();
    const { rows, report } = await readText('a,b\n1,2\n3\nx,9\n4,5\n', { badRows, refused: 'x' });
    expect(rows).toEqual([
      ['1', '2'],
      ['4', '5'],
    ]);
    expect(rejects).toEqual([
      { path: folder.path('t.csv'), line: 3, reason: 'this row has 1 cells, the header has 2', cells: ['3'] },
      { path: folder.path('t.csv'), line: 4, reason: 'refused', cells: ['x', '9'] },
    ]);
    expect(report).toMatchObject({ rows: 4, rejected: 2, firstRejects: rejects });
  });

  it('is in the report only if it is among the first three', async () => {
    const { rejects, badRows } = collector();
    const { report } = await readText('a,b\n1\n2\n3\n4\n5\n', { badRows });
    expect(report.rejected).toBe(5);
    expect(report.firstRejects).toEqual(rejects.slice(0, 3));
  });

  it('is reported with the line where it begins, even after or with cells of several lines', async () => {
    const { rejects, badRows } = collector();
    await readText('a,b\n"1\n2\n3",x\nx,"4\r\n5"\n6\n', { badRows, refused: 'x' });
    expect(rejects.map((reject) => reject.line)).toEqual([5, 7]);
  });

  it('is one with a quote inside an unquoted cell', async () => {
    const { rejects, badRows } = collector();
    const { rows, report } = await readText('a,b\n1,2\n3,5" disk\n6,7\n', { badRows });
    expect(rows).toEqual([
      ['1', '2'],
      ['6', '7'],
    ]);
    expect(rejects).toMatchObject([
      { line: 3, reason: expect.stringContaining('a quote (") inside an unquoted cell') },
    ]);
    expect(report).toMatchObject({ rows: 3, rejected: 1 });
  });

  it('is one with text after a closing quote', async () => {
    const failure = await failureOf(readText('a,b\n1,2\n"3" x,4\n'));
    expect(failure.message).toContain('t.csv:3: text after a closing quote');
  });

  it('with text after a closing quote does not swallow later rows', async () => {
    const { rejects, badRows } = collector();
    const { rows, report } = await readText('a,b\n"3" x,4\n5,6\n"7",8\n', { badRows });
    expect(rows).toEqual([
      ['5', '6'],
      ['7', '8'],
    ]);
    expect(rejects.map((reject) => reject.line)).toEqual([2]);
    expect(report).toMatchObject({ rows: 3, rejected: 1 });
  });

  it('is counted once, however many stray quotes it has', async () => {
    const { rejects, badRows } = collector();
    const { rows, report } = await readText('a,b\n5" x 7",4" z\n5,6\n', { badRows });
    expect(rows).toEqual([['5', '6']]);
    expect(rejects.map((reject) => reject.line)).toEqual([2]);
    expect(report).toMatchObject({ rows: 2, rejected: 1 });
  });

  it('does not shift later line numbers if it contains CRLF', async () => {
    const { badRows } = collector();
    const { lines, rows } = await readText('a,b\n"one\r\ntwo"z,1\nx,y\n', { badRows });
    expect(rows).toEqual([['x', 'y']]);
    expect(lines).toEqual([4]);
  });

  it('does not shift later line numbers if it spans lines, nor does a good row with CRLF in a cell', async () => {
    expect((await readText('a,b\r\n"1\r\n1",2\r\n3,4\r\n')).lines).toEqual([3, 4]);
    const { badRows } = collector();
    expect((await readText('a,b\n"1\n1",x"\n3,4\n', { badRows })).lines).toEqual([4]);
  });

  it('with a quote that is never closed is reported with the line where it begins', async () => {
    const failure = await failureOf(readText('a,b\n"1\n1",2\n3,"4\n5,6\n7,8\n'));
    expect(failure.exitCode).toBe(ExitCode.badData);
    expect(failure.message).toContain('t.csv:4: a quote is opened in the row that begins on line 4 and never closed');
  });

  it.each([
    ['an empty line', 'a,b\n1,2\n\n3,"4\n5,6\n', 4],
    ['a refused row', 'a,b\n1,2\nx,2\n3,"4\n5,6\n', 4],
    ['a row with a stray quote', 'a,b\n1,2\n3,5" disk\n3,"4\n5,6\n', 4],
  ])('with a quote that is never closed is reported with its line after %s too', async (_, text, line) => {
    const { rejects, badRows } = collector();
    await readText(text, { badRows, refused: 'x' });
    expect(rejects.at(-1)?.reason).toContain('never closed');
    expect(rejects.at(-1)?.line).toBe(line);
  });
});
